"""Literals, checked against the shape of what they are compared with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bedaudit.policy import bind
from bedaudit.policy.check import Check
from bedaudit.policy.check_parameters import ParameterType
from bedaudit.policy.check_templates import UNKNOWN, Filled, Scope, fill, is_template
from bedaudit.policy.hints import near, shown
from bedaudit.policy.model import Template
from bedaudit.policy.shapes import ACCOUNT, fits, shape_name, wanted
from bedaudit.policy.words import ShapeName
from bedaudit.policy.yaml import Node
from bedaudit.state import ListOf, Scalar, Shape

_ACCOUNT = re.compile("[0-9]{12}")
_COULD_BE: Mapping[ParameterType, frozenset[ShapeName]] = {
    "text": frozenset({"text", "choice"}),
    "integer": frozenset({"integer", "number", "duration"}),
    "number": frozenset({"number"}),
    "flag": frozenset({"flag"}),
    "list": frozenset({"text", "choice"}),
}
"""What a parameter may stand for, whatever value its user gives it; a list, by its elements."""
_SAMPLE = "x"
"""Put into patterns: what is substituted stands for itself, so that any letter will do."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where problems go, and which names arguments may use."""

    check: Check
    scope: Scope


def read_literal(reading: Reading, node: Node, shape: Shape, what: str) -> Any:
    """A value of a shape; with `${...}` in it a `Template`; a list as a tuple."""
    if is_template(node.value):
        return _template(reading, node, shape, what)
    if isinstance(shape, ListOf) and isinstance(node.value, list):
        return tuple(read_literal(reading, item, shape.item, f"each of {what}") for item in node.value)
    return read_value(reading.check, node, shape, what)


def read_value(check: Check, node: Node, shape: Shape, what: str) -> Any:
    """A value of a shape, without substitution."""
    value = node.plain()
    if fits(value, shape):
        return int(value) if shape_name(shape) in ("integer", "duration") and value != "never" else value
    if isinstance(shape, Scalar) and shape.unit == ACCOUNT and _ACCOUNT.fullmatch(node.text):
        return node.text
    check.expected(node, what, wanted(shape), _hint(node, value, shape))
    return None


def _hint(node: Node, value: Any, shape: Shape) -> str | None:
    match shape:
        case Scalar(type="choice") if isinstance(value, str):
            hint = near(value, shape.choices)
            return hint if hint and hint.startswith("did") else None
        case _ if value is None:
            return "for what is not set write {present: false}"
        case Scalar(type="text") if node.text:
            return "quote it"
        case Scalar(type="flag") if str(value).lower() in ("yes", "no", "on", "off", "true", "false"):
            return "write true or false without quotes"
        case ListOf():
            return "write [...] for the whole list, or {contains: ...}"
        case _:
            return None


def read_values(reading: Reading, node: Node, shape: Shape, what: str) -> Any:
    """A list of values of a shape, at least one; or a `Template` that becomes one."""
    if is_template(node.value):
        return _template(reading, node, ListOf(shape), what)
    items = reading.check.items(node, what)
    return tuple(read_literal(reading, item, shape, f"each of {what}") for item in items)


def read_pattern(reading: Reading, node: Node, what: str, problem: Callable[[Any], str | None]) -> Any:
    """Text for `like` and `matches`, in which what is substituted stands for itself."""
    text = reading.check.text(node, what)
    if not is_template(text):
        _tell(reading.check, node, problem(text) if text else None)
        return text
    filled = fill(reading.check, reading.scope, node)
    if filled and filled.type == "list":
        reading.check.problem(node.mark, f"{what} must be text, not a list")
    elif filled:
        sample = bind.fill(Template(text), dict.fromkeys(bind.names(Template(text)), _SAMPLE))
        _tell(reading.check, node, problem(sample))
    return Template(text)


def _tell(check: Check, node: Node, problem: str | None) -> None:
    if problem:
        check.problem(node.mark, problem)


def _template(reading: Reading, node: Node, shape: Shape, what: str) -> Template:
    filled = fill(reading.check, reading.scope, node)
    if filled and not _suits(filled, shape):
        became = "" if filled.value is UNKNOWN else f", which is {shown(filled.value)}"
        message = f"{what} must be {wanted(shape)}, not {shown(node.value)}{became}"
        reading.check.problem(node.mark, message)
    return Template(str(node.value))


def _suits(filled: Filled, shape: Shape) -> bool:
    within = shape.item if isinstance(shape, ListOf) else shape
    if (filled.type == "list") != isinstance(shape, ListOf) or shape_name(within) not in _COULD_BE[filled.type]:
        return False
    return filled.value is UNKNOWN or fits(filled.value, shape)
