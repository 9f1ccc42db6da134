"""CloudWatch alarms: what they watch, whether they can fire, and whether anybody hears them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, get_args

from pydantic import ValidationError

from bedaudit.documents.log_query import name_of, without_literals
from bedaudit.kinds.kind import Creation, Kind, resource
from bedaudit.model import Call, Gap, Raw, Resource
from bedaudit.parts import alarmed, firing, hearing
from bedaudit.parts.action import Action, type_of
from bedaudit.parts.alarmed import DESCRIBE_ALARMS, read_alarms
from bedaudit.parts.composite import Alarms
from bedaudit.parts.firing import Firing, documented, read_firing
from bedaudit.parts.hearing import Hearing, heard_of, read_actions, read_hearing, read_muted
from bedaudit.parts.watch import Watch, Watched, watched_by
from bedaudit.reader import Operation, Reader, age_hours
from bedaudit.state import Because, Hours, State

LIST_TAGS = Operation("cloudwatch", "ListTagsForResource")

Comparison: TypeAlias = Literal[
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
]
MissingData: TypeAlias = Literal["breaching", "notBreaching", "ignore", "missing"]
StateValue: TypeAlias = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
EvaluationState: TypeAlias = Literal["PARTIAL_DATA", "EVALUATION_ERROR", "EVALUATION_FAILURE"]

COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
MISSING_DATA: tuple[MissingData, ...] = get_args(MissingData)
STATES: tuple[StateValue, ...] = get_args(StateValue)
EVALUATION_STATES: tuple[EvaluationState, ...] = get_args(EvaluationState)

Choice = TypeVar("Choice", bound=str)
UNREAD = Gap("not_read")


class Alarm(State):
    """A CloudWatch alarm: on a metric, on other alarms, or on a log query."""

    name: str
    """The alarm's name."""
    type: Literal["metric", "composite", "log"]
    """`metric` also covers metric math, Metrics Insights, anomaly bands and PromQL."""
    watches: tuple[Watch, ...] | Gap
    """The metric series whose values make it fire; of a composite alarm those of its children."""
    threshold: float | None = None
    """The threshold; missing for anomaly bands, PromQL and composite alarms."""
    comparison: Comparison | Gap | None = None
    """How the values are compared with the threshold, in AWS's own words."""
    evaluation_periods: int | None = None
    """How many of the latest periods (of a log alarm: query results) are looked at."""
    datapoints_to_alarm: int | None = None
    """How many of them must breach."""
    missing_data: MissingData | Gap | None = None
    """What a period without data counts as, in AWS's own words."""
    anomaly: bool = False
    """Whether the threshold is an anomaly detection band."""
    state: StateValue | Gap
    """The alarm's state now, in AWS's own words."""
    state_age: Hours | None = None
    """Hours since it went into that state."""
    evaluation_state: EvaluationState | Gap | None = None
    """What hinders the evaluation of the alarm; missing where nothing does."""
    actions_enabled: bool
    """Whether it acts at all when it fires."""
    muted: bool | Gap
    """Whether an alarm mute rule silences it now."""
    action_arns: tuple[str, ...]
    """The ARNs of what it does when it goes to ALARM."""
    actions: tuple[Action, ...] | Gap
    """What it does when it goes to ALARM."""
    notifies: Annotated[bool | Gap, Because("not_heard_because")]
    """Whether somebody hears it when it fires: it, or a composite alarm that fires with it, is enabled, not muted
    and not suppressed, and has a topic with a confirmed subscription or a function, either open to CloudWatch; actions
    on instances tell nobody, and who reads OpsItems, incidents and investigations cannot be known."""
    not_heard_because: str | None = None
    """Why nobody hears it."""
    can_fire: Annotated[bool | Gap | None, Because("cannot_fire_because")] = None
    """Whether AWS publishes what it watches, by AWS's documentation and the metrics seen, and the anomaly detector of
    its band, if it has one, is trained; missing for metrics that are not Bedrock's."""
    cannot_fire_because: str | None = None
    """Why it cannot fire, and what to watch instead."""
    log_groups: tuple[str, ...] | None = None
    """The log groups that a log alarm queries."""
    shows_log_lines: bool = False
    """Whether its notifications carry log lines, and so perhaps prompts."""
    tags: Mapping[str, str] | Gap
    """The alarm's tags."""


async def read(aws: Reader) -> Iterable[Resource]:
    """Every alarm of the site."""
    alarms = await read_alarms(aws)
    return await asyncio.gather(*(_alarm(aws, alarms, name) for name in alarms.by_name))


async def _alarm(aws: Reader, alarms: Alarms, name: str) -> Resource:
    raw = alarms.by_name[name]
    state = stated(raw, alarms.watched(name), aws.now)
    muted = await aws.part("muted", lambda aws: read_muted(aws, name), facts=state.facts)
    state = state.model_copy(update={"muted": muted})
    fired = await aws.part("can_fire", lambda aws: read_firing(aws, alarms, name), facts=state.facts)
    state = state.model_copy(update=_fired(fired))
    heard = await aws.part("notifies", lambda aws: read_hearing(aws, alarms, name), facts=state.facts)
    state = state.model_copy(update=_heard(heard))
    if isinstance(heard, Gap):
        actions = await aws.part("actions", lambda aws: read_actions(aws, raw), facts=state.facts)
        state = state.model_copy(update={"actions": actions})
    tags = await aws.part("tags", lambda aws: _tags(aws, raw["AlarmArn"]), facts=state.facts)
    return resource("alarm", name, state.model_copy(update={"tags": tags}), arn=raw.get("AlarmArn"), raw=_shown(raw))


def _fired(fired: Firing | Gap) -> Mapping[str, Any]:
    if isinstance(fired, Gap):
        return {"can_fire": fired}
    return {"can_fire": fired.can_fire, "cannot_fire_because": fired.because}


def _heard(heard: Hearing | Gap) -> Mapping[str, Any]:
    if isinstance(heard, Gap):
        return {"notifies": heard}
    return {
        "muted": heard.muted,
        "actions": heard.actions,
        "notifies": heard.notifies,
        "not_heard_because": heard.because,
    }


async def _tags(aws: Reader, arn: str) -> Mapping[str, str]:
    reply = await aws.call(LIST_TAGS, ResourceARN=arn)
    return {tag["Key"]: tag["Value"] for tag in reply.get("Tags", ())}


def _shown(raw: Raw) -> Raw:
    """AWS's alarm as it is, but for the literals of a log query, which may be secrets."""
    query = raw.get("ScheduledQueryConfiguration")
    if query is None:
        return raw
    return {**raw, "ScheduledQueryConfiguration": {**query, "QueryString": without_literals(query["QueryString"])}}


def stated(raw: Raw, watched: Watched, now: datetime | None = None) -> Alarm:
    """What AWS's description of an alarm says by itself; the rest is not read."""
    since = raw.get("StateTransitionedTimestamp", raw.get("StateUpdatedTimestamp"))
    query = raw.get("ScheduledQueryConfiguration", {})
    periods = raw.get("EvaluationPeriods", raw.get("QueryResultsToEvaluate"))
    kind = _type(raw)
    return Alarm(
        name=raw.get("AlarmName", ""),
        type=kind,
        watches=watched.gap or tuple(series.watch for series in watched.series),
        threshold=raw.get("Threshold") if "ThresholdMetricId" not in raw else None,
        comparison=_one_of(raw.get("ComparisonOperator"), COMPARISONS),
        evaluation_periods=periods,
        datapoints_to_alarm=raw.get("DatapointsToAlarm", raw.get("QueryResultsToAlarm", periods)),
        missing_data=None if kind == "composite" else _one_of(raw.get("TreatMissingData", "missing"), MISSING_DATA),
        anomaly=watched.anomaly,
        state=_one_of(raw.get("StateValue"), STATES) or UNREAD,
        state_age=age_hours(since, now) if since and now else None,
        evaluation_state=_one_of(raw.get("EvaluationState"), EVALUATION_STATES),
        actions_enabled=raw.get("ActionsEnabled", True),
        muted=UNREAD,
        action_arns=tuple(raw.get("AlarmActions") or ()),
        actions=UNREAD,
        notifies=UNREAD,
        can_fire=UNREAD,
        log_groups=tuple(name_of(group) for group in query.get("LogGroupIdentifiers", ())) if query else None,
        shows_log_lines=raw.get("ActionLogLineCount", 0) > 0,
        tags=UNREAD,
    )


def _type(raw: Raw) -> Literal["metric", "composite", "log"]:
    if "AlarmRule" in raw:
        return "composite"
    return "log" if "ScheduledQueryConfiguration" in raw else "metric"


def _one_of(value: str | None, known: tuple[Choice, ...]) -> Choice | Gap | None:
    """The value, if it is one that we know."""
    found = next((one for one in known if one == value), None)
    if found is None and value is not None:
        return Gap("failed", str(DESCRIBE_ALARMS), message=f"{value} is a value that AWS has added")
    return found


_DECIDES: Mapping[str, tuple[str, ...]] = {
    "AlarmName": ("name",),
    "Threshold": ("threshold",),
    "ComparisonOperator": ("comparison",),
    "EvaluationPeriods": ("evaluation_periods", "datapoints_to_alarm"),
    "DatapointsToAlarm": ("datapoints_to_alarm",),
    "QueryResultsToEvaluate": ("evaluation_periods", "datapoints_to_alarm"),
    "QueryResultsToAlarm": ("datapoints_to_alarm",),
    "TreatMissingData": ("missing_data",),
    "ActionsEnabled": ("actions_enabled", "notifies", "not_heard_because"),
    "AlarmActions": ("action_arns", "actions", "notifies", "not_heard_because"),
    "Tags": ("tags",),
}
"""The fields that a parameter decides; one that is not named decides what is watched."""
_WATCHED = ("watches", "anomaly", "can_fire", "cannot_fire_because", "threshold")


def create(parameters: Mapping[str, Any]) -> Creation:
    """PutMetricAlarm, PutCompositeAlarm where there is a rule, or PutLogAlarm where there is a query."""
    kind = _type(parameters)
    operation = {"metric": "PutMetricAlarm", "composite": "PutCompositeAlarm", "log": "PutLogAlarm"}[kind]
    settled = {name: value for name, value in parameters.items() if _is_settled(value)}
    undecided = {field for name in parameters.keys() - settled.keys() for field in _DECIDES.get(name, _WATCHED)}
    try:
        facts = _created(settled).facts()
    except (ValidationError, LookupError, TypeError, AttributeError):
        # The parameters are not what AWS takes, which is for whoever checks them against its model to say.
        facts, undecided = {}, set(Alarm.model_fields)
    decided = {**facts, "type": kind, **dict.fromkeys(sorted(undecided - {"type"}), UNREAD.as_fact())}
    return Creation(Call("cloudwatch", operation, parameters), decided)


def _is_settled(value: Any) -> bool:
    """Whether the value is plain, and does not wait for something to be filled in."""
    match value:
        case Mapping():
            return all(_is_settled(item) for item in value.values())
        case list() | tuple():
            return all(_is_settled(item) for item in value)
        case _:
            return value is None or isinstance(value, str | int | float)


def _created(parameters: Mapping[str, Any]) -> Alarm:
    watched = Watched(gap=UNREAD) if _type(parameters) == "composite" else watched_by(parameters)
    enabled = parameters.get("ActionsEnabled", True)
    actions = tuple(
        Action(arn=arn, type=type_of(arn), alive=UNREAD if type_of(arn) in ("sns", "lambda") else None)
        for arn in parameters.get("AlarmActions") or ()
    )
    heard = heard_of(actions) is not False
    because = None if enabled and heard else "it has no action that anybody hears" if enabled else "it is switched off"
    fired = documented(watched)
    return stated(parameters, watched).model_copy(
        update={
            "actions": actions,
            "notifies": UNREAD if enabled and heard else False,
            "not_heard_because": because,
            "can_fire": fired.can_fire,
            "cannot_fire_because": fired.because,
            "tags": {tag["Key"]: tag["Value"] for tag in parameters.get("Tags") or ()},
        }
    )


KIND = Kind(
    name="alarm",
    state=Alarm,
    read=read,
    operations=tuple(dict.fromkeys((*alarmed.OPERATIONS, LIST_TAGS, *firing.OPERATIONS, *hearing.OPERATIONS))),
    of_accounts=("watches",),
    create=create,
)
