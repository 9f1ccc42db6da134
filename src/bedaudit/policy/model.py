"""Policies, controls and conditions, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from bedaudit.model import Mark, Severity
from bedaudit.state import Path


@dataclass(frozen=True, slots=True)
class Template:
    """Text with `${name}` in it, to be filled in for a site; `$${` is a literal `${`."""

    text: str


@dataclass(frozen=True, slots=True)
class Test:
    """One word applied to the value at one path.

    `argument` is, by word: a literal, a tuple of literals, a `Condition` on the elements (`any`, `all`, `none`),
    a tuple of `Test` with empty paths (`count`), or a JSON Schema (`schema`). Literals may be `Template`s until bound.
    """

    path: Path
    word: str
    argument: Any


@dataclass(frozen=True, slots=True)
class Combination:
    """Conditions that must all, in part or not at all hold."""

    op: Literal["all", "any", "none"]
    conditions: tuple[Condition, ...]


Condition: TypeAlias = Test | Combination


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a policy leaves to its user."""

    name: str
    type: Literal["text", "integer", "number", "flag", "list"]
    description: str
    default: Any = None
    """None: it has no default, and only `fix` may use it."""


@dataclass(frozen=True, slots=True)
class Example:
    """States that a control must judge as `outcome`: lists of facts by kind."""

    outcome: Literal["pass", "fail", "unknown", "not_applicable"]
    resources: tuple[Mapping[str, Any], ...]
    singles: Mapping[str, Mapping[str, Any]]
    """The facts of kinds of which a site has one, as `usage`, by kind."""
    mark: Mark


@dataclass(frozen=True, slots=True)
class Fix:
    """What a control wants done about its drift; see the policy language."""

    set: Mapping[str, Any] = field(default_factory=dict)
    create: Mapping[str, Any] | None = None
    safety: Literal["safe", "risky", "manual"] | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """One required state."""

    id: str
    title: str
    severity: Severity
    kind: str
    mode: Literal["require", "exists", "forbid"]
    condition: Condition
    why: str
    policy: str
    mark: Mark
    """From the `id` key to the end of the control."""
    where: Condition | None = None
    when: Condition | None = None
    """Its paths begin with a kind."""
    for_each: Path | None = None
    """Begins with a kind."""
    at_least_one: bool = False
    fix: Fix | None = None
    frameworks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A file of controls."""

    name: str
    description: str
    parameters: Mapping[str, Parameter]
    controls: tuple[Control, ...]
    file: str
    """As the user named it; `policies/NAME.yaml` for a built-in one."""
    digest: str
    """`sha256:` and the hash of the file's bytes."""
