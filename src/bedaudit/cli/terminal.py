"""What is written where, how wide, and whether in colour."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from bedaudit.errors import ReportError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def coloured(stream: TextIO) -> bool:
    """Whether a stream gets colours: NO_COLOR, then FORCE_COLOR, then whether somebody is watching."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width(stream: TextIO) -> int:
    """The terminal's columns; 80 where there is no terminal, or one that does not know."""
    if not stream.isatty():
        return 80
    try:
        return max(os.get_terminal_size(stream.fileno()).columns or 80, 40)
    except OSError:
        return 80


def write(text: str) -> None:
    """Writes to stdout."""
    write_pieces([text if text.endswith("\n") else f"{text}\n"])


def write_pieces(pieces: Iterable[str]) -> None:
    """Writes to stdout; a reader who has seen enough, as `head`, is no error.

    Raises:
        ReportError: it cannot be written.
    """
    try:
        sys.stdout.writelines(pieces)
        sys.stdout.flush()
    except BrokenPipeError:
        forsake_stdout()
    except OSError as error:
        forsake_stdout()
        raise ReportError(f"stdout: cannot be written: {error.strerror}") from error


def forsake_stdout() -> None:
    """Points stdout nowhere, so that nothing fails again when it is flushed at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def note(text: str) -> None:
    """Writes a line to stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def console(stream: TextIO) -> Console:
    """Writes to a stream with rich, which takes nothing in a text for markup."""
    from rich.console import Console

    return Console(
        file=stream,
        width=width(stream),
        color_system="standard" if coloured(stream) else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )


def show(*renderables: RenderableType) -> None:
    """Writes tables and texts to stdout."""
    out = console(sys.stdout)
    with out.capture() as captured:
        for renderable in renderables:
            out.print(renderable, crop=False)
    write("\n".join(line.rstrip() for line in captured.get().splitlines()))


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things, in words that agree with it."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
