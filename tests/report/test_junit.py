from __future__ import annotations

import dataclasses

from bedaudit.model import Report
from bedaudit.report import REPORTERS, Options
from tests.report.golden import assert_golden
from tests.report.parsing import read_junit
from tests.report.sample import REPORT

RESULTS = {"fail": "failure", "unknown": "error", "waived": "skipped", "not_applicable": "skipped", "pass": None}


def text(report: Report = REPORT) -> str:
    return "".join(REPORTERS["junit"](report, Options()))


def test_the_golden_document() -> None:
    assert_golden("junit.xml", text())


def test_drift_fails_unknown_is_an_error_and_what_is_waived_or_not_applicable_is_skipped() -> None:
    cases = read_junit(text()).iter("testcase")
    results = [next((child.tag for child in case), None) for case in cases]
    assert results == [RESULTS[each.outcome] for each in REPORT.findings]


def test_every_suite_counts_its_own_and_the_whole_counts_all() -> None:
    root = read_junit(text())
    for counted in (root, *root):
        cases = list(counted.iter("testcase"))
        tags = [child.tag for case in cases for child in case]
        assert counted.get("tests") == str(len(cases))
        assert (counted.get("failures"), counted.get("errors")) == (
            str(tags.count("failure")),
            str(tags.count("error")),
        )
        assert counted.get("skipped", str(tags.count("skipped"))) == str(tags.count("skipped"))


def test_no_two_tests_have_one_name() -> None:
    names = [(case.get("classname"), case.get("name")) for case in read_junit(text()).iter("testcase")]
    assert len(names) == len(set(names)) == len(REPORT.findings)


def test_a_waived_test_says_who_excepted_it_and_until_when() -> None:
    skipped = [each.get("message") or "" for each in read_junit(text()).iter("skipped")]
    assert "waived until 2027-03-31: Migration, SEC-1234 (platform-security@example.com)" in skipped


def test_nothing_judged_is_a_document_without_suites() -> None:
    assert list(read_junit(text(dataclasses.replace(REPORT, findings=(), notices=())))) == []
