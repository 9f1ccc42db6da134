"""Runs the examples of controls: policies carry their own tests."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bedaudit.evaluate.evaluation import judge
from bedaudit.kinds.kind import Kind
from bedaudit.model import GLOBAL, Finding, KindGap, Mark, Outcome, Record, Resource, Site
from bedaudit.policy.facts import gap_of, is_gap
from bedaudit.policy.model import Control, Example, Policy
from bedaudit.policy.needs import first_kinds
from bedaudit.policy.rules import Rules
from bedaudit.policy.watching import LINK

_SITE = Site("111122223333", "us-east-1")
_READ_AT = "2000-01-01T00:00:00Z"
_WORST_FIRST: tuple[Outcome, ...] = ("fail", "unknown", "pass", "not_applicable")


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that is not judged as it says."""

    control: str
    expected: Outcome
    found: Outcome
    message: str
    """What the finding says."""
    mark: Mark


def run_examples(policy: Policy, known: Mapping[str, Kind] | None = None) -> tuple[Failure, ...]:
    """Judges every example of every control, with the parameters at their defaults, as a site with nothing else."""
    runs = ((control, example) for control in policy.controls for example in control.examples)
    failures = (_failure(policy, control, example, known) for control, example in runs)
    return tuple(failure for failure in failures if failure is not None)


def _failure(policy: Policy, control: Control, example: Example, known: Mapping[str, Kind] | None) -> Failure | None:
    named = {control.kind, *example.singles}
    if control.when is not None and not first_kinds([dataclasses.replace(control, for_each=None)]) <= named:
        control = dataclasses.replace(control, when=None)  # an example that is silent of it is about the requirement
    alone = dataclasses.replace(policy, controls=(control,))
    worst = _worst(judge(Rules((alone,)), _records(control, example), known).findings)
    if worst.outcome == example.outcome:
        return None
    return Failure(control.id, example.outcome, worst.outcome, worst.message, example.mark)


def _worst(findings: tuple[Finding, ...]) -> Finding:
    return min(findings, key=lambda finding: _WORST_FIRST.index(finding.outcome))


def _records(control: Control, example: Example) -> tuple[Record, ...]:
    """The example as what was read of one account; the kind's resources stand wherever its scope looks for them."""
    states: list[tuple[str, Any]] = [(control.kind, state) for state in example.resources]
    states += [(kind, state) for kind, state in example.singles.items() if kind != control.kind or not states]
    gaps = tuple(KindGap(kind, gap_of(dict(state))) for kind, state in states if is_gap(state))
    resources = tuple(
        Resource(kind, f"example-{at}", None, state) for at, (kind, state) in enumerate(states, 1) if not is_gap(state)
    )
    kinds = tuple(sorted({control.kind, LINK, *example.singles}))
    site = Record(_SITE, _READ_AT, kinds, resources, gaps)
    return (dataclasses.replace(site, site=dataclasses.replace(_SITE, region=GLOBAL)), site)
