"""Joins the reports of the parts of one scan, each of other accounts, to the report of the whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter

from bedaudit import baseline, waivers
from bedaudit.errors import ReportError
from bedaudit.model import Finding, Findings, PolicyFile, Report, ScanFacts

_TOLD_BY_ALL = (*waivers.ABSENCES, baseline.ABSENCE)
"""What one part misses another may have: true of the whole only if each part says it."""


def merged(parts: Mapping[str, Report]) -> Report:
    """The report of the whole, by the name of each part.

    Raises:
        ReportError: an account is in two of them, or they were judged by different policies.
    """
    _refuse_twice(parts)
    _refuse_others(parts)
    reports = tuple(parts.values())
    gaps = sorted({gap for each in reports for gap in each.gaps}, key=lambda gap: gap.order)
    return Report(_facts([each.scan for each in reports]), _Joined(reports), tuple(gaps), _notices(reports))


@dataclass(frozen=True, slots=True)
class _Joined:
    """The findings of several reports, in the order of one."""

    reports: Sequence[Report]

    def __len__(self) -> int:
        return sum(len(each.findings) for each in self.reports)

    def __iter__(self) -> Iterator[Finding]:
        return merge(*(each.findings for each in self.reports), key=attrgetter("order"))


def _refuse_twice(parts: Mapping[str, Report]) -> None:
    """What is judged once an account has to have been judged on all of it."""
    owners: dict[str, str] = {}
    for name, report in parts.items():
        for account in _accounts(report.findings):
            if owners.setdefault(account, name) != name:
                raise ReportError(f"account {account} is in both {owners[account]} and {name}: parts share no account")


def _accounts(findings: Findings) -> Collection[str]:
    return dict.fromkeys(finding.site.account for finding in findings)


def _refuse_others(parts: Mapping[str, Report]) -> None:
    (first, report), *others = parts.items()
    for name, other in others:
        if _digests(other.scan.policies) != _digests(report.scan.policies):
            raise ReportError(f"{first} and {name} were judged by different policies")


def _digests(policies: Iterable[PolicyFile]) -> dict[str, str]:
    return {policy.name: policy.digest for policy in policies}


def _facts(scans: Sequence[ScanFacts]) -> ScanFacts:
    return ScanFacts(
        id=several(scan.id for scan in scans),
        started_at=min(scan.started_at for scan in scans),
        finished_at=max(scan.finished_at for scan in scans),
        identity=several(scan.identity for scan in scans),
        accounts=sum(scan.accounts for scan in scans),
        sites=sum(scan.sites for scan in scans),
        calls=sum(scan.calls for scan in scans),
        policies=scans[0].policies,
    )


def several(names: Iterable[str]) -> str:
    """Names that are told as one."""
    return ", ".join(sorted(set(names)))


def _notices(reports: Sequence[Report]) -> tuple[str, ...]:
    said = [set(report.notices) for report in reports]
    by_all = set.intersection(*said)
    return tuple(sorted(each for each in set.union(*said) if each in by_all or not each.endswith(_TOLD_BY_ALL)))
