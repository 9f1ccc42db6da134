"""Which findings a page holds, where there are more than can be looked at."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass
from typing import Final

from bedaudit.model import SEVERITIES, Finding, Findings, Outcome
from bedaudit.report.html.tally import OUTCOMES

MOST: Final = 5_000
"""Findings that a page holds; a browser searches and sorts them at once, and the file stays below 3 MB."""
_WORST: Final = 3_000
"""Of more findings; all of them may be failures, of which there is more to tell."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The findings of a page by control, those that want to be seen first, first."""

    by_control: dict[str, list[Finding]]
    held: Counter[Outcome]


def chosen(findings: Findings, *, everything: bool) -> Chosen:
    """All findings, or the worst of them."""
    worst = sorted(findings, key=_badness) if everything else heapq.nsmallest(_WORST, findings, key=_badness)
    by_control: dict[str, list[Finding]] = {}
    for finding in worst:
        by_control.setdefault(finding.control, []).append(finding)
    return Chosen(by_control, Counter(finding.outcome for finding in worst))


def _badness(finding: Finding) -> tuple[int, int, bool, str, str]:
    return (
        OUTCOMES.index(finding.outcome),
        SEVERITIES.index(finding.severity),
        finding.baseline != "new",
        finding.site.account,
        finding.site.region,
    )
