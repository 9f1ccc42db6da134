"""Vended logs of knowledge bases, agents and AgentCore."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bedaudit.kinds.log_delivery import KIND
from bedaudit.kinds.log_delivery import read as read_kind
from bedaudit.model import Facts, Gap, Resource
from bedaudit.parts.vended import source_type
from bedaudit.reader import Unreadable
from tests.replay import ABSENT, NOW, Recorded, Replay

ACCOUNT = "111122223333"
KB = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:knowledge-base/KB1"
ALIAS = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:agent-alias/AG1/TSTALIASID"
AGENTCORE = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}"
DENIED = Gap("denied", "x:Y", "AccessDeniedException")
NO_SOURCE = "no delivery source is set up for them"

NOTHING: Mapping[str, Recorded] = {
    "logs:DescribeDeliverySources": {"deliverySources": []},
    "bedrock-agent:ListKnowledgeBases": {"knowledgeBaseSummaries": []},
    "bedrock-agent:ListAgents": {"agentSummaries": []},
    "bedrock-agentcore-control:ListAgentRuntimes": {"agentRuntimes": []},
    "bedrock-agentcore-control:ListGateways": {"items": []},
    "bedrock-agentcore-control:ListMemories": {"memories": []},
}


def source(arn: str = KB, log_type: str = "APPLICATION_LOGS", **more: Any) -> Mapping[str, Any]:
    return {"name": "kb-logs", "resourceArns": [arn], "logType": log_type, "status": "ACTIVE", **more}


def delivery(kind: str = "CWL", **more: Any) -> Mapping[str, Any]:
    return {
        "id": "d1",
        "deliverySourceName": "kb-logs",
        "deliveryDestinationArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-destination:x",
        "deliveryDestinationType": kind,
        **more,
    }


def destination(arn: str) -> Mapping[str, Any]:
    return {
        "name": "x",
        "arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-destination:x",
        "deliveryDestinationConfiguration": {"destinationResourceArn": arn},
    }


def knowledge_bases(*ids: str, status: str = "ACTIVE") -> Mapping[str, Any]:
    summaries = [{"knowledgeBaseId": id_, "name": id_, "status": status, "updatedAt": NOW} for id_ in ids]
    return {"knowledgeBaseSummaries": summaries}


def knowledge_base(kind: str) -> Mapping[str, Any]:
    return {
        "knowledgeBase": {
            "knowledgeBaseId": "KB1",
            "name": "KB1",
            "knowledgeBaseArn": KB,
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/kb",
            "knowledgeBaseConfiguration": {"type": kind},
            "status": "ACTIVE",
            "createdAt": NOW,
            "updatedAt": NOW,
        }
    }


def everything(part: str) -> bool:
    return True


def replay(wanted: Callable[[str], bool] = everything, **recorded: Recorded) -> Replay:
    named = {operation.name: str(operation) for operation in KIND.operations}
    replies = {**NOTHING, **{named[name]: reply for name, reply in recorded.items()}}
    return Replay(replies, operations=KIND.operations, wanted=wanted)


def resources(aws: Replay) -> list[Resource]:
    async def reading() -> list[Resource]:
        return list(await read_kind(aws))

    return asyncio.run(reading())


def read(wanted: Callable[[str], bool] = everything, **recorded: Recorded) -> dict[str, Facts]:
    return {one.id: one.state for one in resources(replay(wanted, **recorded))}


def of_source(sources: list[Any], deliveries: Recorded, **more: Recorded) -> dict[str, Facts]:
    replies: Mapping[str, Recorded] = {
        "DescribeDeliverySources": {"deliverySources": sources},
        "DescribeDeliveries": deliveries,
        "DescribeDeliveryDestinations": {"deliveryDestinations": []},
        **more,
    }
    return read(**replies)


DELIVERED = {
    "source_type": "knowledge_base",
    "source_arn": KB,
    "log_type": "APPLICATION_LOGS",
    "active": True,
    "orphan": False,
    "destination_type": "cloudwatch",
}


def test_logs_that_are_delivered() -> None:
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/vendedlogs/bedrock/kb"
    aws = replay(
        DescribeDeliverySources={"deliverySources": [source()]},
        DescribeDeliveries=[{"deliveries": []}, {"deliveries": [delivery()]}],
        DescribeDeliveryDestinations={"deliveryDestinations": [destination(group)]},
    )
    state = {**DELIVERED, "destination": group}
    raw = {"deliverySource": source(), "delivery": delivery()}
    assert resources(aws) == [
        Resource("log_delivery", "knowledge-base/KB1/APPLICATION_LOGS/cloudwatch", KB, state, raw)
    ]


def test_each_destination_of_a_source_is_one_delivery() -> None:
    deliveries = {"deliveries": [delivery(), delivery("S3"), delivery("FH"), delivery("XRAY")]}
    states = of_source([source()], deliveries)
    assert [state["destination_type"] for state in states.values()] == ["cloudwatch", "s3", "firehose", "xray"]
    assert len(states) == 4


@pytest.mark.parametrize(
    ("given", "orphan", "because"),
    [
        ({"status": "INACTIVE", "statusReason": "RESOURCE_DELETED"}, True, "the resource was deleted"),
        ({"status": "INACTIVE"}, False, "CloudWatch Logs says that its delivery source is inactive"),
    ],
)
def test_a_source_that_is_inactive_delivers_nothing(given: Any, orphan: bool, because: str) -> None:
    (state,) = of_source([source(**given)], {"deliveries": [delivery()]}).values()
    assert state == {**DELIVERED, "active": False, "orphan": orphan, "inactive_because": because}


def test_a_source_without_a_delivery_delivers_nothing() -> None:
    (state,) = of_source([source()], {"deliveries": [delivery(deliverySourceName="another")]}).values()
    because = "its delivery source has no delivery"
    known = {name: value for name, value in DELIVERED.items() if name != "destination_type"}
    assert state == {**known, "active": False, "inactive_because": because}


def test_unreadable_deliveries_leave_open_whether_it_is_active() -> None:
    (state,) = of_source([source()], DENIED).values()
    unread = dict.fromkeys(("active", "inactive_because", "destination_type", "destination"), DENIED.as_fact())
    assert state == {**DELIVERED, **unread}


def test_unreadable_destinations_leave_open_where_to_exactly() -> None:
    (state,) = of_source([source()], {"deliveries": [delivery()]}, DescribeDeliveryDestinations=DENIED).values()
    assert state == {**DELIVERED, "destination": DENIED.as_fact()}


def test_a_destination_that_aws_has_added_is_a_gap() -> None:
    (state,) = of_source([source()], {"deliveries": [delivery("PIGEON")]}).values()
    message = "PIGEON is a destination that AWS has added"
    assert state["destination_type"] == Gap("failed", "logs:DescribeDeliveries", message=message).as_fact()


@pytest.mark.parametrize(
    ("arn", "sort"),
    [
        (f"{AGENTCORE}:browser-custom/b-0123456789", "agentcore_other"),
        (f"arn:aws:bedrock:us-east-1:{ACCOUNT}:flow/F1", "other"),
    ],
)
def test_sources_of_sorts_that_aws_has_added_are_bedrock_s_too(arn: str, sort: str) -> None:
    (state,) = of_source([source(arn)], {"deliveries": [delivery()]}).values()
    assert state == {**DELIVERED, "source_arn": arn, "source_type": sort}


def test_sources_of_other_services_are_not_bedrock_s() -> None:
    other = source("arn:aws:cloudfront::111122223333:distribution/x")
    aws = replay(DescribeDeliverySources={"deliverySources": [other]})
    assert resources(aws) == []
    assert "logs:DescribeDeliveries" not in [operation for operation, _, _ in aws.calls]


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (KB, "knowledge_base"),
        (ALIAS, "agent"),
        (f"{AGENTCORE}:runtime/r-0123456789", "agentcore_runtime"),
        (f"{AGENTCORE}:runtime/r-0123456789/runtime-endpoint/live", "agentcore_runtime"),
        (f"{AGENTCORE}:gateway/g-0123456789", "agentcore_gateway"),
        (f"{AGENTCORE}:memory/m-0123456789", "agentcore_memory"),
        (f"{AGENTCORE}:browser-custom/b-0123456789", "agentcore_other"),
        (f"arn:aws:bedrock:us-east-1:{ACCOUNT}:flow/F1", "other"),
        ("arn:aws:workmail:us-east-1:1:organization/x", None),
        ("", None),
    ],
)
def test_an_arn_tells_the_sort_of_resource(arn: str, expected: str | None) -> None:
    assert source_type(arn) == expected


def missing(source_type: str, arn: str, log_type: str) -> Facts:
    return {
        "source_type": source_type,
        "source_arn": arn,
        "log_type": log_type,
        "active": False,
        "inactive_because": NO_SOURCE,
        "orphan": False,
    }


def runtimes(*ids: str, status: str = "READY") -> Mapping[str, Any]:
    common = {"agentRuntimeVersion": "1", "description": "x", "lastUpdatedAt": NOW, "status": status}
    items = [{"agentRuntimeArn": "arn", "agentRuntimeId": id_, "agentRuntimeName": id_, **common} for id_ in ids]
    return {"agentRuntimes": items}


def test_every_resource_that_could_deliver_and_does_not_is_named() -> None:
    agent = {"agentId": "AG1", "agentName": "a", "agentStatus": "PREPARED", "updatedAt": NOW}
    stamps = {"createdAt": NOW, "updatedAt": NOW}
    gateway = {"gatewayId": "g-1", "name": "g", "status": "READY", "authorizerType": "AWS_IAM", **stamps}
    states = read(
        ListKnowledgeBases=knowledge_bases("KB1"),
        GetKnowledgeBase=knowledge_base("VECTOR"),
        ListAgents={"agentSummaries": [agent]},
        ListAgentRuntimes=runtimes("r-1"),
        ListGateways={"items": [gateway]},
        ListMemories={"memories": [{"id": "memory-0123456789", "status": "ACTIVE", **stamps}]},
    )
    agent_arn = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:agent/AG1"
    expected = [
        missing("knowledge_base", KB, "APPLICATION_LOGS"),
        missing("knowledge_base", KB, "TRACES"),
        missing("agent", agent_arn, "APPLICATION_LOGS"),
        missing("agent", agent_arn, "EVENT_LOGS"),
        missing("agentcore_runtime", f"{AGENTCORE}:runtime/r-1", "APPLICATION_LOGS"),
        missing("agentcore_runtime", f"{AGENTCORE}:runtime/r-1", "TRACES"),
        missing("agentcore_runtime", f"{AGENTCORE}:runtime/r-1", "USAGE_LOGS"),
        missing("agentcore_gateway", f"{AGENTCORE}:gateway/g-1", "APPLICATION_LOGS"),
        missing("agentcore_gateway", f"{AGENTCORE}:gateway/g-1", "TRACES"),
        missing("agentcore_memory", f"{AGENTCORE}:memory/memory-0123456789", "APPLICATION_LOGS"),
        missing("agentcore_memory", f"{AGENTCORE}:memory/memory-0123456789", "TRACES"),
    ]
    assert list(states.values()) == expected
    assert next(iter(states)) == "knowledge-base/KB1/APPLICATION_LOGS"


def test_what_is_delivered_is_not_named_as_missing_and_asks_for_no_type() -> None:
    states = of_source(
        [source()], {"deliveries": [delivery()]}, ListKnowledgeBases=[knowledge_bases("KB1"), knowledge_bases()]
    )
    assert list(states) == ["knowledge-base/KB1/APPLICATION_LOGS/cloudwatch", "knowledge-base/KB1/TRACES"]


def test_the_logs_of_an_agent_are_those_of_its_aliases() -> None:
    agent = {"agentId": "AG1", "agentName": "a", "agentStatus": "PREPARED", "updatedAt": NOW}
    states = of_source([source(ALIAS)], {"deliveries": [delivery()]}, ListAgents={"agentSummaries": [agent]})
    assert list(states) == ["agent-alias/AG1/TSTALIASID/APPLICATION_LOGS/cloudwatch", "agent/AG1/EVENT_LOGS"]


@pytest.mark.parametrize("reply", [knowledge_base("KENDRA"), knowledge_base("SQL"), ABSENT])
def test_a_knowledge_base_without_logs_of_its_own_is_not_named(reply: Any) -> None:
    assert read(ListKnowledgeBases=knowledge_bases("KB1"), GetKnowledgeBase=reply) == {}


def test_what_is_being_deleted_is_not_named() -> None:
    gone = knowledge_bases("KB1", status="DELETING")
    assert read(ListKnowledgeBases=gone, ListAgentRuntimes=runtimes("r-1", status="DELETING")) == {}


def test_a_knowledge_base_of_unreadable_type_is_open() -> None:
    states = read(ListKnowledgeBases=knowledge_bases("KB1"), GetKnowledgeBase=DENIED)
    unread = dict.fromkeys(("active", "inactive_because"), DENIED.as_fact())
    assert states["knowledge-base/KB1/TRACES"] == {**missing("knowledge_base", KB, "TRACES"), **unread}


def test_a_sort_that_cannot_be_listed_stands_for_all_of_it() -> None:
    gap = DENIED.as_fact()
    unread = dict.fromkeys(("source_arn", "log_type", "active", "inactive_because"), gap)
    assert read(ListAgentRuntimes=DENIED) == {
        "agentcore_runtime": {"source_type": "agentcore_runtime", **unread, "orphan": False}
    }


def test_what_nobody_asks_about_is_not_listed() -> None:
    aws = replay(lambda part: False)
    assert {one.state["active"]["gap"]["reason"] for one in resources(aws)} == {"not_read"}
    assert [operation for operation, _, _ in aws.calls] == ["logs:DescribeDeliverySources"]


def test_unreadable_sources_are_the_whole_kinds_gap() -> None:
    with pytest.raises(Unreadable) as raised:
        read(DescribeDeliverySources=DENIED)
    assert raised.value.gap == DENIED
