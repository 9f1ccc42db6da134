from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from bedaudit.model import Finding, Report
from bedaudit.report import REPORTERS, Options
from tests.report.golden import assert_golden
from tests.report.parsing import read_ocsf
from tests.report.sample import REPORT

OUTCOMES = {each.outcome: each for each in REPORT.findings}


def text(report: Report = REPORT) -> str:
    return "".join(REPORTERS["ocsf"](report, Options()))


def event(of: Finding, report: Report = REPORT) -> dict[str, Any]:
    (found,) = read_ocsf(text(dataclasses.replace(report, findings=(of,))))
    return found


def test_the_golden_events() -> None:
    assert_golden("ocsf.json", json.dumps(read_ocsf(text()), indent=1) + "\n")


@pytest.mark.parametrize(
    ("outcome", "result", "status"),
    [
        ("pass", (1, "Pass"), (4, "Resolved")),
        ("fail", (3, "Fail"), (1, "New")),
        ("unknown", (2, "Warning"), (1, "New")),
        ("not_applicable", (99, "Not Applicable"), (4, "Resolved")),
    ],
)
def test_an_outcome_is_a_result_and_what_is_to_be_done_about_it(
    outcome: Any, result: tuple[int, str], status: tuple[int, str]
) -> None:
    found = event(OUTCOMES[outcome])
    (check,) = found["compliance"]["checks"]
    for told in (found["compliance"], check):
        assert (told["status_id"], told["status"]) == result
    assert (found["status_id"], found["status"]) == status


def test_what_is_waived_is_suppressed_with_the_result_that_is_waived() -> None:
    found = [event(each) for each in REPORT.findings if each.waiver]
    assert [(each["status"], each["compliance"]["status"]) for each in found] == [
        ("Suppressed", "Fail"),
        ("Suppressed", "Warning"),
    ]


@pytest.mark.parametrize(
    ("baseline", "type_name", "first_seen"),
    [(None, "Create", False), ("new", "Create", True), ("unchanged", "Update", False), ("fixed", "Close", False)],
)
def test_the_baseline_decides_what_happened(baseline: Any, type_name: str, first_seen: bool) -> None:
    found = event(dataclasses.replace(OUTCOMES["fail"], baseline=baseline))
    assert found["type_name"] == f"Compliance Finding: {type_name}"
    assert ("first_seen_time" in found["finding_info"]) == first_seen


@pytest.mark.parametrize(
    ("finished_at", "time"),
    [
        ("2026-11-20T12:03:21Z", 1_795_176_201_000),
        ("2026-11-20T13:03:21.5+01:00", 1_795_176_201_500),
        ("2026-11-20T12:03:21", 0),
        ("0001-01-01T00:00:00Z", 0),
        ("yesterday", 0),
    ],
)
def test_times_are_milliseconds(finished_at: str, time: int) -> None:
    scan = dataclasses.replace(REPORT.scan, finished_at=finished_at)
    assert event(OUTCOMES["fail"], dataclasses.replace(REPORT, scan=scan))["time"] == time


def test_what_is_about_no_resource_is_about_the_account_and_an_account_not_entered_has_no_region() -> None:
    (resource,) = event(OUTCOMES["unknown"])["resources"]
    assert resource == {"uid": "777788889999", "name": "sealed", "type": "account", "cloud_partition": "aws"}
