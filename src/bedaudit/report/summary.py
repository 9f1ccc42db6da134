"""Counts of a report's findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from bedaudit.model import SEVERITIES, Baseline, Finding, Outcome, Severity, tally


@dataclass(frozen=True, slots=True)
class Summary:
    """How many findings have each outcome."""

    outcomes: Mapping[Outcome, int]
    fixed: int
    """Findings that failed in the baseline and no longer do."""
    fail_by_severity: Mapping[Severity, int]
    new: int = 0
    """Failures that the baseline did not have."""
    compared: bool = False
    """Whether a baseline said anything of them."""

    def as_json(self) -> dict[str, object]:
        """As the JSON report has it."""
        members: dict[str, object] = dict(self.outcomes.items())
        return members | {"fixed": self.fixed, "fail_by_severity": dict(self.fail_by_severity)}


@dataclass(frozen=True, slots=True)
class Point:
    """What one scan of a history came to."""

    finished_at: str
    """RFC 3339."""
    summary: Summary


def summary(findings: Iterable[Finding]) -> Summary:
    """Counts findings; every outcome and severity has a number."""
    outcomes: dict[Outcome, int] = dict.fromkeys(get_args(Outcome), 0)
    severities: dict[Severity, int] = dict.fromkeys(SEVERITIES, 0)
    states: Counter[Baseline | None] = Counter()
    for (outcome, severity, state), count in tally(findings).items():
        outcomes[outcome] += count
        severities[severity] += count if outcome == "fail" else 0
        states[state] += count
    return Summary(outcomes, states["fixed"], severities, states["new"], any(states))
