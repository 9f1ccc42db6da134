"""Finding one's way in facts: missing, unreadable, or a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from bedaudit.model import Gap
from bedaudit.state import Path


class _Missing:
    """The type of `MISSING`."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""What AWS says is not set."""


def is_gap(value: object) -> bool:
    """Whether this is the form that an unreadable part has inside facts."""
    if not (isinstance(value, dict) and len(value) == 1):
        return False
    inner = value.get("gap")
    return isinstance(inner, dict) and "reason" in inner  # a tag or dimension may be called gap, and be unreadable


def gap_of(fact: dict[str, Any]) -> Gap:
    """The gap behind its form inside facts."""
    return Gap(**fact["gap"])


def gaps_in(value: object) -> Iterator[Gap]:
    """Every gap at or below a value."""
    if isinstance(value, dict):
        if is_gap(value):
            yield gap_of(value)
            return
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from gaps_in(item)


def lookup(facts: Any, path: Path) -> Any:
    """The value at a path, `MISSING`, or the gap (as a fact) that the path runs into; it never enters a list."""
    value = facts
    for name in path:
        if not isinstance(value, dict):
            return MISSING
        if len(value) == 1 and is_gap(value):
            return value
        value = value.get(name, MISSING)
    return value
