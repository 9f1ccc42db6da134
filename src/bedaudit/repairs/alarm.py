"""An alarm: that there is one, that it can fire, and that it acts.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_EnableAlarmActions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bedaudit.documents.correction import corrected
from bedaudit.kinds import alarm
from bedaudit.kinds.kind import Creation
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.parts.alarmed import DESCRIBE_ALARMS, describe_alarms
from bedaudit.reader import Reader
from bedaudit.repairs.making import CREATE, creation, made
from bedaudit.repairs.repair import Edit, Mount, Place, Repair, Safety

_TYPES = ("MetricAlarms", "CompositeAlarms", "LogAlarms")
_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_NOT_SHOWN = ("Tags",)
"""Parameters that DescribeAlarms does not give back."""
_OPERATIONS: Mapping[str, str] = {"AlarmRule": "PutCompositeAlarm", "ScheduledQueryConfiguration": "PutLogAlarm"}
"""How an alarm with such a member is put; any other is a metric alarm."""
_CHOICE = "what alarm {name} is to watch instead is for people to say"
_ANOTHER = "it watches another series from then on, against a threshold that was chosen for the one that there is not"
_OPEN = "there is another alarm of that name, a topic is of another region, or it cannot be told what to watch instead"
_VOLATILE = (
    "StateValue",
    "StateReason",
    "StateReasonData",
    "StateUpdatedTimestamp",
    "StateTransitionedTimestamp",
    "EvaluationState",
    "ActionsSuppressedBy",
    "ActionsSuppressedReason",
    "AlarmConfigurationUpdatedTimestamp",
)
SHOWN_ONLY = (*_VOLATILE, "AlarmArn")
"""Members of an alarm that no call takes."""


def _place(facts: Facts, site: Site) -> Place | None:
    name = facts.get("name")
    return Place(site.region, f"alarm {name}", {"AlarmNames": [name]}) if isinstance(name, str) and name else None


async def _read(aws: Reader, place: Place) -> Raw | None:
    pages = await describe_alarms(aws, **place.parameters)
    return next((each for page in pages for name in _TYPES for each in page.get(name, ())), None)


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    new = creation(alarm.KIND, wanted)
    if new is not None:
        return _create(raw, new, place)
    if raw is None:
        return Edit(raw, (), ())
    watching = corrected(raw) if wanted.get("can_fire") is True else raw
    if watching is None:
        return Edit(raw, (), (), "manual", _CHOICE.format(name=raw["AlarmName"]))
    acting = _acting(watching, wanted.get("action_arns", ()))
    if elsewhere := _elsewhere(acting, place):
        return Edit(raw, (), (), "manual", elsewhere)
    enabled = {"ActionsEnabled": True} if wanted.get("actions_enabled") is True else {}
    after = {**acting, **enabled}
    if acting == raw:
        switched = raw.get("ActionsEnabled", True) is not after.get("ActionsEnabled", True)
        calls = tuple(_named(place, f"{word}AlarmActions") for word in ("Enable", "Disable")) if switched else ()
        return Edit(after if switched else raw, calls[:1], calls[1:])
    rated: tuple[Safety, str] = ("safe", "") if watching == raw else ("risky", _ANOTHER)
    return Edit(after, (_put(after),), (_put(raw),), *rated)


def _acting(raw: Raw, actions: Iterable[str]) -> Raw:
    """With actions that it does not have yet."""
    there = raw.get("AlarmActions", [])
    missing = [action for action in actions if action not in there]
    return {**raw, "AlarmActions": [*there, *missing]} if missing else raw


def _put(raw: Raw) -> Call:
    """Replaces an alarm with all that it has; its tags stay."""
    operation = next((name for member, name in _OPERATIONS.items() if member in raw), "PutMetricAlarm")
    return Call("cloudwatch", operation, {name: value for name, value in raw.items() if name not in SHOWN_ONLY})


def _create(raw: Raw | None, new: Creation, place: Place) -> Edit:
    parameters = new.call.parameters
    if raw is None and (elsewhere := _elsewhere(parameters, place)):
        return Edit(raw, (), (), "manual", elsewhere)
    after = {name: value for name, value in parameters.items() if name not in _NOT_SHOWN}
    return made(raw, new.call, after, _named(place, "DeleteAlarms"), place)


def _elsewhere(parameters: Mapping[str, Any], place: Place) -> str:
    topics = sorted(topic for topic in _topics(parameters) if topic.split(":")[3:4] != [place.region])
    return f"alarms of {place.region} cannot notify {', '.join(topics)}" if topics else ""


def _topics(parameters: Mapping[str, Any]) -> Iterable[str]:
    """CloudWatch takes only those of the alarm's own region."""
    actions = (action for name in _ACTIONS for action in parameters.get(name) or ())
    return {action for action in actions if isinstance(action, str) and action.split(":")[2:3] == ["sns"]}


def _named(place: Place, operation: str) -> Call:
    return Call("cloudwatch", operation, place.parameters)


ALARM = Repair(
    name="alarm",
    does="Makes the alarm, switches its actions on, adds those that it lacks, or corrects the metric that it watches.",
    rated={"safe": "", "risky": _ANOTHER, "manual": _OPEN},
    paths=(CREATE, "actions_enabled", "action_arns", "can_fire"),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(DESCRIBE_ALARMS,),
    writes=(
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:PutCompositeAlarm",
        "cloudwatch:PutLogAlarm",
        "cloudwatch:DeleteAlarms",
        "cloudwatch:EnableAlarmActions",
        "cloudwatch:DisableAlarmActions",
    ),
    volatile=tuple((name,) for name in _VOLATILE),
)
MOUNTS = (Mount("alarm", "", ALARM),)
