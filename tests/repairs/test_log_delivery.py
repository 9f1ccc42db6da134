from __future__ import annotations

from typing import Any

import pytest

from bedaudit.model import Call
from bedaudit.repairs.log_delivery import DELIVERY, DESTINATION
from bedaudit.repairs.repair import Edit
from tests.repairs.editing import ACCOUNT, SITE, edit, read

GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/vendedlogs/agents"
KB = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:knowledge-base/KB1"
FACTS = {"source_arn": KB, "log_type": "APPLICATION_LOGS", "destination": GROUP}
WANTED = {"active": True, "destination": GROUP}
TO = f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-destination:aws-vendedlogs-agents"
SOURCE = {"name": "knowledge-base-KB1-APPLICATION_LOGS", "resourceArns": [KB], "logType": "APPLICATION_LOGS"}
CHARGED = "CloudWatch Logs charges for what is delivered from then on"


def test_a_destination_is_made_and_taken_away_again() -> None:
    named = {"name": "aws-vendedlogs-agents"}
    made = {**named, "deliveryDestinationConfiguration": {"destinationResourceArn": GROUP}}
    assert edit(DESTINATION, FACTS, None, WANTED) == Edit(
        made,
        (Call("logs", "PutDeliveryDestination", made),),
        (Call("logs", "DeleteDeliveryDestination", named),),
    )
    assert edit(DESTINATION, FACTS, {**made, "arn": TO}, WANTED) == Edit({**made, "arn": TO}, (), ())


def test_a_source_is_made_and_tied_to_it() -> None:
    to = {"deliverySourceName": SOURCE["name"], "deliveryDestinationArn": TO}
    source = {"name": SOURCE["name"], "resourceArn": KB, "logType": "APPLICATION_LOGS"}
    calls = (Call("logs", "PutDeliverySource", source), Call("logs", "CreateDelivery", to))
    undo = (
        Call("logs", "DeleteDelivery", {"id": "${id}"}),
        Call("logs", "DeleteDeliverySource", {"name": SOURCE["name"]}),
    )
    after = {"deliverySource": SOURCE, "delivery": to}
    assert edit(DELIVERY, FACTS, None, WANTED) == Edit(after, calls, undo, "risky", CHARGED)


def test_a_source_that_delivers_nothing_is_kept_and_tied() -> None:
    raw = {"deliverySource": {**SOURCE, "name": "theirs", "status": "ACTIVE"}}
    to = {"deliverySourceName": "theirs", "deliveryDestinationArn": TO}
    calls, undo = (Call("logs", "CreateDelivery", to),), (Call("logs", "DeleteDelivery", {"id": "${id}"}),)
    assert edit(DELIVERY, FACTS, raw, WANTED) == Edit({**raw, "delivery": to}, calls, undo, "risky", CHARGED)


def test_what_delivers_already_stays() -> None:
    raw = {"deliverySource": SOURCE, "delivery": {"id": "1"}, "id": "1"}
    assert edit(DELIVERY, FACTS, raw, WANTED) == Edit(raw, (), ())
    assert edit(DELIVERY, FACTS, None, {"active": False}) == Edit(None, (), ())


@pytest.mark.parametrize("missing", ["source_arn", "log_type", "destination"])
def test_what_is_half_known_has_no_place(missing: str) -> None:
    assert DELIVERY.place({**FACTS, missing: {"gap": {}}}, SITE) is None


@pytest.mark.parametrize(
    ("sources", "deliveries", "expected"),
    [
        ([], [], None),
        ([{**SOURCE, "logType": "TRACES"}], [], None),
        ([SOURCE], [{"id": "2", "deliverySourceName": "other"}], {"deliverySource": SOURCE}),
        (
            [SOURCE],
            [{"id": "1", "deliverySourceName": SOURCE["name"]}],
            {"deliverySource": SOURCE, "delivery": {"id": "1", "deliverySourceName": SOURCE["name"]}, "id": "1"},
        ),
    ],
)
def test_a_delivery_is_read_with_its_source(sources: Any, deliveries: Any, expected: Any) -> None:
    recorded = {
        "logs:DescribeDeliverySources": {"deliverySources": sources},
        "logs:DescribeDeliveries": {"deliveries": deliveries},
    }
    assert read(DELIVERY, FACTS, recorded) == expected


@pytest.mark.parametrize(("name", "there"), [("aws-vendedlogs-agents", True), ("other", False)])
def test_a_destination_is_found_by_its_name(name: str, there: bool) -> None:
    held = {"name": name, "arn": TO}
    recorded = {"logs:DescribeDeliveryDestinations": {"deliveryDestinations": [held]}}
    assert read(DESTINATION, FACTS, recorded) == (held if there else None)
