"""Plans in files: written whole, and read without trust."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bedaudit.errors import PlanError
from bedaudit.remedy.permissions import permissions
from bedaudit.remedy.plan import VERSION, Plan, digest

LARGEST = 64 * 1024 * 1024
"""Bytes of a plan or journal that are read."""

_STATES = frozenset({"before", "after", "calls", "undo"})
_MEMBERS = frozenset({"controls", "account", "region", "resource", "safety", "reason"} | _STATES)


def written(plan: Plan) -> str:
    """The plan as JSON."""
    return json.dumps({**plan.members, "permissions": permissions(plan.steps)}, indent=1, ensure_ascii=True) + "\n"


def saved_steps(text: str, file: str) -> tuple[Mapping[str, Any], ...]:
    """The steps of a saved plan, which say no more than which of the steps made anew are meant.

    Raises:
        PlanError: it is not a plan, or it was changed after it was written.
    """
    try:
        members = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PlanError(f"{file}: is not a plan: {error}") from error
    if not isinstance(members, Mapping) or not isinstance(members.get("steps"), list):
        raise PlanError(f"{file}: is not a plan: it has no steps")
    if members.get("schema_version") != VERSION:
        raise PlanError(f"{file}: is a plan of version {_shown(members.get('schema_version'))}, not {VERSION}")
    if members.get("digest") != digest(members["steps"]):
        raise PlanError(f"{file}: was changed after it was written: its digest is not that of its steps")
    if not all(isinstance(step, Mapping) and step.keys() >= _MEMBERS for step in members["steps"]):
        raise PlanError(f"{file}: is not a plan: not all of its steps are steps")
    return tuple(members["steps"])


def _shown(value: Any) -> str:
    return json.dumps(value)[:40]
