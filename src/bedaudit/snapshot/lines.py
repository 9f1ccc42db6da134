"""JSON Lines, plain or gzipped, read one line at a time in bounded memory; whatever is wrong is named by its line."""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO, NoReturn

from bedaudit.errors import SnapshotError
from bedaudit.opening import Readable, unpiped

GZIP = 31
"""zlib's `wbits` for a gzip member; the header that zlib writes has no time and no name."""

_CHUNK = 64 * 1024

_DEPTH = 100
"""Levels of nesting that are read: more than AWS gives, and far from Python's own limit."""

_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_INNERMOST = re.compile(rb"\[\]|\{\}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file; `number` counts from 1."""

    number: int
    data: bytes
    ended: bool = True
    """A line feed follows."""


@dataclass(frozen=True, slots=True)
class JsonLines:
    """The lines of `path` that are not blank, as often as they are asked for.

    A `.partial` file may be torn off anywhere; its last, torn line is left out.

    Raises:
        SnapshotError: the file cannot be read, is damaged or cut off, or has a line of more than `max_line` bytes.
    """

    path: Readable
    max_line: int

    @property
    def partial(self) -> bool:
        """The file is what a killed scan left."""
        return PurePath(str(self.path)).suffix == ".partial"

    def error(self, line: int, problem: str) -> SnapshotError:
        """What is wrong, with where it stands."""
        return SnapshotError(f"{self.path}:{line}: {problem}")

    def __iter__(self) -> Iterator[Line]:
        line = Line(0, b"")
        try:
            with open(self.path, "rb", opener=unpiped) as file:
                for line in _split(plain_bytes(file), self.max_line):
                    if line.data.strip() and (line.ended or not self.partial):
                        yield line
        except OSError as error:
            raise SnapshotError(f"{self.path}: cannot be read: {error.strerror}") from error
        except zlib.error as error:
            raise self.error(line.number + 1, f"is damaged: {error}") from error
        except _TooLongError as error:
            raise self.error(line.number + 1, f"is longer than {self.max_line:,} bytes") from error
        except EOFError as error:
            if not self.partial:
                raise self.error(line.number + 1, "is cut off") from error

    def members(self, line: Line) -> dict[str, Any]:
        """The JSON object that a line is."""
        try:
            members = json.loads(line.data.decode(), parse_constant=not_finite, parse_float=finite)
        except json.JSONDecodeError as error:
            raise self.error(line.number, f"is not JSON: {error.msg} at column {error.colno}") from error
        except UnicodeDecodeError as error:
            raise self.error(line.number, f"is not UTF-8 at byte {error.start + 1}") from error
        except RecursionError as error:
            raise self.error(line.number, "is nested too deeply") from error
        except ValueError as error:
            raise self.error(line.number, f"holds a number that is out of range: {error}") from error
        if not isinstance(members, dict):
            raise self.error(line.number, "is not a JSON object")
        if too_deep(line.data):
            raise self.error(line.number, "is nested too deeply")
        return members


class _TooLongError(Exception):
    """A line is longer than what may be held in memory."""


def _split(chunks: Iterator[bytes], max_line: int) -> Iterator[Line]:
    """The lines of a stream, blank ones too."""
    number, size = 1, 0
    pieces: list[bytes] = []
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            yield Line(number, b"".join([*pieces, piece]))
            number, pieces, size = number + 1, [], 0
        pieces.append(rest)
        size += len(rest)
        if size > max_line:
            raise _TooLongError
    if size:
        yield Line(number, b"".join(pieces), ended=False)


def plain_bytes(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of a plain or gzipped file, never many at a time. A member that is cut off is an EOFError."""
    data = file.read(_CHUNK)
    if not data.startswith(b"\x1f"):
        while data:
            yield data
            data = file.read(_CHUNK)
        return
    inflate = None
    while data:
        inflate = inflate or zlib.decompressobj(wbits=GZIP)
        yield inflate.decompress(data, _CHUNK)
        data = inflate.unconsumed_tail
        if inflate.eof:
            data, inflate = inflate.unused_data, None
        data = data or file.read(_CHUNK)
    if inflate:
        raise EOFError


def too_deep(data: bytes) -> bool:
    """Whether well-formed JSON is nested too deeply: each round takes away the innermost level."""
    if data.count(b"[") + data.count(b"{") <= _DEPTH:
        return False
    brackets = b"".join(_TEXT.split(data)).translate(None, _NO_BRACKETS)
    for _ in range(_DEPTH):
        brackets = _INNERMOST.sub(b"", brackets)
    return bool(brackets)


def not_finite(number: str) -> NoReturn:
    """Refuses NaN and infinities, which Python reads and JSON does not have.

    Raises:
        ValueError: always.
    """
    raise ValueError(number)


def finite(text: str) -> float:
    """The number, if it is one that Python can hold.

    Raises:
        ValueError: it is too large.
    """
    number = float(text)
    return number if math.isfinite(number) else not_finite(text[:40])
