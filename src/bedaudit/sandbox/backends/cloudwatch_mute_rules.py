"""CloudWatch alarm mute rules; one is active from its start to its expiry, whatever its schedule's expression says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page


@dataclass(slots=True)
class MuteRules:
    """The rules of an account and region by name, without their status."""

    by_name: dict[str, dict[str, Any]] = field(default_factory=dict)


@operation("cloudwatch", "PutAlarmMuteRule")
def put(call: Call) -> Reply:
    """Makes a rule or replaces it."""
    name = call.parameters["Name"]
    call.here(MuteRules).by_name[name] = {
        **call.given("Name", "Description", "Rule", "MuteTargets", "StartDate", "ExpireDate"),
        "AlarmMuteRuleArn": call.arn(f"alarm-mute-rule:{name}"),
        "LastUpdatedTimestamp": call.now,
        "MuteType": "SCHEDULED",
    }
    return {}


@operation("cloudwatch", "GetAlarmMuteRule")
def get(call: Call) -> Reply:
    """One rule."""
    rule = call.here(MuteRules).by_name.get(call.parameters["AlarmMuteRuleName"])
    if rule is None:
        raise AwsError("ResourceNotFoundException", "The alarm mute rule does not exist", 404)
    return {**rule, "Status": _status(rule, call.now)}


@operation("cloudwatch", "ListAlarmMuteRules")
def list_all(call: Call) -> Reply:
    """Summaries of the rules, of those on one alarm or in some status if asked; at most 100 a page."""
    alarm, statuses = call.parameters.get("AlarmName"), call.parameters.get("Statuses")
    summaries = [
        {
            "AlarmMuteRuleArn": rule["AlarmMuteRuleArn"],
            "Status": _status(rule, call.now),
            "MuteType": rule["MuteType"],
            "LastUpdatedTimestamp": rule["LastUpdatedTimestamp"],
            **({"ExpireDate": rule["ExpireDate"]} if "ExpireDate" in rule else {}),
        }
        for _, rule in sorted(call.here(MuteRules).by_name.items())
        if (alarm is None or alarm in rule.get("MuteTargets", {}).get("AlarmNames", ()))
        and (not statuses or _status(rule, call.now) in statuses)
    ]
    return page(call, "AlarmMuteRuleSummaries", summaries, 100, ("NextToken", "MaxRecords"))


@operation("cloudwatch", "DeleteAlarmMuteRule")
def delete(call: Call) -> Reply:
    """Deletes a rule."""
    call.here(MuteRules).by_name.pop(call.parameters["AlarmMuteRuleName"], None)
    return {}


def _status(rule: dict[str, Any], now: datetime) -> str:
    if "StartDate" in rule and _aware(rule["StartDate"]) > now:
        return "SCHEDULED"
    return "EXPIRED" if "ExpireDate" in rule and _aware(rule["ExpireDate"]) <= now else "ACTIVE"


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
