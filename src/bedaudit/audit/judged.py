"""What is held against that which was read, and what the records so far come to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Final

from bedaudit.errors import BedauditError
from bedaudit.evaluate import EVERYWHERE, NOBODY, Evaluation
from bedaudit.findings import FindingStore
from bedaudit.model import GLOBAL, Finding, Gap, Mark, Monitoring, Record, Report, ScanFacts, SiteGap
from bedaudit.policy.config import WaiverRule
from bedaudit.policy.rules import Rules
from bedaudit.waivers import Waiving

INTERRUPTED: Final = Gap("not_read", message="the scan was interrupted")


@dataclass(frozen=True, slots=True)
class Standard:
    """What is held against that which was read."""

    rules: Rules
    waivers: tuple[WaiverRule, ...]
    today: date
    """UTC."""
    notices: tuple[str, ...] = ()
    """What is to be said of the settings."""
    monitoring_accounts: tuple[str, ...] = ()
    """As configured; a snapshot knows itself which accounts were read as such."""


def need_units(rules: Rules, account: str, units: Collection[str]) -> None:
    """Makes sure that what is required of an account is known.

    Raises:
        BedauditError: it depends on the account's organisational unit, which is not.
    """
    if rules.needs_organizational_units and not units:
        raise BedauditError(
            f"parameters are assigned by organizational unit, and those of account {account} are not known: "
            "they are read with --org"
        )


def rfc3339(moment: datetime) -> str:
    """A moment in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True)
class Judged:
    """What the records so far come to."""

    standard: Standard
    monitoring: Monitoring = NOBODY
    findings: FindingStore = field(default_factory=FindingStore)
    gaps: list[SiteGap] = field(default_factory=list)
    """Beside those that the records tell of."""
    visited: set[tuple[str, str]] = field(default_factory=set)
    """Accounts and regions."""
    sources: Mapping[str, Mark] = field(default_factory=dict)
    """Where resources are declared, by what stands for their ARN."""
    read_at: str = ""
    """When the latest site was read."""
    evaluation: Evaluation = field(init=False)
    waiving: Waiving = field(init=False)

    def __post_init__(self) -> None:
        self.evaluation = Evaluation(self.standard.rules, monitoring=self.monitoring)
        self.waiving = Waiving(self.standard.waivers, self.standard.today)

    def add(self, record: Record) -> None:
        """Judges one site.

        Raises:
            BedauditError: what is required there is not known.
        """
        site = record.site
        self.read_at = max(self.read_at, record.read_at)
        if site.account not in self.monitoring.outside:
            need_units(self.standard.rules, site.account, site.organizational_units)
            self.visited.add((site.account, site.region))
        self.judge(record)

    def judge(self, record: Record) -> None:
        """Keeps what can be found of a record, whether it was visited or not."""
        self.keep(self.evaluation.add(record))

    def keep(self, findings: Iterable[Finding]) -> None:
        """Keeps findings, each waived if a waiver covers it."""
        self.findings.add(map(self.waiving.waive, self._placed(findings)))

    def _placed(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        for finding in findings:
            mark = self.sources.get(finding.resource.arn or "") if finding.resource else None
            yield replace(finding, source=mark) if mark else finding

    def facts(self, *, scan: str, started_at: str, finished_at: str, identity: str, calls: int) -> ScanFacts:
        """Who looked, when, and at how much."""
        return ScanFacts(
            id=scan,
            started_at=started_at,
            finished_at=finished_at,
            identity=identity,
            accounts=len({account for account, _ in self.visited}),
            sites=sum(region not in (GLOBAL, EVERYWHERE) for _, region in self.visited),
            calls=calls,
            policies=self.standard.rules.policy_files,
        )

    def report(self, facts: ScanFacts, notices: Iterable[str]) -> Report:
        """The report, in its final order; nothing is added after it."""
        standard = self.standard
        self.keep(self.evaluation.finish())
        gaps = (*self.evaluation.gaps, *self.gaps)
        said = {*notices, *self.evaluation.notices, *standard.notices, *standard.rules.notices, *self.waiving.notices}
        return Report(facts, self.findings, gaps, tuple(sorted(said)), standard.rules.controls)
