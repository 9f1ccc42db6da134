"""The page as a file: what it holds, how large it is, and that it can load and run nothing but its own."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bedaudit.model import GLOBAL, Finding, Report, Site
from bedaudit.policy.model import Fix
from bedaudit.report import Options, beside
from bedaudit.report.html import beside as pages_of
from bedaudit.report.html import report as html
from bedaudit.report.html.choice import MOST
from bedaudit.report.html.plot import shares, trend
from bedaudit.report.summary import Point, summary
from tests.report.golden import assert_golden
from tests.report.html_page import Page
from tests.report.sample import CONTROLS, REPORT

FIXED = replace(
    REPORT, controls={name: replace(control, fix=Fix(set={"enabled": True})) for name, control in CONTROLS.items()}
)


def written(found: Report, **options: object) -> str:
    return "".join(html(found, Options(**options)))  # type: ignore[arg-type]


def point(day: str, fail: int, unknown: int) -> Point:
    counts = summary(REPORT.findings)
    return Point(
        f"2026-{day}T06:00:00Z", replace(counts, outcomes={**counts.outcomes, "fail": fail, "unknown": unknown})
    )


HISTORY = (point("09-01", 12, 3), point("10-01", 30, 9))


def many(number: int) -> Report:
    """The sample's findings, again and again in other accounts."""
    pattern = REPORT.findings
    assert isinstance(pattern, tuple)
    found: list[Finding] = []
    for at in range(number):
        model: Finding = pattern[at % len(pattern)]
        account = f"{at // 100:012d}"
        found.append(replace(model, site=Site(account, model.site.region, account_name="team"), each=f"model-{at}"))
    return replace(FIXED, findings=tuple(sorted(found, key=lambda each: each.order)))


def test_the_page_of_the_sample_is_as_it_was() -> None:
    page = written(FIXED, history=HISTORY)
    bare = re.sub(r"(?s)(<(style|script)>).*?(</\2>)", r"\1\3", re.sub(r"sha256-[\w+/]{43}=", "HASH", page))
    assert_golden("report.html", bare)


def test_only_its_own_style_and_script_may_act() -> None:
    page = written(REPORT)
    policy = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    wanted = [
        f"{kind}-src 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for kind in ("style", "script")
        for text in re.findall(f"(?s)<{kind}>(.*?)</{kind}>", page)
    ]
    assert policy == [f"default-src 'none'; {'; '.join(wanted)}; base-uri 'none'; form-action 'none'"]


def test_a_scan_that_judged_nothing_praises_nothing() -> None:
    page = written(replace(REPORT, findings=(), gaps=()))
    assert "Nothing was judged</h1>" in page
    assert "everything was seen" not in page


@pytest.mark.parametrize(("number", "said"), [(1, "<dd>1</dd><dt>control, of"), (2, "<dd>2</dd><dt>controls, of")])
def test_controls_are_counted_in_words_that_agree(number: int, said: str) -> None:
    named = sorted({each.control for each in REPORT.findings})[:number]
    assert said in written(replace(REPORT, findings=tuple(each for each in REPORT.findings if each.control in named)))


def test_every_finding_has_its_own_anchor() -> None:
    page = Page(written(REPORT))
    assert {f"f{finding.id[:16]}" for finding in REPORT.findings} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_an_empty_report_is_a_page_too() -> None:
    page = Page(written(replace(REPORT, findings=(), gaps=(), notices=())))
    assert "Nothing was judged." in page.texts


def test_a_report_that_knows_nothing_of_its_controls_still_tells_their_findings() -> None:
    page = Page(written(replace(REPORT, controls={})))
    assert len([each for each in page.ids if re.fullmatch("f[0-9a-f]{16}", each)]) == len(REPORT.findings)


def test_one_account_is_shown_region_by_region() -> None:
    first = REPORT.findings[0] if isinstance(REPORT.findings, tuple) else None
    assert first
    own = tuple(each for each in REPORT.findings if each.site.account == first.site.account)
    page = written(replace(REPORT, findings=own, gaps=()))
    assert "Regions and controls" in page
    assert re.findall(r'data-p="([^"]*)"', page) == ["us-east-1", "eu-west-1"]


def test_a_command_mends_what_a_control_can_fix() -> None:
    account_wide = replace(REPORT.findings[0], site=Site("1" * 12, GLOBAL))  # type: ignore[index]
    page = written(replace(FIXED, findings=(account_wide,)))
    where = f"--control {account_wide.control} --account 111111111111"
    assert re.findall(r"bedaudit fix [^<]*", page) == [
        f"bedaudit fix {where} --policy policies/baseline.yaml --dry-run",
    ]


def test_five_thousand_findings_are_less_than_three_megabytes_and_all_there() -> None:
    found = many(MOST)
    page = written(found, name="report.html")
    assert len(page.encode()) < 3_000_000
    assert page.count('id="f') - page.count('id="findings"') == MOST
    assert list(pages_of(found, Options(name="report.html"))) == []


def test_of_more_findings_the_worst_are_shown_and_each_account_has_its_page() -> None:
    found = many(MOST + 100)
    page = written(found, name="report.html")
    assert "This page holds the 3,000 worst of 5,100 findings" in page
    assert f'href="report.d/{0:012d}.html"' in page
    assert "report.d" not in written(found)
    pages = {name: "".join(pieces) for name, pieces in pages_of(found, Options(name="report.html"))}
    assert len(pages) == 51
    assert all('href="../report.html"' in text for text in pages.values())
    anchors = {anchor for text in pages.values() for anchor in re.findall('id="(f[0-9a-f]{16})"', text)}
    assert anchors == {f"f{finding.id[:16]}" for finding in found.findings}


def test_an_account_that_is_no_number_cannot_name_a_file() -> None:
    bad = replace(REPORT.findings[0], site=Site("../../x", "us-east-1"))  # type: ignore[index]
    found = replace(REPORT, findings=(bad,) * (MOST + 1))
    assert [Path(name).name == name for name, _ in pages_of(found, Options(name="r.html"))] == [True]


def test_only_a_page_has_files_beside_it() -> None:
    assert beside("json", REPORT, Options(name="report.json")) is None


def test_the_trend_runs_to_the_report_itself() -> None:
    found = trend((*HISTORY, point("11-20", 8, 9)))
    assert found
    assert [(line.outcome, [number for *_, number in line.marks]) for line in found.lines] == [
        ("fail", [12, 30, 8]),
        ("unknown", [3, 9, 9]),
    ]
    assert [number for _, number in found.ticks] == [0, 10, 20, 30]
    assert (found.first, found.last) == ("2026-09-01", "2026-11-20")
    assert abs(found.lines[0].label_y - found.lines[1].label_y) >= 14


def test_one_scan_is_no_trend() -> None:
    assert trend(HISTORY[:1]) is None
    assert '<h2 id="trend">' not in written(REPORT)


@pytest.mark.parametrize("times", [("b", "a"), ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z")])
def test_scans_without_an_order_in_time_stand_evenly(times: tuple[str, str]) -> None:
    first, second = (replace(each, finished_at=time) for each, time in zip(HISTORY, times, strict=True))
    found = trend((first, second, second))
    assert found
    xs = [x for x, *_ in found.lines[0].marks]
    assert xs[2] - xs[1] == xs[1] - xs[0] > 0


def test_shares_are_of_what_is_there() -> None:
    outcomes = {"pass": 3, "fail": 1, "unknown": 0, "waived": 0, "not_applicable": 7}
    assert list(shares(outcomes, ("fail", "unknown", "pass"))) == [("fail", 0.0, 25.0), ("pass", 25.0, 75.0)]  # type: ignore[arg-type]
