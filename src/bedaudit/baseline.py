"""Compares findings with those of an earlier report: what is new, what is as it was, and what was fixed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import merge
from itertools import groupby, repeat
from typing import Final

from bedaudit.findings import FindingStore
from bedaudit.model import Baseline, Finding, Report

ABSENCE: Final = "could not be compared: the site was not read now, or the control not judged"
"""The last words of a notice that is true of a scan as a whole, and not of its parts."""

_GONE: Final = "It failed in the baseline, and what it was about is there no more."


def against(report: Report, baseline: Report) -> Report:
    """The report, with what became of the failures of the baseline.

    A failure whose resource is gone is told of once more, as not applicable and fixed.
    """
    comparing, findings = _Comparing(), FindingStore()
    findings.add(comparing.marked(report.findings, baseline.findings))
    return replace(report, findings=findings, notices=tuple(sorted({*report.notices, *comparing.notices})))


@dataclass(slots=True)
class _Comparing:
    unjudged: int = 0
    """Failures of the baseline of which nothing is known now."""

    def marked(self, now: Iterable[Finding], then: Iterable[Finding]) -> Iterator[Finding]:
        """Findings against those of the baseline, both in the order of reports."""
        for present, past in by_site(now, then):
            yield from self._site(present, {each.id: each for each in past if _failed(each)})

    def _site(self, now: list[Finding], failures: dict[str, Finding]) -> Iterator[Finding]:
        for finding in now:
            failed = failures.pop(finding.id, None) is not None
            yield replace(finding, baseline=_state(finding, failed=failed))
        known = {each.control for each in now} - {each.control for each in now if _all_unseen(each)}
        for finding in failures.values():
            if finding.control in known:
                yield _gone(finding)
            else:
                self.unjudged += 1

    @property
    def notices(self) -> tuple[str, ...]:
        """What is to be said of the baseline."""
        if not self.unjudged:
            return ()
        failures = f"{self.unjudged:,} failure{'' if self.unjudged == 1 else 's'} of the baseline"
        return (f"{failures} {ABSENCE}",)


def by_site(*reports: Iterable[Finding]) -> Iterator[tuple[list[Finding], ...]]:
    """What each report, in its order, says of a site; site by site."""
    numbered = (zip(repeat(number), findings) for number, findings in enumerate(reports))
    in_order = merge(*numbered, key=lambda each: _place(each[1]))
    for _, found in groupby(in_order, key=lambda each: _place(each[1])):
        lists = tuple(list[Finding]() for _ in reports)
        for number, finding in found:
            lists[number].append(finding)
        yield lists


def _place(finding: Finding) -> tuple[str, str]:
    return (finding.site.account, finding.site.region)


def _failed(then: Finding) -> bool:
    """Whether it failed in the baseline, as far as that knew: what it had not seen again was not fixed by that."""
    return then.outcome == "fail" or (then.outcome == "unknown" and then.baseline == "unchanged")


def _state(now: Finding, *, failed: bool) -> Baseline | None:
    if now.outcome in ("pass", "not_applicable"):
        return "fixed" if failed else None
    if failed:
        return "unchanged"
    return "new" if now.outcome == "fail" else None


def _all_unseen(now: Finding) -> bool:
    """Whether nothing is known of what its control is about at its site."""
    outcome = now.waiver.outcome if now.waiver else now.outcome
    return outcome == "unknown" and now.resource is None and now.each is None


def _gone(then: Finding) -> Finding:
    return replace(
        then, outcome="not_applicable", message=_GONE, drift=(), evidence=None, gaps=(), waiver=None, baseline="fixed"
    )
