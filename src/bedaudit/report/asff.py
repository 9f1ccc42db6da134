"""The findings in the AWS Security Finding Format, one JSON array with a finding a line.

https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html

A finding keeps its id from scan to scan, so that each import renews the last one. What failed is FAILED; what is
unknown is WARNING ("some information is missing"), for it is not good; both are active. What passes is PASSED and what
is not applicable NOT_AVAILABLE, and both are archived: that closes what failed before. What is waived is archived with
the status that is waived: as soon as the waiver ends, the next import brings it back, which the workflow status
SUPPRESSED, once given, would prevent. There is no memory of earlier scans: CreatedAt is the time of this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bedaudit import __version__
from bedaudit.model import GLOBAL, Finding, Outcome, Report, ResourceName, Severity, Site
from bedaudit.report import Options
from bedaudit.report.json import drift_members, gap_members
from bedaudit.report.moments import EPOCH, moment, rfc3339
from bedaudit.report.phrases import EVERYWHERE, told, unread
from bedaudit.report.plain import ascii_array, ascii_json, harmless, shortened

_STATUSES: Final[Mapping[Outcome, str]] = {
    "pass": "PASSED",
    "fail": "FAILED",
    "unknown": "WARNING",
    "not_applicable": "NOT_AVAILABLE",
}
_LABELS: Final[Mapping[Severity, str]] = {
    "critical": "CRITICAL",
    "high": "HIGH",
    "medium": "MEDIUM",
    "low": "LOW",
    "info": "INFORMATIONAL",
}
_HOMES: Final = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Where partitions have what is of no region; us-east-1 in AWS's own."""

_TYPE: Final = "Software and Configuration Checks/AWS Security Best Practices"
_PARTITIONS: Final = ("aws", "aws-cn", "aws-us-gov", "aws-us-iso", "aws-us-iso-b")
"""Those that it knows."""
_LONGEST_ARN, _LONGEST_REGION = 2048, 16
_LONGEST_ID, _LONGEST_TITLE, _LONGEST_TEXT, _LONGEST_ADVICE = 512, 256, 1024, 512
_MOST_REQUIREMENTS, _LONGEST_REQUIREMENT = 32, 64
_MOST_REASONS = 10


def report(found: Report, options: Options) -> Iterator[str]:
    """As `aws securityhub batch-import-findings` takes them, though not more than 100 at once."""
    imports = Imports(found)
    yield from ascii_array(map(imports.finding, found.findings))
    yield "\n"


def region_of(site: Site) -> str:
    """The region of a finding; what is of no region belongs to the one where the partition has such things."""
    return _HOMES.get(site.partition, "us-east-1") if site.region in (EVERYWHERE, GLOBAL) else site.region


@dataclass(frozen=True, slots=True)
class Imports:
    """Makes findings of a report ones that Security Hub takes."""

    report: Report

    def finding(self, finding: Finding) -> dict[str, Any]:
        """One finding, for its own account and region."""
        site = finding.site
        product = f"arn:{site.partition}:securityhub:{region_of(site)}:{site.account}:product/{site.account}/default"
        good = finding.outcome in ("pass", "not_applicable")
        severity = {"Label": "INFORMATIONAL" if good else _LABELS[finding.severity], "Original": finding.severity}
        began, ended = (rfc3339(moment(time) or EPOCH) for time in (self.report.scan.started_at, self._finished))
        first = {"FirstObservedAt": ended} if finding.baseline == "new" else {}
        return {
            "SchemaVersion": "2018-10-08",
            "Id": f"bedaudit/{finding.id}",
            "ProductArn": _fit(product, _LONGEST_ARN),
            "ProductName": "bedaudit",
            "CompanyName": "bedaudit",
            "GeneratorId": _fit(f"bedaudit/{finding.control}", _LONGEST_ID),
            "AwsAccountId": _fit(site.account, 12),
            "CreatedAt": began,
            "UpdatedAt": ended,
            "LastObservedAt": ended,
            **first,
            "Title": _fit(finding.title, _LONGEST_TITLE),
            "Description": _fit(told(finding), _LONGEST_TEXT),
            "FindingProviderFields": {"Severity": severity, "Types": [_TYPE]},
            "Remediation": {"Recommendation": self._advice(finding)},
            "ProductFields": _product_fields(finding),
            "Resources": [_resource(finding)],
            "Compliance": self._compliance(finding),
            "RecordState": "ACTIVE" if finding.outcome in ("fail", "unknown") else "ARCHIVED",
        }

    @property
    def _finished(self) -> str:
        return self.report.scan.finished_at

    def _advice(self, finding: Finding) -> dict[str, str]:
        control = self.report.controls.get(finding.control)
        hint = f"`bedaudit explain {shortened(harmless(finding.control), 200)}` says how it is fixed."
        said = f"{control.why} {hint}" if control and len(control.why) + len(hint) < _LONGEST_ADVICE else hint
        links = control.references if control else ()
        link = next((each for each in links if each.startswith("https://") and harmless(each) == each), None)
        return {"Text": _fit(said, _LONGEST_ADVICE)} | ({"Url": link} if link else {})

    def _compliance(self, finding: Finding) -> dict[str, Any]:
        control = self.report.controls.get(finding.control)
        frameworks = control.frameworks if control else {}
        required = [f"{name}/{each}" for name, items in frameworks.items() for each in items]
        reasons = [
            {"ReasonCode": gap.reason.upper(), "Description": _fit(unread(gap), _LONGEST_TEXT)} for gap in finding.gaps
        ]
        return {
            "Status": _STATUSES[finding.waiver.outcome if finding.waiver else finding.outcome],
            "RelatedRequirements": [_fit(each, _LONGEST_REQUIREMENT) for each in required[:_MOST_REQUIREMENTS]],
            "StatusReasons": reasons[:_MOST_REASONS],
        }


def _product_fields(finding: Finding) -> dict[str, str]:
    waiver = finding.waiver
    fields: dict[str, str | None] = {
        "control": finding.control,
        "policy": f"{finding.policy} {finding.mark.file}:{finding.mark.line}",
        "version": __version__,
        "outcome": finding.outcome,
        "baseline": finding.baseline,
        "waiver": f"{waiver.reason} ({waiver.owner}), until {waiver.expires}" if waiver else None,
    }
    return {f"bedaudit/{name}": _fit(value, _LONGEST_TEXT) for name, value in fields.items() if value is not None}


def _resource(finding: Finding) -> dict[str, Any]:
    """What the finding is about; where it is about no single resource, the account."""
    site, resource = finding.site, finding.resource
    details = {
        "kind": finding.kind,
        "each": finding.each,
        "drift": ascii_json([drift_members(each) for each in finding.drift]) if finding.drift else None,
        "gaps": ascii_json([gap_members(each) for each in finding.gaps]) if finding.gaps else None,
        "account_name": site.account_name,
    }
    known = {name: _fit(value, _LONGEST_TEXT) for name, value in details.items() if value}
    return {
        "Type": "Other" if resource else "AwsAccount",
        "Id": _fit(_identifier(site, resource), _LONGEST_ID),
        "Region": _fit(region_of(site), _LONGEST_REGION),
        "Details": {"Other": known},
        **({"Partition": site.partition} if site.partition in _PARTITIONS else {}),
    }


def _identifier(site: Site, resource: ResourceName | None) -> str:
    if resource is None:
        return f"AWS::::Account:{site.account}"
    return resource.arn or f"{site.account}/{site.region}/{resource.kind}/{resource.id}"


def _fit(text: str, longest: int) -> str:
    """One line that is not empty and not too long, as Security Hub wants every text."""
    return shortened(harmless(text).strip(), longest) or "-"
