"""Runs a command line; the one place where exceptions become exit codes."""

from __future__ import annotations

import gc
import signal
from collections.abc import Sequence
from types import FrameType

import click

from bedaudit.cli import terminal
from bedaudit.cli.command import Talk
from bedaudit.cli.exits import BUG, COULD_NOT_RUN, INTERRUPTED
from bedaudit.cli.root import root
from bedaudit.errors import BedauditError

_GARBAGE = 100_000
"""Objects made before cycles are looked for: a scan makes few, and looking takes time."""


def run(arguments: Sequence[str]) -> int:
    """The exit code of a command line."""
    # A job that is cancelled or runs out of time is told by SIGTERM, and is to keep what it read like one that is left.
    signal.signal(signal.SIGTERM, as_interrupt)
    gc.set_threshold(_GARBAGE)
    talk = Talk()
    try:
        code = root.main(list(arguments), prog_name="bedaudit", standalone_mode=False, obj=talk)
    except click.ClickException as error:
        error.show()
        return COULD_NOT_RUN
    except (click.Abort, KeyboardInterrupt):
        terminal.note("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        terminal.forsake_stdout()
        return 0
    except (BedauditError, OSError) as error:
        if isinstance(error, OSError):
            terminal.forsake_stdout()
        terminal.note(_told(error))
        return COULD_NOT_RUN
    except Exception as error:
        return _bug(error, talk)
    return code if isinstance(code, int) else 0


def as_interrupt(number: int, frame: FrameType | None) -> None:
    """Does what Ctrl-C would do now: while AWS is read, asyncio lets no record be left half judged."""
    now = signal.getsignal(signal.SIGINT)
    (now if callable(now) else signal.default_int_handler)(number, frame)


def _told(error: BedauditError | OSError) -> str:
    """An error's lines; problems of files keep the form that editors understand."""
    from bedaudit.errors import PolicyError
    from bedaudit.report.plain import harmless, no_command

    text = "\n".join(no_command(harmless(line)) for line in str(error).splitlines())
    return text if isinstance(error, PolicyError) else f"Error: {text}"


def _bug(error: Exception, talk: Talk) -> int:
    from bedaudit.report.plain import harmless

    if talk.verbose:
        import traceback

        terminal.note("".join(traceback.format_exception(error)).rstrip())
    said = harmless(f"{type(error).__name__}: {error}")
    how = "the traceback above" if talk.verbose else "what the same command prints with -v"
    terminal.note(f"bedaudit: this is a bug in bedaudit, please report it with {how}: {said}")
    return BUG
