"""Conditions of IAM policies, judged on a request of which not every key is known.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html says that
ArnEquals and ArnLike behave identically, so a wildcard works in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from ipaddress import ip_address, ip_network
from operator import eq, ge, gt, le, lt
from typing import Any, TypeAlias

from bedaudit.documents.iam import Condition
from bedaudit.documents.iam_match import Begins, Pattern, Value, literal, matches, matches_arn, wild
from bedaudit.documents.kleene import every, negated, some


class Known(Enum):
    """What is known of a key without having its value."""

    ABSENT = "the request does not have the key"
    NOTHING = "the request may have the key or not"


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a request's condition keys; names of keys have no case."""

    values: Mapping[str, Value | tuple[Value, ...]] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    """Keys that the request is known not to have; one that ends in `/` stands for all that begin so."""

    def get(self, key: str) -> tuple[Value, ...] | Known:
        """The values of a key."""
        name = key.lower()
        for known, value in self.values.items():
            if known.lower() == name:
                return value if isinstance(value, tuple) else (value,)
        gone = any(
            name == each.lower() or (each.endswith("/") and name.startswith(each.lower())) for each in self.absent
        )
        return Known.ABSENT if gone else Known.NOTHING


Compare: TypeAlias = Callable[[Pattern, Value], bool | None]


def _folded(pattern: Pattern, value: Value) -> bool | None:
    folded = Begins(value.text.lower()) if isinstance(value, Begins) else value.lower()
    return matches(tuple(token.lower() if isinstance(token, str) else token for token in pattern), folded)


def _parsed(parse: Callable[[str], Any], holds: Callable[[Any, Any], bool]) -> Compare:
    """A comparison of what texts stand for; undecided where one stands for nothing."""

    def compare(pattern: Pattern, value: Value) -> bool | None:
        if isinstance(value, Begins):
            return None
        try:
            return holds(parse(value), parse("".join(str(token) for token in pattern)))
        except (ValueError, OverflowError, OSError):
            return None

    return compare


def _moment(text: str) -> datetime:
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_network(pattern: Pattern, value: Value) -> bool | None:
    if isinstance(value, Begins):
        return None
    try:
        network = ip_network("".join(str(token) for token in pattern), strict=False)
        return ip_address(value) in network
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Operator:
    compare: Compare
    wildcards: bool = False
    negative: bool = False


_ORDERS = {"equals": eq, "lessthan": lt, "lessthanequals": le, "greaterthan": gt, "greaterthanequals": ge}

_POSITIVE: Mapping[str, _Operator] = {
    "stringequals": _Operator(matches),
    "stringequalsignorecase": _Operator(_folded),
    "stringlike": _Operator(matches, wildcards=True),
    "arnequals": _Operator(matches_arn, wildcards=True),
    "arnlike": _Operator(matches_arn, wildcards=True),
    "bool": _Operator(_folded),
    "binaryequals": _Operator(matches),
    "ipaddress": _Operator(_in_network),
    **{f"numeric{name}": _Operator(_parsed(float, order)) for name, order in _ORDERS.items()},
    **{f"date{name}": _Operator(_parsed(_moment, order)) for name, order in _ORDERS.items()},
}
_NEGATIVE = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
}
_OPERATORS: Mapping[str, _Operator] = {
    **_POSITIVE,
    **{
        name: _Operator(_POSITIVE[positive].compare, _POSITIVE[positive].wildcards, negative=True)
        for name, positive in _NEGATIVE.items()
    },
}
_NAME = re.compile(r"(?:(forallvalues|foranyvalue):)?([a-z]+?)(ifexists)?")


def holds(condition: Condition, context: Context, *, variables: bool) -> bool | None:
    """Whether the condition holds; undecided for an unknown key or operator."""
    named = _NAME.fullmatch(condition.operator.lower())
    values = context.get(condition.key)
    if named is None or values is Known.NOTHING:
        return None
    quantifier, name, if_exists = named.groups()
    if name == "null":
        return _is_absent(condition.values, absent=values is Known.ABSENT)
    operator = _OPERATORS.get(name)
    if operator is None:
        return None
    if isinstance(values, Known):
        return _without_key(quantifier, negative=operator.negative, if_exists=bool(if_exists))
    judged = [_one_holds(operator, value, condition.values, context, variables=variables) for value in values]
    return some(judged) if quantifier == "foranyvalue" else every(judged)


def _is_absent(wanted: tuple[str, ...], *, absent: bool) -> bool | None:
    return some(
        None if text.lower() not in ("true", "false") else (text.lower() == "true") == absent for text in wanted
    )


def _without_key(quantifier: str | None, *, negative: bool, if_exists: bool) -> bool:
    if quantifier == "foranyvalue":
        return False
    return quantifier == "forallvalues" or negative or if_exists


def _one_holds(
    operator: _Operator, value: Value, wanted: tuple[str, ...], context: Context, *, variables: bool
) -> bool | None:
    found = some(
        False if pattern is Known.ABSENT else None if pattern is Known.NOTHING else operator.compare(pattern, value)
        for pattern in (filled(text, context, wildcards=operator.wildcards, variables=variables) for text in wanted)
    )
    return negated(found) if operator.negative else found


_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def filled(text: str, context: Context, *, wildcards: bool, variables: bool) -> Pattern | Known:
    """The pattern, with the request's values for its variables.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    plain = wild if wildcards else literal
    if not variables:
        return plain(text)
    pattern: Pattern = ()
    end = 0
    for variable in _VARIABLE.finditer(text):
        value = _variable(variable[1], context)
        if isinstance(value, Known):
            return value
        pattern += plain(text[end : variable.start()]) + literal(value)
        end = variable.end()
    return pattern + plain(text[end:])


def _variable(inner: str, context: Context) -> str | Known:
    if inner in ("*", "?", "$"):
        return inner
    key, comma, default = inner.partition(",")
    values = context.get(key.strip())
    if values is Known.ABSENT and comma:
        return default.strip().strip("'")
    if isinstance(values, Known):
        return values
    return values[0] if len(values) == 1 and isinstance(values[0], str) else Known.NOTHING
