"""The rule of a composite alarm.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

State: TypeAlias = Literal["ALARM", "OK", "INSUFFICIENT_DATA"]


@dataclass(frozen=True, slots=True)
class Constant:
    """TRUE or FALSE."""

    value: bool


@dataclass(frozen=True, slots=True)
class In:
    """An alarm is in a state."""

    state: State
    name: str
    """The alarm's name, also where the rule gives its ARN."""


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    rule: Rule


@dataclass(frozen=True, slots=True)
class Join:
    """All of, or one of, several rules."""

    op: Literal["AND", "OR"]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many of several rules; AT_LEAST with a share has it counted out."""

    count: int
    rules: tuple[Rule, ...]


Rule: TypeAlias = Constant | In | Not | Join | AtLeast

_TOKEN = re.compile(
    r"""\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^()"\s][^()"]*+))\s*+\)
    |(?P<many>AT_LEAST)\s*\(\s*(?P<count>\d{1,6})\s*(?P<percent>%?)\s*,
        \s*(?P<not>NOT\s+)?(?P<of>ALARM|OK|INSUFFICIENT_DATA)\s*,\s*\((?P<names>(?:"(?:[^"\\]|\\.)*"|[^()"])*)\)\s*\)
    |(?P<word>AND|OR|NOT|TRUE|FALSE)\b
    |(?P<mark>[()]))\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_NAME = re.compile(r'\s*+(?:"((?:[^"\\]|\\.)*+)"|([^,"\s][^,"]*+))\s*+(?:,|$)')
_DEEPEST = 100
_LONGEST = 10_240


def parse(text: str) -> Rule | None:
    """The rule, or None where it is not one that we understand."""
    tokens = _tokens(text) if len(text) <= _LONGEST else None
    if not tokens:
        return None
    try:
        rule, rest = _either(tokens, 0, 0)
    except (IndexError, _NotARuleError):
        return None
    return rule if rest == len(tokens) else None


class _NotARuleError(Exception):
    """Ends the parsing."""


_Token: TypeAlias = str | Rule
"""A rule that stands for itself, or a word or bracket."""


def _tokens(text: str) -> list[_Token] | None:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        tokens.append(_token(match))
        at = match.end()
    return tokens


def _token(match: re.Match[str]) -> _Token:
    if match["state"]:
        return In(cast("State", match["state"].upper()), _name(match["quoted"], match["plain"]))
    if match["many"]:
        return _at_least(match)
    word = (match["word"] or match["mark"]).upper()
    return Constant(word == "TRUE") if word in ("TRUE", "FALSE") else word


def _at_least(match: re.Match[str]) -> AtLeast:
    state = cast("State", match["of"].upper())
    rules: list[Rule] = [In(state, _name(*found.groups())) for found in _NAME.finditer(match["names"])]
    count = math.ceil(int(match["count"]) * len(rules) / 100) if match["percent"] else int(match["count"])
    return AtLeast(count, tuple(Not(rule) for rule in rules) if match["not"] else tuple(rules))


def _name(quoted: str | None, plain: str | None) -> str:
    name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else (plain or "").strip()
    return name_of(name)


def name_of(name_or_arn: str) -> str:
    """The name of an alarm that is given by its name or ARN."""
    parts = name_or_arn.split(":", 6)
    return parts[6] if len(parts) == 7 and parts[0] == "arn" and parts[5] == "alarm" else name_or_arn


def _either(tokens: list[_Token], at: int, depth: int) -> tuple[Rule, int]:
    return _joined("OR", tokens, at, depth)


def _joined(op: Literal["AND", "OR"], tokens: list[_Token], at: int, depth: int) -> tuple[Rule, int]:
    def operand(at: int) -> tuple[Rule, int]:
        return _joined("AND", tokens, at, depth) if op == "OR" else _single(tokens, at, depth)

    rule, at = operand(at)
    rules = [rule]
    while at < len(tokens) and tokens[at] == op:
        rule, at = operand(at + 1)
        rules.append(rule)
    return (rules[0] if len(rules) == 1 else Join(op, tuple(rules))), at


def _single(tokens: list[_Token], at: int, depth: int) -> tuple[Rule, int]:
    negated = False
    while tokens[at] == "NOT":
        negated, at = not negated, at + 1
    found = tokens[at]
    if found == "(":
        if depth >= _DEEPEST:
            raise _NotARuleError
        rule, at = _either(tokens, at + 1, depth + 1)
        if tokens[at] != ")":
            raise _NotARuleError
    elif isinstance(found, str):
        raise _NotARuleError
    else:
        rule = found
    return (Not(rule) if negated else rule), at + 1


def holds(rule: Rule, is_in: Callable[[In], bool | None]) -> bool | None:
    """Whether the rule holds, when `is_in` says what is known of each alarm's state."""
    match rule:
        case Constant():
            return rule.value
        case In():
            return is_in(rule)
        case Not():
            value = holds(rule.rule, is_in)
            return None if value is None else not value
        case Join():
            needed = len(rule.rules) if rule.op == "AND" else 1
            return _enough(needed, [holds(one, is_in) for one in rule.rules])
        case AtLeast():
            return _enough(rule.count, [holds(one, is_in) for one in rule.rules])


def _enough(needed: int, values: list[bool | None]) -> bool | None:
    if values.count(True) >= needed:
        return True
    return False if len(values) - values.count(False) < needed else None


def names(rule: Rule) -> tuple[str, ...]:
    """Every alarm that the rule names, once, in order."""
    return tuple(dict.fromkeys(one.name for one, _ in _leaves(rule, wanted=True)))


def fired_by(rule: Rule) -> tuple[str, ...]:
    """The alarms whose going to ALARM is what makes the rule true: ALARM(x), and NOT OK(x)."""
    leaves = _leaves(rule, wanted=True)
    return tuple(dict.fromkeys(one.name for one, wanted in leaves if one.state == ("ALARM" if wanted else "OK")))


def _leaves(rule: Rule, *, wanted: bool) -> Iterator[tuple[In, bool]]:
    match rule:
        case In():
            yield rule, wanted
        case Not():
            yield from _leaves(rule.rule, wanted=not wanted)
        case Join() | AtLeast():
            yield from _all_leaves(rule.rules, wanted=wanted)


def _all_leaves(rules: Iterable[Rule], *, wanted: bool) -> Iterator[tuple[In, bool]]:
    for rule in rules:
        yield from _leaves(rule, wanted=wanted)
