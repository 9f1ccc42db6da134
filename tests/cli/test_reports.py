"""`bedaudit merge` and `bedaudit report`: what is done with reports that were stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.run import bedaudit
from tests.test_audit import POLICY, RECORDS, snapshot

ACCOUNTS = ("111111111111", "222222222222", "333333333333")
JUDGE = ("scan", "--from", "s.gz", "--policy", "small.yaml")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of the whole, and one of each account."""
    place = tmp_path_factory.mktemp("reports")
    (place / "small.yaml").write_text(POLICY)
    snapshot(place / "s.gz")
    bedaudit(*JUDGE, "-o", "json:whole.json", at=place)
    for number, account in enumerate(ACCOUNTS, 1):
        bedaudit(*JUDGE, "--account", account, "-o", f"json:{number}.json", at=place)
    return place


def test_the_reports_of_shards_become_that_of_the_whole(here: Path) -> None:
    ran = bedaudit("merge", "3.json", "1.json", "2.json", "-o", "json:merged.json", at=here)
    assert (ran.code, ran.err) == (1, "")
    merged, whole = (json.loads((here / f"{name}.json").read_text()) for name in ("merged", "whole"))
    assert merged["scan"].pop("calls") == 3 * whole["scan"].pop("calls")
    assert merged == whole
    assert "3 accounts, 3 sites" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("1.json",), 1),
        (("1.json", "--fail-on", "critical"), 0),
        (("3.json",), 3),
        (("3.json", "--allow-unknown"), 0),
        (("1.json", "2.json", "--exit-zero"), 0),
        (("1.json", "2.json", "--baseline", "whole.json", "--only-new"), 0),
        (("1.json", "2.json", "--baseline", "3.json", "--only-new"), 1),
    ],
)
def test_a_merged_report_means_what_a_scan_means(here: Path, arguments: tuple[str, ...], code: int) -> None:
    assert bedaudit("merge", *arguments, at=here).code == code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("merge", "1.json", "whole.json"), "account 111111111111 is in both 1.json and whole.json"),
        (("merge", "1.json", "absent.json"), "File 'absent.json' does not exist"),
        (("merge", "s.gz", "1.json"), "s.gz: "),
        (("merge", "1.json", "--waivers", "w.yaml"), "--waivers is for snapshots"),
        (("merge",), "Missing argument 'REPORT...|SNAPSHOT...'"),
        (("merge", "1.json", "--only-new"), "--only-new says nothing without --baseline REPORT"),
        (("report", "small.yaml"), "small.yaml: line 2: is not JSON: { is missing"),
        (("report", "1.json", "-o", "json:nowhere/a.json"), "there is no directory nowhere"),
    ],
)
def test_what_cannot_be_joined_or_read_is_told_of(here: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = bedaudit(*arguments, at=here)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_stored_report_is_written_as_it_was(here: Path) -> None:
    ran = bedaudit("report", "whole.json", "--format", "json", at=here)
    assert (ran.code, ran.out, ran.err) == (0, (here / "whole.json").read_text(), "")
    assert bedaudit("report", "whole.json", at=here).out == bedaudit(*JUDGE, at=here).out


def test_a_snapshot_is_judged_and_written(here: Path) -> None:
    ran = bedaudit("report", "s.gz", "--policy", "small.yaml", "--format", "json", at=here)
    assert (ran.code, ran.out) == (0, (here / "whole.json").read_text())


def test_why_a_control_matters_is_told_where_its_policy_is_the_one_that_judged(here: Path) -> None:
    assert "Otherwise nobody knows." in bedaudit("report", "1.json", "--policy", "small.yaml", "-v", at=here).out
    (here / "changed.yaml").write_text(POLICY.replace("nobody", "somebody"))
    assert "nobody" not in bedaudit("report", "1.json", "--policy", "changed.yaml", "-v", at=here).out


def test_several_reports_are_a_trend_to_the_latest(here: Path) -> None:
    for day, name in ((3, "2"), (1, "whole"), (2, "1")):
        report = json.loads((here / f"{name}.json").read_text())
        report["scan"]["finished_at"] = f"2026-11-0{day}T12:00:00Z"
        (here / f"day{day}.json").write_text(json.dumps(report))
    ran = bedaudit("report", "day3.json", "day1.json", "day2.json", at=here)
    lines = ran.out.splitlines()
    at = lines.index("Trend")
    assert [" ".join(line.split()) for line in lines[at : at + 4]] == [
        "Trend",
        "2026-11-01T12:00:00Z 2 failed 0 critical, 2 high 1 unseen",
        "2026-11-02T12:00:00Z 1 failed 0 critical, 1 high 0 unseen",
        "2026-11-03T12:00:00Z 1 failed 0 critical, 1 high 0 unseen",
    ]
    assert lines[0].endswith("1 account, 1 site, 17 calls")
    assert max(map(len, lines)) <= 80


def test_the_snapshots_of_shards_are_judged_together(here: Path) -> None:
    for number, records in enumerate((RECORDS[:2], RECORDS[2:]), 1):
        snapshot(here / f"part-{number}.gz", records)
    ran = bedaudit("merge", "part-2.gz", "part-1.gz", "--policy", "small.yaml", "--format", "json", at=here)
    whole = json.loads((here / "whole.json").read_text())
    assert (ran.code, ran.json["findings"], ran.json["summary"]) == (1, whole["findings"], whole["summary"])


def test_parts_that_judged_nothing_are_not_green(here: Path) -> None:
    empty = {**json.loads((here / "1.json").read_text()), "findings": []}
    (here / "empty.json").write_text(json.dumps(empty))
    ran = bedaudit("merge", "empty.json", at=here)
    assert (ran.code, ran.out) == (2, "")
    assert "nothing was judged" in ran.err
