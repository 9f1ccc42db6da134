"""CloudWatch alarms of all three types, as they were put in; nothing evaluates them but SetAlarmState."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bedaudit.sandbox.backends.cloudwatch_tags import Tags
from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page

TYPES = {"CompositeAlarm": "CompositeAlarms", "MetricAlarm": "MetricAlarms", "LogAlarm": "LogAlarms"}
_ALWAYS: dict[str, Any] = {"ActionsEnabled": True, "OKActions": [], "AlarmActions": [], "InsufficientDataActions": []}
_BRIEF = ("AlarmName", "AlarmArn", "StateValue", "StateUpdatedTimestamp")
_DISTINCT_TOKENS = re.compile(r'"([^"]+)"|([^\s(),"]+)')


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as DescribeAlarms shows it."""

    type: str
    shown: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name, unique whatever the type."""
        return str(self.shown["AlarmName"])

    def refers_to(self, other: Alarm) -> bool:
        """Whether it is a composite alarm whose rule names the other one, by name or ARN."""
        named = {quoted or bare for quoted, bare in _DISTINCT_TOKENS.findall(self.shown.get("AlarmRule", ""))}
        return not named.isdisjoint({other.name, other.shown["AlarmArn"]})


@dataclass(slots=True)
class Alarms:
    """The alarms of an account and region by name."""

    by_name: dict[str, Alarm] = field(default_factory=dict)


@operation("cloudwatch", "PutMetricAlarm", "PutCompositeAlarm", "PutLogAlarm")
def put(call: Call) -> Reply:
    """Makes an alarm, or replaces it as a whole but for its state and tags."""
    given = {name: value for name, value in call.parameters.items() if value is not None}
    tags = given.pop("Tags", None)
    if call.operation == "PutMetricAlarm" and "Metrics" not in given:
        given.setdefault("Dimensions", [])
    arn, alarms = call.arn(f"alarm:{given['AlarmName']}"), call.here(Alarms).by_name
    before = alarms.get(given["AlarmName"])
    state = _state_of(before) if before else _state(call, "INSUFFICIENT_DATA", "Unchecked: Initial alarm creation")
    shown = {**_ALWAYS, **state, **given, "AlarmArn": arn, "AlarmConfigurationUpdatedTimestamp": call.now}
    alarms[given["AlarmName"]] = Alarm(call.operation.removeprefix("Put"), shown)
    if tags and before is None:
        call.here(Tags).put(arn, tags)
    return {}


@operation("cloudwatch", "DescribeAlarms")
def describe(call: Call) -> Reply:
    """Metric alarms only, unless types are named; at most 100 a page, 50 if not said."""
    alarms, wanted = call.here(Alarms).by_name, call.parameters
    if relative := wanted.get("ChildrenOfAlarmName") or wanted.get("ParentsOfAlarmName"):
        found = _relatives(alarms, relative, children=bool(wanted.get("ChildrenOfAlarmName")))
    else:
        found = [alarm for alarm in alarms.values() if _selected(alarm, wanted)]
    found.sort(key=lambda alarm: (list(TYPES).index(alarm.type), alarm.name))
    size = min(int(wanted.get("MaxRecords") or 50), 100)
    reply = page(call, "found", found, size)
    held: list[Alarm] = reply.pop("found")
    return {**{m: [dict(a.shown) for a in held if a.type == t] for t, m in TYPES.items()}, **reply}


@operation("cloudwatch", "DescribeAlarmsForMetric")
def describe_for_metric(call: Call) -> Reply:
    """The plain metric alarms on one metric."""
    given = {name: value for name, value in call.parameters.items() if value is not None}
    alarms = [
        a.shown for a in call.here(Alarms).by_name.values() if a.type == "MetricAlarm" and "MetricName" in a.shown
    ]
    return {
        "MetricAlarms": [dict(a) for a in alarms if all(a.get(n) == v for n, v in {"Dimensions": [], **given}.items())]
    }


@operation("cloudwatch", "DeleteAlarms")
def delete(call: Call) -> Reply:
    """Deletes alarms, all or none."""
    alarms, names = call.here(Alarms).by_name, call.parameters["AlarmNames"]
    if unknown := [name for name in names if name not in alarms]:
        raise AwsError("ResourceNotFound", f"Unknown alarms: {unknown}", 404)
    for name in names:
        del alarms[name]
    return {}


@operation("cloudwatch", "EnableAlarmActions", "DisableAlarmActions")
def toggle_actions(call: Call) -> Reply:
    """Turns the actions of alarms on or off."""
    alarms = call.here(Alarms).by_name
    for name in call.parameters["AlarmNames"]:
        if name in alarms:
            _change(alarms, name, {"ActionsEnabled": call.operation.startswith("Enable")})
    return {}


@operation("cloudwatch", "SetAlarmState")
def set_state(call: Call) -> Reply:
    """Sets the state by hand."""
    alarms, name = call.here(Alarms).by_name, call.parameters["AlarmName"]
    if name not in alarms:
        raise AwsError("ResourceNotFound", f"Unknown alarm: {name}", 404)
    _change(alarms, name, _state(call, call.parameters["StateValue"], call.parameters["StateReason"]))
    return {}


def _change(alarms: dict[str, Alarm], name: str, changes: Mapping[str, Any]) -> None:
    alarms[name] = Alarm(alarms[name].type, {**alarms[name].shown, **changes})


def _state(call: Call, value: str, reason: str) -> dict[str, Any]:
    moments = {"StateUpdatedTimestamp": call.now, "StateTransitionedTimestamp": call.now}
    return {"StateValue": value, "StateReason": reason, **moments}


def _state_of(alarm: Alarm) -> dict[str, Any]:
    return {name: value for name, value in alarm.shown.items() if name.startswith("State")}


def _relatives(alarms: Mapping[str, Alarm], name: str, *, children: bool) -> list[Alarm]:
    """The children or parents, of which AWS shows no more than state and name."""
    if name not in alarms:
        raise AwsError("ResourceNotFound", f"Unknown alarm: {name}", 404)
    of = alarms[name]
    found = [a for a in alarms.values() if (of.refers_to(a) if children else a.refers_to(of))]
    return [Alarm(alarm.type, {member: alarm.shown[member] for member in _BRIEF}) for alarm in found]


def _selected(alarm: Alarm, wanted: Mapping[str, Any]) -> bool:
    names, shown = wanted.get("AlarmNames"), alarm.shown
    return (
        alarm.type in (wanted.get("AlarmTypes") or ["MetricAlarm"])
        and (not names or alarm.name in names)
        and alarm.name.startswith(wanted.get("AlarmNamePrefix") or "")
        and wanted.get("StateValue") in (None, shown["StateValue"])
        and _has_action(shown, wanted.get("ActionPrefix"))
    )


def _has_action(shown: Mapping[str, Any], prefix: str | None) -> bool:
    actions: Iterable[str] = (a for n in ("OKActions", "AlarmActions", "InsufficientDataActions") for a in shown[n])
    return prefix is None or any(action.startswith(prefix) for action in actions)
