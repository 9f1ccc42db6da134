from __future__ import annotations

import dataclasses

from bedaudit.model import Finding, Gap, Mark, Report, SiteGap
from bedaudit.report import REPORTERS, Options
from tests.report.golden import assert_golden
from tests.report.parsing import read_github
from tests.report.sample import REPORT

FAILED = next(each for each in REPORT.findings if each.outcome == "fail")


def text(report: Report = REPORT) -> str:
    return "".join(REPORTERS["github"](report, Options()))


def only(*findings: Finding) -> Report:
    return dataclasses.replace(REPORT, findings=findings, gaps=(), notices=())


def test_the_golden_commands() -> None:
    assert_golden("annotations.txt", text())
    read_github(text())


def test_no_level_has_more_than_github_shows_and_the_last_says_how_many_are_left() -> None:
    controls = [dataclasses.replace(FAILED, control=f"control-{number:02}") for number in range(25)]
    lines = read_github(text(only(*controls, *controls[:3])))
    assert len(lines) == 8
    assert lines[-1] == "::error::and 18 controls more with 18 findings: see the report\n"
    assert [line.partition("::2 findings")[1] for line in lines[:4]] == ["::2 findings"] * 3 + [""]


def test_what_is_new_comes_before_what_is_worse_and_is_the_first_of_its_control() -> None:
    controls = [dataclasses.replace(FAILED, control=f"old-{number:02}", baseline="unchanged") for number in range(25)]
    there, here = (
        dataclasses.replace(FAILED, control="mixed", severity="high", message=name) for name in ("there", "here")
    )
    mixed = (dataclasses.replace(there, baseline="unchanged"), dataclasses.replace(here, baseline="new"))
    first = read_github(text(only(*controls, *mixed)))[0]
    assert "title=high%3A mixed::2 findings failed, 1 new. The first: " in first
    assert ": here." in first


def test_worst_first_whether_it_failed_or_is_unknown() -> None:
    failed = dataclasses.replace(FAILED, control="a", severity="medium")
    unknown = dataclasses.replace(FAILED, control="b", severity="critical", outcome="unknown", drift=())
    assert [line.partition("title=")[2].partition("::")[0] for line in read_github(text(only(failed, unknown)))] == [
        "critical%3A b",
        "medium%3A a",
    ]


def test_what_has_a_meaning_in_a_command_is_escaped() -> None:
    found = dataclasses.replace(FAILED, mark=Mark("a,b:c%.yaml", 1, 1, 2, 1), message="100%\n::error::x")
    (line,) = read_github(text(only(found)))
    assert line.startswith("::error file=a%2Cb%3Ac%25.yaml,line=1,title=critical%3A ")
    assert "100%25 ::error::x" in line


def test_what_was_not_read_anywhere_is_said_as_no_finding_says_it() -> None:
    gap = SiteGap("*", "", "*", Gap("not_read", message="the plan is not\ncomplete"))
    (line,) = read_github(text(dataclasses.replace(only(), gaps=(gap,))))
    assert line == "::warning title=not read::not read: the plan is not complete\n"


def test_nothing_is_said_where_all_is_well() -> None:
    assert text(only(dataclasses.replace(FAILED, outcome="pass"))) == ""
