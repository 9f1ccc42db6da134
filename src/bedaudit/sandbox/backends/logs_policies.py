"""CloudWatch Logs policies: data protection of a group, and the account-wide ones."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bedaudit.sandbox.backends.logs_lookup import find
from bedaudit.sandbox.call import AwsError, Call, Reply, operation

_PREFIX = re.compile(r"LogGroupNamePrefix\s+IN\s+\[([^\]]*)\]")


@dataclass(slots=True)
class Masking:
    """Data protection policies by group: document and milliseconds of the last change."""

    by_group: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(slots=True)
class AccountPolicies:
    """Account-wide policies, as they are shown, by type and name."""

    by_name: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    def of_type(self, kind: str, name: str | None = None) -> list[Mapping[str, Any]]:
        """The policies of a type, or the one of that name."""
        return [shown for (of, called), shown in self.by_name.items() if of == kind and name in (None, called)]

    def retention(self, group: str, created: int) -> tuple[str, int | None] | None:
        """The name and the days (None: never) of the retention policy that governs a group, if one does."""
        governing: list[tuple[float, str]] = []
        for shown in self.of_type("RETENTION_POLICY"):
            document = json.loads(shown["policyDocument"])
            days, mode = document.get("retentionInDays"), document.get("enforcementMode")
            if _selects(shown, group) and (mode == "RETROACTIVE" or created >= shown["lastUpdatedTime"]):
                governing.append((float("inf") if days == "NEVER_EXPIRE" else float(days), shown["policyName"]))
        if not governing:
            return None
        longest, name = max(governing)
        return name, None if longest == float("inf") else int(longest)


@operation("logs", "PutDataProtectionPolicy")
def put_masking(call: Call) -> Reply:
    """Sets the data protection policy of a group."""
    name = _group(call)
    document = _json(call.parameters["policyDocument"])
    call.here(Masking).by_group[name] = (document, _milliseconds(call.now))
    return get_masking(call)


@operation("logs", "GetDataProtectionPolicy")
def get_masking(call: Call) -> Reply:
    """The policy of a group; the document is absent where there is none."""
    identifier, held = call.parameters["logGroupIdentifier"], call.here(Masking).by_group.get(_group(call))
    if held is None:
        return {"logGroupIdentifier": identifier}
    return {"logGroupIdentifier": identifier, "policyDocument": held[0], "lastUpdatedTime": held[1]}


@operation("logs", "DeleteDataProtectionPolicy")
def delete_masking(call: Call) -> Reply:
    """Takes the policy of a group away."""
    call.here(Masking).by_group.pop(_group(call), None)
    return {}


@operation("logs", "PutAccountPolicy")
def put_account_policy(call: Call) -> Reply:
    """Sets an account-wide policy of this region."""
    _json(call.parameters["policyDocument"])
    kind, name = call.parameters["policyType"], call.parameters["policyName"]
    shown = {
        **call.given("policyName", "policyDocument", "policyType", "selectionCriteria"),
        "scope": "ALL",
        "lastUpdatedTime": _milliseconds(call.now),
        "accountId": call.account,
    }
    call.here(AccountPolicies).by_name[kind, name] = shown
    return {"accountPolicy": shown}


@operation("logs", "DescribeAccountPolicies")
def describe_account_policies(call: Call) -> Reply:
    """The account-wide policies of one type."""
    found = call.here(AccountPolicies).of_type(call.parameters["policyType"], call.parameters.get("policyName"))
    return {"accountPolicies": found}


@operation("logs", "DeleteAccountPolicy")
def delete_account_policy(call: Call) -> Reply:
    """Takes an account-wide policy away."""
    key = (call.parameters["policyType"], call.parameters["policyName"])
    if call.here(AccountPolicies).by_name.pop(key, None) is None:
        raise AwsError("ResourceNotFoundException", "The specified policy does not exist.")
    return {}


def _group(call: Call) -> str:
    return str(find(call, call.parameters["logGroupIdentifier"]).name)


def _selects(shown: Mapping[str, Any], group: str) -> bool:
    criteria = shown.get("selectionCriteria")
    if not criteria:
        return True
    match = _PREFIX.search(criteria)
    return match is not None and any(group.startswith(prefix) for prefix in re.findall(r'"([^"]*)"', match[1]))


def _json(document: str) -> str:
    try:
        json.loads(document)
    except ValueError as error:
        raise AwsError("InvalidParameterException", "The policy document is not valid JSON.") from error
    return document


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
