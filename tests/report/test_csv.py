from __future__ import annotations

import dataclasses

import pytest

from bedaudit.model import Report, ResourceName
from bedaudit.report import REPORTERS, Options
from tests.report.golden import assert_golden
from tests.report.parsing import read_csv
from tests.report.sample import REPORT


def text(report: Report = REPORT) -> str:
    return "".join(REPORTERS["csv"](report, Options()))


def test_the_golden_table() -> None:
    assert_golden("report.csv", text().replace("\r\n", "\n"))


def test_a_row_is_a_finding_or_a_notice() -> None:
    rows = read_csv(text())
    findings = [row["id"] for row in rows if row["outcome"] != "notice"]
    notices = [row["message"] for row in rows if row["outcome"] == "notice"]
    assert (findings, notices) == ([each.id for each in REPORT.findings], list(REPORT.notices))


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("a=1", "a=1"),
        ('say "hi", twice', 'say "hi", twice'),
        ("a\nb", "a b"),
        ("", ""),
    ],
)
def test_a_cell_is_text_to_a_spreadsheet(name: str, cell: str) -> None:
    named = dataclasses.replace(next(iter(REPORT.findings)), resource=ResourceName("alarm", name, None))
    (row,) = read_csv(text(dataclasses.replace(REPORT, findings=(named,), notices=())))
    assert (row["resource"], row["arn"]) == (cell, "")
