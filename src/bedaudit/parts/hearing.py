"""Whether anybody hears an alarm: it acts, is not muted or suppressed, and one of its actions reaches somebody.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-mute-rules.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-suppression.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bedaudit.model import Gap, Raw
from bedaudit.parts import action
from bedaudit.parts.action import Action, is_heard, read_action
from bedaudit.parts.composite import Alarms
from bedaudit.reader import Operation, Reader

LIST_MUTE_RULES = Operation("cloudwatch", "ListAlarmMuteRules")
GET_MUTE_RULE = Operation("cloudwatch", "GetAlarmMuteRule", absent=("ResourceNotFoundException",))
OPERATIONS = (*action.OPERATIONS, LIST_MUTE_RULES, GET_MUTE_RULE)


@dataclass(frozen=True, slots=True)
class Hearing:
    """Whether somebody hears an alarm, and why not."""

    notifies: bool | Gap
    because: str | None
    muted: bool | Gap
    actions: tuple[Action, ...]


async def read_muting_rules(aws: Reader) -> Mapping[str, str]:
    """The alarms that are muted now, each with a rule that mutes it."""
    pages = await aws.pages(LIST_MUTE_RULES, Statuses=["ACTIVE"])
    arns = [one.get("AlarmMuteRuleArn", "") for page in pages for one in page.get("AlarmMuteRuleSummaries", ())]
    muted: dict[str, str] = {}
    for name in (arn.split(":alarm-mute-rule:")[-1] for arn in arns):
        rule = await aws.find(GET_MUTE_RULE, AlarmMuteRuleName=name)
        targets = rule.get("MuteTargets", {}).get("AlarmNames", ()) if rule else ()
        muted |= dict.fromkeys(targets, name)
    return muted


async def read_muted(aws: Reader, name: str) -> bool:
    """Whether a mute rule silences the alarm now."""
    return name in await read_muting_rules(aws)


async def read_actions(aws: Reader, alarm: Raw) -> tuple[Action, ...]:
    """What the alarm does when it goes to ALARM."""
    arns = dict.fromkeys(alarm.get("AlarmActions") or ())
    return tuple([await read_action(aws, arn, alarm.get("AlarmArn", "")) for arn in arns])


async def read_hearing(aws: Reader, alarms: Alarms, name: str) -> Hearing:
    """Whether anybody hears the alarm, itself or through the composite alarms that fire with it."""
    own = await _own(aws, alarms.by_name[name], name)
    above = {parent: await _own(aws, alarms.by_name[parent], parent) for parent in _ancestors(alarms, name)}
    notifies = _any([own.notifies, *(hearing.notifies for hearing in above.values())])
    if notifies is not False:
        return replace(own, notifies=notifies, because=None)
    reasons = [
        own.because,
        *(f"composite alarm {parent}: {hearing.because}" for parent, hearing in above.items()),
        *(
            f"composite alarm {parent} fires only together with other alarms"
            for parent in alarms.parents(name)
            if parent not in above
        ),
    ]
    return replace(own, because="; ".join(filter(None, reasons)))


def _ancestors(alarms: Alarms, name: str) -> Iterator[str]:
    """The composite alarms, at any height, that fire when this alarm does."""
    seen = {name}
    waiting = [name]
    while waiting:
        child = waiting.pop(0)
        for parent in alarms.parents(child):
            if parent not in seen and alarms.fires_alone(parent, child):
                seen.add(parent)
                waiting.append(parent)
                yield parent


async def _own(aws: Reader, alarm: Raw, name: str) -> Hearing:
    """Whether anybody hears the alarm's own actions."""
    actions = await read_actions(aws, alarm)
    rules = await aws.attempt(read_muting_rules(aws))
    muted = rules if isinstance(rules, Gap) else name in rules
    refusals = [
        *_silenced(alarm),
        *([f"mute rule {rules[name]} silences it"] if not isinstance(rules, Gap) and name in rules else []),
        *([] if actions else ["it has no action"]),
    ]
    heard = heard_of(actions)
    if refusals or heard is False:
        unheard = [f"{one.arn}: {one.reason}" for one in actions if one.reason]
        return Hearing(notifies=False, because="; ".join([*refusals, *unheard]), muted=muted, actions=actions)
    unread = next((one for one in (muted, heard) if isinstance(one, Gap)), None)
    return Hearing(unread or True, None, muted, actions)


def _silenced(alarm: Raw) -> Iterator[str]:
    if not alarm.get("ActionsEnabled", True):
        yield "its actions are switched off"
    if alarm.get("ActionsSuppressedBy"):
        yield f"its actions are suppressed now by {alarm.get('ActionsSuppressor', 'another alarm')}"


def heard_of(actions: Iterable[Action]) -> bool | Gap:
    """Whether somebody hears one of the actions."""
    return _any([is_heard(one) for one in actions])


def _any(values: list[bool | Gap]) -> bool | Gap:
    if any(value is True for value in values):
        return True
    return next((value for value in values if isinstance(value, Gap)), False)
