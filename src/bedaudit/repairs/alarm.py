"""An alarm: that there is one, and that it acts.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_EnableAlarmActions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bedaudit.kinds import alarm
from bedaudit.kinds.kind import Creation
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.parts.alarmed import DESCRIBE_ALARMS, describe_alarms
from bedaudit.reader import Reader
from bedaudit.repairs.making import CREATE, creation, made
from bedaudit.repairs.repair import Edit, Mount, Place, Repair

_TYPES = ("MetricAlarms", "CompositeAlarms", "LogAlarms")
_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_NOT_SHOWN = ("Tags",)
"""Parameters that DescribeAlarms does not give back."""
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
    if raw is None or wanted.get("actions_enabled") is not True or raw.get("ActionsEnabled", True):
        return Edit(raw, (), ())
    enable, disable = (_named(place, f"{word}AlarmActions") for word in ("Enable", "Disable"))
    return Edit({**raw, "ActionsEnabled": True}, (enable,), (disable,))


def _create(raw: Raw | None, new: Creation, place: Place) -> Edit:
    parameters = new.call.parameters
    elsewhere = sorted(topic for topic in _topics(parameters) if topic.split(":")[3:4] != [place.region])
    if raw is None and elsewhere:
        return Edit(raw, (), (), "manual", f"alarms of {place.region} cannot notify {', '.join(elsewhere)}")
    after = {name: value for name, value in parameters.items() if name not in _NOT_SHOWN}
    return made(raw, new.call, after, _named(place, "DeleteAlarms"), place)


def _topics(parameters: Mapping[str, Any]) -> Iterable[str]:
    """CloudWatch takes only those of the alarm's own region."""
    actions = (action for name in _ACTIONS for action in parameters.get(name) or ())
    return {action for action in actions if isinstance(action, str) and action.split(":")[2:3] == ["sns"]}


def _named(place: Place, operation: str) -> Call:
    return Call("cloudwatch", operation, place.parameters)


ALARM = Repair(
    name="alarm",
    paths=(CREATE, "actions_enabled"),
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
