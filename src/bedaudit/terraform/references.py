"""Which planned resource an expression of the configuration refers to, through variables and outputs of modules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bedaudit.terraform.document import ConfigModule, ModuleCall

_KEY = r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]'
_STEP = re.compile(rf"module\.([^.\[\]]+)({_KEY})?(?:\.|$)")
_REFERENCE = re.compile(rf"([^.\[\]]+)\.([^.\[\]]+)({_KEY})?(?:\.(\w+))?")
_INSTANCE = re.compile(rf"{_KEY}$")
_DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class Target:
    """An attribute of a resource that is referred to."""

    address: str
    """With the index, where the expression names one."""
    attribute: str | None
    """None: the expression goes through an index that is computed, and does not tell."""


@dataclass(frozen=True, slots=True)
class Scope:
    """An instance of a module, in which expressions stand."""

    config: ConfigModule
    address: str = ""
    parent: Scope | None = None
    call: ModuleCall | None = None

    @staticmethod
    def of(root: ConfigModule, address: str) -> Scope | None:
        """The scope of a module instance; None where the configuration does not have it."""
        scope: Scope | None = Scope(root)
        for step in _STEP.finditer(address):
            scope = scope.child(step[1], step[2] or "") if scope else None
        return scope

    def child(self, name: str, key: str) -> Scope | None:
        """A module that is called here."""
        call = self.config.module_calls.get(name)
        return None if call is None else Scope(call.module, self.within(f"module.{name}{key}"), self, call)

    def within(self, name: str) -> str:
        """The address of what has this name here."""
        return f"{self.address}.{name}" if self.address else name


def targets(scope: Scope, expression: Any, depth: int = 0) -> list[Target] | None:
    """What an expression refers to; None where that cannot be told."""
    references = expression.get("references") if isinstance(expression, Mapping) else None
    if not isinstance(references, list) or depth > _DEEPEST:
        return None
    found: list[Target] = []
    for reference in _longest(each for each in references if isinstance(each, str)):
        one = _target(scope, reference, depth)
        if one is None:
            return None
        found += one
    return found


def _longest(references: Iterable[str]) -> Iterator[str]:
    """Those that are not the beginning of another: Terraform lists `a.b.id` and `a.b`."""
    listed = list(dict.fromkeys(references))
    for reference in listed:
        if not any(other.startswith((f"{reference}.", f"{reference}[")) for other in listed):
            yield reference


def _target(scope: Scope, reference: str, depth: int) -> list[Target] | None:
    match = _REFERENCE.match(reference)
    if match is None:
        return None
    first, name, key, attribute = match.groups()
    match first:
        case "each" | "count":
            return []
        case "var":
            given = scope.call.expressions.get(name) if scope.call else None
            return targets(scope.parent, given, depth + 1) if scope.parent else None
        case "module":
            child = scope.child(name, key or "")
            output = child.config.outputs.get(attribute or "") if child else None
            return targets(child, output.expression, depth + 1) if child and output else None
        case _ if first.startswith("aws_"):
            return [Target(scope.within(f"{first}.{name}{key or ''}"), attribute)]
        case _:
            return None


def index_of(address: str) -> str:
    """The index of a resource instance, in its brackets."""
    found = _INSTANCE.search(address)
    return found[0] if found else ""


def modules_of(address: str) -> tuple[str, ...]:
    """The names of the modules in which something is, from the root."""
    return tuple(step[1] for step in _STEP.finditer(address))
