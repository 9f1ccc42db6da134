"""Wildcards of IAM policies, and ARNs, matched against values of which only the beginning may be known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import takewhile
from typing import TypeAlias

from bedaudit.documents.kleene import every


class Wild(Enum):
    """A wildcard in a pattern."""

    MANY = "*"
    ONE = "?"


Pattern: TypeAlias = tuple[str | Wild, ...]
"""Single characters and wildcards."""


@dataclass(frozen=True, slots=True)
class Begins:
    """A value that begins so, and of which nothing more is known."""

    text: str


Value: TypeAlias = str | Begins

_WILDS = {"*": Wild.MANY, "?": Wild.ONE}
_SEGMENTS = 6
_REMEMBERED = 2048
"""Answers: what one alarm's topic, role or key is asked is asked of the next one as well."""


@lru_cache(_REMEMBERED)
def wild(text: str) -> Pattern:
    """A pattern in which `*` and `?` are wildcards."""
    return tuple(_WILDS.get(character, character) for character in text)


def literal(text: str) -> Pattern:
    """A pattern that only the text itself matches."""
    return tuple(text)


@lru_cache(_REMEMBERED)
def matches(pattern: Pattern, value: Value) -> bool | None:
    """Whether the whole value matches; undecided where that hangs on its unknown rest."""
    text = value.text if isinstance(value, Begins) else value
    fixed = _fixed(pattern)
    if text[: len(fixed)] != fixed[: len(text)]:
        return False
    positions = _spread(pattern, {min(len(fixed), len(text))})
    for character in text[len(fixed) :]:
        steps = {step for position in positions for step in _steps(pattern, position, character)}
        positions = _spread(pattern, steps)
        if not positions:
            return False
    if isinstance(value, str):
        return len(pattern) in positions
    return True if any(_takes_anything(pattern, position) for position in positions) else None


@lru_cache(_REMEMBERED)
def _fixed(pattern: Pattern) -> str:
    """What every match begins with."""
    return "".join(takewhile(lambda token: isinstance(token, str), pattern))  # type: ignore[arg-type]


def _spread(pattern: Pattern, positions: set[int]) -> set[int]:
    """The positions, and those behind wildcards that match nothing."""
    spread = set(positions)
    for position in positions:
        behind = position
        while behind < len(pattern) and pattern[behind] is Wild.MANY:
            behind += 1
            spread.add(behind)
    return spread


def _steps(pattern: Pattern, position: int, character: str) -> tuple[int, ...]:
    if position == len(pattern):
        return ()
    token = pattern[position]
    if token is Wild.MANY:
        return (position,)
    return (position + 1,) if token is Wild.ONE or token == character else ()


def _takes_anything(pattern: Pattern, position: int) -> bool:
    rest = pattern[position:]
    return bool(rest) and all(token is Wild.MANY for token in rest)


def matches_arn(pattern: Pattern, value: Value) -> bool | None:
    """Whether an ARN matches segment by segment: a wildcard does not reach over a colon, but in the last segment.

    Undecided if the pattern has not the six segments of an ARN.
    """
    patterns = _pattern_segments(pattern)
    if len(patterns) < _SEGMENTS:
        return None
    values = _value_segments(value)
    if len(values) < _SEGMENTS:
        return False
    return every(matches(each, segment) for each, segment in zip(patterns, values, strict=True))


def matches_resource(pattern: Pattern, value: Value) -> bool | None:
    """As `matches_arn`, but `*` is every resource, and missing segments at the end of a pattern match anything.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    if pattern == (Wild.MANY,):
        return True
    missing = _SEGMENTS - len(_pattern_segments(pattern))
    return matches_arn(pattern + (":", Wild.MANY) * missing, value)


@lru_cache(_REMEMBERED)
def _pattern_segments(pattern: Pattern) -> tuple[Pattern, ...]:
    segments: list[Pattern] = []
    rest = pattern
    while len(segments) < _SEGMENTS - 1 and ":" in rest:
        colon = rest.index(":")
        segments.append(rest[:colon])
        rest = rest[colon + 1 :]
    return (*segments, rest)


def _value_segments(value: Value) -> list[Value]:
    if isinstance(value, str):
        return list(value.split(":", _SEGMENTS - 1))
    *known, last = value.text.split(":", _SEGMENTS - 1)
    unknown = [Begins("")] * (_SEGMENTS - len(known) - 1)
    return [*known, Begins(last), *unknown]
