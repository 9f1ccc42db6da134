"""Plans in files: written whole, and read without trust."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain, combinations
from typing import Any

from bedaudit.errors import PlanError
from bedaudit.remedy.permissions import permissions
from bedaudit.remedy.plan import VERSION, Plan, Step, digest
from bedaudit.remedy.remade import remade
from bedaudit.repairs.repair import Repair

LARGEST = 64 * 1024 * 1024
"""Bytes of a plan or journal that are read."""


def written(plan: Plan) -> str:
    """The plan as JSON."""
    return json.dumps(plan.members, indent=1, ensure_ascii=True) + "\n"


def saved_steps(
    text: str, file: str, repairs: Mapping[str, Repair], reviewed: str | None = None
) -> tuple[Mapping[str, Any], ...]:
    """The steps of a saved plan, which say no more than which of the steps made anew are meant.

    `reviewed` is the digest that it has to have.

    Raises:
        PlanError: it is not a plan, was changed after it was written, contradicts itself, or is not the reviewed one.
    """
    try:
        members = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PlanError(f"{file}: is not a plan: {error}") from error
    if not isinstance(members, Mapping) or not isinstance(members.get("steps"), list):
        raise PlanError(f"{file}: is not a plan: it has no steps")
    if members.get("schema_version") != VERSION:
        raise PlanError(f"{file}: is a plan of version {_shown(members.get('schema_version'))}, not {VERSION}")
    told = members.get("digest")
    if told != digest({name: value for name, value in members.items() if name != "digest"}):
        raise PlanError(f"{file}: was changed after it was written: its digest is not that of what it says")
    if reviewed is not None and told != reviewed:
        raise PlanError(f"{file}: is not the plan that was reviewed: its digest is {told}")
    _check(members, file, [_step(each, f"{file}: step {number}", repairs) for number, each in _numbered(members)])
    return tuple(members["steps"])


def _numbered(members: Mapping[str, Any]) -> enumerate[Any]:
    return enumerate(members["steps"], 1)


def _step(told: Any, where: str, repairs: Mapping[str, Repair]) -> Step:
    made = remade(told, repairs)
    if isinstance(made, str):
        raise PlanError(f"{where}: {made}")
    return made


def _check(members: Mapping[str, Any], file: str, steps: list[Step]) -> None:
    """What the steps of a plan say of each other, and it of them."""
    by_account: dict[str, list[Step]] = {}
    for each in steps:
        by_account.setdefault(each.document.site.account, []).append(each)
    for one, other in chain.from_iterable(combinations(own, 2) for own in by_account.values()):
        if one.document.comes_after(other.document) or one.document.name == other.document.name:
            raise PlanError(f"{file}: {one.document.place.name!r} cannot come before {other.document.place.name!r}")
    if members.get("permissions") != list(permissions(steps)):
        raise PlanError(f"{file}: was changed after it was written: its permissions are not those of its steps")


def _shown(value: Any) -> str:
    return json.dumps(value)[:40]
