"""Applies dated, owned exceptions to findings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from bedaudit.model import Finding, Waiver
from bedaudit.policy.globs import glob_match
from bedaudit.policy.waiver_file import WaiverRule
from bedaudit.policy.words import shown


def waive(
    findings: Iterable[Finding], rules: Sequence[WaiverRule], today: date
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The findings, with those that a rule covers waived, and what is to be said of the rules themselves."""
    waived, used, judged = [], set[int](), set[str]()
    for finding in findings:
        judged.add(finding.control)
        covering = [at for at, rule in enumerate(rules) if _covers(rule, finding)]
        valid = next((rules[at] for at in covering if today <= rules[at].expires), None)
        used.update(covering)
        waived.append(_waived(finding, valid) if valid else finding)
    notices = (
        notice
        for at, rule in enumerate(rules)
        for notice in _notices(rule, today, used=at in used, known=rule.control in judged)
    )
    return tuple(waived), tuple(notices)


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
        yield f"{name} is of a control that this scan did not judge"
    elif not used:
        yield f"{name} covers no finding of this scan"
    if "*" in rule.accounts and not rule.regions and not rule.resources:
        yield f"{name} covers every account: say which, or disable the control"
