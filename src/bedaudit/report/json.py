"""The JSON report, version 1: one finding a line; `schemas/report.schema.json` describes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from bedaudit import __version__
from bedaudit.model import Drift, Evidence, Finding, Gap, Mark, Report, ResourceName, Site, SiteGap, Waiver
from bedaudit.report import Options
from bedaudit.report.plain import array, ascii_json
from bedaudit.report.summary import summary

VERSION: Final = "1.0"

_REMEMBERED: Final = 4096


def report(found: Report, options: Options) -> Iterator[str]:
    """The report as one JSON document, in pieces."""
    yield f'{{"schema_version": "{VERSION}",\n'
    yield f' "tool": {ascii_json({"name": "bedaudit", "version": __version__})},\n'
    yield f' "scan": {ascii_json(_scan(found))},\n'
    yield f' "summary": {ascii_json(summary(found.findings).as_json())},\n'
    yield from _list("findings", map(_finding, found.findings))
    yield ",\n"
    yield from _list("gaps", map(ascii_json, sorted((_site_gap(gap) for gap in found.gaps), key=_gap_order)))
    yield ",\n"
    yield from _list("notices", map(ascii_json, found.notices))
    yield "}\n"


def _list(name: str, values: Iterable[str]) -> Iterator[str]:
    yield f' "{name}": '
    yield from array(values, " ")


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


def _finding(finding: Finding) -> str:
    """One finding. There are very many, of few controls and sites: what is the same in several is made once."""
    resource = finding.resource
    return (
        f'{{"id": "{finding.id}", {_of_control(finding.control, finding.title, finding.severity)}, '
        f'"outcome": "{finding.outcome}", {_of_site(finding.site)}, '
        f'"resource": {ascii_json(_resource(resource)) if resource else "null"}, '
        f'"each": {_text(finding.each)}, "message": {_text(finding.message)}, '
        f'"drift": {ascii_json([drift_members(drift) for drift in finding.drift]) if finding.drift else "[]"}, '
        f'"evidence": {ascii_json(_evidence(finding.evidence)) if finding.evidence else "null"}, '
        f'"gaps": {ascii_json([gap_members(gap) for gap in finding.gaps]) if finding.gaps else "[]"}, '
        f'"policy": {_policy(finding.policy, finding.mark)}, '
        f'"waiver": {ascii_json(waiver_members(finding.waiver))}, "baseline": {_text(finding.baseline)}}}'
    )


@lru_cache(_REMEMBERED)
def _of_control(control: str, title: str, severity: str) -> str:
    return _inner({"control": control, "title": title, "severity": severity})


@lru_cache(_REMEMBERED)
def _of_site(site: Site) -> str:
    return _inner({"account": site.account, "account_name": site.account_name, "region": site.region})


@lru_cache(_REMEMBERED)
def _policy(name: str, mark: Mark) -> str:
    return ascii_json({"name": name, "file": mark.file, "line": mark.line, "column": mark.column})


_text = lru_cache(_REMEMBERED)(ascii_json)


def _inner(members: dict[str, Any]) -> str:
    """The members of an object without its braces."""
    return ascii_json(members)[1:-1]


def _resource(resource: ResourceName) -> dict[str, Any]:
    return {"kind": resource.kind, "id": resource.id, "arn": resource.arn}


def drift_members(drift: Drift) -> dict[str, Any]:
    """A drift as the JSON report has it."""
    because = {"because": drift.because} if drift.because is not None else {}
    return {"path": drift.path, "expected": drift.expected, "actual": drift.actual, **because}


def _evidence(evidence: Evidence) -> dict[str, Any]:
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
