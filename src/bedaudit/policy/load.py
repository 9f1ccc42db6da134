"""Loads policies: all of them, or every problem of every file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from bedaudit.errors import PolicyError, Problem
from bedaudit.kinds.kind import Kind
from bedaudit.model import Mark
from bedaudit.policy.check import Check, in_order
from bedaudit.policy.check_fixes import CallCheck
from bedaudit.policy.check_policies import read_policy
from bedaudit.policy.files import Source, find_sources, read_file
from bedaudit.policy.hints import quoted
from bedaudit.policy.model import Policy
from bedaudit.policy.yaml import Node, parse


def load(
    sources: Sequence[str], *, kinds: Mapping[str, Kind] | None = None, check: CallCheck | None = None
) -> tuple[Policy, ...]:
    """The policies that sources (FILE, DIR with all below it, `builtin:NAME`, `builtin:all`) name, each file once.

    `check` says what AWS would not accept of the call that a `fix.create` makes. Raises PolicyError, and nothing else.
    """
    if kinds is None:
        from bedaudit.kinds import kinds as every_kind  # noqa: PLC0415 - a caller with kinds of its own needs no other

        kinds = every_kind()
    files, problems = find_sources(sources)
    policies: list[Policy] = []
    named = _Names()
    for source in files:
        policy, found = _load_file(source, kinds, check, named)
        problems += found
        policies += [policy] if policy else []
    if problems:
        raise PolicyError(problems)
    return tuple(policies)


class _Names:
    """The names of policies and controls, and where each was seen first."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], Mark] = {}

    def repeated(self, check: Check, node: Node) -> None:
        """Problems for the names of one file that are taken already."""
        for what, name in _names(node):
            first = self.seen.setdefault((what, str(name.value)), name.mark)
            if first is not name.mark:
                place = f"{first.file}:{first.line}:{first.column}"
                check.problem(name.mark, f"{what} {quoted(str(name.value))} is already at {place}")


def _names(node: Node) -> Iterator[tuple[str, Node]]:
    members = node.value if isinstance(node.value, dict) else {}
    controls = members["controls"].value if "controls" in members else None
    named = [("policy", members.get("policy"))]
    if isinstance(controls, list):
        named += [("control", each.value.get("id")) for each in controls if isinstance(each.value, dict)]
    return ((what, name) for what, name in named if name is not None and isinstance(name.value, str))


def _load_file(
    source: Source, kinds: Mapping[str, Kind], call_check: CallCheck | None, named: _Names
) -> tuple[Policy | None, list[Problem]]:
    content = read_file(source)
    if isinstance(content, Problem):
        return None, [content]
    node, problems = parse(content, source.file)
    if node is None:
        return None, problems
    check = Check()
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    policy = read_policy(check, node, kinds, call_check, digest)
    named.repeated(check, node)
    return policy, in_order([*problems, *check.problems])
