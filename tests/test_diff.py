"""What appeared, went and changed, of reports and of snapshots."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bedaudit.diff import Change, of_reports, of_snapshots
from bedaudit.model import Drift, Gap, KindGap, Record, Resource, Site
from bedaudit.report.differences import in_json, text
from tests.cli.run import bedaudit
from tests.report.hostile import HOSTILE
from tests.test_audit import RECORDS, record, snapshot
from tests.test_baseline import EAST, finding, report

FAIL = {"outcome": "fail", "severity": "high", "drift": {}, "gaps": []}
PASS = {**FAIL, "outcome": "pass"}
AGED = Record(EAST, "2026-11-20T12:00:00Z", ("usage",), (Resource("usage", "u", None, {"last_invocation_age": 3.5}),))


def test_findings_that_appeared_went_and_changed_are_told() -> None:
    drift = Drift("threshold", {"at_most": 10}, 50)
    old = report(finding("fail", "a"), finding("fail", "b"), finding("pass", "d"), finding("fail", "e", drift=(drift,)))
    new = report(
        replace(finding("fail", "a"), message="In other words.", title="Anew"),
        finding("pass", "b"),
        finding("fail", "c"),
        finding("fail", "e", drift=(replace(drift, actual=20),)),
    )
    changes = list(of_reports(old, new))
    assert [(change.name, change.how) for change in changes] == [
        ("b", "changed"),
        ("c", "appeared"),
        ("d", "went"),
        ("e", "changed"),
    ]
    assert changes[:2] == [
        Change(EAST, "alarms-are-heard", "b", FAIL, PASS),
        Change(EAST, "alarms-are-heard", "c", None, FAIL),
    ]
    assert list(changes[3].leaves) == [("drift.threshold.actual", 50, 20)]


def snapshots(old: Sequence[Record], new: Sequence[Record]) -> list[Change]:
    return list(of_snapshots(lambda: old, lambda: new))


def test_resources_gaps_and_sites_that_differ_are_told() -> None:
    old = record("111111111111", "us-east-1")
    unread = replace(old, resources=(), gaps=(KindGap("invocation_logging", Gap("denied")),))
    changed = record("111111111111", "us-east-1", enabled=False)
    assert [(each.how, each.what, each.name) for each in snapshots([old], [unread])] == [
        ("appeared", "invocation_logging", "(unread)"),
        ("went", "invocation_logging", "us-east-1"),
    ]
    assert [list(each.leaves) for each in snapshots([old], [changed])] == [[("enabled", True, False)]]
    assert [(each.how, each.what) for each in snapshots([], [replace(old, resources=())])] == [("appeared", "site")]


def test_time_that_passed_is_no_change() -> None:
    later = replace(
        AGED, read_at="2026-11-21T12:00:00Z", resources=(replace(AGED.resources[0], state={"last_invocation_age": 27}),)
    )
    assert snapshots([AGED], [later]) == []


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_names_and_values_do_not_act(hostile: str) -> None:
    site = Site(hostile, hostile, account_name=hostile)
    changes = [
        Change(site, hostile, hostile, {hostile: hostile}, {hostile: [hostile]}),
        Change(site, hostile, hostile, None, {hostile: hostile}),
    ]
    printed = "".join(text(changes, 80))
    assert not [each for each in printed if each != "\n" and unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl")]
    assert max(map(len, printed.splitlines())) <= 80
    assert not any(line.lstrip().startswith("::") for line in printed.splitlines())
    assert "##[" not in printed
    document = "".join(in_json(changes))
    assert document.replace("\n", "").isascii()
    assert json.loads(document)["changes"][0]["before"] == {hostile: hostile}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    snapshot(tmp_path / "old.gz", RECORDS[:3])
    snapshot(tmp_path / "new.gz", (record("111111111111", "us-east-1", enabled=False), *RECORDS[1:]))
    return tmp_path


def test_people_see_what_differs_and_the_shell_that_something_does(here: Path) -> None:
    ran = bedaudit("diff", "old.gz", "new.gz", at=here)
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "2 appeared, 0 went, 1 changed",
        "",
        "111111111111  us-east-1",
        "  ~ invocation_logging us-east-1",
        "      enabled: true -> false",
        "",
        "333333333333  *",
        "  + site",
        "  + site (unread)",
    ]
    assert bedaudit("diff", "old.gz", "new.gz", "--format", "json", at=here).json["summary"] == {
        "appeared": 2,
        "went": 0,
        "changed": 1,
    }
    same = bedaudit("diff", "old.gz", "old.gz", at=here)
    assert (same.code, same.out) == (0, "0 appeared, 0 went, 0 changed\n")


def test_two_sorts_of_file_are_not_compared(here: Path) -> None:
    (here / "r.json").write_text("{}")
    ran = bedaudit("diff", "old.gz", "r.json", at=here)
    assert (ran.code, ran.out) == (2, "")
    assert "old.gz is a snapshot and the other is none: give two of one sort" in ran.err
