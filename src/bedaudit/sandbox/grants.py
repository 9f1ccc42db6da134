"""Whether a resource's own policy lets a principal do something; as much of IAM as the sandbox's answers depend on.

Identity policies are not evaluated: what an account's principals may not do in its own account is a fault to order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

Statement = Mapping[str, Any]


def allows(policy: str | None, principal: str, action: str, context: Mapping[str, str] | None = None) -> bool:
    """Whether the policy allows the action to the principal (an ARN) and nothing in it denies it."""
    try:
        statements = _list(json.loads(policy or "{}").get("Statement"))
    except (ValueError, AttributeError):
        return False
    effects = {s.get("Effect") for s in statements if _applies(s, principal, action, context or {})}
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: Statement, principal: str, action: str, context: Mapping[str, str]) -> bool:
    named = any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _list(statement.get("Action")))
    return named and _is_principal(statement.get("Principal"), principal) and _met(statement.get("Condition"), context)


def _is_principal(named: Any, principal: str) -> bool:
    if named == "*":
        return True
    account = principal.split(":")[4]
    also = {"*", account, f"arn:aws:iam::{account}:root", principal, _role_of(principal)}
    return not also.isdisjoint(_list(named.get("AWS")) if isinstance(named, Mapping) else ())


def _role_of(principal: str) -> str:
    """The role's ARN of a session's ARN."""
    parts = principal.split("/")
    if ":assumed-role" not in parts[0]:
        return principal
    return parts[0].replace(":sts:", ":iam:").replace(":assumed-role", ":role") + f"/{parts[1]}"


def _met(condition: Any, context: Mapping[str, str]) -> bool:
    return all(
        any(_compare(operator, context.get(key), value) for value in _list(values))
        for operator, wanted in (condition or {}).items()
        for key, values in wanted.items()
    )


def _compare(operator: str, actual: str | None, wanted: str) -> bool:
    if actual is None:
        return False
    if operator.removesuffix("IfExists") in {"StringLike", "ArnLike", "ArnEquals"}:
        return fnmatchcase(actual, wanted)
    return operator.startswith("StringEquals") and actual == wanted


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
