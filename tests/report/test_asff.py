from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from bedaudit.model import Finding, Report
from bedaudit.report import REPORTERS, Options
from tests.report.golden import assert_golden
from tests.report.parsing import read_asff
from tests.report.sample import LOGGING, PROD, REPORT, finding, site

OUTCOMES = {each.outcome: each for each in REPORT.findings}


def text(report: Report = REPORT) -> str:
    return "".join(REPORTERS["asff"](report, Options()))


def imported(of: Finding, report: Report = REPORT) -> dict[str, Any]:
    (found,) = read_asff(text(dataclasses.replace(report, findings=(of,))))
    return found


def test_the_golden_findings() -> None:
    assert_golden("asff.json", json.dumps(read_asff(text()), indent=1) + "\n")


@pytest.mark.parametrize(
    ("outcome", "status", "state", "label"),
    [
        ("pass", "PASSED", "ARCHIVED", "INFORMATIONAL"),
        ("fail", "FAILED", "ACTIVE", "HIGH"),
        ("unknown", "WARNING", "ACTIVE", "HIGH"),
        ("not_applicable", "NOT_AVAILABLE", "ARCHIVED", "INFORMATIONAL"),
    ],
)
def test_what_is_bad_or_unknown_is_active_and_what_is_good_is_archived(
    outcome: Any, status: str, state: str, label: str
) -> None:
    found = imported(dataclasses.replace(OUTCOMES[outcome], severity="high"))
    severity = found["FindingProviderFields"]["Severity"]
    assert (found["Compliance"]["Status"], found["RecordState"], severity["Label"]) == (status, state, label)


def test_what_is_waived_is_archived_with_the_status_that_is_waived_and_comes_back_when_the_waiver_ends() -> None:
    waived = next(each for each in REPORT.findings if each.waiver)
    found, again = imported(waived), imported(dataclasses.replace(waived, outcome="fail", waiver=None))
    assert (found["Compliance"]["Status"], found["RecordState"]) == ("FAILED", "ARCHIVED")
    assert (again["Id"], again["RecordState"]) == (found["Id"], "ACTIVE")


def test_a_finding_keeps_its_id_whatever_is_measured_and_when() -> None:
    later = dataclasses.replace(REPORT, scan=dataclasses.replace(REPORT.scan, finished_at="2027-01-01T00:00:00Z"))
    failed = OUTCOMES["fail"]
    first, second = imported(failed), imported(dataclasses.replace(failed, message="Now it is 7.", drift=()), later)
    assert first["Id"] == second["Id"] == f"bedaudit/{failed.id}"
    assert first["UpdatedAt"] < second["UpdatedAt"]


@pytest.mark.parametrize(
    ("partition", "region", "home"),
    [
        ("aws", "eu-west-1", "eu-west-1"),
        ("aws", "global", "us-east-1"),
        ("aws", "*", "us-east-1"),
        ("aws-cn", "global", "cn-north-1"),
        ("aws-us-gov", "global", "us-gov-west-1"),
    ],
)
def test_a_finding_is_of_the_default_product_of_its_account_and_region(partition: str, region: str, home: str) -> None:
    where = dataclasses.replace(site(PROD, region), partition=partition)
    found = imported(finding("invocation-logging-is-enabled", "fail", where, "It is off.", resource=LOGGING))
    assert found["ProductArn"] == f"arn:{partition}:securityhub:{home}:{PROD}:product/{PROD}/default"
    assert found["Resources"][0]["Region"] == home
