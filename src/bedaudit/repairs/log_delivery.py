"""The delivery of what a knowledge base, an agent or a resource of AgentCore logs, to a log group that is there.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-service.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bedaudit.kinds.log_delivery import DESCRIBE_DELIVERIES, DESCRIBE_DESTINATIONS, DESCRIBE_SOURCES
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.reader import Reader
from bedaudit.repairs.making import ANOTHER, made
from bedaudit.repairs.repair import Edit, Mount, Place, Repair, made_as

_CHARGED = "CloudWatch Logs charges for what is delivered from then on"
_LONGEST = 60
_GROUP = ":log-group:"


def _name(*parts: str) -> str:
    """A name that AWS takes: its last characters tell resources apart."""
    return re.sub(r"[^\w-]", "-", "-".join(parts))[-_LONGEST:].strip("-")


def _text(facts: Facts, member: str) -> str:
    value = facts.get(member)
    return value if isinstance(value, str) else ""


def _destination_place(facts: Facts, site: Site) -> Place | None:
    arn = _text(facts, "destination")
    if _GROUP not in arn:
        return None
    name = _name(arn.partition(_GROUP)[2])
    return Place(site.region, f"delivery destination {name}", {"name": name, "arn": arn})


async def _read_destination(aws: Reader, place: Place) -> Raw | None:
    pages = await aws.pages(DESCRIBE_DESTINATIONS)
    destinations = (each for page in pages for each in page.get("deliveryDestinations", ()))
    return next((each for each in destinations if each.get("name") == place.parameters["name"]), None)


def _edit_destination(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    if "destination" not in wanted:
        return Edit(raw, (), ())
    target = {"deliveryDestinationConfiguration": {"destinationResourceArn": place.parameters["arn"]}}
    name = {"name": place.parameters["name"]}
    call, undo = (
        Call("logs", "PutDeliveryDestination", {**name, **target}),
        Call("logs", "DeleteDeliveryDestination", name),
    )
    return made(raw, call, {**name, **target}, undo, place)


def _place(facts: Facts, site: Site) -> Place | None:
    destination = _destination_place(facts, site)
    arn, log_type = _text(facts, "source_arn"), _text(facts, "log_type")
    if destination is None or not arn or not log_type:
        return None
    named = {"resourceArn": arn, "logType": log_type, "destination": destination.parameters["name"]}
    return Place(site.region, f"delivery of {log_type} of {arn.split(':', 5)[-1]}", named)


async def _read(aws: Reader, place: Place) -> Raw | None:
    """The delivery source, and its delivery if it has one, whose id is beside it."""
    arn, log_type = place.parameters["resourceArn"], place.parameters["logType"]
    sources = [each for page in await aws.pages(DESCRIBE_SOURCES) for each in page.get("deliverySources", ())]
    source = next(
        (each for each in sources if arn in each.get("resourceArns", ()) and each.get("logType") == log_type), None
    )
    if source is None:
        return None
    deliveries = [each for page in await aws.pages(DESCRIBE_DELIVERIES) for each in page.get("deliveries", ())]
    own = next((each for each in deliveries if each.get("deliverySourceName") == source["name"]), None)
    return {"deliverySource": source, **({"delivery": own, "id": own["id"]} if own else {})}


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    if wanted.get("active") is not True or (raw is not None and "delivery" in raw):
        return Edit(raw, (), ())
    about = {"resourceArn": place.parameters["resourceArn"], "logType": place.parameters["logType"]}
    name = raw["deliverySource"]["name"] if raw else _name(about["resourceArn"].split(":", 5)[-1], about["logType"])
    source = Call("logs", "PutDeliverySource", {"name": name, **about})
    unsource = Call("logs", "DeleteDeliverySource", {"name": name})
    logs = f"arn:{site.partition}:logs:{place.region}:{site.account}"
    to = {
        "deliverySourceName": name,
        "deliveryDestinationArn": f"{logs}:delivery-destination:{place.parameters['destination']}",
    }
    deliver, stop = Call("logs", "CreateDelivery", to), Call("logs", "DeleteDelivery", {"id": made_as("id")})
    there = raw or {
        "deliverySource": {"name": name, "resourceArns": [about["resourceArn"]], "logType": about["logType"]}
    }
    calls, undo = ((deliver,), (stop,)) if raw else ((source, deliver), (stop, unsource))
    return Edit({**there, "delivery": to}, calls, undo, "risky", _CHARGED)


DESTINATION = Repair(
    name="log_delivery.destination",
    does="Makes a delivery destination of the log group.",
    rated={"safe": "", "manual": ANOTHER},
    paths=("destination",),
    place=_destination_place,
    read=_read_destination,
    edit=_edit_destination,
    reads=(DESCRIBE_DESTINATIONS,),
    writes=("logs:PutDeliveryDestination", "logs:DeleteDeliveryDestination"),
    after=("log_group.create",),
    untold=("arn",),
)
DELIVERY = Repair(
    name="log_delivery",
    does="Delivers the logs of the resource to the destination.",
    rated={"risky": _CHARGED},
    paths=("active", "destination"),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(DESCRIBE_SOURCES, DESCRIBE_DELIVERIES),
    writes=("logs:PutDeliverySource", "logs:DeleteDeliverySource", "logs:CreateDelivery", "logs:DeleteDelivery"),
    volatile=(("deliverySource", "status"), ("deliverySource", "statusReason")),
    after=("log_delivery.destination",),
    untold=("destination",),
)
MOUNTS = (Mount("log_delivery", "", DESTINATION), Mount("log_delivery", "", DELIVERY))
