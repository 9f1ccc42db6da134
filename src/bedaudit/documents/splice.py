"""Elements put into a document that AWS keeps as text, of which every other character stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from bedaudit.documents.statements import written

_SPACE: Final = re.compile(r"[ \t\n\r]*")


def with_elements(text: str, name: str, elements: Iterable[Any]) -> str:
    """The text of an object with elements at the end of its list `name`; a single value becomes the first of a list.

    Raises:
        ValueError: it has no such member.
    """
    start, end = _span(text, name)
    added = ",".join(map(written, elements))
    if text[start] != "[":
        return f"{text[:start]}[{text[start:end]},{added}]{text[end:]}"
    last = len(text[: end - 1].rstrip())
    comma = "" if text[last - 1] == "[" else ","
    return f"{text[:last]}{comma}{added}{text[last:]}"


def _span(text: str, name: str) -> tuple[int, int]:
    """Where the value of a member begins and ends."""
    decoder = json.JSONDecoder()
    at = _past(text, text.index("{") + 1)
    while True:
        key, end = decoder.raw_decode(text, at)
        start = _past(text, _past(text, end) + 1)
        _, end = decoder.raw_decode(text, start)
        if key == name:
            return start, end
        at = _past(text, _past(text, end) + 1)


def _past(text: str, at: int) -> int:
    """Where the next thing is that is no space."""
    found = _SPACE.match(text, at)
    return found.end() if found else at
