"""Makes text that came from elsewhere harmless wherever it is shown."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

_ACTING = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories that act instead of being seen: controls, directions and joiners, halves of pairs, line ends."""

_MARKUP = re.compile(r"[\\`*_{}\[\]()#+!|>~@$-]")
_LINKED = re.compile(r"@|#(?=\w)|:(?=//)|(?<!\S):(?=[\w+-]+:)|www(?=\.)|GH(?=-\d)", re.IGNORECASE)
"""What GitHub makes mentions, references, links and pictures of, escaped or not."""
_ON_ONE_LINE = json.JSONEncoder(allow_nan=False)
_APART = "\0"
"""Stands, until all is escaped, for the character without width that keeps such things apart."""


def harmless(text: str) -> str:
    r"""One line that a terminal, a viewer or a CI log shows and does not obey.

    Line ends and tabs become spaces; every other control, escape and direction mark is spelled out, as `\x1b`.
    """
    if not text.isascii() or not text.isprintable():
        text = "".join(map(_visible, text))
    return text.replace("##[", "# #[")


def no_command(line: str) -> str:
    """A line that a CI runner takes for no workflow command, as it would `::error::`; one column wider if it did."""
    start = line.lstrip()
    return f"{line[: len(line) - len(start)]}: {start[1:]}" if start.startswith("::") else line


def _visible(character: str) -> str:
    if character in "\t\n\r\u2028\u2029\x85":
        return " "
    if unicodedata.category(character) in _ACTING:
        return character.encode("ascii", "backslashreplace").decode() if ord(character) > 0xFF else _hex(character)
    return character


def _hex(character: str) -> str:
    return f"\\x{ord(character):02x}"


def ascii_json(value: Any, indent: int | None = None) -> str:
    """JSON that is safe to print: nothing in it but printable ASCII, and no `##[` of a CI runner.

    On one line, or indented by so many spaces.
    """
    text = json.dumps(value, allow_nan=False, indent=indent) if indent else _ON_ONE_LINE.encode(value)
    return text.replace("##[", "##\\u005b").replace("\x7f", "\\u007f")


def ascii_array(values: Iterable[Any], margin: str = "") -> Iterator[str]:
    """A JSON array in pieces, one value a line."""
    return array(map(ascii_json, values), margin)


def array(values: Iterable[str], margin: str = "") -> Iterator[str]:
    """A JSON array in pieces, one value, which is JSON already, a line."""
    yield "["
    before, after = f"\n{margin} ", "]"
    for value in values:
        yield before
        yield value
        before, after = f",\n{margin} ", f"\n{margin}]"
    yield after


def markdown(text: str) -> str:
    """Text that Markdown shows as it is, with nothing in it that acts, on GitHub either."""
    text = _MARKUP.sub(r"\\\g<0>", _LINKED.sub(rf"\g<0>{_APART}", harmless(text)))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(_APART, "&#8203;")


def markdown_code(text: str) -> str:
    """Text as code in a cell of a Markdown table, in which nothing acts; nothing stays nothing."""
    text = harmless(text).strip().replace("\\|", "\\ |").replace("|", "\\|")
    if not text:
        return ""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    blank = " " if "`" in text else ""
    return f"{fence}{blank}{text}{blank}{fence}"


def shortened(text: str, longest: int) -> str:
    """The text, or as much of it as leaves room to say that there is more."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
