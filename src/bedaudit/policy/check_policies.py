"""One policy file, from its document to its controls."""

from __future__ import annotations

from collections.abc import Mapping

from bedaudit.kinds.kind import Kind
from bedaudit.policy.check import Check
from bedaudit.policy.check_controls import NAME, NAME_RULE, Setting, read_control, single_kinds
from bedaudit.policy.check_fixes import CallCheck
from bedaudit.policy.check_parameters import read_parameters
from bedaudit.policy.model import Policy
from bedaudit.policy.yaml import Node

POLICY_FIELDS: Mapping[str, str] = {
    "policy": "Its name, unique among the loaded files.",
    "description": "What it is for.",
    "parameters": "Values that it leaves to its user, by name; ${name} stands for one.",
    "controls": "What must be true.",
}


def read_policy(
    check: Check, node: Node, kinds: Mapping[str, Kind], call_check: CallCheck | None, digest: str
) -> Policy:
    """A policy; with problems, one that is not to be used."""
    members = check.members(node, "the policy", POLICY_FIELDS, obligatory=("policy", "controls"))
    name = check.text(members["policy"], "policy", pattern=NAME, wanted=NAME_RULE) if "policy" in members else ""
    description = check.text(members["description"], "description") if "description" in members else ""
    parameters = read_parameters(check, members["parameters"]) if "parameters" in members else {}
    setting = Setting(kinds, single_kinds(kinds), name, parameters, call_check)
    items = check.items(members["controls"], "controls", of="controls") if "controls" in members else []
    controls = tuple(read_control(check, item, setting) for item in items)
    sound = {key: each for key, each in parameters.items() if each}
    return Policy(name, description, sound, controls, node.mark.file, digest)
