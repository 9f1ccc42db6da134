"""The members of one large JSON document, read in bounded memory: what is in its lists is given one by one."""

from __future__ import annotations

import json
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from bedaudit.errors import ReportError
from bedaudit.snapshot.lines import finite, not_finite, too_deep

LONGEST: Final = 64 * 1024 * 1024
"""Characters of the longest member, or element of a list, that is read."""

_LONGEST_TOKEN: Final = 16
"""Characters of a word, an escape or the end of a number."""

_BLANK: Final = " \t\n\r"


def members(chunks: Iterable[bytes], longest: int = LONGEST) -> Iterator[tuple[str, Any]]:
    """Each member of a JSON object, in its order; one that is a list comes once for each element, after an empty list.

    Raises:
        ReportError: it is no JSON object, or a value is larger or nested more deeply than can be.
    """
    text = _Text(_decoded(chunks), longest)
    text.take("{")
    if text.peek() == "}":
        text.take("}")
    else:
        yield from _members(text)
    if text.peek():
        text.refuse("something follows the end of the report")


def _members(text: _Text) -> Iterator[tuple[str, Any]]:
    seen = set[str]()
    while True:
        name = text.value()
        if not isinstance(name, str) or name in seen:
            text.refuse("is not JSON: a name is missing" if not isinstance(name, str) else "has a member twice")
        seen.add(name)
        text.take(":")
        if text.peek() == "[":
            yield name, []
            yield from ((name, element) for element in _elements(text))
        else:
            yield name, text.value()
        if text.take(",}") == "}":
            return


def _elements(text: _Text) -> Iterator[Any]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    yield text.value()
    while text.take(",]") == ",":
        yield text.value()


def _decoded(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = getincrementaldecoder("utf-8-sig")()
    try:
        yield from map(decoder.decode, chunks)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise ReportError("is not UTF-8") from error


@dataclass(slots=True)
class _Text:
    """What has been read of a text and not yet been taken."""

    more: Iterator[str]
    longest: int
    held: str = ""
    at: int = 0
    line: int = 1
    decoder: json.JSONDecoder = field(
        default_factory=lambda: json.JSONDecoder(parse_constant=not_finite, parse_float=finite)
    )

    def refuse(self, problem: str) -> NoReturn:
        raise ReportError(f"line {self.line}: {problem}")

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            while self.at < len(self.held):
                if (character := self.held[self.at]) not in _BLANK:
                    return character
                self.line += character == "\n"
                self.at += 1
            if not self._grow():
                return ""

    def take(self, wanted: str) -> str:
        """The next character, which is one of these."""
        character = self.peek()
        if not character or character not in wanted:
            self.refuse(f"is not JSON: {' or '.join(wanted)} is missing")
        self.at += 1
        return character

    def value(self) -> Any:
        """The next value."""
        self.peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.held, self.at)
            except json.JSONDecodeError as error:
                if not (self._may_be_cut(error) and self._grow()):
                    self.refuse(f"is not JSON: {error.msg}")
            except RecursionError:
                self.refuse("is nested too deeply")
            except ValueError as error:
                self.refuse(f"holds a number that is out of range: {error}")
            else:
                size = end - self.at
                if end + _LONGEST_TOKEN < len(self.held) or not self._grow():
                    return self._taken(value, size)

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        """Whether more text could mend the error: it is in the last token, or text that has not ended."""
        return error.pos + _LONGEST_TOKEN > len(self.held) or error.msg.startswith("Unterminated")

    def _taken(self, value: Any, size: int) -> Any:
        taken = self.held[self.at : self.at + size]
        if too_deep(taken.encode("utf-8")):
            self.refuse("is nested too deeply")
        self.line += taken.count("\n")
        self.at += size
        return value

    def _grow(self) -> bool:
        """Reads on, as much again as is held, so that a long value is not tried at often; whether there was more."""
        if len(self.held) - self.at > self.longest:
            self.refuse(f"a value is longer than {self.longest:,} characters")
        wanted, parts = len(self.held) - self.at, [self.held[self.at :]]
        for part in self.more:
            parts.append(part)
            wanted -= len(part)
            if wanted < 0:
                break
        grown = len(parts) > 1 and any(parts[1:])
        self.held, self.at = "".join(parts), 0
        return grown
