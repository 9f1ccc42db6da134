"""Which metrics the alarms of a site watch, from the same reply that the kind `alarm` reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bedaudit.model import EVERY_ACCOUNT, Gap, Raw
from bedaudit.parts.composite import Alarms, index
from bedaudit.parts.watch import Watched
from bedaudit.reader import Operation, Reader

DESCRIBE_ALARMS = Operation("cloudwatch", "DescribeAlarms")
OPERATIONS = (DESCRIBE_ALARMS,)

_REFUSED = ("ValidationError", "ValidationException", "InvalidParameterValue", "InvalidParameterValueException")


@dataclass(frozen=True, slots=True)
class Alarmed:
    """The metrics that some alarm of the site watches."""

    metrics: frozenset[tuple[str, str]]
    """Namespaces and names."""
    unsure: Gap | None = None
    """Why there may be more."""

    def watches(self, namespace: str, metric: str) -> bool | Gap:
        """Whether an alarm watches the metric."""
        return (namespace, metric) in self.metrics or self.unsure or False


async def read_alarms(aws: Reader) -> Alarms:
    """Every alarm of the site, from one pass over all of them: composite alarms speak for others."""
    return index(await describe_alarms(aws))


async def describe_alarms(aws: Reader, **parameters: Any) -> tuple[Raw, ...]:
    """The alarms of every type; a region that has no log alarms yet refuses to be asked for them."""
    types = ["MetricAlarm", "CompositeAlarm"]
    pages = await aws.attempt(aws.pages(DESCRIBE_ALARMS, AlarmTypes=[*types, "LogAlarm"], **parameters))
    if not isinstance(pages, Gap):
        return pages
    known = types if pages.code in _REFUSED else [*types, "LogAlarm"]
    return await aws.pages(DESCRIBE_ALARMS, AlarmTypes=known, **parameters)


async def read_alarmed(aws: Reader) -> Alarmed:
    """The metrics that the alarms of the site watch in its own account."""
    alarms = await read_alarms(aws)
    watched = [alarms.watched(name) for name in alarms.by_name if name not in alarms.rules]
    return Alarmed(
        metrics=frozenset(
            (series.watch.namespace, series.watch.metric)
            for one in watched
            for series in one.series
            if series.watch.account in (None, EVERY_ACCOUNT, aws.account)
        ),
        unsure=next((gap for one in watched for gap in _unsure(one)), None),
    )


def _unsure(watched: Watched) -> Iterator[Gap]:
    accounts = (series.watch.account for series in watched.series)
    yield from (gap for gap in (watched.gap, *accounts) if isinstance(gap, Gap))
