"""CloudWatch Logs groups: moto's, with class, deletion protection, keys and account-wide retention."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.backends import get_backend
from moto.logs.models import LogGroup

from bedaudit.sandbox.backends.kms import usable_key
from bedaudit.sandbox.backends.logs_lookup import find, groups, name_of
from bedaudit.sandbox.backends.logs_policies import AccountPolicies, Masking
from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page

RETENTIONS = frozenset(
    (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
)
_PATTERN = re.compile(r"\^?[.\-_/#A-Za-z0-9]{3,24}(\|\^?[.\-_/#A-Za-z0-9]{3,24}){0,4}")
_SHOWN_BY_PATTERN = ("logGroupName", "arn", "logGroupArn", "creationTime")


@dataclass(slots=True)
class Extras:
    """What moto does not keep of the groups of an account and region, by name."""

    classes: dict[str, str] = field(default_factory=dict)
    protected: set[str] = field(default_factory=set)


@operation("logs", "CreateLogGroup")
def create(call: Call) -> Reply:
    """Makes a group; its key must exist."""
    name, given = call.parameters["logGroupName"], call.parameters
    if given.get("kmsKeyId"):
        _check_key(call, given["kmsKeyId"])
    call.forward()
    extras = call.here(Extras)
    extras.classes[name] = given.get("logGroupClass") or "STANDARD"
    if given.get("deletionProtectionEnabled"):
        extras.protected.add(name)
    return {}


@operation("logs", "DeleteLogGroup")
def delete(call: Call) -> Reply:
    """Deletes a group that is not protected."""
    name, extras = call.parameters["logGroupName"], call.here(Extras)
    if name in extras.protected:
        raise AwsError("OperationAbortedException", "Log group has deletion protection enabled and cannot be deleted.")
    call.forward()
    extras.classes.pop(name, None)
    call.here(Masking).by_group.pop(name, None)
    return {}


@operation("logs", "DescribeLogGroups")
def describe(call: Call) -> Reply:
    """Groups by prefix, pattern, identifiers or class, at most 50 a page; by pattern with little more than the name."""
    wanted = call.parameters
    prefix, pattern = wanted.get("logGroupNamePrefix"), wanted.get("logGroupNamePattern")
    if prefix and pattern:
        raise AwsError(
            "InvalidParameterException",
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        )
    shown = [_shown(call, group) for _, group in sorted(groups(call).items()) if _selected(call, group.name)]
    if pattern:
        shown = [{name: group[name] for name in _SHOWN_BY_PATTERN} for group in shown]
    return page(call, "logGroups", shown, 50, ("nextToken", "limit"))


@operation("logs", "ListLogGroups")
def list_all(call: Call) -> Reply:
    """Names, ARNs and classes of groups by class and pattern: up to five parts of names, after ^ their beginning."""
    pattern, class_ = call.parameters.get("logGroupNamePattern"), call.parameters.get("logGroupClass")
    if pattern and not _PATTERN.fullmatch(pattern):
        raise AwsError("InvalidParameterException", f"logGroupNamePattern must match {_PATTERN.pattern}")
    wanted = re.compile((pattern or "").replace(".", r"\."))
    shown = [
        {"logGroupName": name, "logGroupArn": group.arn.removesuffix(":*"), "logGroupClass": _class(call, name)}
        for name, group in sorted(groups(call).items())
        if wanted.search(name) and class_ in (None, _class(call, name))
    ]
    return page(call, "logGroups", shown, int(call.parameters.get("limit") or 50), ("nextToken", None))


@operation("logs", "PutRetentionPolicy")
def put_retention(call: Call) -> Reply:
    """Sets the group's own retention, which an account-wide policy may override."""
    if int(call.parameters["retentionInDays"]) not in RETENTIONS:
        raise AwsError("InvalidParameterException", f"retentionInDays must be one of {sorted(RETENTIONS)}")
    return call.forward()


@operation("logs", "AssociateKmsKey", "DisassociateKmsKey")
def set_key(call: Call) -> Reply:
    """Sets or takes away a group's key."""
    group = find(call, call.parameters.get("logGroupName") or call.parameters.get("resourceIdentifier") or "")
    key = call.parameters.get("kmsKeyId")
    if key:
        _check_key(call, key)
    group.kms_key_id = key
    return {}


@operation("logs", "PutLogGroupDeletionProtection")
def protect(call: Call) -> Reply:
    """Turns deletion protection on or off."""
    name, protected = find(call, call.parameters["logGroupIdentifier"]).name, call.here(Extras).protected
    (protected.add if call.parameters["deletionProtectionEnabled"] else protected.discard)(name)
    return {}


@operation("logs", "PutMetricFilter")
def put_metric_filter(call: Call) -> Reply:
    """Makes a metric filter, or replaces the group's filter of that name."""
    name, group = call.parameters["filterName"], find(call, call.parameters["logGroupName"]).name
    held = get_backend("logs")[call.account][call.region].filters
    reply = call.forward()
    made = held.metric_filters.pop()
    held.delete_filter(name, group)
    held.metric_filters.append(made)
    return reply


@operation("logs", "DescribeMetricFilters")
def describe_metric_filters(call: Call) -> Reply:
    """Metric filters, at most 50 a page."""
    found = call.forward()["metricFilters"]
    return page(call, "metricFilters", found, 50, ("nextToken", "limit"))


def _check_key(call: Call, key: str) -> None:
    if not usable_key(call.account, call.region, key):
        raise AwsError("InvalidParameterException", f"The specified KMS Key '{key}' is disabled or does not exist.")


def _selected(call: Call, name: str) -> bool:
    wanted = call.parameters
    identifiers = wanted.get("logGroupIdentifiers")
    pattern = wanted.get("logGroupNamePattern")
    return (
        name.startswith(wanted.get("logGroupNamePrefix") or "")
        and (not pattern or pattern in name)
        and (not identifiers or name in map(name_of, identifiers))
        and wanted.get("logGroupClass") in (None, _class(call, name))
    )


def _class(call: Call, name: str) -> str:
    return call.here(Extras).classes.get(name, "STANDARD")


def _shown(call: Call, group: LogGroup) -> dict[str, Any]:
    filters = get_backend("logs")[call.account][call.region].filters.metric_filters
    shown: dict[str, Any] = {
        **group.to_describe_dict(),
        "metricFilterCount": sum(1 for held in filters if held["logGroupName"] == group.name),
        "logGroupClass": _class(call, group.name),
        "deletionProtectionEnabled": group.name in call.here(Extras).protected,
        "bearerTokenAuthenticationEnabled": False,
    }
    if group.name in call.here(Masking).by_group:
        shown["dataProtectionStatus"] = "ACTIVATED"
    policies = call.here(AccountPolicies)
    if policies.of_type("DATA_PROTECTION_POLICY"):
        shown["inheritedProperties"] = ["ACCOUNT_DATA_PROTECTION"]
    governed = {**shown, **_account_retention(policies, shown)}
    return {member: value for member, value in governed.items() if value is not None}


def _account_retention(policies: AccountPolicies, shown: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an account-wide retention policy makes of a group; the longest wins."""
    retention = policies.retention(shown["logGroupName"], shown["creationTime"])
    if retention is None:
        return {}
    name, days = retention
    return {"retentionPolicyName": name, "retentionInDays": days}
