"""Logic of three values: None is "cannot be decided"."""

from __future__ import annotations

from collections.abc import Iterable


def every(values: Iterable[bool | None]) -> bool | None:
    """False if one is false, otherwise undecided if one is, otherwise true."""
    undecided = False
    for value in values:
        if value is False:
            return False
        undecided = undecided or value is None
    return None if undecided else True


def some(values: Iterable[bool | None]) -> bool | None:
    """True if one is true, otherwise undecided if one is, otherwise false."""
    return negated(every(negated(value) for value in values))


def negated(value: bool | None) -> bool | None:  # noqa: FBT001 - it is the thing negated, not a switch
    """The opposite of what is decided."""
    return None if value is None else not value
