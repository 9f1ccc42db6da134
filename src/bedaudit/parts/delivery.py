"""Whether invocation logs arrive: what CloudWatch and the log stream say of the last 24 hours.

DescribeLogStreams tells of new events within an hour as a rule, and CloudWatch of a new metric within 15 minutes. So
traffic proves nothing until its hour ended more than an hour ago. Some traffic is never logged (bidirectional streams,
asynchronous and batch invocations): a site that has nothing else for a day looks as if its logs did not arrive, and so
does one whose logging was turned on after the traffic, until there is more of it.
https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, TypeAlias

from bedaudit.model import Gap
from bedaudit.parts import traffic
from bedaudit.parts.role import STREAM
from bedaudit.parts.traffic import TO_CLOUDWATCH, TO_S3, HourlySums, Traffic, read_traffic
from bedaudit.reader import Operation, Reader, age_hours
from bedaudit.state import Because, Hours, State

DESCRIBE_STREAMS = Operation("logs", "DescribeLogStreams", absent=("ResourceNotFoundException",))
OPERATIONS = (DESCRIBE_STREAMS, *traffic.OPERATIONS)

_HOUR = timedelta(hours=1)
_WINDOW = 24 * _HOUR
_GRACE = 2 * _HOUR
"""From the start of an hour with traffic until its logs must have arrived."""
_NAMES: Mapping[str, str] = {TO_CLOUDWATCH: "CloudWatch Logs", TO_S3: "S3"}

_Arrival: TypeAlias = Literal[True] | str | Gap | None
"""True: logs arrive; a text: why they do not; None: neither traffic nor failures nor logs to judge by."""


class Delivery(State):
    """Whether invocation logs arrive at their destinations."""

    flowing: Annotated[bool | Gap | None, Because("not_flowing_because")] = None
    """Whether the traffic of the last 24 hours arrived everywhere it should; missing: no traffic to judge by."""
    not_flowing_because: str | None = None
    """How long ago models were called and the last log arrived, and how many deliveries failed."""
    last_event_age: Hours | Gap | None = None
    """Time since the last event in the log stream; missing: there is no event or no log group."""
    failures: int | Gap
    """Failed deliveries of the last 24 hours, to log group and buckets."""
    successes: int | Gap
    """Successful deliveries of the last 24 hours, to log group and buckets."""


async def read_delivery(aws: Reader, log_group: str | None, *, to_s3: bool) -> Delivery:
    """Whether logs arrive in the log group of this name, if any, and in S3, if that is a destination."""
    arrival = await aws.part("flowing", lambda aws: _arrival(aws, log_group, to_s3=to_s3))
    return Delivery(
        flowing=False if isinstance(arrival, str) else arrival,
        not_flowing_because=arrival if isinstance(arrival, str) else None,
        last_event_age=None
        if log_group is None
        else await aws.part("last_event_age", lambda aws: _last_event_age(aws, log_group)),
        failures=await aws.part("failures", lambda aws: _total(aws, "Failure")),
        successes=await aws.part("successes", lambda aws: _total(aws, "Success")),
    )


async def _total(aws: Reader, outcome: str) -> int | Gap:
    seen = await read_traffic(aws)
    if isinstance(seen, Gap):
        return seen
    metrics = (hours for metric, hours in seen.deliveries.items() if metric.endswith(outcome))
    return int(sum(value for hours in metrics for value in _recent(hours, aws.now).values()))


def _recent(hours: HourlySums, now: datetime) -> HourlySums:
    return {hour: value for hour, value in hours.items() if now - hour <= _WINDOW}


async def _last_event(aws: Reader, log_group: str) -> datetime | Gap | None:
    reply = await aws.find(DESCRIBE_STREAMS, logGroupName=log_group, logStreamNamePrefix=STREAM)
    moments = [
        stream[name]
        for stream in (reply or {}).get("logStreams", [])
        if stream.get("logStreamName") == STREAM
        for name in ("lastEventTimestamp", "lastIngestionTime")
        if name in stream
    ]
    if not moments:
        return None
    if not 0 <= max(moments) <= (aws.now + _WINDOW).timestamp() * 1000:
        return Gap("failed", str(DESCRIBE_STREAMS), message=f"the newest event cannot be of {max(moments)}")
    return datetime.fromtimestamp(max(moments) / 1000, UTC)


async def _last_event_age(aws: Reader, log_group: str) -> float | Gap | None:
    event = await _last_event(aws, log_group)
    return age_hours(event, aws.now) if isinstance(event, datetime) else event


async def _arrival(aws: Reader, log_group: str | None, *, to_s3: bool) -> _Arrival:
    """Whether every destination got the traffic: why, if one did not, and a gap, if one is unreadable."""
    seen = await read_traffic(aws)
    if isinstance(seen, Gap):
        return seen
    arrivals: list[_Arrival] = []
    if log_group is not None:
        arrivals.append(await _arrival_in_group(aws, seen, log_group))
    if to_s3:
        arrivals.append(_arrives(aws.now, seen, TO_S3, None))
    return _all_true(arrivals)


async def _arrival_in_group(aws: Reader, seen: Traffic, log_group: str) -> _Arrival:
    """The log stream is asked for only where the metrics alone do not say that logs arrive."""
    arrival = _arrives(aws.now, seen, TO_CLOUDWATCH, None)
    if arrival is True:
        return True
    event = await aws.attempt(_last_event(aws, log_group))
    if isinstance(event, Gap):
        return event if isinstance(arrival, str) else arrival
    return _arrives(aws.now, seen, TO_CLOUDWATCH, event)


def _all_true(arrivals: Iterable[_Arrival]) -> _Arrival:
    listed = list(arrivals)
    reasons = [arrival for arrival in listed if isinstance(arrival, str)]
    if reasons:
        return "; ".join(reasons)
    gap = next((arrival for arrival in listed if isinstance(arrival, Gap)), None)
    return gap or (True if all(arrival is True for arrival in listed) else None)


def _arrives(now: datetime, seen: Traffic, target: str, event: datetime | None) -> _Arrival:
    """Whether logs arrive at one destination.

    There must be a sign of arrival as young as the last hour of failures, or of traffic beyond the grace; an hour older
    will do, since calls and their logs may fall on two sides of an hour.
    """
    signs = [*_recent(seen.deliveries.get(f"{target}Success", {}), now), *([event] if event else [])]
    calls = [hour for hours in seen.invocations.values() for hour in _recent(hours, now) if now - hour >= _GRACE]
    failures = _recent(seen.deliveries.get(f"{target}Failure", {}), now)
    latest = max(signs, default=None)
    if not calls and not failures:
        return True if latest and now - latest <= _WINDOW else None
    if latest is not None and latest + _HOUR >= max([*calls, *failures]):
        return True
    sign = _last_sign(now, _NAMES[target], event, latest)
    told = f"models were called {_age(now - max(calls))} ago, but {sign}" if calls else sign
    failed = int(sum(failures.values()))
    deliveries = "1 delivery" if failed == 1 else f"{failed} deliveries"
    return f"{told}; {deliveries} to {_NAMES[target]} failed in the last 24 hours" if failed else told


def _last_sign(now: datetime, destination: str, event: datetime | None, latest: datetime | None) -> str:
    """What is the youngest sign of an arrival."""
    if latest is None:
        return f"in the last 24 hours nothing arrived in {destination}"
    if latest == event:
        return f"the last log event is {_age(now - latest)} old"
    return f"the last delivery to {destination} that succeeded was {_age(now - latest)} ago"


def _age(passed: timedelta) -> str:
    """In whole hours, from two days on in whole days."""
    number, unit = (passed.days, "day") if passed.days > 1 else (passed // _HOUR, "hour")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
