"""Conditions and their three values: whether one holds on facts, and what is missing where it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from bedaudit.model import Drift, Facts, Gap
from bedaudit.policy.facts import MISSING, gaps_in, is_gap, lookup
from bedaudit.policy.model import Combination, Condition, Control, Test
from bedaudit.policy.same import Same
from bedaudit.policy.spelling import dotted, spelled, with_path
from bedaudit.policy.words import WORDS, Truth, negation
from bedaudit.state import Group, Path, reason_of

UNDECIDED: Final = object()
"""An argument that is not known yet: its term is undecided."""

_ELEMENTS = 20
_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a condition does not hold: a false one has drifts, an undecided one has gaps alone, a true one neither."""

    drifts: tuple[Drift, ...] = ()
    gaps: tuple[Gap, ...] = ()


def holds(condition: Condition, facts: Any, *, settled: bool = True) -> Truth:
    """Whether a condition holds; None where something unreadable could decide.

    With `settled=False` a field that is left out may still be read, and is unreadable rather than not set.
    """
    known = (_SETTLED if settled else _OPEN).get(id(condition))
    return (known[1] if known else _remembered(condition, settled=settled))(facts)


_Judge: TypeAlias = Callable[[Any], Truth]

_SETTLED: dict[int, tuple[Condition, _Judge]] = {}
_OPEN: dict[int, tuple[Condition, _Judge]] = {}
"""By the identity of a condition, which is kept so that nothing else can have it, what judges it."""
_MOST = 8192


def _remembered(condition: Condition, *, settled: bool) -> _Judge:
    known = _SETTLED if settled else _OPEN
    if len(known) >= _MOST:
        known.clear()
    judge = _judge(condition, settled=settled)
    known[id(condition)] = (condition, judge)
    return judge


def _judge(condition: Condition, *, settled: bool) -> _Judge:
    """A function of facts: conditions are few, and are asked of very much."""
    if isinstance(condition, Combination):
        return _combining(condition.op, tuple(_judge(each, settled=settled) for each in condition.conditions))
    word, argument, path = WORDS[condition.word], condition.argument, condition.path
    missing = word.missing(argument) if settled else None
    test = word.test
    if word.argument == "condition" and argument is not UNDECIDED:
        test, argument = _testing_each(test, _judge(argument, settled=settled)), None

    def judge(facts: Any) -> Truth:
        value = lookup(facts, path)
        if value is MISSING:
            return missing
        unread = argument is UNDECIDED or (isinstance(value, dict) and is_gap(value))
        return None if unread else test(value, argument)

    return judge


def _testing_each(test: Callable[[Any, Any], Truth], element: _Judge) -> Callable[[Any, Any], Truth]:
    return lambda value, _: test(map(element, value), None) if isinstance(value, list) else False


def _combining(op: str, judges: tuple[_Judge, ...]) -> _Judge:
    """As `every`, `some` and its negation say; spelled out, since most of an evaluation's time is spent here."""
    decisive = op != "all"

    def judge(facts: Any) -> Truth:
        result: Truth = not decisive
        for each in judges:
            truth = each(facts)
            if truth is decisive:
                return decisive
            if truth is None:
                result = None
        return result

    return (lambda facts: negation(judge(facts))) if op == "none" else judge


def selecting(control: Control) -> Combination:
    """`where` and the condition of a control in one; of the same control the same, so that it is judged as such."""
    return _selecting(Same(control))


@lru_cache(_MOST)
def _selecting(same: Same) -> Combination:
    (control,) = same.controls
    where = (control.where,) if control.where is not None else ()
    return Combination("all", (*where, control.condition))


def explain(condition: Condition, facts: Facts, shape: Group | None = None) -> Explanation:
    """What is not met, and what is undecided; `shape` tells which fields say why another is false."""
    met = holds(condition, facts)
    if met:
        return Explanation()
    drifts = () if met is None else tuple(_drifts(condition, facts, shape))
    return Explanation(drifts, tuple(dict.fromkeys(_gaps(condition, facts))))


def _drifts(condition: Condition, facts: Facts, shape: Group | None) -> Iterator[Drift]:
    """Of a condition that is false."""
    if isinstance(condition, Test):
        yield _drift(condition, facts, shape)
    elif condition.op == "all":
        for each in condition.conditions:
            if holds(each, facts) is False:
                yield from _drifts(each, facts, shape)
    else:
        yield _alternatives(condition, facts)


def _drift(test: Test, facts: Facts, shape: Group | None) -> Drift:
    value = lookup(facts, test.path)
    because = _because(test.path, facts, shape) if value is False else None
    if isinstance(value, list) and WORDS[test.word].argument == "condition":
        value = _asked(value, tuple(paths(test.argument)))
    return Drift(dotted(test.path), spelled(test), None if value is MISSING else brief(value), because)


def _asked(elements: list[Any], asked: tuple[Path, ...]) -> list[Any]:
    """Of each element what the condition asks about, each answer once."""
    answers: list[Any] = []
    for element in elements:
        found = {dotted(path): lookup(element, path) for path in asked if path}
        answer = {path: value for path, value in found.items() if value is not MISSING} if found else element
        if answer not in answers:
            answers.append(answer)
    return answers


def _alternatives(condition: Combination, facts: Facts) -> Drift:
    """One drift for all the ways that were open (`any`), or for those that were taken and must not be (`none`)."""
    ways = [each for each in condition.conditions if condition.op == "any" or holds(each, facts)]
    values = {dotted(path): lookup(facts, path) for each in ways for path in paths(each)}
    actual = {path: None if value is MISSING else brief(value) for path, value in values.items()}
    return Drift(" | ".join(actual), {condition.op: [with_path(each) for each in ways]}, actual)


def paths(condition: Condition) -> Iterator[Path]:
    """The paths that a condition looks at, down to the first list."""
    if isinstance(condition, Test):
        yield condition.path
    else:
        for each in condition.conditions:
            yield from paths(each)


def _gaps(condition: Condition, facts: Any) -> Iterator[Gap]:
    """What the undecided terms of a condition ran into."""
    if isinstance(condition, Combination):
        for each in condition.conditions:
            if holds(each, facts) is None:
                yield from _gaps(each, facts)
    elif holds(condition, facts) is None:
        value = lookup(facts, condition.path)
        if WORDS[condition.word].argument == "condition" and not is_gap(value):
            undecided = (each for each in value if holds(condition.argument, each) is None)
            for each in undecided:
                yield from _gaps(condition.argument, each)
        else:
            yield from gaps_in(value)


def _because(path: Path, facts: Facts, shape: Group | None) -> str | None:
    said = reason_of(shape, path) if shape else None
    reason = lookup(facts, said) if said else None
    return reason if isinstance(reason, str) else None


def brief(value: Any) -> Any:
    """A value for a report: of long lists and texts only the beginning."""
    match value:
        case list():
            return [brief(item) for item in value[:_ELEMENTS]]
        case dict():
            return {name: brief(item) for name, item in value.items()}
        case str() if len(value) > _CHARACTERS:
            return f"{value[:_CHARACTERS]}..."
        case _:
            return value
