"""The words of conditions: what each means, what it applies to, and how it reads.

Everything that has to know the words - the loader, the JSON Schema, the editors' hover text, evaluation - reads this
table. A test is three-valued: true, false, or None where an unreadable part of the value could decide either way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from bedaudit.policy.facts import MISSING, gaps_in, is_gap
from bedaudit.policy.globs import glob_match, regex_match, regex_problem
from bedaudit.policy.json_schema import schema_meets, schema_problem

Truth: TypeAlias = bool | None
ShapeName: TypeAlias = Literal["text", "integer", "number", "flag", "choice", "duration", "list", "map", "group"]
ArgumentType: TypeAlias = Literal[
    "value", "values", "order", "glob", "regex", "condition", "count", "flag", "schema"
]  # fmt: skip

EQUALS = "equals"
"""The word that a bare literal stands for."""

_LONGEST = 300
_COMBINED = {"all": "all", "any": "one", "none": "none"}

_NUMBERS: frozenset[ShapeName] = frozenset({"integer", "number", "duration"})
_TEXTS: frozenset[ShapeName] = frozenset({"text", "choice"})
_SCALARS: frozenset[ShapeName] = _NUMBERS | _TEXTS | {"flag"}
_ALL: frozenset[ShapeName] = _SCALARS | {"list", "map", "group"}
_LIST: frozenset[ShapeName] = frozenset({"list"})


def _unmet(argument: Any) -> bool:
    return False


def _met(argument: Any) -> bool:
    return True


def _sound(argument: Any) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the policy language."""

    doc: str
    """One plain sentence."""
    applies: frozenset[ShapeName]
    """The shapes of the values that it can be said of."""
    argument: ArgumentType
    """What it takes. `value` and `values` are of the value's own type, or of the elements' type for `contains`."""
    test: Callable[[Any, Any], Truth]
    """Of a value that is present and readable, and the argument. Where the argument is a condition, the value is
    what the condition says of each element."""
    phrase: Callable[[Any], str]
    """What follows "must" in a sentence, from the argument in plain JSON."""
    missing: Callable[[Any], bool] = _unmet
    """Whether a value that AWS does not set meets it."""
    problem: Callable[[Any], str | None] = _sound
    """What is wrong with an argument of the right type."""


# Three values -------------------------------------------------------------------------------------------------------


def every(truths: Iterable[Truth]) -> Truth:
    """True if all are; one that is false decides."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def some(truths: Iterable[Truth]) -> Truth:
    """True if one is, which decides; otherwise false if all are."""
    result: Truth = False
    for truth in truths:
        if truth:
            return True
        if truth is None:
            result = None
    return result


def negation(truth: Truth) -> Truth:
    """The opposite; unknown stays unknown."""
    return None if truth is None else not truth


def _every_and_one(truths: Iterable[Truth]) -> Truth:
    listed = list(truths)
    return bool(listed) and every(listed)


# Equality -----------------------------------------------------------------------------------------------------------


def same(value: Any, other: Any) -> Truth:
    """Whether a value, parts of which may be unreadable, equals a literal; the order of lists does not matter."""
    if isinstance(value, str):
        return bool(value == other)
    if is_gap(value):
        return None
    if isinstance(value, dict) and isinstance(other, Mapping):
        return every(same(value.get(name, MISSING), other.get(name, MISSING)) for name in {*value, *other})
    if isinstance(value, list) and isinstance(other, list | tuple):
        return _same_list(value, other)
    return bool(value == other) and isinstance(value, bool) == isinstance(other, bool)


def _same_list(value: list[Any], other: Iterable[Any]) -> Truth:
    left = list(other)
    if len(value) != len(left):
        return False
    if any(True for _ in gaps_in(value)):
        # Which element an unreadable one would match is open; an element that matches none is decisive.
        rows = [[same(item, wanted) for wanted in left] for item in value]
        matched = all(some(row) is not False for row in [*rows, *zip(*rows, strict=True)])
        return None if matched else False
    for item in value:
        match = next((at for at, wanted in enumerate(left) if same(item, wanted)), None)
        if match is None:
            return False
        del left[match]
    return True


def _differs(value: Any, argument: Any) -> Truth:
    return negation(same(value, argument))


def _one_of(value: Any, argument: Any) -> Truth:
    return some(same(value, wanted) for wanted in argument)


def _none_of(value: Any, argument: Any) -> Truth:
    return negation(_one_of(value, argument))


# Order, text and lists ----------------------------------------------------------------------------------------------


def _number(value: Any) -> float | None:
    if value == "never":
        return float("inf")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _ordered(compare: Callable[[float, float], bool]) -> Callable[[Any, Any], Truth]:
    def test(value: Any, argument: Any) -> Truth:
        left, right = _number(value), _number(argument)
        return left is not None and right is not None and compare(left, right)

    return test


def _like(value: Any, argument: Any) -> Truth:
    return isinstance(value, str) and glob_match(argument, value)


def _matches(value: Any, argument: Any) -> Truth:
    return isinstance(value, str) and regex_match(argument, value)


def _contains(value: Any, argument: Any) -> Truth:
    if isinstance(value, str):
        return isinstance(argument, str) and argument in value
    return isinstance(value, list) and some(same(item, argument) for item in value)


def _contains_all(value: Any, argument: Any) -> Truth:
    return every(_contains(value, wanted) for wanted in argument)


def _count(value: Any, argument: Any) -> Truth:
    if not isinstance(value, list):
        return False
    return every(WORDS[test.word].test(len(value), test.argument) for test in argument)


def _schema(value: Any, argument: Any) -> Truth:
    return None if any(True for _ in gaps_in(value)) else schema_meets(value, argument)


# Reading ------------------------------------------------------------------------------------------------------------


def shown(value: Any) -> str:
    """A value in a sentence: on one line, and shortened."""
    plain = isinstance(value, str) and value.isprintable() and value.strip() == value != ""
    text = value if plain else json.dumps(value, ensure_ascii=True, default=list)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def phrase(expected: Any) -> str:
    """What follows "must" in a sentence, from what a drift expects."""
    if isinstance(expected, dict) and len(expected) == 1:
        ((word, argument),) = expected.items()
        if word in _COMBINED and isinstance(argument, list):
            return f"meet {_COMBINED[word]} of {shown(argument)}"
        if word in WORDS:
            return WORDS[word].phrase(argument)
    return WORDS[EQUALS].phrase(expected)


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(shown(value) for value in values)


def _counted(words: Any) -> str:
    many = words.items() if isinstance(words, Mapping) else [(EQUALS, words)]
    phrases = " and ".join(WORDS[word].phrase(argument).removeprefix("be ") for word, argument in many)
    return f"have {phrases} elements"


def _set_or_not(argument: Any) -> str:
    return "be set" if argument else "not be set"


WORDS: Mapping[str, Word] = {
    EQUALS: Word(
        "The value equals this; lists regardless of order.",
        _SCALARS | _LIST, "value", same, lambda wanted: f"be {shown(wanted)}",
    ),
    "not": Word(
        "The value differs from this, or is not set.",
        _SCALARS | _LIST, "value", _differs, lambda wanted: f"not be {shown(wanted)}", missing=_met,
    ),
    "one_of": Word(
        "The value is one of these.",
        _SCALARS, "values", _one_of, lambda wanted: f"be one of {_listed(wanted)}",
    ),
    "none_of": Word(
        "The value is none of these, or is not set.",
        _SCALARS, "values", _none_of, lambda wanted: f"be none of {_listed(wanted)}", missing=_met,
    ),
    "at_least": Word(
        "The number is this or greater; `never` is greater than every number.",
        _NUMBERS, "order", _ordered(lambda left, right: left >= right), lambda wanted: f"be at least {wanted}",
    ),
    "at_most": Word(
        "The number is this or smaller; `never` is greater than every number.",
        _NUMBERS, "order", _ordered(lambda left, right: left <= right), lambda wanted: f"be at most {wanted}",
    ),
    "above": Word(
        "The number is greater than this; `never` is greater than every number.",
        _NUMBERS, "order", _ordered(lambda left, right: left > right), lambda wanted: f"be above {wanted}",
    ),
    "below": Word(
        "The number is smaller than this; `never` is greater than every number.",
        _NUMBERS, "order", _ordered(lambda left, right: left < right), lambda wanted: f"be below {wanted}",
    ),
    "like": Word(
        "The whole text is covered by this glob: `*` is any text, `?` any character, `[a-z]` one of these.",
        _TEXTS, "glob", _like, lambda wanted: f"be like {shown(wanted)}",
    ),
    "matches": Word(
        "The whole text is covered by this regular expression (RE2's syntax).",
        _TEXTS, "regex", _matches, lambda wanted: f"match {shown(wanted)}", problem=regex_problem,
    ),
    "contains": Word(
        "The list has this element, or the text has this part.",
        _LIST | {"text"}, "value", _contains, lambda wanted: f"contain {shown(wanted)}",
    ),
    "contains_all": Word(
        "The list has all of these elements, or the text all of these parts.",
        _LIST | {"text"}, "values", _contains_all, lambda wanted: f"contain all of {_listed(wanted)}",
    ),
    "any": Word(
        "At least one element of the list meets this condition.",
        _LIST, "condition", lambda truths, _: some(truths), lambda each: f"have an element that meets {shown(each)}",
    ),
    "all": Word(
        "The list has elements, and each meets this condition.",
        _LIST, "condition", lambda truths, _: _every_and_one(truths),
        lambda each: f"have elements, and each must meet {shown(each)}",
    ),
    "none": Word(
        "The list is set, and no element of it meets this condition.",
        _LIST, "condition", lambda truths, _: negation(some(truths)),
        lambda each: f"have no element that meets {shown(each)}",
    ),
    "count": Word(
        "The number of elements of the list meets these words, as `{at_least: 1}`.",
        _LIST, "count", _count, _counted,
    ),
    "present": Word(
        "True: the value is set; false: it is not.",
        _ALL, "flag", lambda _, wanted: bool(wanted), _set_or_not, missing=lambda wanted: not wanted,
    ),
    "schema": Word(
        "The value is valid against this JSON Schema (2020-12, without remote references).",
        _ALL, "schema", _schema, lambda _: "be valid against the control's schema", problem=schema_problem,
    ),
}  # fmt: skip
"""Every word by its name."""

COUNT_WORDS: frozenset[str] = frozenset({EQUALS, "not", "one_of", "none_of", "at_least", "at_most", "above", "below"})
"""The words that may stand under `count`."""
