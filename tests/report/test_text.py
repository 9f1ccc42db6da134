from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import Any

import pytest

from bedaudit.model import Drift, Evidence, Finding, Gap, Mark, Report, Site, SiteGap
from bedaudit.report import REPORTERS, Options
from tests.report.golden import assert_golden
from tests.report.sample import CLOSED_GAP, CONTROLS, DATA, DEV, EAST, PROD, REPORT, WEST, finding, site

LOGGING = "invocation-logging-is-enabled"
HEARD = "alarms-are-heard"
OFF = Drift("enabled", True, False)


def text(*findings: Finding, **members: Any) -> str:
    report = dataclasses.replace(REPORT, **{"findings": findings, "gaps": (), "notices": (), **members})
    return printed(report)


def printed(report: Report, **options: Any) -> str:
    return "".join(REPORTERS["text"](report, Options(**options)))


def logging_off(where: Site, **members: Any) -> Finding:
    return finding(LOGGING, "fail", where, "enabled is false, but must be true.", drift=(OFF,), **members)


def heard(name: str, outcome: str = "fail", **members: Any) -> Finding:
    arn = f"arn:aws:cloudwatch:us-east-1:{PROD}:alarm:{name}"
    members.setdefault("drift", (Drift("notifies", True, False),) if outcome == "fail" else ())
    return finding(HEARD, outcome, EAST, "It is so.", resource=(name, arn), **members)


@pytest.mark.parametrize(
    ("name", "options"), [("report", {}), ("narrow", {"width": 50, "why": True}), ("colour", {"colour": True})]
)
def test_the_golden_page(name: str, options: dict[str, Any]) -> None:
    assert_golden(f"{name}.txt", printed(REPORT, **options))


def test_the_first_lines_count_everything() -> None:
    assert printed(REPORT).splitlines()[:9] == [
        "bedaudit 0.1.0: 4 accounts, 5 sites, 143 calls",
        "",
        "       8  FAILED            2 critical, 3 high, 1 medium, 1 low, 1 info",
        "       9  UNSEEN            1 account not entered",
        "       3  passed",
        "       2  waived",
        "       2  not applicable    region disabled at 1 site",
        "       1  new               since the baseline",
        "       1  fixed             since the baseline",
    ]


def test_that_nothing_is_new_is_said_where_there_was_a_baseline_and_nowhere_else() -> None:
    said = "       0  new               since the baseline"
    assert said in text(logging_off(EAST, baseline="unchanged"))
    assert "since the baseline" not in text(logging_off(EAST))


def test_a_scan_in_which_all_is_well_says_so_and_names_no_next_step() -> None:
    page = text(finding(LOGGING, "pass", EAST, "enabled is true."))
    assert page.endswith("\n\nEverything was seen, and it is as the policies ask.\n")
    assert "FAIL " not in page


def test_a_scan_that_judged_nothing_praises_nothing() -> None:
    assert "Everything" not in text()


def test_the_last_line_names_the_worst_failure_and_else_what_is_unknown() -> None:
    unknown = finding(LOGGING, "unknown", EAST, "Could not be read.", gaps=(CLOSED_GAP,))
    assert text(unknown, heard("a")).endswith(f"\n\nNext: bedaudit explain {HEARD}\n")
    assert text(unknown).endswith(f"\n\nNext: bedaudit explain {LOGGING}\n")


def test_the_last_line_names_the_file_of_a_policy_that_does_not_ship() -> None:
    own = dataclasses.replace(heard("a"), mark=Mark("my policies/team.yaml", 3, 5, 9, 1))
    assert text(own).endswith(f"\n\nNext: bedaudit explain {HEARD} --policy 'my policies/team.yaml'\n")


def test_sites_with_the_same_problems_are_told_once() -> None:
    others = [logging_off(site(account, region)) for account in (DATA, DEV) for region in ("eu-west-1", "us-east-1")]
    page = text(logging_off(EAST), *others, logging_off(WEST))
    assert page.count(LOGGING) == 2  # in the block, and as the next step
    assert (
        "6 sites, each with 1 failed\n"
        "111122223333 prod           us-east-1, eu-west-1\n"
        "333344445555 data-platform  eu-west-1, us-east-1\n"
        "222233334444 dev            eu-west-1, us-east-1\n"
    ) in page


def test_what_is_said_of_one_site_alone_is_not_said_of_two() -> None:
    here, there = (finding(HEARD, "fail", where, f"There is none among {n}.") for where, n in ((EAST, 2), (WEST, 3)))
    assert "There is none among 2." in text(here)
    assert "There is none among" not in text(here, there)


def test_resources_that_lack_the_same_are_listed_together() -> None:
    page = text(heard("one"), heard("two"), heard("three", drift=(Drift("notifies", True, None),)))
    assert page.count(f"high      {HEARD}\n") == 2
    assert "        alarm     one\n        alarm     two\n        notifies\n" in page
    assert "          expected  true\n          actual    not set\n" in page


def test_what_is_there_is_said_once_whatever_is_required_of_it() -> None:
    wanted: tuple[Any, ...] = ({"any": {"metric": "Invocations"}}, {"none": {"region": "us-east-1"}}, {"not": []})
    page = text(heard("one", drift=tuple(Drift("metrics", each, ["x"]) for each in wanted)))
    assert (
        "        metrics\n"
        '          expected  an element that meets {"metric": "Invocations"}\n'
        '          expected  no element that meets {"region": "us-east-1"}\n'
        "          expected  not []\n"
        '          actual    ["x"]\n'
        "        policy "
    ) in page


def test_a_resource_is_named_by_its_id_since_its_site_stands_above() -> None:
    told = text(heard("one")).split("FAIL ", 1)[1]
    assert "        alarm     one\n" in told
    assert "arn:" not in told


def test_the_worst_site_comes_first() -> None:
    low = finding("dashboards-show-latency", "fail", EAST, "There is no dashboard.")
    unknown = finding(LOGGING, "unknown", site(DATA, "us-east-1"), "Could not be read.", gaps=(Gap("throttled"),))
    lines = text(low, logging_off(WEST), unknown).splitlines()
    headings = [line for line, before in zip(lines[1:], lines, strict=False) if before.startswith("---")]
    assert headings == [
        "111122223333 prod           eu-west-1  1 failed",
        "111122223333 prod           us-east-1  1 failed",
        "333344445555 data-platform  us-east-1  1 unseen",
    ]


def test_controls_that_are_unknown_for_one_gap_are_listed_below_it() -> None:
    gap = Gap("denied", "cloudwatch:DescribeAlarms", "AccessDenied", "no")
    page = text(
        heard("a", "unknown", gaps=(gap,)), finding(LOGGING, "unknown", EAST, "?", gaps=(gap, Gap("throttled")))
    )
    assert (
        "UNSEEN  denied (cloudwatch:DescribeAlarms AccessDenied): no\n"
        "        high      alarms-are-heard (a)\n"
        "\n"
        "UNSEEN  denied (cloudwatch:DescribeAlarms AccessDenied): no\n"
        "        throttled\n"
        "        critical  invocation-logging-is-enabled\n"
    ) in page


def test_an_unknown_finding_without_a_gap_says_its_message() -> None:
    assert "UNSEEN  Nobody knows.\n        critical  invo" in text(finding(LOGGING, "unknown", EAST, "Nobody knows."))


def test_sites_that_were_not_read_are_told_once_by_reason() -> None:
    gap = Gap("unreachable", "bedrock:GetModelInvocationLoggingConfiguration")
    places = ((PROD, "prod", "us-east-1"), (PROD, "prod", "eu-west-1"), (DATA, "data-platform", "*"))
    unknown = [finding(each, "unknown", EAST, "?", gaps=(gap,)) for each in CONTROLS]
    page = text(*unknown, gaps=[SiteGap(*place, gap) for place in places])
    assert ("       7  UNSEEN            1 account not entered, 2 sites not read\n") in page
    assert (
        "UNSEEN  unreachable (bedrock:GetModelInvocationLoggingConfiguration)\n"
        "        111122223333 prod           us-east-1, eu-west-1\n"
        "        333344445555 data-platform  not entered\n"
        "        7 findings unknown for it\n"
        "\n"
        "Next:"
    ) in page


def test_an_account_that_lets_nobody_in_is_one_whatever_regions_were_asked_for() -> None:
    gap = Gap("denied", "sts:AssumeRole", "AccessDenied")
    page = text(gaps=[SiteGap(DATA, "data-platform", region, gap) for region in ("us-east-1", "eu-west-1")])
    assert "UNSEEN            1 account not entered\n" in page
    assert "        333344445555 data-platform  not entered\n" in page


def test_an_interrupted_scan_says_so() -> None:
    gap = SiteGap("*", "", "*", Gap("not_read", message="the scan was interrupted"))
    page = text(finding(LOGGING, "pass", EAST, "enabled is true."), gaps=[gap])
    assert page.endswith("not applicable\n\nUNSEEN  not read: the scan was interrupted\n")


def test_a_forbidden_combination_shows_each_of_its_values() -> None:
    drift = Drift("a | b", {"none": [{"a": 1}, {"b": 2}]}, {"a": 1, "b": None})
    page = text(finding(LOGGING, "fail", EAST, "Forbidden.", drift=(drift,)))
    assert "          actual    a is 1 and b is not set\n" in page


def test_the_nearest_candidate_and_what_it_lacks_are_shown() -> None:
    lacks = Evidence(nearest="slow", lacks=(Drift("threshold", {"at_most": 10}, 500),))
    page = text(finding(HEARD, "fail", EAST, "There is none.", evidence=lacks))
    assert (
        "        nearest   slow\n        threshold\n          expected  at most 10\n          actual    500\n"
    ) in page


def test_why_is_told_only_when_asked() -> None:
    report = dataclasses.replace(REPORT, findings=(logging_off(EAST),))
    assert "why       Without it nobody can say" in printed(report, why=True)
    assert "Without it" not in printed(report)
    assert "why  " not in printed(dataclasses.replace(report, controls={}), why=True)


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = printed(REPORT), printed(REPORT, colour=True)
    for name, value in {
        "COLUMNS": "20",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "FORCE_COLOR": "1",
        "TTY_COMPATIBLE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    assert (printed(REPORT), printed(REPORT, colour=True)) == before


@pytest.mark.parametrize(
    ("name", "unloaded"),
    [("json", ("rich", "sarif_om", "pydantic", "re2")), ("sarif", ("rich",)), ("text", ("sarif_om",))],
)
def test_a_format_loads_nothing_of_the_others(name: str, unloaded: tuple[str, ...]) -> None:
    code = (
        "import sys\n"
        "from bedaudit.model import Report, ScanFacts\n"
        "from bedaudit.report import REPORTERS, Options\n"
        "report = Report(ScanFacts('', '', '', '', 0, 0, 0, ()), ())\n"
        f"assert list(REPORTERS[{name!r}](report, Options()))\n"
        f"print([name for name in {unloaded!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
