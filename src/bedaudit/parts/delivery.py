"""Whether invocation logs arrive: what CloudWatch and the log stream say of the last 24 hours.

DescribeLogStreams tells of new events within an hour as a rule, and CloudWatch of a new metric within 15 minutes. So
traffic proves nothing until its hour ended more than an hour ago. Some traffic is never logged (bidirectional streams,
asynchronous and batch invocations): a site that has nothing else for a day looks as if its logs did not arrive, and so
does one whose logging was turned on after the traffic, until there is more of it.
https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bedaudit.model import Gap
from bedaudit.parts import traffic
from bedaudit.parts.role import STREAM
from bedaudit.parts.traffic import TO_CLOUDWATCH, TO_S3, HourlySums, Traffic, read_traffic
from bedaudit.reader import Operation, Reader, age_hours
from bedaudit.state import Hours, State

DESCRIBE_STREAMS = Operation("logs", "DescribeLogStreams", absent=("ResourceNotFoundException",))
OPERATIONS = (DESCRIBE_STREAMS, *traffic.OPERATIONS)

_HOUR = timedelta(hours=1)
_WINDOW = 24 * _HOUR
_GRACE = 2 * _HOUR
"""From the start of an hour with traffic until its logs must have arrived."""


class Delivery(State):
    """Whether invocation logs arrive at their destinations."""

    flowing: bool | Gap | None = None
    """Whether the traffic of the last 24 hours arrived everywhere it should; missing: no traffic to judge by."""
    last_event_age: Hours | Gap | None = None
    """Time since the last event in the log stream; missing: there is no event or no log group."""
    failures: int | Gap
    """Failed deliveries of the last 24 hours, to log group and buckets."""
    successes: int | Gap
    """Successful deliveries of the last 24 hours, to log group and buckets."""


async def read_delivery(aws: Reader, log_group: str | None, *, to_s3: bool) -> Delivery:
    """Whether logs arrive in the log group of this name, if any, and in S3, if that is a destination."""
    return Delivery(
        flowing=await aws.part("flowing", lambda aws: _flowing(aws, log_group, to_s3=to_s3)),
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


async def _last_event(aws: Reader, log_group: str) -> datetime | None:
    reply = await aws.find(DESCRIBE_STREAMS, logGroupName=log_group, logStreamNamePrefix=STREAM)
    moments = [
        stream[name]
        for stream in (reply or {}).get("logStreams", [])
        if stream.get("logStreamName") == STREAM
        for name in ("lastEventTimestamp", "lastIngestionTime")
        if name in stream
    ]
    return datetime.fromtimestamp(max(moments) / 1000, UTC) if moments else None


async def _last_event_age(aws: Reader, log_group: str) -> float | None:
    event = await _last_event(aws, log_group)
    return None if event is None else age_hours(event, aws.now)


async def _flowing(aws: Reader, log_group: str | None, *, to_s3: bool) -> bool | Gap | None:
    """Whether every destination got the traffic: false if one did not, a gap if one is unreadable."""
    seen = await read_traffic(aws)
    if isinstance(seen, Gap):
        return seen
    verdicts: list[bool | Gap | None] = []
    if log_group is not None:
        event = await aws.attempt(_last_event(aws, log_group))
        verdict = _arrives(aws.now, seen, TO_CLOUDWATCH, None if isinstance(event, Gap) else event)
        verdicts.append(event if isinstance(event, Gap) and verdict is False else verdict)
    if to_s3:
        verdicts.append(_arrives(aws.now, seen, TO_S3, None))
    if any(verdict is False for verdict in verdicts):
        return False
    return next((verdict for verdict in verdicts if isinstance(verdict, Gap)), _all_true(verdicts))


def _all_true(verdicts: Iterable[bool | Gap | None]) -> bool | None:
    return True if all(verdict is True for verdict in verdicts) else None


def _arrives(now: datetime, seen: Traffic, target: str, event: datetime | None) -> bool | None:
    """None: neither traffic nor failures nor logs to judge by.

    There must be a sign of arrival as young as the last hour of failures, or of traffic beyond the grace; an hour older
    will do, since calls and their logs may fall on two sides of an hour.
    """
    signs = [*_recent(seen.deliveries.get(f"{target}Success", {}), now), *([event] if event else [])]
    calls = [hour for hours in seen.invocations.values() for hour in _recent(hours, now) if now - hour >= _GRACE]
    failures = _recent(seen.deliveries.get(f"{target}Failure", {}), now)
    latest = max(signs, default=None)
    if not calls and not failures:
        return True if latest and now - latest <= _WINDOW else None
    return latest is not None and latest + _HOUR >= max([*calls, *failures])
