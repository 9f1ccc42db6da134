"""Makes text that came from elsewhere harmless wherever it is shown."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

_ACTING = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories that act instead of being seen: controls, directions and joiners, halves of pairs, line ends."""

_MARKUP = re.compile(r"[\\`*_{}\[\]()#+!|>~@$-]")


def harmless(text: str) -> str:
    r"""One line that a terminal, a viewer or a CI log shows and does not obey.

    Line ends and tabs become spaces; every other control, escape and direction mark is spelled out, as `\x1b`.
    """
    if not text.isascii() or not text.isprintable():
        text = "".join(map(_visible, text))
    return text.replace("##[", "# #[")


def _visible(character: str) -> str:
    if character in "\t\n\r\u2028\u2029\x85":
        return " "
    if unicodedata.category(character) in _ACTING:
        return character.encode("ascii", "backslashreplace").decode() if ord(character) > 0xFF else _hex(character)
    return character


def _hex(character: str) -> str:
    return f"\\x{ord(character):02x}"


def ascii_json(value: Any) -> str:
    """JSON on one line that is safe to print: nothing in it but printable ASCII, and no `##[` of a CI runner."""
    text = json.dumps(value, allow_nan=False)
    return text.replace("##[", "##\\u005b").replace("\x7f", "\\u007f")


def markdown(text: str) -> str:
    """Text that Markdown shows as it is, with nothing in it that acts."""
    return _MARKUP.sub(r"\\\g<0>", harmless(text)).replace("&", "&amp;").replace("<", "&lt;")
