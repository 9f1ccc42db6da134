"""The parameters that a policy declares, and the values that they are given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from bedaudit.policy.check import Check
from bedaudit.policy.hints import shown
from bedaudit.policy.model import Parameter
from bedaudit.policy.shapes import FLAG, INTEGER, NUMBER, TEXT, fits, wanted
from bedaudit.policy.yaml import BROKEN, Node
from bedaudit.state import ListOf, Shape

ParameterType: TypeAlias = Literal["text", "integer", "number", "flag", "list"]

PARAMETER_NAME = re.compile("[a-z][a-z0-9_]*")
PARAMETER_FIELDS: Mapping[str, str] = {
    "type": "The type of its values; `list` is a list of text.",
    "default": "Its value unless bedaudit.yaml gives another; without one, only `fix` may use it.",
    "description": "What it decides, in one sentence.",
}
PARAMETER_TYPES: Mapping[str, ParameterType] = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "flag",
    "list": "list",
}
PARAMETER_SHAPES: Mapping[ParameterType, Shape] = {
    "text": TEXT,
    "integer": INTEGER,
    "number": NUMBER,
    "flag": FLAG,
    "list": ListOf(TEXT),
}


def read_parameters(check: Check, node: Node) -> dict[str, Parameter | None]:
    """The declared parameters; None for one that is declared wrongly, so that its uses are no errors too."""
    return {name: _parameter(check, name, each) for name, each in check.mapping(node, "parameters").items()}


def _parameter(check: Check, name: str, node: Node) -> Parameter | None:
    before = len(check.problems)
    if not PARAMETER_NAME.fullmatch(name) or name == "each":
        rule = "lower-case letters, digits and _, from a letter, and not each"
        check.problem(node.name_mark, f"a parameter's name is made of {rule}")
    what = f"parameter {name}"
    members = check.members(node, what, PARAMETER_FIELDS, obligatory=("type",))
    type_ = check.choice(members["type"], f"type of {what}", PARAMETER_TYPES) if "type" in members else None
    description = check.text(members["description"], f"description of {what}") if "description" in members else ""
    if type_ is None:
        return None
    parameter = Parameter(name, type_, description)
    if "default" in members:
        default = given_value(check, members["default"], parameter, f"default of {what}")
        parameter = Parameter(name, type_, description, default)
    return parameter if len(check.problems) == before else None


def given_value(check: Check, node: Node, parameter: Parameter, what: str) -> Any:
    """A value for a parameter, checked against its type."""
    value = node.plain()
    wrong = wrong_value(parameter, value)
    if wrong and node.value is not BROKEN:
        check.problem(node.mark, f"{what} {wrong}", "quote it" if parameter.type == "text" and node.text else None)
    return value


def wrong_value(parameter: Parameter, value: Any) -> str | None:
    """What is wrong with a value for a parameter."""
    shape = PARAMETER_SHAPES[parameter.type]
    return None if fits(value, shape) else f"must be {wanted(shape)}, not {shown(value)}"
