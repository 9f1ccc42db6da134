"""The snapshots of parts, judged together: to the byte what the whole says, also where accounts depend on others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bedaudit.audit import Standard, from_snapshot, from_snapshots, scan
from bedaudit.aws.progress import Progress
from bedaudit.aws.settings import Settings
from bedaudit.errors import SnapshotError
from bedaudit.model import GLOBAL, Monitoring, Report
from bedaudit.policy.config import Config
from bedaudit.policy.load import load
from bedaudit.policy.rules import Rules
from bedaudit.report import REPORTERS, Options
from bedaudit.sandbox import serve
from bedaudit.snapshot import SnapshotWriter, open_snapshot
from tests.test_audit import POLICY, snapshot

WATCHER = "111111111111"
"""Is a monitoring account, and owns what others only see."""


def text(report: Report) -> str:
    return "".join(REPORTERS["json"](report, Options()))


@pytest.fixture(scope="module")
def standard() -> Standard:
    return Standard(Rules.of(load(("builtin:all",)), Config()), (), date(2026, 11, 20), (), (WATCHER,))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, standard: Standard) -> Path:
    """The demo organisation."""
    path = tmp_path_factory.mktemp("whole") / "whole.gz"
    with serve() as demo, pytest.MonkeyPatch.context() as patch:
        for name, value in demo.environment().items():
            patch.setenv(name, value)
        settings = Settings(
            "1", role=demo.role, organization=True, monitoring_accounts=(WATCHER,), regions=tuple(demo.world.regions)
        )
        scan(settings, standard, Progress(), lambda: datetime.now(UTC), path)
    return path


def parts(whole: Path, at: Path) -> list[Path]:
    """Two parts, as shards write them: the second reads the watcher for the sake of the accounts that it judges."""
    header, _, end = open_snapshot(whole)
    assert end is not None
    watching = [record for record in open_snapshot(whole)[1] if record.site.account == WATCHER]
    accounts = sorted({record.site.account for record in open_snapshot(whole)[1]} - {WATCHER})
    made = []
    for number, own in enumerate((accounts[::2], accounts[1::2])):
        outside = (WATCHER,) if number else ()
        path = at / f"{number}.gz"
        with SnapshotWriter(path, replace(header, monitoring=Monitoring((WATCHER,), outside))) as writer:
            for record in watching:
                writer.write(record)
            for record in open_snapshot(whole)[1]:
                if record.site.account in own:
                    writer.write(record)
            writer.close(end)
        made.append(path)
    return made


def test_parts_say_to_the_byte_what_the_whole_says(whole: Path, tmp_path: Path, standard: Standard) -> None:
    one = from_snapshot(whole, standard)
    made = parts(whole, tmp_path)
    for order in (made, made[::-1]):
        joined = from_snapshots(order, standard)
        assert joined.scan == replace(one.scan, calls=2 * one.scan.calls)
        assert text(replace(joined, scan=one.scan)) == text(one)
    assert any(finding.site.region == GLOBAL for finding in one.findings)


def test_an_account_of_two_snapshots_is_refused(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(POLICY)
    own = Standard(Rules.of(load((str(tmp_path / "small.yaml"),)), Config()), (), date(2026, 11, 20))
    one, two = (snapshot(tmp_path / name) for name in ("one.gz", "two.gz"))
    with pytest.raises(SnapshotError, match=r"account 111111111111 is in both .*one.gz and .*two.gz: parts share no"):
        from_snapshots([one, two], own)


def test_a_part_that_is_cut_off_leaves_the_whole_incomplete(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(POLICY)
    own = Standard(Rules.of(load((str(tmp_path / "small.yaml"),)), Config()), (), date(2026, 11, 20))
    joined = from_snapshots([snapshot(tmp_path / "one.gz", whole=False)], own)
    assert [(gap.account, gap.gap.message) for gap in joined.gaps if gap.account == "*"] == [
        ("*", "the scan was interrupted")
    ]
