"""One control: its members, and the parts that are checked against its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, TypeAlias

from bedaudit.kinds.kind import Kind
from bedaudit.model import SEVERITIES, Mark, Severity
from bedaudit.policy.check import Check
from bedaudit.policy.check_conditions import NOTHING, read_condition
from bedaudit.policy.check_examples import read_examples
from bedaudit.policy.check_fixes import CallCheck, Wanted, read_fix
from bedaudit.policy.check_paths import resolve_path
from bedaudit.policy.check_templates import Scope
from bedaudit.policy.check_values import Reading
from bedaudit.policy.hints import listed, near, quoted
from bedaudit.policy.model import Combination, Condition, Control, Parameter
from bedaudit.policy.shapes import shape_name, wanted
from bedaudit.policy.yaml import Node
from bedaudit.state import Field, Group, ListOf, Path, shape_of

CONTROL_FIELDS: Mapping[str, str] = {
    "id": "A kebab-case sentence that is true of what complies; unique over all loaded policies.",
    "title": "One sentence that is true of what complies.",
    "severity": "How bad it is when it fails.",
    "resource": "The kind of resource that it judges; `bedaudit kinds` lists them.",
    "when": "A condition on the site, whose paths begin with a kind of which a site has one; not_applicable otherwise.",
    "where": "Which resources of the kind are judged.",
    "for_each": "A path to a list of text, as usage.active_models: judged for each of them, as ${each}.",
    "require": "What each resource must meet.",
    "exists": "What at least one resource must meet.",
    "forbid": "What no resource may meet.",
    "at_least_one": "With require: fail where there is no such resource.",
    "why": "Why it matters: what goes unseen otherwise.",
    "fix": "How its drift is mended; {} derives the wanted values from the words. Without it, it never is.",
    "frameworks": "The requirements that it serves, as lists by the framework's name.",
    "references": "Where to read more: https URLs.",
    "examples": "Its own tests: states by the outcome that they must have.",
}
OBLIGATORY = ("id", "title", "severity", "resource", "why")
Mode: TypeAlias = Literal["require", "exists", "forbid"]
MODES: Mapping[str, Mode] = {
    "require": "require",
    "exists": "exists",
    "forbid": "forbid",
}
SEVERITY: Mapping[str, Severity] = {severity: severity for severity in SEVERITIES}
NAME = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
NAME_RULE = "lower-case words joined by -"
URL = re.compile(r"https://[^\s]+")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a control is read in."""

    kinds: Mapping[str, Kind]
    singles: Group
    """The kinds of which a site has one, as fields."""
    policy: str
    parameters: Mapping[str, Parameter | None]
    check: CallCheck | None


def single_kinds(kinds: Mapping[str, Kind]) -> Group:
    """The kinds of which a site has one, as the fields that `when` and `for_each` begin with."""
    return Group(
        {
            kind.name: Field(shape_of(kind.state), partial(str, kind.doc), optional=False)
            for kind in kinds.values()
            if kind.single
        }
    )


def without(singles: Group, kind: Kind) -> Group:
    """The kinds that an example may name beside the resources of its own."""
    return Group({name: each for name, each in singles.fields.items() if name != kind.name})


def read_control(check: Check, node: Node, setting: Setting) -> Control:
    """A control; with problems, one that is not to be used."""
    members = check.members(node, "the control", CONTROL_FIELDS, obligatory=OBLIGATORY)
    texts = {name: check.text(members[name], name) for name in ("title", "why") if name in members}
    mode = _mode(check, node, members)
    kind = _kind(check, members["resource"], setting) if "resource" in members else None
    control = Control(
        id=check.text(members["id"], "id", pattern=NAME, wanted=NAME_RULE) if "id" in members else "",
        title=texts.get("title", ""),
        severity=(check.choice(members["severity"], "severity", SEVERITY) if "severity" in members else None) or "info",
        kind=kind.name if kind else "",
        mode=mode or "require",
        condition=NOTHING,
        why=texts.get("why", ""),
        policy=setting.policy,
        mark=_mark(node, members),
        at_least_one=_at_least_one(check, members, mode),
        frameworks=_frameworks(check, members["frameworks"]) if "frameworks" in members else {},
        references=_references(check, members["references"]) if "references" in members else (),
    )
    return _judging(check, members, setting, control, kind) if kind else control


def _mark(node: Node, members: Mapping[str, Node]) -> Mark:
    """From the `id` key to the end of the control."""
    start = members["id"].name_mark if "id" in members else node.mark
    return replace(start, end_line=node.mark.end_line, end_column=node.mark.end_column)


def _mode(check: Check, node: Node, members: Mapping[str, Node]) -> Mode | None:
    given = [mode for mode in MODES if mode in members]
    if not given and isinstance(node.value, dict):
        check.problem(node.mark, f"the control must say one of {listed(MODES)}")
    for another in given[1:]:
        check.problem(members[another].name_mark, f"a control says only one of {listed(MODES)}", "make it two controls")
    return MODES[given[0]] if given else None


def _kind(check: Check, node: Node, setting: Setting) -> Kind | None:
    name = check.text(node, "resource")
    if name and name not in setting.kinds:
        check.problem(node.mark, f"unknown kind {quoted(name)}", near(name, setting.kinds) or "see: bedaudit kinds")
    return setting.kinds.get(name)


def _at_least_one(check: Check, members: Mapping[str, Node], mode: str | None) -> bool:
    if "at_least_one" not in members:
        return False
    if mode not in ("require", None):
        check.problem(members["at_least_one"].name_mark, f"at_least_one has no use for {mode}")
    return check.flag(members["at_least_one"], "at_least_one")


def _frameworks(check: Check, node: Node) -> dict[str, tuple[str, ...]]:
    members = check.mapping(node, "frameworks")
    return {name: check.texts(member, f"frameworks.{name}") for name, member in members.items()}


def _references(check: Check, node: Node) -> tuple[str, ...]:
    items = check.items(node, "references", of="https URLs")
    return tuple(check.text(item, "each of references", pattern=URL, wanted="an https URL") for item in items)


def _judging(check: Check, members: Mapping[str, Node], setting: Setting, control: Control, kind: Kind) -> Control:
    """The control with all that depends on its kind."""
    state = shape_of(kind.state)
    scope = Scope(setting.parameters, each="for_each" in members, region=kind.judged == "site")
    reading = Reading(check, scope)
    parts: dict[str, Any] = {}
    before = len(check.problems)
    if control.mode in members:
        parts["condition"] = read_condition(reading, members[control.mode], state, kind.name, control.mode)
    if "where" in members:
        parts["where"] = read_condition(reading, members["where"], state, kind.name, "where")
    if "when" in members:
        parts["when"] = _when(Reading(check, replace(scope, each=False)), members["when"], setting)
    if "for_each" in members:
        parts["for_each"] = _for_each(check, members["for_each"], setting)
    if "fix" in members:
        whole = _whole(parts) if len(check.problems) == before else None
        goal = Wanted(kind, state, control.mode if control.mode in members else None, whole, setting.check)
        parts["fix"] = read_fix(Reading(check, replace(scope, fixing=True)), members["fix"], goal)
    if "examples" in members:
        parts["examples"] = read_examples(check, members["examples"], kind.name, without(setting.singles, kind), state)
    return replace(control, **parts)


def _whole(parts: Mapping[str, Condition]) -> Condition:
    return Combination("all", tuple(parts[name] for name in ("where", "condition") if name in parts))


def _when(reading: Reading, node: Node, setting: Setting) -> Condition:
    return read_condition(reading, node, setting.singles, _SITE, "when")


_SITE = "the site"


def _for_each(check: Check, node: Node, setting: Setting) -> Path:
    text = check.text(node, "for_each", wanted="a path to a list of text, as usage.active_models")
    found = resolve_path(check, node.mark, text, setting.singles, _SITE) if text else None
    if not found:
        return ()
    path, shape = found
    if not isinstance(shape, ListOf) or shape_name(shape.item) not in ("text", "choice"):
        check.problem(node.mark, f"for_each must lead to a list of text, and {text} is {wanted(shape)}")
    return path
