"""What goes to Security Hub, and as which calls."""

from __future__ import annotations

import dataclasses
import json

from bedaudit.audit.publishing import batches
from bedaudit.model import Finding, Gap, Report
from tests.report.parsing import read_asff
from tests.report.sample import DATA, DEV, PROD, REPORT, finding, site

FAILED = next(each for each in REPORT.findings if each.outcome == "fail")


def only(*findings: Finding) -> Report:
    return dataclasses.replace(REPORT, findings=findings, gaps=(), notices=())


def test_each_finding_is_imported_in_its_own_account_and_region() -> None:
    found = [(batch.account, batch.region, len(batch.findings)) for batch in batches(REPORT)]
    assert found == [
        (PROD, "eu-west-1", 2),
        (PROD, "us-east-1", 9),
        (DEV, "us-east-1", 1),
        (DATA, "us-east-1", 4),
    ]
    for batch in batches(REPORT):
        for each in read_asff(json.dumps(batch.findings)):
            assert (each["AwsAccountId"], each["Resources"][0]["Region"]) == (batch.account, batch.region)


def test_no_call_has_more_findings_than_security_hub_takes() -> None:
    many = (dataclasses.replace(FAILED, each=str(number)) for number in range(205))
    assert [len(batch.findings) for batch in batches(only(*many))] == [100, 100, 5]


def test_no_call_is_larger_than_security_hub_takes() -> None:
    denied = Gap("denied", message="\N{SNOWMAN}" * 2000)
    huge = (dataclasses.replace(FAILED, each=str(number), gaps=(denied,) * 10) for number in range(205))
    sizes = [len(json.dumps(list(batch.findings)).encode()) for batch in batches(only(*huge))]
    assert [size > 2_000_000 for size in sizes] == [True] * 3
    assert max(sizes) <= 6_000_000


def test_against_a_baseline_only_what_was_fixed_is_told_of_what_is_good() -> None:
    good = dataclasses.replace(FAILED, outcome="pass", baseline=None)
    fixed = dataclasses.replace(good, baseline="fixed")
    gone = dataclasses.replace(fixed, outcome="not_applicable")
    (batch,) = batches(only(good, fixed, gone), compared=True)
    assert [each["RecordState"] for each in batch.findings] == ["ARCHIVED", "ARCHIVED"]


def test_a_region_that_is_not_enabled_has_nothing_to_tell() -> None:
    gap = Gap("region_disabled")
    dark = finding("alarms-are-heard", "not_applicable", site(DEV, "ap-southeast-4"), "It is not enabled.", gaps=(gap,))
    assert list(batches(only(dark))) == []
