"""CloudWatch Logs deliveries: which resources deliver which of their logs where.

Moto's knows nothing of AgentCore, of types of logs, and of sources whose resource is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page

LOG_TYPES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("bedrock", "knowledge-base"): ("APPLICATION_LOGS", "TRACES"),
    ("bedrock", "agent-alias"): ("APPLICATION_LOGS", "EVENT_LOGS"),
    ("bedrock-agentcore", "runtime"): ("APPLICATION_LOGS", "USAGE_LOGS", "TRACES"),
    ("bedrock-agentcore", "gateway"): ("APPLICATION_LOGS", "TRACES"),
    ("bedrock-agentcore", "memory"): ("APPLICATION_LOGS", "TRACES"),
    ("cloudfront", "distribution"): ("ACCESS_LOGS",),
}
"""By service and sort of resource."""
_RECEIVERS = {"logs": "CWL", "s3": "S3", "firehose": "FH"}
"""The type of a destination, by the service of the resource behind it."""
_PAGE = ("nextToken", "limit")
_MOST = 50


@dataclass(slots=True)
class Deliveries:
    """The deliveries of an account and region, as they are shown."""

    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    destinations: dict[str, dict[str, Any]] = field(default_factory=dict)
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: int = 0

    def lose(self, resource: str) -> None:
        """What becomes of the sources of a resource that is deleted."""
        for source in self.sources.values():
            if resource in source["resourceArns"]:
                source.update(status="INACTIVE", statusReason="RESOURCE_DELETED")


@operation("logs", "PutDeliverySource")
def put_source(call: Call) -> Reply:
    """Names a resource as the source of one type of logs."""
    name, arn, log_type = (call.parameters[member] for member in ("name", "resourceArn", "logType"))
    sources = call.here(Deliveries).sources
    service, resource = arn.split(":")[2], arn.split(":", 5)[5].split("/")[0]
    if log_type not in LOG_TYPES.get((service, resource), ()):
        raise AwsError("ValidationException", f"{log_type} is not a type of logs that {arn} delivers")
    for other, source in sources.items():
        if other != name and source["resourceArns"] == [arn] and source["logType"] == log_type:
            raise AwsError(
                "ConflictException", f"This ResourceId has already been used in another Delivery Source {other}"
            )
    known = {"name": name, "arn": call.arn(f"delivery-source:{name}"), "resourceArns": [arn], "status": "ACTIVE"}
    sources[name] = {**known, "service": service, "logType": log_type, **call.given("tags")}
    return {"deliverySource": sources[name]}


@operation("logs", "PutDeliveryDestination")
def put_destination(call: Call) -> Reply:
    """Names a log group, bucket or stream (or X-Ray, which has no resource) as a destination."""
    name, given = call.parameters["name"], call.parameters.get("deliveryDestinationType")
    configuration = call.parameters.get("deliveryDestinationConfiguration")
    if configuration is None and given != "XRAY":
        raise AwsError("ValidationException", "A delivery destination needs a destination resource")
    resource = (configuration or {}).get("destinationResourceArn", "")
    kind = given or _RECEIVERS.get(resource.partition("arn:")[2].split(":")[1] if resource else "", "CWL")
    shown = {"name": name, "arn": call.arn(f"delivery-destination:{name}"), "deliveryDestinationType": kind}
    shown.update(call.given("outputFormat", "deliveryDestinationConfiguration", "tags"))
    call.here(Deliveries).destinations[name] = shown
    return {"deliveryDestination": shown}


@operation("logs", "CreateDelivery")
def create(call: Call) -> Reply:
    """Ties a source to a destination; to one of each type at most."""
    held, named = call.here(Deliveries), call.parameters["deliverySourceName"]
    source = _find(held.sources, named, "Delivery Source")
    arn = call.parameters["deliveryDestinationArn"]
    target = next((one for one in held.destinations.values() if one["arn"] == arn), None)
    if target is None:
        raise AwsError("ResourceNotFoundException", "Requested Delivery Destination does not exist in this account.")
    kind = target["deliveryDestinationType"]
    if any((one["deliverySourceName"], one["deliveryDestinationType"]) == (named, kind) for one in held.shown.values()):
        raise AwsError("ConflictException", "Delivery already exists for this Delivery Source with the same type")
    held.made += 1
    id_ = f"{held.made:016d}"
    shown = {"id": id_, "arn": call.arn(f"delivery:{id_}"), "deliverySourceName": source["name"]}
    shown |= {"deliveryDestinationArn": arn, "deliveryDestinationType": kind}
    held.shown[id_] = {**shown, **call.given("recordFields", "fieldDelimiter", "s3DeliveryConfiguration", "tags")}
    return {"delivery": held.shown[id_]}


@operation("logs", "DescribeDeliverySources")
def describe_sources(call: Call) -> Reply:
    """All sources, or those of some resources."""
    wanted = call.parameters.get("resourceArns")
    found = [
        one for one in call.here(Deliveries).sources.values() if not wanted or set(wanted) & set(one["resourceArns"])
    ]
    return page(call, "deliverySources", found, _MOST, _PAGE)


@operation("logs", "DescribeDeliveryDestinations")
def describe_destinations(call: Call) -> Reply:
    """All destinations, or those of some names."""
    found = _named(call.here(Deliveries).destinations.values(), "name", call.parameters.get("names"))
    return page(call, "deliveryDestinations", found, _MOST, _PAGE)


@operation("logs", "DescribeDeliveries")
def describe(call: Call) -> Reply:
    """All deliveries, or those of some sources."""
    names = call.parameters.get("deliverySourceNames")
    return page(
        call, "deliveries", _named(call.here(Deliveries).shown.values(), "deliverySourceName", names), _MOST, _PAGE
    )


@operation("logs", "GetDeliverySource")
def get_source(call: Call) -> Reply:
    """One source."""
    return {"deliverySource": _find(call.here(Deliveries).sources, call.parameters["name"], "Delivery Source")}


@operation("logs", "GetDeliveryDestination")
def get_destination(call: Call) -> Reply:
    """One destination."""
    found = _find(call.here(Deliveries).destinations, call.parameters["name"], "Delivery Destination")
    return {"deliveryDestination": found}


@operation("logs", "GetDelivery")
def get(call: Call) -> Reply:
    """One delivery."""
    return {"delivery": _find(call.here(Deliveries).shown, call.parameters["id"], "Delivery")}


@operation("logs", "DeleteDeliverySource")
def delete_source(call: Call) -> Reply:
    """Deletes a source that no delivery uses."""
    held, name = call.here(Deliveries), call.parameters["name"]
    _find(held.sources, name, "Delivery Source")
    if any(one["deliverySourceName"] == name for one in held.shown.values()):
        raise AwsError("ConflictException", "Delivery Source is in use by a delivery")
    del held.sources[name]
    return {}


@operation("logs", "DeleteDeliveryDestination")
def delete_destination(call: Call) -> Reply:
    """Deletes a destination that no delivery uses."""
    held, name = call.here(Deliveries), call.parameters["name"]
    arn = _find(held.destinations, name, "Delivery Destination")["arn"]
    if any(one["deliveryDestinationArn"] == arn for one in held.shown.values()):
        raise AwsError("ConflictException", "Delivery Destination is in use by a delivery")
    del held.destinations[name]
    return {}


@operation("logs", "DeleteDelivery")
def delete(call: Call) -> Reply:
    """Deletes a delivery."""
    held = call.here(Deliveries)
    _find(held.shown, call.parameters["id"], "Delivery")
    del held.shown[call.parameters["id"]]
    return {}


def _find(held: Mapping[str, dict[str, Any]], name: str, what: str) -> dict[str, Any]:
    if name not in held:
        raise AwsError("ResourceNotFoundException", f"Requested {what} does not exist in this account.")
    return held[name]


def _named(held: Iterable[dict[str, Any]], member: str, names: list[str] | None) -> list[dict[str, Any]]:
    return [one for one in held if not names or one[member] in names]
