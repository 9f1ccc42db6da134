"""The JSON report, version 1: one finding a line; `schemas/report.schema.json` describes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from bedaudit import __version__
from bedaudit.model import Drift, Evidence, Finding, Gap, Report, ResourceName, SiteGap, Waiver
from bedaudit.report import Options
from bedaudit.report.plain import ascii_array, ascii_json
from bedaudit.report.summary import summary

VERSION: Final = "1.0"


def report(found: Report, options: Options) -> Iterator[str]:
    """The report as one JSON document, in pieces."""
    yield f'{{"schema_version": "{VERSION}",\n'
    yield f' "tool": {ascii_json({"name": "bedaudit", "version": __version__})},\n'
    yield f' "scan": {ascii_json(_scan(found))},\n'
    yield f' "summary": {ascii_json(summary(found.findings).as_json())},\n'
    yield from _list("findings", map(_finding, found.findings))
    yield ",\n"
    yield from _list("gaps", sorted((_site_gap(gap) for gap in found.gaps), key=_gap_order))
    yield ",\n"
    yield from _list("notices", found.notices)
    yield "}\n"


def _list(name: str, values: Iterable[Any]) -> Iterator[str]:
    yield f' "{name}": '
    yield from ascii_array(values, " ")


def _scan(found: Report) -> dict[str, Any]:
    scan = found.scan
    return {
        "id": scan.id,
        "started_at": scan.started_at,
        "finished_at": scan.finished_at,
        "identity": scan.identity,
        "complete": found.complete,
        "accounts": scan.accounts,
        "sites": scan.sites,
        "calls": scan.calls,
        "policies": [{"name": policy.name, "file": policy.file, "digest": policy.digest} for policy in scan.policies],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "control": finding.control,
        "title": finding.title,
        "severity": finding.severity,
        "outcome": finding.outcome,
        "account": finding.site.account,
        "account_name": finding.site.account_name,
        "region": finding.site.region,
        "resource": _resource(finding.resource),
        "each": finding.each,
        "message": finding.message,
        "drift": [drift_members(drift) for drift in finding.drift],
        "evidence": _evidence(finding.evidence),
        "gaps": [gap_members(gap) for gap in finding.gaps],
        "policy": {
            "name": finding.policy,
            "file": finding.mark.file,
            "line": finding.mark.line,
            "column": finding.mark.column,
        },
        "waiver": waiver_members(finding.waiver),
        "baseline": finding.baseline,
    }


def _resource(resource: ResourceName | None) -> dict[str, Any] | None:
    return {"kind": resource.kind, "id": resource.id, "arn": resource.arn} if resource else None


def drift_members(drift: Drift) -> dict[str, Any]:
    """A drift as the JSON report has it."""
    because = {"because": drift.because} if drift.because is not None else {}
    return {"path": drift.path, "expected": drift.expected, "actual": drift.actual, **because}


def _evidence(evidence: Evidence | None) -> dict[str, Any] | None:
    if evidence is None:
        return None
    named = {"witness": evidence.witness, "nearest": evidence.nearest}
    lacks = [drift_members(drift) for drift in evidence.lacks]
    return {**{name: value for name, value in named.items() if value is not None}, "lacks": lacks}


def waiver_members(waiver: Waiver | None) -> dict[str, Any] | None:
    """A waiver as the JSON report has it."""
    if waiver is None:
        return None
    return {"reason": waiver.reason, "owner": waiver.owner, "expires": waiver.expires, "outcome": waiver.outcome}


def gap_members(gap: Gap) -> dict[str, Any]:
    """A gap as the JSON report has it."""
    return {"reason": gap.reason, "operation": gap.operation, "code": gap.code, "message": gap.message}


def _site_gap(unread: SiteGap) -> dict[str, Any]:
    site = {"account": unread.account, "account_name": unread.account_name, "region": unread.region}
    return {**site, **gap_members(unread.gap)}


def _gap_order(gap: dict[str, Any]) -> tuple[str, ...]:
    return tuple(value or "" for value in gap.values())
