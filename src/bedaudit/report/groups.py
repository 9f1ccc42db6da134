"""Puts together what a reader need not read twice: sites with the same problems, resources that lack the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from bedaudit.model import SEVERITIES, Drift, Finding, Gap, Report, Site, SiteGap, Waiver
from bedaudit.report.phrases import drifts, missed

ItemT = TypeVar("ItemT")

Group: TypeAlias = tuple[Finding, ...]
"""Findings that are told in one go."""


@dataclass(frozen=True, slots=True)
class Block:
    """Sites that have the very same problems, told by those of the first."""

    sites: tuple[Site, ...]
    failures: tuple[Group, ...]
    """Each of one control, and lacking the same; worst first."""
    unknown: tuple[Group, ...]
    """Each for the same gaps."""


def blocks(report: Report) -> list[Block]:
    """The sites that were read and have problems, worst first."""
    unread = {(gap.account, gap.region) for gap in missed(report)}
    sites: dict[Site, list[Finding]] = {}
    for finding in report.findings:
        if finding.outcome in ("fail", "unknown") and (finding.site.account, finding.site.region) not in unread:
            sites.setdefault(finding.site, []).append(finding)
    alike = together(sites.items(), lambda item: tuple(map(_problem, item[1])))
    return sorted((_block(group) for group in alike), key=_badness)


def not_read(report: Report) -> list[tuple[tuple[SiteGap, ...], int]]:
    """Those accounts and sites, together by reason, and how many findings are unknown for it."""
    findings: dict[tuple[str, str], int] = {}
    for finding in report.findings:
        where = (finding.site.account, finding.site.region)
        findings[where] = findings.get(where, 0) + (finding.outcome == "unknown")
    return [
        (group, sum(findings.get((gap.account, gap.region), 0) for gap in group))
        for group in together(missed(report), lambda gap: _gap(gap.gap))
    ]


def waived(report: Report) -> list[tuple[Waiver, Group]]:
    """What each waiver covers, by control."""
    covered = [(finding.waiver, finding) for finding in report.findings if finding.waiver]
    groups = together(covered, lambda each: (each[0], each[1].control))
    return [(group[0][0], tuple(finding for _, finding in group)) for group in groups]


def fixed(report: Report) -> list[Group]:
    """What failed in the baseline and no longer does, by control."""
    return together((each for each in report.findings if each.baseline == "fixed"), lambda each: each.control)


def together(items: Iterable[ItemT], key: Callable[[ItemT], Hashable]) -> list[tuple[ItemT, ...]]:
    """Items by key, in the order in which the keys first come."""
    groups: dict[Hashable, list[ItemT]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return [tuple(group) for group in groups.values()]


def _block(alike: tuple[tuple[Site, list[Finding]], ...]) -> Block:
    findings = alike[0][1]
    failures = together((each for each in findings if each.outcome == "fail"), lambda each: (each.control, _lack(each)))
    unknown = together((each for each in findings if each.outcome == "unknown"), lambda each: _gaps(each.gaps))
    return Block(tuple(site for site, _ in alike), tuple(failures), tuple(unknown))


def _badness(block: Block) -> tuple[tuple[int, ...], tuple[int, ...], str, str]:
    first = block.sites[0]
    return (_counted(block.failures), _counted(block.unknown), first.account, first.region)


def _counted(groups: Iterable[Group]) -> tuple[int, ...]:
    """How many there are of each severity, as negative numbers: the worst is the least."""
    severities = [finding.severity for group in groups for finding in group]
    return tuple(-severities.count(severity) for severity in SEVERITIES)


def _problem(finding: Finding) -> Hashable:
    """What makes the problems of two sites the same; ARNs and what AWS says in words name the account."""
    resource = finding.resource.id if finding.resource else None
    return (finding.control, finding.outcome, resource, finding.each, _lack(finding), _gaps(finding.gaps))


def _lack(finding: Finding) -> Hashable:
    nearest = finding.evidence.nearest if finding.evidence else None
    return (nearest, finding.baseline, tuple(map(_drift, drifts(finding))))


def _drift(drift: Drift) -> str:
    return json.dumps([drift.path, drift.expected, drift.actual, drift.because])


def _gaps(gaps: Iterable[Gap]) -> Hashable:
    return tuple(map(_gap, gaps))


def _gap(gap: Gap) -> Hashable:
    return (gap.reason, gap.operation, gap.code)
