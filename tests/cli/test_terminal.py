"""What only a terminal gets: progress, colour, its own width."""

from __future__ import annotations

import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fcntl import ioctl
from pathlib import Path

import pytest

from bedaudit.aws.progress import Progress
from bedaudit.cli.progress import line, time_left
from bedaudit.sandbox import Sandbox
from tests.cli.run import scrubbed

BEGIN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def on_terminal(
    *arguments: str, at: Path, env: Mapping[str, str], columns: int = 80, out: int | None = None
) -> tuple[int, str]:
    """Runs bedaudit with stderr, and stdout unless it goes elsewhere, on a terminal."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "bedaudit", *arguments],
        cwd=at,
        env={**scrubbed(at, env), "TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        stdout=theirs if out is None else out,
        stderr=theirs,
    )
    os.close(theirs)
    said = bytearray()
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not piece:
            break
        said += piece
    os.close(ours)
    return process.wait(timeout=600), said.decode()


@pytest.mark.parametrize(
    ("options", "environment", "shown"),
    [
        ((), {}, True),
        ((), {"NO_COLOR": "1"}, True),
        ((), {"CI": "true"}, False),
        (("--quiet",), {}, False),
        (("-v",), {}, False),
    ],
)
def test_progress_is_shown_to_those_who_watch(
    organization: Sandbox, tmp_path: Path, options: tuple[str, ...], environment: dict[str, str], shown: bool
) -> None:
    env = {**organization.environment(), **environment}
    _, said = on_terminal("scan", "--region", "us-east-1", *options, at=tmp_path, env=env, out=subprocess.DEVNULL)
    assert ("regions " in said and " calls" in said) is shown


def test_terminal_gets_colour_and_its_own_width(tmp_path: Path) -> None:
    code, said = on_terminal("kinds", "alarm", at=tmp_path, env={}, columns=120)
    assert code == 0
    assert "\x1b[" in said
    assert 80 < max(map(len, said.replace("\x1b[0m", "").replace("\x1b[1m", "").splitlines())) <= 140
    _, plain = on_terminal("kinds", "alarm", at=tmp_path, env={"NO_COLOR": "1"}, columns=60)
    assert "\x1b[" not in plain
    assert max(map(len, plain.splitlines())) <= 60
    _, unknown = on_terminal("kinds", "alarm", at=tmp_path, env={"NO_COLOR": "1"}, columns=0)
    assert 60 < max(map(len, unknown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("sites_done", "sites", "elapsed", "left"),
    [
        (0, 10, 60, None),
        (5, 10, 20, "about 20 s"),
        (1, 10, 60, "about 9 min"),
        (10, 10, 60, "about 0 s"),
        (11, 10, 60, None),
    ],
)
def test_time_left_follows_the_pace_so_far(sites_done: int, sites: int, elapsed: int, left: str | None) -> None:
    progress = Progress(started=BEGIN, sites=sites, sites_done=sites_done)
    assert time_left(progress, BEGIN + timedelta(seconds=elapsed)) == left


def test_progress_is_one_line() -> None:
    progress = Progress(BEGIN, accounts=6, accounts_done=2, sites=20, sites_done=10, calls=345, gaps=3)
    said = "accounts 2/6, regions 10/20, 345 calls, 3 unread, about 30 s left"
    assert line(progress, BEGIN + timedelta(seconds=30)) == said
