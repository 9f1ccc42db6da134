"""Conditions, checked against the shapes that their paths lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from bedaudit.policy.check_paths import resolve_path
from bedaudit.policy.check_values import Reading, read_literal, read_pattern, read_values
from bedaudit.policy.hints import listed, near, quoted
from bedaudit.policy.model import Combination, Condition, Test
from bedaudit.policy.shapes import FLAG, INTEGER, part_of, wanted, words_for
from bedaudit.policy.words import COUNT_WORDS, EQUALS, WORDS, Word
from bedaudit.policy.yaml import Node
from bedaudit.state import Group, ListOf, Path, Shape

COMBINATIONS: Mapping[str, tuple[Literal["all", "any", "none"], str]] = {
    "all": ("all", "Each of these conditions holds."),
    "any": ("any", "At least one of these conditions holds."),
    "none": ("none", "None of these conditions holds."),
}
"""What a key says that stands where a path may stand."""

NOTHING = Combination("all", ())


def read_condition(reading: Reading, node: Node, group: Group, owner: str, what: str) -> Condition:
    """A condition on what has these fields."""
    conditions: list[Condition] = []
    for name, member in _members(reading, node, what).items():
        if name in COMBINATIONS:
            items = reading.check.items(member, f"{name} of {what}", of="conditions")
            parts = (read_condition(reading, item, group, owner, f"each of {name}") for item in items)
            conditions.append(Combination(COMBINATIONS[name][0], tuple(parts)))
            continue
        found = resolve_path(reading.check, member.name_mark, name, group, owner)
        if found:
            path, shape = found
            conditions += _tests(reading, member, path, shape, name)
    return _joined(conditions)


def _members(reading: Reading, node: Node, what: str) -> Mapping[str, Node]:
    members = reading.check.mapping(node, what)
    if node.value == {}:
        reading.check.problem(node.mark, f"{what} must not be empty")
    return members


def _joined(conditions: list[Condition]) -> Condition:
    return conditions[0] if len(conditions) == 1 else Combination("all", tuple(conditions))


def _tests(reading: Reading, node: Node, path: Path, shape: Shape, what: str) -> list[Condition]:
    """What one path must meet: a literal, or words."""
    known = words_for(shape)
    if not isinstance(node.value, dict):
        if EQUALS not in known:
            reading.check.expected(node, what, f"met by words: it is {wanted(shape)}", _allowed(known))
            return []
        return [Test(path, EQUALS, read_literal(reading, node, shape, what))]
    words = {
        word: argument
        for word, argument in _members(reading, node, f"the condition on {what}").items()
        if _applies(reading, argument, word, shape, what)
    }
    return [Test(path, word, _argument(reading, argument, word, shape, what)) for word, argument in words.items()]


def _applies(reading: Reading, node: Node, word: str, shape: Shape, what: str) -> bool:
    known = words_for(shape)
    if word in known and word != EQUALS:
        return True
    if word == EQUALS:
        reading.check.problem(node.name_mark, "equals is not written", f"{what}: VALUE")
    elif word in WORDS:
        message = f"{word} cannot be said of {what}, which is {wanted(shape)}"
        reading.check.problem(node.name_mark, message, _allowed(known))
    elif isinstance(shape, Group) and word.split(".", maxsplit=1)[0] in shape.fields:
        reading.check.problem(node.name_mark, f"{quoted(word)} is a field, not a word", f"write {what}.{word}: ...")
    else:
        written = [each for each in known if each != EQUALS]
        reading.check.problem(node.name_mark, f"unknown word {quoted(word)}", near(word, written))
    return False


def _allowed(words: Mapping[str, Word]) -> str:
    return f"allowed: {listed(word for word in words if word != EQUALS)}"


def _argument(reading: Reading, node: Node, word: str, shape: Shape, what: str) -> Any:
    return _ARGUMENTS[WORDS[word].argument](reading, node, word, shape, f"{word} of {what}")


def _pattern(reading: Reading, node: Node, word: str, _: Shape, what: str) -> Any:
    return read_pattern(reading, node, what, WORDS[word].problem)


def _elements(reading: Reading, node: Node, _: str, shape: Shape, what: str) -> Condition:
    """What elements must meet; those without fields take literals and words themselves."""
    item = shape.item if isinstance(shape, ListOf) else shape
    if isinstance(item, Group):
        owner = what.partition(" of ")[2]
        return read_condition(reading, node, item, f"the elements of {owner}", what)
    return _joined(_tests(reading, node, (), item, what))


def _count(reading: Reading, node: Node, _: str, __: Shape, what: str) -> tuple[Condition, ...]:
    if isinstance(node.value, dict):
        for word, argument in node.value.items():
            if word in WORDS and word not in COUNT_WORDS:
                reading.check.problem(argument.name_mark, f"{word} cannot be said of a number of elements")
                return ()
    return tuple(_tests(reading, node, (), INTEGER, what))


def _schema(reading: Reading, node: Node, word: str, _: Shape, what: str) -> Any:
    schema = node.plain()
    if not isinstance(schema, dict):
        reading.check.expected(node, what, "a JSON Schema")
        return {}
    problem = WORDS[word].problem(schema)
    if problem:
        reading.check.problem(node.mark, f"{what}: {problem}")
    return schema


def _value(reading: Reading, node: Node, word: str, shape: Shape, what: str) -> Any:
    return read_literal(reading, node, part_of(word, shape), what)


def _values(reading: Reading, node: Node, word: str, shape: Shape, what: str) -> Any:
    return read_values(reading, node, part_of(word, shape), what)


def _flag(reading: Reading, node: Node, _: str, __: Shape, what: str) -> Any:
    return read_literal(reading, node, FLAG, what)


_ARGUMENTS: Mapping[str, Callable[[Reading, Node, str, Shape, str], Any]] = {
    "value": _value,
    "values": _values,
    "order": _value,
    "glob": _pattern,
    "regex": _pattern,
    "condition": _elements,
    "count": _count,
    "flag": _flag,
    "schema": _schema,
}
