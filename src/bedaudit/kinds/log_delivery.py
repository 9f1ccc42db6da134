"""Vended logs: what knowledge bases, agents and AgentCore deliver of their own logs, and what they could.

Model invocation logging covers none of these.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal, TypeAlias

from bedaudit.documents.arn import parse
from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Raw, Resource
from bedaudit.parts import vended
from bedaudit.parts.vended import SORTS, Sort, SourceType, arn_of, has_logs, is_part_of, read_ids, source_type
from bedaudit.reader import Operation, Reader
from bedaudit.state import Because, State

DESCRIBE_SOURCES = Operation("logs", "DescribeDeliverySources")
DESCRIBE_DELIVERIES = Operation("logs", "DescribeDeliveries")
DESCRIBE_DESTINATIONS = Operation("logs", "DescribeDeliveryDestinations")

DestinationType: TypeAlias = Literal["cloudwatch", "s3", "firehose", "xray"]
_DESTINATIONS: Mapping[str, DestinationType] = {"CWL": "cloudwatch", "S3": "s3", "FH": "firehose", "XRAY": "xray"}
Deliveries: TypeAlias = Mapping[str, Sequence[Raw]]
"""By the name of their source."""


class LogDelivery(State):
    """One sort of logs that a knowledge base, an agent or a resource of AgentCore delivers, or could and does not."""

    source_type: SourceType
    """What sort of resource the logs come from."""
    source_arn: str | Gap
    """The ARN of that resource; logs of an agent are delivered alias by alias."""
    log_type: str | Gap
    """Which logs, in AWS's own words, as APPLICATION_LOGS or TRACES."""
    active: Annotated[bool | Gap, Because("inactive_because")]
    """Whether they are delivered."""
    inactive_because: str | None = None
    """Why they are not."""
    orphan: bool
    """Whether CloudWatch Logs says that the resource has been deleted, and its delivery source was left behind."""
    destination_type: DestinationType | Gap | None = None
    """Where to; missing while they are not delivered."""
    destination: str | Gap | None = None
    """The ARN of the log group, bucket or stream that receives them; missing also for X-Ray."""


async def read(aws: Reader) -> Iterable[Resource]:
    """What is delivered, and what is not by those resources that some policy asks about."""
    pages = await aws.pages(DESCRIBE_SOURCES)
    sources = [source for page in pages for source in page.get("deliverySources", ()) if _type(source)]
    deliveries = await aws.attempt(_deliveries(aws)) if sources else {}
    found = [one for source in sources for one in await _delivered(aws, source, deliveries)]
    undelivered = [await _undelivered(aws, sort, sources) for sort in SORTS]
    return [*found, *(one for some in undelivered for one in some)]


def _arn(source: Raw) -> str:
    return next(iter(source.get("resourceArns", ())), "")


def _type(source: Raw) -> SourceType | None:
    return source_type(_arn(source))


async def _deliveries(aws: Reader) -> Deliveries:
    by_source: dict[str, list[Raw]] = {}
    for page in await aws.pages(DESCRIBE_DELIVERIES):
        for delivery in page.get("deliveries", ()):
            by_source.setdefault(delivery["deliverySourceName"], []).append(delivery)
    return by_source


async def _delivered(aws: Reader, source: Raw, deliveries: Deliveries | Gap) -> list[Resource]:
    """One resource for each delivery of a source; one for a source that has none, or whose cannot be read."""
    if isinstance(deliveries, Gap):
        unread = {"active": deliveries, "destination_type": deliveries, "destination": deliveries}
        return [_resource(_stated(source).model_copy(update=unread), source)]
    own = deliveries.get(source["name"], ())
    if not own:
        return [_resource(_stated(source, because="its delivery source has no delivery"), source)]
    return [await _delivery(aws, source, delivery) for delivery in own]


async def _delivery(aws: Reader, source: Raw, delivery: Raw) -> Resource:
    given = delivery.get("deliveryDestinationType", "")
    unknown = Gap("failed", str(DESCRIBE_DELIVERIES), message=f"{given} is a destination that AWS has added")
    state = _stated(source).model_copy(update={"destination_type": _DESTINATIONS.get(given, unknown)})
    arn = delivery.get("deliveryDestinationArn", "")
    destination = await aws.part("destination", lambda aws: _destination(aws, arn), facts=state.facts)
    return _resource(state.model_copy(update={"destination": destination}), source, delivery)


async def _destination(aws: Reader, arn: str) -> str | None:
    """The ARN behind a delivery destination; that of another account is not to be seen from here."""
    pages = await aws.pages(DESCRIBE_DESTINATIONS)
    destinations = (each for page in pages for each in page.get("deliveryDestinations", ()))
    known: Raw = next((each for each in destinations if each.get("arn") == arn), {})
    target: str | None = known.get("deliveryDestinationConfiguration", {}).get("destinationResourceArn")
    return target


def _stated(source: Raw, because: str | None = None) -> LogDelivery:
    """What a delivery source itself says."""
    orphan = source.get("statusReason") == "RESOURCE_DELETED"
    if orphan:
        because = "the resource was deleted"
    elif source.get("status") == "INACTIVE":
        because = "CloudWatch Logs says that its delivery source is inactive"
    return LogDelivery(
        source_type=_type(source) or "other",
        source_arn=_arn(source),
        log_type=source.get("logType", ""),
        active=because is None,
        inactive_because=because,
        orphan=orphan,
    )


async def _undelivered(aws: Reader, sort: Sort, sources: Sequence[Raw]) -> list[Resource]:
    """What resources of a sort could deliver and do not, as far as some policy asks."""
    asked = {"source_type": sort.type, "orphan": False}
    identifiers = await aws.part("active", lambda aws: read_ids(aws, sort), facts=asked)
    if isinstance(identifiers, Gap):
        return [_resource(_unread(sort, identifiers))]
    found = [await _missing(aws, sort, identifier, sources) for identifier in identifiers]
    return [one for some in found for one in some]


async def _missing(aws: Reader, sort: Sort, identifier: str, sources: Sequence[Raw]) -> list[Resource]:
    own = [source for source in sources if _type(source) == sort.type and is_part_of(_arn(source), identifier)]
    found: list[Resource] = []
    for log_type in set(sort.log_types) - {source.get("logType") for source in own}:
        arn = arn_of(aws, sort, identifier)
        asked = {"source_type": sort.type, "source_arn": arn, "log_type": log_type, "orphan": False}
        able = True if own else await aws.part("active", lambda aws: has_logs(aws, sort, identifier), facts=asked)
        if able is not False:
            state = LogDelivery(
                source_type=sort.type,
                source_arn=arn,
                log_type=log_type,
                active=able if isinstance(able, Gap) else False,
                inactive_because=None if isinstance(able, Gap) else "no delivery source is set up for them",
                orphan=False,
            )
            found.append(_resource(state))
    return sorted(found, key=lambda one: one.id)


def _unread(sort: Sort, gap: Gap) -> LogDelivery:
    """In place of all resources of a sort, when they cannot be listed."""
    return LogDelivery(source_type=sort.type, source_arn=gap, log_type=gap, active=gap, orphan=False)


def _resource(state: LogDelivery, source: Raw | None = None, delivery: Raw | None = None) -> Resource:
    """A resource has one source for each sort of logs, and that one delivery to each sort of destination."""
    arn = state.source_arn if isinstance(state.source_arn, str) else None
    named = [parse(arn).resource if arn else state.source_type]
    named += [part for part in (state.log_type, state.destination_type) if isinstance(part, str)]
    raw = {"deliverySource": source or {}, "delivery": delivery or {}} if source else {}
    return resource("log_delivery", "/".join(named), state, arn=arn, raw=raw)


KIND = Kind(
    name="log_delivery",
    state=LogDelivery,
    read=read,
    operations=(DESCRIBE_SOURCES, DESCRIBE_DELIVERIES, DESCRIBE_DESTINATIONS, *vended.OPERATIONS),
)
