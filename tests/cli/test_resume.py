"""A scan that is killed goes on where it stopped."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bedaudit.errors import SnapshotError
from bedaudit.sandbox import Sandbox, serve
from bedaudit.sandbox.faults import Rule
from bedaudit.snapshot import open_snapshot
from tests.cli.run import bedaudit, scrubbed
from tests.cli.test_live import ORG

LOGGING = "GetModelInvocationLoggingConfiguration"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve() as served:
        yield served


def visited(partial: Path) -> set[tuple[str, str]]:
    try:
        return {(record.site.account, record.site.region) for record in open_snapshot(partial)[1]}
    except SnapshotError:
        return set()


def killed(arguments: list[str], at: Path, env: dict[str, str], sites: int) -> set[tuple[str, str]]:
    """What was read by a scan that was killed when it had kept so many records."""
    command = [sys.executable, "-m", "bedaudit", "scan", *ORG, "--format", "json", *arguments]
    with subprocess.Popen(command, cwd=at, env=scrubbed(at, env), stdout=subprocess.DEVNULL) as process:
        while len(visited(at / "s.gz.partial")) < sites and process.poll() is None:
            time.sleep(0.05)
        process.kill()
    assert process.returncode == -9
    return visited(at / "s.gz.partial")


def said(report: Any) -> Any:
    """What a report says, but for who looked when."""
    told = json.dumps([report[name] for name in ("findings", "gaps", "summary", "notices")])
    return json.loads(told.replace(report["scan"]["id"], "ID"))


def test_a_scan_killed_again_and_again_loses_no_site_reads_none_twice_and_says_the_same(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    env = dict(sandbox.environment())
    whole = bedaudit("scan", *ORG, "--format", "json", at=tmp_path, env=env)
    sandbox.faults.add(Rule(latency=0.1))
    done: set[tuple[str, str]] = set()
    for arguments, sites in ((["--save-snapshot", "s.gz"], 1), (["--resume", "s.gz"], 6), (["--resume", "s.gz"], 14)):
        sandbox.ledger.clear()
        now = killed(arguments, tmp_path, env, sites)
        assert now >= done
        assert not done & read_again(sandbox)
        done = now
    sandbox.faults.clear()
    sandbox.ledger.clear()
    resumed = bedaudit("scan", *ORG, "--format", "json", "--resume", "s.gz.partial", at=tmp_path, env=env)
    assert not done & read_again(sandbox)
    assert (resumed.code, said(resumed.json)) == (whole.code, said(whole.json))
    again = bedaudit("scan", "--from", "s.gz", "--format", "json", at=tmp_path)
    assert said(again.json) == said(whole.json)


def read_again(sandbox: Sandbox) -> set[tuple[str, str]]:
    """The sites that were read since the ledger was cleared."""
    counts = sandbox.ledger.counts()
    return {(account, region) for account, region, _, operation in counts if operation == LOGGING}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--policy", "builtin:tracing", *ORG], "begun with other policies"),
        (["--account", "111111111111", "--role", "BedauditReadOnly"], "which is not to be scanned now"),
        (["--save-snapshot", "t.gz"], "has no meaning with --resume"),
        (["--from", "s.gz"], "has no meaning with --from"),
    ],
)
def test_a_scan_goes_on_with_what_it_was_begun_with_only(
    sandbox: Sandbox, tmp_path: Path, arguments: list[str], says: str
) -> None:
    env = dict(sandbox.environment())
    sandbox.faults.add(Rule(account="444444444444", latency=3600))
    killed(["--save-snapshot", "s.gz"], tmp_path, env, 3)
    sandbox.faults.clear()
    kept = (tmp_path / "s.gz.partial").read_bytes()
    ran = bedaudit("scan", "--resume", "s.gz", *arguments, at=tmp_path, env=env)
    assert (ran.code, says in ran.err) == (2, True)
    assert (tmp_path / "s.gz.partial").read_bytes() == kept
    assert list(tmp_path.glob(".*.tmp")) == []


def test_a_scan_that_has_finished_or_never_began_is_not_gone_on_with(sandbox: Sandbox, tmp_path: Path) -> None:
    env = dict(sandbox.environment())
    bedaudit("scan", "--region", "us-east-1", "--save-snapshot", "s.gz", at=tmp_path, env=env)
    finished = bedaudit("scan", "--region", "us-east-1", "--resume", "s.gz", at=tmp_path, env=env)
    never = bedaudit("scan", "--region", "us-east-1", "--resume", "t.gz", at=tmp_path, env=env)
    assert (finished.code, "its scan has finished: judge it with --from" in finished.err) == (2, True)
    assert (never.code, "t.gz.partial: cannot be read" in never.err) == (2, True)
