from __future__ import annotations

import dataclasses
import re
from typing import Literal

import pytest

from bedaudit.model import Finding, Gap, Report, Severity, SiteGap
from bedaudit.report import REPORTERS, Options
from bedaudit.report.summary import Point, summary
from tests.report.golden import assert_golden
from tests.report.parsing import read_markdown
from tests.report.sample import CONTROLS, DENIED, REPORT, finding, site

For = Literal["comment", "summary"]
LIMITS: tuple[tuple[For, int], ...] = (("comment", 65_536), ("summary", 1_048_576))

FAILED = next(each for each in REPORT.findings if each.outcome == "fail")


def text(report: Report = REPORT, markdown_for: For = "comment") -> str:
    return "".join(REPORTERS["markdown"](report, Options(markdown_for=markdown_for)))


def only(*findings: Finding) -> Report:
    return dataclasses.replace(REPORT, findings=findings, gaps=(), notices=())


def many(number: int) -> tuple[Finding, ...]:
    """Findings of every severity, the worst of them last."""
    severities: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
    return tuple(
        dataclasses.replace(FAILED, severity=severities[at * 5 // number], each=f"each-{at}", baseline=None)
        for at in range(number)
    )


def test_the_golden_page() -> None:
    assert_golden("comment.md", text())
    read_markdown(text())


def test_that_nothing_is_new_is_said_where_there_was_a_baseline_and_nowhere_else() -> None:
    assert "| 0 | new | since the baseline |" in text(only(dataclasses.replace(FAILED, baseline="unchanged")))
    assert "since the baseline" not in text(only(dataclasses.replace(FAILED, baseline=None)))


@pytest.mark.parametrize(("markdown_for", "limit"), LIMITS)
def test_a_page_fits_worst_first_and_says_what_was_cut(markdown_for: For, limit: int) -> None:
    number = limit // 20
    unknown = tuple(
        dataclasses.replace(each, outcome="unknown", gaps=(DENIED,), message="é" * 300) for each in many(200)
    )
    page = text(only(*many(number), *unknown), markdown_for)
    read_markdown(page)
    assert limit * 0.8 < len(page.encode()) <= limit
    rows = re.findall(r"^\| (?:🔴|🟠|🟡|🔵|⚪) (\w+) \|", page.split("### Unseen")[0], re.MULTILINE)
    assert rows == sorted(rows, key=["critical", "high", "medium", "low", "info"].index)
    left = number - len(rows)
    assert f"**{left:,} more are not shown here, {rows[-1]} and below.**" in page
    assert f"{number:,} failed, 200 unseen" in page
    assert "### Unseen" in page


def test_what_is_new_stands_before_what_is_not_and_says_so() -> None:
    old = dataclasses.replace(FAILED, each="old", resource=None, baseline="unchanged")
    new = dataclasses.replace(old, each="new", baseline="new")
    page = text(only(old, new))
    assert page.index("`new`") < page.index("`old`")
    assert page.count("**new**") == 1


def test_accounts_that_were_not_entered_are_told_together_and_not_once_more_by_control() -> None:
    gap = Gap("denied", "sts:AssumeRole", "AccessDenied")
    closed = [dataclasses.replace(site("777788889999", "*"), account=f"{number:012}") for number in range(30)]
    report = dataclasses.replace(
        only(*(finding("alarms-are-heard", "unknown", where, "Unknown.", gaps=(gap,)) for where in closed)),
        gaps=tuple(SiteGap(where.account, "", "*", gap) for where in closed),
    )
    page = text(report)
    assert "### Unseen" not in page
    assert "`000000000019`<br>and 10 accounts more | denied \\(sts:AssumeRole AccessDenied\\). | 30 |" in page


def test_nothing_but_counts_where_all_is_well() -> None:
    passed = dataclasses.replace(FAILED, outcome="pass", drift=(), baseline=None)
    page = text(only(passed))
    assert "## bedaudit: 0 failed, 0 unseen" in page
    assert "###" not in page


def test_every_control_of_the_sample_that_fails_is_named() -> None:
    failed = {each.control for each in REPORT.findings if each.outcome == "fail"}
    assert failed < set(CONTROLS)
    assert failed <= set(re.findall(r"`([a-z-]+)`", text()))


def test_earlier_scans_are_a_trend_that_begins_with_the_latest() -> None:
    past = [Point(f"2026-11-0{day}T12:00:00Z", summary(many(5)[:day])) for day in (1, 2)]
    page = "".join(REPORTERS["markdown"](only(*many(5)), Options(history=tuple(past))))
    trend = page.split("### Trend\n\n")[1].split("\n\n")[0]
    assert trend.splitlines() == [
        "| Finished | Failed | Critical | High | Unseen |",
        "|---|---|---|---|---|",
        f"| `{REPORT.scan.finished_at}` | 5 | 1 | 1 | 0 |",
        "| `2026-11-02T12:00:00Z` | 2 | 0 | 0 | 0 |",
        "| `2026-11-01T12:00:00Z` | 1 | 0 | 0 | 0 |",
    ]
    assert "### Trend" not in text()
