"""Counts what a page shows at a glance, in one pass over the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bedaudit.model import SEVERITIES, Baseline, Finding, Gap, Outcome, Report, Severity, SiteGap, Waiver
from bedaudit.report.phrases import EVERYWHERE, missed

OUTCOMES: Final[tuple[Outcome, ...]] = ("fail", "unknown", "waived", "pass", "not_applicable")
"""In the order in which they want to be seen."""

NAMES: Final[Mapping[Outcome, str]] = {
    "fail": "failed",
    "unknown": "unseen",
    "waived": "waived",
    "pass": "passed",
    "not_applicable": "not applicable",
}


@dataclass(slots=True)
class Place:
    """What was found in one account, or in one region of the only account."""

    id: str
    name: str
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    failures: Counter[Severity] = field(default_factory=Counter)
    worst: dict[str, int] = field(default_factory=dict)
    """By control, the index in `OUTCOMES` of the outcome that wants to be seen first."""

    def add(self, finding: Finding) -> None:
        """Counts a finding."""
        rank = OUTCOMES.index(finding.outcome)
        self.outcomes[finding.outcome] += 1
        self.failures[finding.severity] += finding.outcome == "fail"
        self.worst[finding.control] = min(rank, self.worst.get(finding.control, rank))

    @property
    def badness(self) -> tuple[tuple[int, ...], int, str]:
        """The worst is the least."""
        return tuple(-self.failures[each] for each in SEVERITIES), -self.outcomes["unknown"], self.id


@dataclass(slots=True)
class Judged:
    """What one control came to."""

    id: str
    title: str
    severity: Severity
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    new: int = 0
    first: Finding | None = None

    @property
    def badness(self) -> tuple[int, int, int, str]:
        """The worst is the least."""
        worst = next(rank for rank, outcome in enumerate(OUTCOMES) if self.outcomes[outcome])
        return worst, SEVERITIES.index(self.severity), -self.outcomes[OUTCOMES[worst]], self.id


@dataclass(slots=True)
class Blind:
    """One reason for which things were not seen."""

    gap: Gap
    """The first of them."""
    findings: int = 0
    places: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    """By account and its name, the regions."""


@dataclass(slots=True)
class Tally:
    """Everything that a page counts."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    failures: Counter[Severity] = field(default_factory=Counter)
    since: Counter[Baseline] = field(default_factory=Counter)
    accounts: dict[str, Place] = field(default_factory=dict)
    regions: dict[str, Place] = field(default_factory=dict)
    """Of the first account only."""
    controls: dict[str, Judged] = field(default_factory=dict)
    blind: dict[tuple[str, str | None, str | None], Blind] = field(default_factory=dict)
    waivers: Counter[tuple[Waiver, str]] = field(default_factory=Counter)

    def add(self, finding: Finding) -> None:
        """Counts a finding."""
        site = finding.site
        self.outcomes[finding.outcome] += 1
        self.failures[finding.severity] += finding.outcome == "fail"
        if finding.baseline:
            self.since[finding.baseline] += 1
        if site.account not in self.accounts:
            self.accounts[site.account] = Place(site.account, site.account_name)
        self.accounts[site.account].add(finding)
        if len(self.accounts) == 1:
            self.regions.setdefault(site.region, Place(site.region, "")).add(finding)
        self._judge(finding)
        if finding.waiver:
            self.waivers[finding.waiver, finding.control] += 1
        if finding.outcome == "unknown":
            for gap in dict.fromkeys(finding.gaps):
                self.unseen(SiteGap(site.account, site.account_name, site.region, gap)).findings += 1

    def _judge(self, finding: Finding) -> None:
        control = self.controls.get(finding.control)
        if control is None:
            control = Judged(finding.control, finding.title, finding.severity, first=finding)
            self.controls[finding.control] = control
        control.outcomes[finding.outcome] += 1
        control.new += finding.baseline == "new"

    def unseen(self, unread: SiteGap) -> Blind:
        """Where a gap is counted."""
        gap = unread.gap
        blind = self.blind.setdefault((gap.reason, gap.operation, gap.code), Blind(gap))
        if unread.account != EVERYWHERE:
            blind.places.setdefault((unread.account, unread.account_name), {})[unread.region] = None
        return blind

    @property
    def places(self) -> list[Place]:
        """The accounts, or the regions where there is but one account; worst first."""
        found = self.accounts if len(self.accounts) != 1 else self.regions
        return sorted(found.values(), key=lambda place: place.badness)


def tally(report: Report) -> Tally:
    """Counts a report."""
    counts = Tally()
    for finding in report.findings:
        counts.add(finding)
    for gap in missed(report):
        counts.unseen(gap)
    return counts
