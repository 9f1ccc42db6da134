"""What can be said of a value of each shape: its name in a sentence, the words that apply, what fits it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from bedaudit.policy.hints import listed
from bedaudit.policy.words import EQUALS, WORDS, ShapeName, Word
from bedaudit.state import Group, ListOf, Scalar, Shape, TextMap

ACCOUNT = "account"
"""The unit of text that is an account ID, for which 12 digits need no quotation marks."""
NUMBER = Scalar("number")
INTEGER = Scalar("integer")
TEXT = Scalar("text")
FLAG = Scalar("flag")

_WHOLE_VALUES = frozenset({EQUALS, "not", "contains", "contains_all"})
"""Words that compare elements with literals, which only elements without fields can be."""


_NAMES: Mapping[type, ShapeName] = {ListOf: "list", TextMap: "map", Group: "group"}


def shape_name(shape: Shape) -> ShapeName:
    """The name that the table of words knows a shape by."""
    if isinstance(shape, Scalar):
        return shape.type
    return _NAMES[type(shape)]


_WANTED: Mapping[ShapeName, str] = {
    "text": "text",
    "flag": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "map": "a map of text",
    "group": "a group of fields",
}


def wanted(shape: Shape) -> str:
    """What a value of this shape is, after "must be"."""
    match shape:
        case Scalar(type="choice"):
            return f"one of {listed(shape.choices)}" if len(shape.choices) > 1 else shape.choices[0]
        case Scalar(type="duration"):
            return f"a whole number{' of ' * bool(shape.unit)}{shape.unit} or never"
        case ListOf():
            return f"a list of {_PLURALS[shape_name(shape.item)]}"
        case _:
            return _WANTED[shape_name(shape)]


_PLURALS: Mapping[ShapeName, str] = {
    "text": "text",
    "choice": "words",
    "flag": "flags",
    "integer": "whole numbers",
    "number": "numbers",
    "duration": "durations",
    "list": "lists",
    "map": "maps of text",
    "group": "groups of fields",
}


def words_for(shape: Shape) -> Mapping[str, Word]:
    """The words that apply, `equals` among them where a literal may stand."""
    plain = not isinstance(shape, ListOf) or isinstance(shape.item, Scalar)
    return _words(shape_name(shape), plain)


@cache
def _words(name: ShapeName, plain: bool) -> Mapping[str, Word]:  # noqa: FBT001 - a key of the cache
    return {word: each for word, each in WORDS.items() if name in each.applies and (plain or word not in _WHOLE_VALUES)}


def field_shape(group: Group, name: str) -> Shape:
    """The shape of a field; by its name it may hold account IDs."""
    shape = group.fields[name].shape
    if name.rpartition("_")[2] not in ("account", "accounts"):
        return shape
    match shape:
        case Scalar(type="text"):
            return Scalar("text", unit=ACCOUNT)
        case ListOf(item=Scalar(type="text")):
            return ListOf(Scalar("text", unit=ACCOUNT))
        case _:
            return shape


def part_of(word: str, shape: Shape) -> Shape:
    """The shape of what a word compares with: for `contains` on a list, an element."""
    if WORDS[word].argument == "order":
        return shape if shape_name(shape) == "duration" else NUMBER
    return shape.item if word.startswith("contains") and isinstance(shape, ListOf) else shape


def fits(value: Any, shape: Shape) -> bool:
    """Whether a plain value is of a shape; groups and maps have no literals."""
    if isinstance(shape, Scalar):
        return _IS_A[shape.type](value, shape)
    return isinstance(shape, ListOf) and isinstance(value, list) and all(fits(item, shape.item) for item in value)


_IS_A: Mapping[str, Callable[[Any, Scalar], bool]] = {
    "text": lambda value, _: isinstance(value, str),
    "choice": lambda value, shape: value in shape.choices,
    "flag": lambda value, _: isinstance(value, bool),
    "number": lambda value, _: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value, _: _is_whole(value),
    "duration": lambda value, _: value == "never" or _is_whole(value),
}


def _is_whole(value: Any) -> bool:
    # As in JSON Schema, 90.0 is a whole number.
    return isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)
