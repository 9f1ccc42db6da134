"""The pipeline: what is read is kept, judged, waived and reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bedaudit.audit import Standard, from_snapshot
from bedaudit.errors import BedauditError, SnapshotError, TargetError
from bedaudit.model import Gap, KindGap, Mark, Record, Report, Resource, ScanFacts, Site, SiteGap, Waiver
from bedaudit.policy.config import Assignment, Config, Values
from bedaudit.policy.load import load
from bedaudit.policy.rules import Rules
from bedaudit.policy.waiver_file import WaiverRule
from bedaudit.snapshot import End, Header, SnapshotWriter

POLICY = """
policy: small
controls:
  - id: logging-is-on
    title: Logging is on
    severity: high
    resource: invocation_logging
    require: {enabled: true}
    why: Otherwise nobody knows.
"""
MARK = Mark("bedaudit.yaml", 1, 1, 2, 1)
HEADER = Header(
    "scan-1",
    "2026-11-20T12:00:00Z",
    "arn:aws:iam::111111111111:user/a",
    "aws",
    {"invocation_logging": ("enabled",)},
    ("left out: 999999999999",),
)
END = End("2026-11-20T12:05:00Z", 17, ("all regions are tried",))


def record(account: str, region: str, *, enabled: bool = True) -> Record:
    site = Site(account, region, organizational_units=("r-1", "ou-1"))
    logging = Resource("invocation_logging", region, None, {"enabled": enabled})
    return Record(site, f"2026-11-20T12:0{account[0]}:00Z", ("invocation_logging",), (logging,))


NOT_ENTERED = Record(Site("333333333333", "*"), "2026-11-20T12:03:00Z", (), (), (KindGap(None, Gap("denied")),))
RECORDS = (
    record("111111111111", "us-east-1"),
    record("111111111111", "us-west-2", enabled=False),
    record("222222222222", "us-east-1", enabled=False),
    NOT_ENTERED,
)


@pytest.fixture
def standard(tmp_path: Path) -> Standard:
    (tmp_path / "small.yaml").write_text(POLICY)
    return Standard(Rules.of(load([str(tmp_path / "small.yaml")]), Config()), (), date(2026, 11, 20))


def snapshot(path: Path, records: Sequence[Record] = RECORDS, *, whole: bool = True) -> Path:
    with SnapshotWriter(path, HEADER) as writer:
        for each in records:
            writer.write(each)
        if whole:
            writer.close(END)
    return path if whole else writer.partial


def outcomes(report: Report) -> list[tuple[str, str, str]]:
    return [(finding.site.account, finding.site.region, finding.outcome) for finding in report.findings]


def test_snapshot_is_judged_and_says_who_looked_when_and_at_how_much(tmp_path: Path, standard: Standard) -> None:
    report = from_snapshot(snapshot(tmp_path / "s.gz"), standard)
    assert outcomes(report) == [
        ("111111111111", "us-east-1", "pass"),
        ("111111111111", "us-west-2", "fail"),
        ("222222222222", "us-east-1", "fail"),
        ("333333333333", "*", "unknown"),
    ]
    assert report.scan == ScanFacts(
        id="scan-1",
        started_at="2026-11-20T12:00:00Z",
        finished_at="2026-11-20T12:05:00Z",
        identity="arn:aws:iam::111111111111:user/a",
        accounts=3,
        sites=3,
        calls=17,
        policies=standard.rules.policy_files,
    )
    assert report.gaps == (SiteGap("333333333333", "", "*", Gap("denied")),)
    assert report.notices == ("all regions are tried", "left out: 999999999999")
    assert list(report.controls) == ["logging-is-on"]


@pytest.mark.parametrize(
    ("accounts", "regions", "left"),
    [
        (("222222222222",), (), [("222222222222", "us-east-1")]),
        ((), ("us-west-2",), [("111111111111", "us-west-2"), ("333333333333", "us-west-2")]),
        (("333333333333",), ("us-west-2", "us-east-1"), [("333333333333", "us-east-1"), ("333333333333", "us-west-2")]),
        (("333333333333",), (), [("333333333333", "*")]),
        (("111111111111",), ("us-east-1",), [("111111111111", "us-east-1")]),
    ],
)
def test_scope_filters_a_snapshot(
    tmp_path: Path, standard: Standard, accounts: tuple[str, ...], regions: tuple[str, ...], left: list[tuple[str, str]]
) -> None:
    report = from_snapshot(snapshot(tmp_path / "s.gz"), standard, accounts, regions)
    assert [(finding.site.account, finding.site.region) for finding in report.findings] == left


@pytest.mark.parametrize(
    ("accounts", "regions", "said"),
    [
        (("444444444444",), (), "the snapshot holds nothing of account 444444444444"),
        (("111111111111",), ("eu-west-9",), "region eu-west-9"),
        ((), ("us-east-1", "nowhere"), "nothing of region nowhere"),
    ],
)
def test_scope_that_the_snapshot_does_not_hold_is_an_error(
    tmp_path: Path, standard: Standard, accounts: tuple[str, ...], regions: tuple[str, ...], said: str
) -> None:
    with pytest.raises(TargetError, match=said):
        from_snapshot(snapshot(tmp_path / "s.gz"), standard, accounts, regions)


def test_snapshot_of_an_interrupted_scan_is_never_complete(tmp_path: Path, standard: Standard) -> None:
    report = from_snapshot(snapshot(tmp_path / "s.gz", RECORDS[:1], whole=False), standard)
    assert outcomes(report) == [("111111111111", "us-east-1", "pass")]
    assert report.scan.finished_at == "2026-11-20T12:01:00Z"
    assert [gap.gap.reason for gap in report.gaps] == ["not_read"]
    assert not report.complete


def test_waivers_cover_findings_and_are_spoken_of(tmp_path: Path, standard: Standard) -> None:
    covering = WaiverRule("logging-is-on", "Later.", "a@b.example", date(2026, 12, 1), MARK, accounts=("2222*",))
    expired = replace(covering, expires=date(2026, 11, 19), accounts=("1111*",))
    report = from_snapshot(snapshot(tmp_path / "s.gz"), replace(standard, waivers=(covering, expired)))
    assert [outcome for *_, outcome in outcomes(report)] == ["pass", "fail", "waived", "unknown"]
    assert list(report.findings)[2].waiver == Waiver("Later.", "a@b.example", "2026-12-01", "fail")
    assert [notice for notice in report.notices if "expired on 2026-11-19" in notice]


def test_assignment_by_unit_needs_units_that_are_known(tmp_path: Path, standard: Standard) -> None:
    assigned = Assignment("small", ("ou-1",), Values(), MARK)
    needing = replace(standard, rules=replace(standard.rules, assignments=(assigned,)))
    assert len(from_snapshot(snapshot(tmp_path / "s.gz", RECORDS[:3]), needing).findings) == 3
    with pytest.raises(BedauditError, match="those of account 333333333333 are not known"):
        from_snapshot(snapshot(tmp_path / "s.gz"), needing)


def test_a_snapshot_with_a_site_in_it_twice_is_broken(tmp_path: Path, standard: Standard) -> None:
    file = snapshot(tmp_path / "twice.gz", [*RECORDS, RECORDS[-1]])
    with pytest.raises(SnapshotError, match="is in it twice"):
        from_snapshot(file, standard)
