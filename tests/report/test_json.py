from __future__ import annotations

import dataclasses
import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bedaudit.model import Drift, Report, SiteGap
from bedaudit.report import REPORTERS, Options
from tests.report.golden import assert_golden
from tests.report.sample import CLOSED, CLOSED_GAP, DATA, DENIED, REPORT


def text(report: Report = REPORT) -> str:
    return "".join(REPORTERS["json"](report, Options()))


def document(report: Report = REPORT) -> Any:
    return json.loads(text(report))


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    document = json.loads(files("bedaudit").joinpath("schemas", "report.schema.json").read_text())
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


def test_the_golden_report() -> None:
    assert_golden("report.json", text())


def test_the_report_meets_the_published_schema(schema: Draft202012Validator) -> None:
    schema.validate(document())
    schema.validate(document(dataclasses.replace(REPORT, findings=(), gaps=(), notices=(), controls={})))


def test_the_schema_refuses_a_member_that_is_missing_or_not_known(schema: Draft202012Validator) -> None:
    whole = document()
    assert list(schema.iter_errors({**whole, "more": 1}))
    for name in whole:
        assert list(schema.iter_errors({each: value for each, value in whole.items() if each != name}))
    first = whole["findings"][0]
    for name in first:
        less = {each: value for each, value in first.items() if each != name}
        assert list(schema.iter_errors({**whole, "findings": [less]}))
    assert list(schema.iter_errors({**whole, "findings": [{**first, "more": 1}]}))


def test_every_finding_stands_on_a_line_of_its_own() -> None:
    lines = text().splitlines()
    assert [json.loads(line.rstrip(","))["id"] for line in lines if line.startswith('  {"id"')] == [
        finding.id for finding in REPORT.findings
    ]


def test_a_report_with_no_unknown_is_complete_unless_an_account_was_not_entered() -> None:
    seen = tuple(finding for finding in REPORT.findings if finding.outcome != "unknown")
    whole = dataclasses.replace(REPORT, findings=seen, gaps=REPORT.gaps[1:])
    assert document(whole)["scan"]["complete"] is True
    assert document(dataclasses.replace(whole, gaps=REPORT.gaps))["scan"]["complete"] is False
    assert document()["scan"]["complete"] is False


def test_the_summary_counts_every_outcome_and_failures_by_severity() -> None:
    assert document()["summary"] == {
        "pass": 3,
        "fail": 8,
        "unknown": 9,
        "not_applicable": 2,
        "waived": 2,
        "fixed": 1,
        "fail_by_severity": {"critical": 2, "high": 3, "medium": 1, "low": 1, "info": 1},
    }


def test_the_order_in_which_gaps_were_met_does_not_show() -> None:
    more = (
        *REPORT.gaps,
        SiteGap(DATA, "data-platform", "eu-west-1", DENIED),
        SiteGap(CLOSED, "sealed", "*", CLOSED_GAP),
    )
    forward, back = (dataclasses.replace(REPORT, gaps=gaps) for gaps in (more, tuple(reversed(more))))
    assert text(forward) == text(back)


def test_what_is_printed_is_plain_ascii_without_commands_of_a_ci_runner() -> None:
    hostile = "##[error]\x1b[31m\u202e\x7f\r\n::error::\ud800 \N{SNOWMAN}"
    finding = dataclasses.replace(
        next(iter(REPORT.findings)), message=hostile, drift=(Drift("a", None, {hostile: hostile}),)
    )
    printed = text(dataclasses.replace(REPORT, findings=(finding,), notices=(hostile,)))
    assert all(character == "\n" or 32 <= ord(character) < 127 for character in printed)
    assert "##[" not in printed
    read = json.loads(printed)
    assert (read["findings"][0]["message"], read["findings"][0]["drift"][0]["actual"]) == (hostile, {hostile: hostile})
