"""The parameters that a policy declares, and the values that they are given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from bedaudit.policy.check import Check
from bedaudit.policy.hints import shown
from bedaudit.policy.model import Parameter
from bedaudit.policy.yaml import BROKEN, Node

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
_WANTED: Mapping[ParameterType, str] = {
    "text": "text",
    "integer": "a whole number",
    "number": "a number",
    "flag": "true or false",
    "list": "a list of text",
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
    wrong = wrong_value(parameter, node.plain())
    if wrong and node.value is not BROKEN:
        check.problem(node.mark, f"{what} {wrong}", "quote it" if parameter.type == "text" and node.text else None)
    return node.plain()


def wrong_value(parameter: Parameter, value: Any) -> str | None:
    """What is wrong with a value for a parameter."""
    if _is_a(parameter.type, value):
        return None
    return f"must be {_WANTED[parameter.type]}, not {shown(value)}"


def _is_a(type_: ParameterType, value: Any) -> bool:
    match type_:
        case "text":
            return isinstance(value, str)
        case "flag":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "list":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
