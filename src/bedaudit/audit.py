"""The pipeline: what is read is kept, judged, waived and reported."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bedaudit.errors import BedauditError, SnapshotError, TargetError
from bedaudit.evaluate import EVERYWHERE, NOBODY, Evaluation
from bedaudit.findings import FindingStore
from bedaudit.kinds import kinds
from bedaudit.model import GLOBAL, Finding, Gap, KindGap, Monitoring, Record, Report, ScanFacts, Site, SiteGap
from bedaudit.policy.config import WaiverRule
from bedaudit.policy.needs import Needs
from bedaudit.policy.rules import Rules
from bedaudit.policy.watching import with_links
from bedaudit.snapshot import End, Header, SnapshotWriter, open_snapshot
from bedaudit.waivers import Waiving

if TYPE_CHECKING:
    from bedaudit.aws.progress import Progress
    from bedaudit.aws.regions import Visit
    from bedaudit.aws.scope import Account, Targets
    from bedaudit.aws.settings import Settings

log = logging.getLogger(__name__)

INTERRUPTED = Gap("not_read", message="the scan was interrupted")


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


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan found, and whether it was stopped before its end."""

    report: Report
    interrupted: bool


def scan(
    settings: Settings,
    standard: Standard,
    progress: Progress,
    clock: Callable[[], datetime],
    snapshot: Path | None = None,
) -> Scanned:
    """Reads AWS, keeps what was read in `snapshot`, and judges it.

    Ctrl-C ends the reading; what was read by then is judged, and the rest is not read.

    Raises:
        BedauditError: it could not begin.
    """
    live = _Live(settings, standard, progress, clock, snapshot)
    try:
        asyncio.run(live.read())
    except KeyboardInterrupt:
        if live.found is None:
            raise
        live.leave_unread()
        return Scanned(live.report(), interrupted=True)
    return Scanned(live.report(), interrupted=False)


class _Live:
    """A scan of AWS under way."""

    def __init__(
        self,
        settings: Settings,
        standard: Standard,
        progress: Progress,
        clock: Callable[[], datetime],
        snapshot: Path | None,
    ) -> None:
        self.settings, self.progress, self.clock, self.snapshot = settings, progress, clock, snapshot
        self.standard, self.rules = standard, standard.rules
        self.judged = Judged(standard)
        self.started = clock()
        self.found: Targets | None = None
        self.sites: list[Site] = []
        """Those of the accounts that were begun."""
        self.notices: tuple[str, ...] = ()

    async def read(self) -> None:
        from bedaudit.aws import engine  # noqa: PLC0415 - judging a snapshot loads nothing of AWS
        from bedaudit.aws.connection import connect  # noqa: PLC0415
        from bedaudit.aws.targets import targets  # noqa: PLC0415

        with connect(self.settings, self.progress) as aws, ExitStack() as files:
            self.found = found = await targets(aws)
            log.info("accounts to read, as %s: %d", found.identity, len(found.accounts))
            self.judged = Judged(self.standard, self._monitoring(found))
            for account in found.accounts:
                need_units(self.rules, account.id, account.organizational_units)
            writer = files.enter_context(SnapshotWriter(self.snapshot, self._header(found))) if self.snapshot else None

            def on_record(record: Record) -> None:
                log.info("read %s %s: %d gaps", record.site.account, record.site.region, len(record.gaps))
                if writer:
                    writer.write(record)
                self.judged.add(record)

            self.notices = await engine.scan(aws, found, self.rules, on_record=on_record, on_visit=self.sites.extend)
            if writer:
                writer.close(End(rfc3339(self.clock()), self.progress.calls, self.notices))

    def _monitoring(self, found: Targets) -> Monitoring:
        accounts = tuple(sorted(set(self.settings.monitoring_accounts)))
        scanned = {account.id for account in found.accounts}
        return Monitoring(accounts, tuple(account for account in accounts if account not in scanned))

    def _header(self, found: Targets) -> Header:
        needs = Needs(with_links(self.rules.controls.values(), kinds()))
        paths = {kind: needs.paths(kind) for kind in sorted(needs.kinds)}
        return Header(
            self.settings.scan_id,
            rfc3339(self.started),
            found.identity,
            found.partition,
            paths,
            found.notices,
            self.judged.monitoring,
        )

    def leave_unread(self) -> None:
        """Makes gaps of the sites that were not visited, so that they do not look green."""
        for site in self._not_visited():
            record = Record(site, rfc3339(self.clock()), (), (), (KindGap(None, INTERRUPTED),))
            self.judged.judge(record)

    def _not_visited(self) -> Iterator[Site]:
        """The missing sites of accounts that were begun, and the accounts that were not."""
        assert self.found is not None  # noqa: S101 - nothing was to be visited before
        yield from (site for site in self.sites if (site.account, site.region) not in self.judged.visited)
        begun = {site.account for site in self.sites} | {account for account, _ in self.judged.visited}
        for account in self.found.accounts:
            if account.id not in begun:
                for region in self.found.regions if self.settings.regions else (EVERYWHERE,):
                    yield Site(account.id, region, self.found.partition, account.name, account.organizational_units)

    def report(self) -> Report:
        """What was found."""
        assert self.found is not None  # noqa: S101 - reading without targets has raised
        facts = self.judged.facts(
            scan=self.settings.scan_id,
            started_at=rfc3339(self.started),
            finished_at=rfc3339(self.clock()),
            identity=self.found.identity,
            calls=self.progress.calls,
        )
        return self.judged.report(facts, (*self.found.notices, *self.notices))


@dataclass(frozen=True, slots=True)
class Survey:
    """What a scan would visit."""

    found: Targets
    visits: Mapping[Account, Visit | Gap]
    """Of each account its regions, or why it cannot be entered."""


def survey(settings: Settings, progress: Progress) -> Survey:
    """Enters every account, and reads nothing there but which regions are enabled.

    Raises:
        BedauditError: there is nothing to visit.
    """
    return asyncio.run(_survey(settings, progress))


async def _survey(settings: Settings, progress: Progress) -> Survey:
    from bedaudit.aws.connection import connect  # noqa: PLC0415
    from bedaudit.aws.entry import preview  # noqa: PLC0415
    from bedaudit.aws.targets import targets  # noqa: PLC0415

    with connect(settings, progress) as aws:
        found = await targets(aws)
        return Survey(found, await preview(aws, found))


def from_snapshot(
    path: Path, standard: Standard, accounts: tuple[str, ...] = (), regions: tuple[str, ...] = ()
) -> Report:
    """Judges what an earlier scan read, or of that only some accounts and regions.

    Raises:
        SnapshotError: the file is not a whole snapshot.
        BedauditError: it holds nothing to judge.
    """
    header, records, end = open_snapshot(path)
    judged = Judged(standard, _monitoring(header, standard, accounts))
    wanted = {*accounts, *judged.monitoring.outside} if accounts else ()
    there: dict[tuple[str, str], Site] = {}
    for record in records:
        place = (record.site.account, record.site.region)
        if place in there:
            raise SnapshotError(f"{path}: {' '.join(place)} is in it twice")
        there[place] = record.site
        for each in _within(record, wanted, regions):
            judged.add(each)
    _must_hold(there.values(), accounts, regions)
    if end is None:
        judged.gaps.append(SiteGap(EVERYWHERE, "", EVERYWHERE, INTERRUPTED))
    facts = judged.facts(
        scan=header.scan,
        started_at=header.started_at,
        finished_at=end.finished_at if end else judged.read_at,
        identity=header.identity,
        calls=end.calls if end else 0,
    )
    return judged.report(facts, (*header.notices, *(end.notices if end else ())))


def _monitoring(header: Header, standard: Standard, accounts: tuple[str, ...]) -> Monitoring:
    """The monitoring accounts of a snapshot of which only some accounts are judged; empty: all."""
    read = header.monitoring
    outside = tuple(each for each in read.accounts if each in read.outside or (accounts and each not in accounts))
    return Monitoring(read.accounts, outside, tuple(sorted({*standard.monitoring_accounts} - {*read.accounts})))


def _within(record: Record, accounts: Collection[str], regions: tuple[str, ...]) -> Iterator[Record]:
    """What a record says of some accounts and regions; empty: of all.

    What an account has once belongs to all its regions; one that was not entered was not entered in any.
    """
    if accounts and record.site.account not in accounts:
        return
    if not regions or record.site.region in (*regions, GLOBAL):
        yield record
    elif record.site.region == EVERYWHERE:
        yield from (replace(record, site=replace(record.site, region=region)) for region in sorted(set(regions)))


def _must_hold(there: Collection[Site], accounts: Iterable[str], regions: Iterable[str]) -> None:
    """Makes sure that a slip in an account or region is not taken for a quiet one.

    Raises:
        TargetError: one that was asked for was not read.
    """
    held = {site.account for site in there}
    visited = {site.region for site in there} - {GLOBAL, EVERYWHERE}
    missing = [f"account {name}" for name in accounts if name not in held]
    missing += [f"region {name}" for name in regions if visited and name not in visited]
    if missing:
        raise TargetError(f"the snapshot holds nothing of {', '.join(missing)}")


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
        self._keep(self.evaluation.add(record))

    def _keep(self, findings: Iterable[Finding]) -> None:
        self.findings.add(map(self.waiving.waive, findings))

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
        self._keep(self.evaluation.finish())
        gaps = (*self.evaluation.gaps, *self.gaps)
        said = (*notices, *self.evaluation.notices, *standard.notices, *standard.rules.notices, *self.waiving.notices)
        return Report(facts, self.findings, gaps, said, standard.rules.controls)
