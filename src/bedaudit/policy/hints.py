"""The words in which problems are told: quoting, lists of what is allowed, "did you mean"."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Any

_LONGEST = 60
_FEW = 16


def quoted(text: str) -> str:
    """Text in quotation marks on one line, shortened, with nothing in it that a terminal would act on."""
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    visible = "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in short)
    return f'"{visible}"'


def shown(value: Any) -> str:
    """A value as its author wrote it, or what sort of thing it is."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case int() | float():
            return str(value)
        case dict():
            return "a mapping"
        case _:
            return "a list"


def listed(words: Iterable[str], last: str = "or") -> str:
    """`a, b or c`."""
    *most, final = words
    return f"{', '.join(most)} {last} {final}" if most else final


def near(word: str, known: Collection[str]) -> str | None:
    """What the user may have meant, or all that is allowed where that is little."""
    if word.lower() in known:
        return f"did you mean {quoted(word.lower())}?"
    # Nothing that long is a slip of one of our words, and comparing it takes long.
    close = get_close_matches(word, known, n=1) if len(word) <= _LONGEST else []
    if close:
        return f"did you mean {quoted(close[0])}?"
    if known and len(known) <= _FEW:
        return f"allowed: {', '.join(sorted(known))}"
    return None
