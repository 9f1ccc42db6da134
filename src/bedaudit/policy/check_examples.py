"""The examples of a control: states in which some values may be unreadable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, get_args

from bedaudit.model import Facts, Gap, Reason
from bedaudit.policy.check import Check
from bedaudit.policy.check_values import read_value
from bedaudit.policy.hints import quoted
from bedaudit.policy.model import Example
from bedaudit.policy.shapes import TEXT, field_shape
from bedaudit.policy.yaml import Node
from bedaudit.state import Group, ListOf, Shape, TextMap

Expected: TypeAlias = Literal["pass", "fail", "unknown", "not_applicable"]

OUTCOMES: Mapping[str, Expected] = {
    "pass": "pass",
    "fail": "fail",
    "unknown": "unknown",
    "not_applicable": "not_applicable",
}
REASONS: Mapping[str, Reason] = {reason: reason for reason in get_args(Reason)}


def read_examples(check: Check, node: Node, kind: str, singles: Group, state: Group) -> tuple[Example, ...]:
    """All examples, by the order in which they stand."""
    return tuple(
        Example(OUTCOMES[outcome], *_states(check, item, kind, singles, state), item.mark)
        for outcome, member in check.members(node, "examples", OUTCOMES).items()
        for item in check.items(member, f"the {outcome} examples", of="examples")
    )


def _states(
    check: Check, node: Node, kind: str, singles: Group, state: Group
) -> tuple[tuple[Facts, ...], Mapping[str, Facts]]:
    """The resources of the kind, and the facts of single kinds."""
    if not isinstance(node.value, dict) or "resources" not in node.value:
        _suggest_resources(check, node, singles, state)
        return (_facts(check, node, state, kind),), {}
    members = check.members(node, "the example", ["resources", *singles.fields])
    resources = _resources(check, members.pop("resources"), state, kind)
    return resources, {name: _facts(check, each, singles.fields[name].shape, name) for name, each in members.items()}


def _suggest_resources(check: Check, node: Node, singles: Group, state: Group) -> None:
    for name, member in node.value.items() if isinstance(node.value, dict) else ():
        if name in singles.fields and name not in state.fields:
            message = f"{quoted(name)} is a kind of its own"
            check.problem(member.name_mark, message, f"write {{resources: [...], {name}: {{...}}}}")


def _resources(check: Check, node: Node, state: Group, kind: str) -> tuple[Facts, ...]:
    gap = _gap(check, node)
    if gap is not None:
        return (gap,)
    if not isinstance(node.value, list):
        check.expected(node, "resources", "a list of states")
        return ()
    return tuple(_facts(check, item, state, kind) for item in node.value)


def _facts(check: Check, node: Node, shape: Shape, what: str) -> Any:
    """A value as facts, checked against its shape; at any place it may be a gap."""
    gap = _gap(check, node)
    if gap is not None:
        return gap
    match shape:
        case Group():
            members = check.members(node, what, shape.fields)
            return {name: _facts(check, each, field_shape(shape, name), name) for name, each in members.items()}
        case TextMap():
            members = check.mapping(node, what)
            return {name: _facts(check, each, TEXT, f"{what}.{name}") for name, each in members.items()}
        case ListOf() if isinstance(node.value, list):
            return [_facts(check, item, shape.item, f"each of {what}") for item in node.value]
        case _:
            return read_value(check, node, shape, what)


def _gap(check: Check, node: Node) -> Facts | None:
    """`{gap: REASON}` as a fact."""
    if not isinstance(node.value, dict) or list(node.value) != ["gap"]:
        return None
    reason = check.choice(node.value["gap"], "gap", REASONS)
    return Gap(reason or "failed").as_fact()
