"""`${name}` in arguments: which names there are, and what is known of their values at load."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bedaudit.policy import bind
from bedaudit.policy.check import Check
from bedaudit.policy.check_parameters import ParameterType
from bedaudit.policy.hints import near, quoted
from bedaudit.policy.model import Parameter, Template
from bedaudit.policy.yaml import Node

_PART = re.compile(r"(\$\$\{)|\$\{([^{}]*)\}|(\$\{)")

UNKNOWN: Final = object()
"""A value that is known only when a site is judged."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that may be used in one place."""

    parameters: Mapping[str, Parameter | None]
    each: bool = False
    """A control with `for_each`."""
    region: bool = True
    """A control that is judged in a region."""
    fixing: bool = False
    """Parameters without a default may be used."""

    def names(self) -> list[str]:
        """All of them."""
        return [*self.parameters, *bind.SITE_NAMES, bind.EACH]


@dataclass(frozen=True, slots=True)
class Filled:
    """What a text with `${...}` in it becomes."""

    type: ParameterType
    value: Any
    """With the parameters' defaults; UNKNOWN where that does not decide it."""


def is_template(text: object) -> bool:
    """Whether a text has something to be substituted, or `$${` in it."""
    return isinstance(text, str) and "${" in text


def lone_name(text: str) -> str | None:
    """The name, where a text is nothing but one `${name}`."""
    match = _PART.fullmatch(text)
    return match[2] if match else None


def fill(check: Check, scope: Scope, node: Node) -> Filled | None:
    """What becomes of a text node with `${...}` in it; None, with a problem, where a name cannot be used."""
    text = str(node.value)
    lone = lone_name(text)
    unclosed = any(match[3] for match in _PART.finditer(text))
    if unclosed:
        check.problem(node.mark, f"${{ without a name and }}: {quoted(text)}", "write $${ for a literal ${")
    names = list(bind.names(Template(text)))
    usable = [_usable(check, scope, node, name) for name in names]
    if lone is None:
        for name in names:
            _refuse_list(check, scope, node, name)
    if unclosed or not all(usable):
        return None
    declared = {name: scope.parameters[name] for name in names if name in scope.parameters}
    known = {name: each.default for name, each in declared.items() if each and each.default is not None}
    lone_parameter = declared.get(lone or "")
    value = bind.fill(Template(text), known) if len(known) == len(set(names)) else UNKNOWN
    return Filled(lone_parameter.type if lone_parameter else "text", list(value) if isinstance(value, tuple) else value)


def _usable(check: Check, scope: Scope, node: Node, name: str) -> bool:
    """Whether a name is there and may be used here; one whose declaration is wrong is passed over in silence."""
    if name == bind.EACH and not scope.each:
        check.problem(node.mark, "${each} has a value only with for_each, outside of when")
    elif name == "site.region" and not scope.region:
        check.problem(node.mark, "${site.region} has no value here", "this kind is judged once an account")
    elif name == bind.EACH or name in bind.SITE_NAMES:
        return True
    elif name not in scope.parameters:
        check.problem(node.mark, f"unknown parameter {quoted(name)}", near(name, scope.names()))
    else:
        return _has_value(check, scope, node, scope.parameters[name])
    return False


def _has_value(check: Check, scope: Scope, node: Node, parameter: Parameter | None) -> bool:
    if parameter is None:
        return False
    if parameter.default is None and not scope.fixing:
        check.problem(node.mark, f"parameter {parameter.name} has no default, so only fix may use it")
        return False
    return True


def _refuse_list(check: Check, scope: Scope, node: Node, name: str) -> None:
    parameter = scope.parameters.get(name)
    if parameter and parameter.type == "list":
        check.problem(node.mark, f"parameter {name} is a list and must stand alone")
