"""CloudWatch alarms: what they watch, whether they can fire, and whether anybody hears them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from bedaudit.kinds.kind import Kind
from bedaudit.model import Gap, Resource
from bedaudit.parts.topic import Action
from bedaudit.parts.watch import Watch
from bedaudit.reader import Operation, Reader
from bedaudit.state import Because, Hours, State

DESCRIBE_ALARMS = Operation("cloudwatch", "DescribeAlarms")


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
    comparison: (
        Literal[
            "GreaterThanOrEqualToThreshold",
            "GreaterThanThreshold",
            "LessThanThreshold",
            "LessThanOrEqualToThreshold",
            "LessThanLowerOrGreaterThanUpperThreshold",
            "LessThanLowerThreshold",
            "GreaterThanUpperThreshold",
        ]
        | Gap
        | None
    ) = None
    """How the values are compared with the threshold, in AWS's own words."""
    evaluation_periods: int | None = None
    """How many of the latest periods (of a log alarm: query results) are looked at."""
    datapoints_to_alarm: int | None = None
    """How many of them must breach."""
    missing_data: Literal["breaching", "notBreaching", "ignore", "missing"] | Gap | None = None
    """What a period without data counts as, in AWS's own words."""
    anomaly: bool = False
    """Whether the threshold is an anomaly detection band."""
    state: Literal["OK", "ALARM", "INSUFFICIENT_DATA"] | Gap
    """The alarm's state now, in AWS's own words."""
    state_age: Hours | None = None
    """Hours since it went into that state."""
    evaluation_state: Literal["PARTIAL_DATA", "EVALUATION_ERROR", "EVALUATION_FAILURE"] | Gap | None = None
    """What hinders the evaluation of the alarm; missing where nothing does."""
    actions_enabled: bool
    """Whether it acts at all when it fires."""
    muted: bool | Gap
    """Whether an alarm mute rule silences it now."""
    actions: tuple[Action, ...] | Gap
    """What it does when it goes to ALARM."""
    notifies: Annotated[bool | Gap, Because("not_heard_because")]
    """Whether somebody hears it when it fires: it, or a composite alarm that fires with it, is enabled, not muted
    and not suppressed, and has a living action with a confirmed listener that can be delivered to."""
    not_heard_because: str | None = None
    """Why nobody hears it."""
    can_fire: Annotated[bool | Gap | None, Because("cannot_fire_because")] = None
    """Whether AWS publishes what it watches, by AWS's documentation and the metrics seen; missing for metrics that
    are not Bedrock's."""
    cannot_fire_because: str | None = None
    """Why it can never fire, and what to watch instead."""
    log_groups: tuple[str, ...] | None = None
    """The log groups that a log alarm queries."""
    shows_log_lines: bool = False
    """Whether its notifications carry log lines, and so perhaps prompts."""
    tags: Mapping[str, str] | Gap
    """The alarm's tags."""


async def read(aws: Reader) -> Iterable[Resource]:
    """Every alarm of the site."""
    raise NotImplementedError


KIND = Kind(name="alarm", state=Alarm, read=read, operations=(DESCRIBE_ALARMS,))
