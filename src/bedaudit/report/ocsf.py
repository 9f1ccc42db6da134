"""The findings as Compliance Findings (class 2003) of OCSF 1.6.0 with the cloud profile: a JSON array, an event a line.

https://schema.ocsf.io/1.6.0/classes/compliance_finding. Times are in milliseconds. What is unknown has the status
Warning ("did not yield a result due to missing information"), what is not applicable Other; what is waived keeps the
status that is waived, and the finding is Suppressed. With a baseline, activities are Create, Update and Close.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bedaudit import __version__
from bedaudit.model import Finding, Outcome, Report, Severity
from bedaudit.report import Options
from bedaudit.report.json import drift_members, gap_members, waiver_members
from bedaudit.report.moments import EPOCH, moment
from bedaudit.report.phrases import EVERYWHERE, told
from bedaudit.report.plain import ascii_array, harmless

_CLASS: Final = 2003
_ACTIVITIES: Final = {None: (1, "Create"), "new": (1, "Create"), "unchanged": (2, "Update"), "fixed": (3, "Close")}
"""By baseline."""
_SEVERITIES: Final[Mapping[Severity, tuple[int, str]]] = {
    "critical": (5, "Critical"),
    "high": (4, "High"),
    "medium": (3, "Medium"),
    "low": (2, "Low"),
    "info": (1, "Informational"),
}
_RESULTS: Final[Mapping[Outcome, tuple[int, str]]] = {
    "pass": (1, "Pass"),
    "unknown": (2, "Warning"),
    "fail": (3, "Fail"),
    "not_applicable": (99, "Not Applicable"),
}
"""What a check came to."""
_STATUSES: Final[Mapping[Outcome, tuple[int, str]]] = {
    "fail": (1, "New"),
    "unknown": (1, "New"),
    "waived": (3, "Suppressed"),
    "pass": (4, "Resolved"),
    "not_applicable": (4, "Resolved"),
}
"""What is to be done about it."""


def report(found: Report, options: Options) -> Iterator[str]:
    """One event for each finding."""
    events = _Events(found)
    yield from ascii_array(map(events.event, found.findings))
    yield "\n"


@dataclass(frozen=True, slots=True)
class _Events:
    report: Report

    def event(self, finding: Finding) -> dict[str, Any]:
        activity, activity_name = _ACTIVITIES[finding.baseline]
        good = finding.outcome in ("pass", "not_applicable")
        severity, severity_name = _SEVERITIES["info" if good else finding.severity]
        status, status_name = _STATUSES[finding.outcome]
        return {
            "activity_id": activity,
            "activity_name": activity_name,
            "category_uid": 2,
            "category_name": "Findings",
            "class_uid": _CLASS,
            "class_name": "Compliance Finding",
            "type_uid": _CLASS * 100 + activity,
            "type_name": f"Compliance Finding: {activity_name}",
            "time": self._milliseconds(),
            "metadata": self._metadata(),
            "severity_id": severity,
            "severity": severity_name,
            "status_id": status,
            "status": status_name,
            "message": told(finding),
            "finding_info": self._info(finding),
            "compliance": self._compliance(finding),
            "resources": [_resource(finding)],
            "cloud": _cloud(finding),
            **self._remediation(finding),
            "unmapped": _unmapped(finding),
        }

    def _milliseconds(self) -> int:
        return int((moment(self.report.scan.finished_at) or EPOCH).timestamp() * 1000)

    def _metadata(self) -> dict[str, Any]:
        return {
            "version": "1.6.0",
            "profiles": ["cloud"],
            "product": {"name": "bedaudit", "vendor_name": "bedaudit", "version": __version__},
            "correlation_uid": harmless(self.report.scan.id),
        }

    def _info(self, finding: Finding) -> dict[str, Any]:
        seen = {"first_seen_time": self._milliseconds()} if finding.baseline == "new" else {}
        return {
            "uid": finding.id,
            "title": harmless(finding.title),
            "desc": harmless(finding.message),
            "analytic": {"uid": harmless(finding.control), "type_id": 1, "type": "Rule"},
            **seen,
        }

    def _compliance(self, finding: Finding) -> dict[str, Any]:
        status, status_name = _RESULTS[finding.waiver.outcome if finding.waiver else finding.outcome]
        result = {"status_id": status, "status": status_name}
        severity, severity_name = _SEVERITIES[finding.severity]
        control = self.report.controls.get(finding.control)
        frameworks = control.frameworks if control else {}
        standards = {"standards": [harmless(name) for name in frameworks]}
        why = {"desc": harmless(control.why)} if control else {}
        check = {
            "uid": harmless(finding.control),
            "name": harmless(finding.title),
            "severity_id": severity,
            "severity": severity_name,
        }
        return {
            "control": harmless(finding.control),
            "requirements": [harmless(f"{name}/{each}") for name, items in frameworks.items() for each in items],
            **standards,
            **result,
            "checks": [{**check, **why, **standards, **result}],
        }

    def _remediation(self, finding: Finding) -> dict[str, Any]:
        if finding.outcome in ("pass", "not_applicable"):
            return {}
        control = self.report.controls.get(finding.control)
        said = f"`bedaudit explain {harmless(finding.control)}` says what is read and how it is fixed."
        references = [harmless(each) for each in control.references] if control else []
        return {"remediation": {"desc": said, "references": references}}


def _resource(finding: Finding) -> dict[str, Any]:
    """What the finding is about; where it is about no single resource, the account."""
    site, resource = finding.site, finding.resource
    named = (resource.arn or resource.id, resource.id, resource.kind) if resource else (site.account, "", "account")
    uid, name, kind = named
    return {
        "uid": uid,
        "name": harmless(name or site.account_name or site.account),
        "type": harmless(kind),
        "cloud_partition": site.partition,
        **_region(finding),
    }


def _cloud(finding: Finding) -> dict[str, Any]:
    site = finding.site
    account = {"uid": site.account, "name": harmless(site.account_name), "type_id": 10, "type": "AWS Account"}
    return {"provider": "AWS", "account": account, **_region(finding)}


def _region(finding: Finding) -> dict[str, str]:
    return {} if finding.site.region == EVERYWHERE else {"region": finding.site.region}


def _unmapped(finding: Finding) -> dict[str, Any]:
    """What OCSF has no place for, as in the JSON report."""
    return {
        "outcome": finding.outcome,
        "kind": finding.kind,
        "each": finding.each,
        "drift": [drift_members(drift) for drift in finding.drift],
        "gaps": [gap_members(gap) for gap in finding.gaps],
        "policy": {"name": finding.policy, "file": finding.mark.file, "line": finding.mark.line},
        "waiver": waiver_members(finding.waiver),
    }
