"""Applies dated, owned exceptions to findings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from bedaudit.model import Finding, Waiver
from bedaudit.policy.globs import glob_match
from bedaudit.policy.waiver_file import WaiverRule
from bedaudit.policy.words import shown

ABSENCES: Final = ("is of a control that this scan did not judge", "covers no finding of this scan")
"""What the last words of a notice say that is true of a scan as a whole, and not of its parts."""
_NOT_JUDGED, _UNUSED = ABSENCES


class Waiving:
    """Waives findings one by one, and knows in the end what is to be said of the rules themselves."""

    def __init__(self, rules: Sequence[WaiverRule], today: date) -> None:
        self._rules, self._today = rules, today
        self._used, self._judged = set[int](), set[str]()

    def waive(self, finding: Finding) -> Finding:
        """The finding, waived if a rule that has not expired covers it."""
        if not self._rules:
            return finding
        self._judged.add(finding.control)
        covering = [at for at, rule in enumerate(self._rules) if _covers(rule, finding)]
        self._used.update(covering)
        valid = next((rule for rule in map(self._rules.__getitem__, covering) if self._today <= rule.expires), None)
        return _waived(finding, valid) if valid else finding

    @property
    def notices(self) -> tuple[str, ...]:
        """What is to be said of the rules, given the findings so far."""
        return tuple(
            notice
            for at, rule in enumerate(self._rules)
            for notice in _notices(rule, self._today, used=at in self._used, known=rule.control in self._judged)
        )


def _covers(rule: WaiverRule, finding: Finding) -> bool:
    return (
        rule.control == finding.control
        and finding.outcome in ("fail", "unknown")
        and _any_like(rule.accounts, (finding.site.account,))
        and _any_like(rule.regions, (finding.site.region,))
        and _any_like(rule.resources, _names(finding))
    )


def _names(finding: Finding) -> tuple[str, ...]:
    resource = finding.resource
    return tuple(name for name in (resource.id, resource.arn) if name) if resource else ()


def _any_like(patterns: Sequence[str], names: Sequence[str]) -> bool:
    """No patterns: the rule does not say, and covers all."""
    return not patterns or any(glob_match(pattern, name) for pattern in patterns for name in names)


def _waived(finding: Finding, rule: WaiverRule) -> Finding:
    waiver = Waiver(rule.reason, rule.owner, rule.expires.isoformat(), finding.outcome)
    return dataclasses.replace(finding, outcome="waived", waiver=waiver)


def _notices(rule: WaiverRule, today: date, *, used: bool, known: bool) -> Iterator[str]:
    name = f"waiver of {shown(rule.control)} ({rule.mark.file}:{rule.mark.line}, owner {shown(rule.owner)})"
    if today > rule.expires:
        yield f"{name} expired on {rule.expires.isoformat()} and no longer counts"
    if not known:
        yield f"{name} {_NOT_JUDGED}"
    elif not used:
        yield f"{name} {_UNUSED}"
    if "*" in rule.accounts and not rule.regions and not rule.resources:
        yield f"{name} covers every account: say which, or disable the control"
