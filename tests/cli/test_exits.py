"""What a report means to a shell."""

from __future__ import annotations

import pytest

from bedaudit.cli.exits import exit_code
from bedaudit.model import Finding, Gap, Mark, Outcome, Report, ScanFacts, Severity, Site, SiteGap

SITE = Site("111122223333", "us-east-1")
SCAN = ScanFacts("s", "2026-11-20T12:00:00Z", "2026-11-20T12:01:00Z", "arn:aws:iam::111122223333:user/a", 1, 1, 1, ())
NOT_ENTERED = SiteGap("444455556666", "", "*", Gap("denied", "sts:AssumeRole", "AccessDenied"))
NOT_THERE = SiteGap("111122223333", "", "me-south-1", Gap("region_disabled"))


def finding(outcome: Outcome, severity: Severity = "high") -> Finding:
    mark = Mark("p.yaml", 1, 1, 2, 1)
    return Finding("c", "C", severity, outcome, SITE, "alarm", None, None, "m", "p", mark)


def report(*findings: Finding, gaps: tuple[SiteGap, ...] = ()) -> Report:
    return Report(SCAN, findings, gaps)


PASS, FAIL, UNKNOWN, LOW = finding("pass"), finding("fail"), finding("unknown"), finding("fail", "low")


@pytest.mark.parametrize(
    ("what", "found", "fail_on", "options", "code"),
    [
        ("everything passes", report(PASS), "low", {}, 0),
        ("nothing applies, or is waived", report(finding("not_applicable"), finding("waived")), "low", {}, 0),
        ("something fails", report(PASS, FAIL), "low", {}, 1),
        ("a failure outweighs an unknown", report(FAIL, UNKNOWN), "low", {}, 1),
        ("a failure at the severity that counts", report(FAIL), "high", {}, 1),
        ("a failure below the severity that counts", report(LOW), "medium", {}, 0),
        ("info does not count by default", report(finding("fail", "info")), "low", {}, 0),
        ("info counts if it is asked for", report(finding("fail", "info")), "info", {}, 1),
        ("a failure below it, and an unknown", report(LOW, UNKNOWN), "medium", {}, 3),
        ("an unknown of any severity is not seen", report(finding("unknown", "info")), "critical", {}, 3),
        ("an account that was not entered", report(PASS, gaps=(NOT_ENTERED,)), "low", {}, 3),
        ("a region that is not enabled", report(PASS, gaps=(NOT_THERE,)), "low", {}, 0),
        ("unknowns are allowed", report(UNKNOWN, gaps=(NOT_ENTERED,)), "low", {"allow_unknown": True}, 0),
        ("unknowns are allowed, failures are not", report(FAIL, UNKNOWN), "low", {"allow_unknown": True}, 1),
        ("zero instead of 1", report(FAIL), "low", {"exit_zero": True}, 0),
        ("zero instead of 3", report(UNKNOWN), "low", {"exit_zero": True}, 0),
    ],
)  # fmt: skip
def test_exit_code_follows_the_table(
    what: str, found: Report, fail_on: Severity, options: dict[str, bool], code: int
) -> None:
    assert exit_code(found, fail_on, **options) == code, what
