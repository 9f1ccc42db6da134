"""The waivers file: dated, owned exceptions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bedaudit.errors import PolicyError
from bedaudit.model import Mark
from bedaudit.policy.check import Check, in_order
from bedaudit.policy.files import read_document
from bedaudit.policy.yaml import Node

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ACCOUNT = re.compile("[0-9]{12}")
_OBLIGATORY = ("control", "reason", "owner", "expires")
_SCOPES = ("accounts", "regions", "resources")


@dataclass(frozen=True, slots=True)
class WaiverRule:
    """One exception; accounts, regions and resources are globs, and an empty one covers all."""

    control: str
    reason: str
    owner: str
    expires: date
    """Valid through this day, UTC."""
    mark: Mark
    """Of the control's name."""
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


def load_waivers(path: str) -> tuple[WaiverRule, ...]:
    """Reads the waivers file; PolicyError with all its problems."""
    node, problems = read_document(path)
    check = Check()
    waivers = _waivers(check, node) if node else ()
    if problems or check.problems:
        raise PolicyError(in_order([*problems, *check.problems]))
    return waivers


def _waivers(check: Check, node: Node) -> tuple[WaiverRule, ...]:
    members = check.members(node, "the waivers file", ("waivers",), obligatory=("waivers",))
    listed = members["waivers"].value if "waivers" in members else []
    if not isinstance(listed, list):
        check.expected(members["waivers"], "waivers", "a list")
        return ()
    return tuple(_waiver(check, item) for item in listed)


def _waiver(check: Check, node: Node) -> WaiverRule:
    members = check.members(node, "each waiver", (*_OBLIGATORY, *_SCOPES), obligatory=_OBLIGATORY)
    if isinstance(node.value, dict) and not any(scope in members for scope in _SCOPES):
        check.problem(node.mark, "a waiver must say which accounts, regions or resources it covers")
    texts = {name: check.text(members[name], name) for name in ("control", "reason", "owner") if name in members}
    return WaiverRule(
        control=texts.get("control", ""),
        reason=texts.get("reason", ""),
        owner=texts.get("owner", ""),
        expires=_date(check, members["expires"]) if "expires" in members else date.max,
        mark=members["control"].mark if "control" in members else node.mark,
        accounts=_accounts(check, members["accounts"]) if "accounts" in members else (),
        regions=check.texts(members["regions"], "regions") if "regions" in members else (),
        resources=check.texts(members["resources"], "resources") if "resources" in members else (),
    )


def _accounts(check: Check, node: Node) -> tuple[str, ...]:
    """Globs of account IDs; 12 digits need no quotation marks."""
    items = check.items(node, "accounts", of="account IDs or globs")
    return tuple(item.text if _ACCOUNT.fullmatch(item.text) else check.text(item, "each of accounts") for item in items)


def _date(check: Check, node: Node) -> date:
    if isinstance(node.value, str) and _DATE.fullmatch(node.value):
        try:
            return date.fromisoformat(node.value)
        except ValueError:
            check.problem(node.mark, f"there is no day {node.value}")
            return date.max
    check.expected(node, "expires", "a day as 2027-03-31")
    return date.max
