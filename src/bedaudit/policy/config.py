"""`bedaudit.yaml`: what to judge, where, with which values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bedaudit.errors import PolicyError, Problem
from bedaudit.model import SEVERITIES, Mark, Severity
from bedaudit.policy.builtin import BUILTIN
from bedaudit.policy.check import Check, in_order
from bedaudit.policy.check_parameters import wrong_value
from bedaudit.policy.files import read_document
from bedaudit.policy.hints import near, quoted
from bedaudit.policy.model import Policy
from bedaudit.policy.waiver_file import WaiverRule, load_waivers
from bedaudit.policy.yaml import Node

__all__ = [
    "Assignment",
    "Config",
    "Organization",
    "Override",
    "Values",
    "WaiverRule",
    "check_config",
    "load_config",
    "load_waivers",
]

_REGION = re.compile("[a-z]+(-[a-z0-9]+)+")
_SEVERITIES: Mapping[str, Severity] = {severity: severity for severity in SEVERITIES}


@dataclass(frozen=True, slots=True)
class Organization:
    """Which accounts of the organisation, and how they are entered."""

    role: str | None = None
    external_id: str | None = None
    exclude_accounts: tuple[str, ...] = ()
    organizational_units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Values:
    """Values for parameters by name, and where each stands."""

    values: Mapping[str, Any] = field(default_factory=dict)
    marks: Mapping[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Values for the parameters of one policy in some organisational units."""

    policy: str
    organizational_units: tuple[str, ...]
    parameters: Values
    mark: Mark
    """Of the policy's name."""


@dataclass(frozen=True, slots=True)
class Override:
    """What is different about one control."""

    mark: Mark
    severity: Severity | None = None
    enabled: bool = True
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """The whole of `bedaudit.yaml`; what it leaves out has its default."""

    file: str = "bedaudit.yaml"
    policies: tuple[str, ...] = ()
    """As `load` takes them; paths count from the file's directory."""
    regions: Literal["enabled"] | tuple[str, ...] = "enabled"
    organization: Organization | None = None
    monitoring_accounts: tuple[str, ...] = ()
    parameters: Values = field(default_factory=Values)
    assign: tuple[Assignment, ...] = ()
    controls: Mapping[str, Override] = field(default_factory=dict)
    waivers: str | None = None
    fail_on: Severity | None = None


def load_config(path: str) -> Config:
    """Reads `bedaudit.yaml`; PolicyError with all its problems."""
    node, problems = read_document(path)
    check = Check()
    config = _config(check, node, path) if node else Config()
    if problems or check.problems:
        raise PolicyError(in_order([*problems, *check.problems]))
    return config


def _config(check: Check, node: Node, file: str) -> Config:
    directory = Path(file).parent
    members: dict[str, Any] = {"file": file}
    for name, member in check.members(node, "bedaudit.yaml", _MEMBERS).items():
        members[name] = _MEMBERS[name](check, member)
    if "policies" in members:
        members["policies"] = tuple(_beside(directory, source) for source in members["policies"])
    if "waivers" in members:
        members["waivers"] = _beside(directory, members["waivers"])
    return Config(**members)


def _beside(directory: Path, source: str) -> str:
    return source if source.startswith(BUILTIN) else str(directory / source)


def _regions(check: Check, node: Node) -> Literal["enabled"] | tuple[str, ...]:
    if node.value == "enabled":
        return "enabled"
    if isinstance(node.value, str):
        check.expected(node, "regions", "enabled or a list of regions")
        return ()
    items = check.items(node, "regions", of="regions, or the word enabled")
    return tuple(check.text(item, "a region", pattern=_REGION, wanted="a name as us-east-1") for item in items)


def _accounts(check: Check, node: Node, what: str) -> tuple[str, ...]:
    items = check.items(node, what, of="account IDs")
    return tuple(check.account(item, f"each of {what}") for item in items)


def _organization(check: Check, node: Node) -> Organization:
    known = ("role", "external_id", "exclude_accounts", "organizational_units")
    members: dict[str, Any] = {}
    for name, member in check.members(node, "organization", known).items():
        if name in ("role", "external_id"):
            members[name] = check.text(member, f"{name} of organization")
        elif name == "exclude_accounts":
            members[name] = _accounts(check, member, name)
        else:
            members[name] = check.texts(member, name)
    return Organization(**members)


def _values(check: Check, node: Node) -> Values:
    members = check.mapping(node, "parameters")
    return Values(
        {name: member.plain() for name, member in members.items()},
        {name: member.name_mark for name, member in members.items()},
    )


def _assignment(check: Check, node: Node) -> Assignment:
    known = ("policy", "organizational_units", "parameters")
    members = check.members(node, "each of assign", known, obligatory=known)
    if len(members) < len(known):
        return Assignment("", (), Values(), node.mark)
    return Assignment(
        check.text(members["policy"], "policy"),
        check.texts(members["organizational_units"], "organizational_units"),
        _values(check, members["parameters"]),
        members["policy"].mark,
    )


def _override(check: Check, name: str, node: Node) -> Override:
    members = check.members(node, f"override of {quoted(name)}", ("severity", "enabled", "reason"))
    severity = check.choice(members["severity"], "severity", _SEVERITIES) if "severity" in members else None
    enabled = check.flag(members["enabled"], "enabled") if "enabled" in members else True
    reason = check.text(members["reason"], "reason") if "reason" in members else None
    return Override(node.name_mark, severity, enabled, reason)


_MEMBERS: Mapping[str, Any] = {
    "policies": lambda check, node: check.texts(node, "policies"),
    "regions": _regions,
    "organization": _organization,
    "monitoring_accounts": lambda check, node: _accounts(check, node, "monitoring_accounts"),
    "parameters": _values,
    "assign": lambda check, node: tuple(_assignment(check, item) for item in check.items(node, "assign")),
    "controls": lambda check, node: {
        name: _override(check, name, member) for name, member in check.mapping(node, "controls").items()
    },
    "waivers": lambda check, node: check.text(node, "waivers", wanted="the path of a file"),
    "fail_on": lambda check, node: check.choice(node, "fail_on", _SEVERITIES),
}


def check_config(config: Config, policies: Sequence[Policy]) -> list[Problem]:
    """What bedaudit.yaml says of controls, policies and parameters that the loaded policies do not have."""
    problems = list(_value_problems(config.parameters, policies, "the loaded policies"))
    named = {policy.name: policy for policy in policies}
    for assignment in config.assign:
        policy = named.get(assignment.policy)
        if policy is None:
            problems.append(_unknown("policy", assignment.policy, assignment.mark, named))
        else:
            problems += _value_problems(assignment.parameters, [policy], f"policy {policy.name}")
    controls = {control.id for policy in policies for control in policy.controls}
    problems += [
        _unknown("control", name, override.mark, controls)
        for name, override in config.controls.items()
        if name not in controls
    ]
    return problems


def _value_problems(values: Values, policies: Sequence[Policy], where: str) -> list[Problem]:
    problems = []
    known = {name for policy in policies for name in policy.parameters}
    for name, value in values.values.items():
        mark = values.marks[name]
        if name not in known:
            problems.append(_unknown("parameter", name, mark, known, f" of {where}"))
            continue
        takers = [policy.parameters[name] for policy in policies if name in policy.parameters]
        wrong = next(filter(None, (wrong_value(parameter, value) for parameter in takers)), None)
        if wrong:
            problems.append(Problem(mark.file, mark.line, mark.column, f"parameter {name} {wrong}"))
    return problems


def _unknown(what: str, name: str, mark: Mark, known: Mapping[str, Any] | set[str], of: str = "") -> Problem:
    return Problem(mark.file, mark.line, mark.column, f"unknown {what} {quoted(name)}{of}", near(name, known))
