"""How far a scan has come, for somebody who watches."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bedaudit.cli import terminal
from bedaudit.cli.command import Talk

if TYPE_CHECKING:
    from bedaudit.aws.progress import Progress


def watched(talk: Talk) -> bool:
    """Whether progress is shown: to a person at a terminal, and not between the lines of a log."""
    return sys.stderr.isatty() and not (talk.quiet or talk.verbose or os.environ.get("CI"))


@contextmanager
def shown(progress: Progress, talk: Talk) -> Iterator[None]:
    """Shows the progress on stderr for the time of the block, and leaves nothing behind."""
    if not watched(talk):
        yield
        return
    from rich.live import Live
    from rich.text import Text

    def now() -> Text:
        return Text(line(progress, datetime.now(UTC)), overflow="ellipsis", no_wrap=True)

    with Live(get_renderable=now, console=terminal.console(sys.stderr), refresh_per_second=8, transient=True):
        yield


def line(progress: Progress, now: datetime) -> str:
    """The progress in one line."""
    said = [
        f"accounts {progress.accounts_done}/{progress.accounts}",
        f"regions {progress.sites_done}/{progress.sites}",
        f"{progress.calls} calls",
        f"{progress.gaps} unread",
    ]
    if left := time_left(progress, now):
        said.append(f"{left} left")
    return ", ".join(said)


def time_left(progress: Progress, now: datetime) -> str | None:
    """How long the remaining sites take at the pace so far, in round words; None while nothing is known."""
    if not 0 < progress.sites_done <= progress.sites:
        return None
    left = (now - progress.started) / progress.sites_done * (progress.sites - progress.sites_done)
    if left >= timedelta(minutes=2):
        return f"about {round(left / timedelta(minutes=1))} min"
    return f"about {round(left.total_seconds())} s"
