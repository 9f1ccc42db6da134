"""Log deliveries, and the agents, knowledge bases and AgentCore resources that they are of."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bedaudit.sandbox import Sandbox
from bedaudit.sandbox.backends.logs_deliveries import Deliveries
from tests.sandbox.conftest import Client

ACCOUNT = "111111111111"
KB = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:knowledge-base/KB1"
GATEWAY = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:gateway/tools-0123456789"
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/vendedlogs/bedrock/kb"


def code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def deliver(logs: Any, arn: str, name: str = "kb", log_type: str = "APPLICATION_LOGS") -> Any:
    logs.put_delivery_source(name=name, resourceArn=arn, logType=log_type)
    target = {"destinationResourceArn": GROUP}
    made = logs.put_delivery_destination(name="group", deliveryDestinationConfiguration=target)
    to = made["deliveryDestination"]["arn"]
    return logs.create_delivery(deliverySourceName=name, deliveryDestinationArn=to)["delivery"]


def test_a_delivery_ties_a_source_to_a_destination(client: Client) -> None:
    logs = client("logs")
    made = deliver(logs, KB)
    assert logs.describe_deliveries()["deliveries"] == [made]
    assert logs.get_delivery(id=made["id"])["delivery"] == made
    (source,) = logs.describe_delivery_sources(resourceArns=[KB])["deliverySources"]
    assert (source["logType"], source["service"], source["status"]) == ("APPLICATION_LOGS", "bedrock", "ACTIVE")
    assert logs.get_delivery_source(name="kb")["deliverySource"] == source
    (target,) = logs.describe_delivery_destinations()["deliveryDestinations"]
    assert (target["deliveryDestinationType"], made["deliveryDestinationType"]) == ("CWL", "CWL")
    assert logs.get_delivery_destination(name="group")["deliveryDestination"] == target
    assert logs.describe_delivery_sources(resourceArns=[GATEWAY])["deliverySources"] == []


def test_what_aws_refuses_is_refused(client: Client) -> None:
    logs = client("logs")
    made = deliver(logs, KB)
    twice = {"deliverySourceName": "kb", "deliveryDestinationArn": made["deliveryDestinationArn"]}
    assert code(logs.create_delivery, **twice) == "ConflictException"
    assert code(logs.create_delivery, **{**twice, "deliverySourceName": "no"}) == "ResourceNotFoundException"
    assert code(logs.create_delivery, **{**twice, "deliveryDestinationArn": "no"}) == "ResourceNotFoundException"
    again = {"name": "other", "resourceArn": KB, "logType": "APPLICATION_LOGS"}
    assert code(logs.put_delivery_source, **again) == "ConflictException"
    assert code(logs.put_delivery_source, **{**again, "logType": "USAGE_LOGS"}) == "ValidationException"
    assert code(logs.put_delivery_destination, name="x") == "ValidationException"
    assert code(logs.delete_delivery_source, name="kb") == "ConflictException"
    assert code(logs.delete_delivery_destination, name="group") == "ConflictException"
    logs.delete_delivery(id=made["id"])
    logs.delete_delivery_source(name="kb")
    logs.delete_delivery_destination(name="group")
    assert logs.describe_delivery_sources()["deliverySources"] == []
    assert logs.describe_delivery_destinations()["deliveryDestinations"] == []
    assert code(logs.get_delivery, id=made["id"]) == "ResourceNotFoundException"


def test_destinations_are_of_the_type_of_what_receives(client: Client) -> None:
    logs = client("logs")
    for name, arn in (("s3", "arn:aws:s3:::logs"), ("fh", f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/x")):
        logs.put_delivery_destination(name=name, deliveryDestinationConfiguration={"destinationResourceArn": arn})
    logs.put_delivery_destination(name="traces", deliveryDestinationType="XRAY")
    shown = logs.describe_delivery_destinations()["deliveryDestinations"]
    assert [one["deliveryDestinationType"] for one in shown] == ["S3", "FH", "XRAY"]


def test_a_source_outlives_its_resource(client: Client, sandbox: Sandbox) -> None:
    logs = client("logs")
    deliver(logs, GATEWAY, "gateway", "TRACES")
    sandbox.world.state(Deliveries, ACCOUNT, "us-east-1").lose(GATEWAY)
    (source,) = logs.describe_delivery_sources()["deliverySources"]
    assert (source["status"], source["statusReason"]) == ("INACTIVE", "RESOURCE_DELETED")


def test_listings_come_in_pages(client: Client) -> None:
    logs = client("logs")
    for index in range(60):
        arn = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:knowledge-base/KB{index}"
        logs.put_delivery_source(name=f"kb{index}", resourceArn=arn, logType="TRACES")
    pages = list(logs.get_paginator("describe_delivery_sources").paginate())
    assert [len(each["deliverySources"]) for each in pages] == [50, 10]


def test_deliveries_belong_to_an_account_and_region(client: Client) -> None:
    deliver(client("logs"), KB)
    for elsewhere in (client("logs", "eu-west-1"), client("logs", account="222222222222")):
        assert elsewhere.describe_deliveries()["deliveries"] == []
        assert elsewhere.describe_delivery_sources()["deliverySources"] == []


def test_what_can_deliver_is_listed(client: Client) -> None:
    agents, agentcore = client("bedrock-agent"), client("bedrock-agentcore-control")
    role = f"arn:aws:iam::{ACCOUNT}:role/x"
    vectors = {"embeddingModelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"}
    fields = {"vectorField": "v", "textField": "t", "metadataField": "m"}
    store = {"collectionArn": "arn:aws:aoss:us-east-1:111111111111:collection/abcdefghij0123456789"}
    made = agents.create_knowledge_base(
        name="handbook",
        roleArn=role,
        knowledgeBaseConfiguration={"type": "VECTOR", "vectorKnowledgeBaseConfiguration": vectors},
        storageConfiguration={
            "type": "OPENSEARCH_SERVERLESS",
            "opensearchServerlessConfiguration": {**store, "vectorIndexName": "i", "fieldMapping": fields},
        },
    )["knowledgeBase"]
    agents.create_agent(agentName="clerk")
    (one,) = agents.list_knowledge_bases()["knowledgeBaseSummaries"]
    assert one["knowledgeBaseId"] == made["knowledgeBaseId"]
    shown = agents.get_knowledge_base(knowledgeBaseId=one["knowledgeBaseId"])["knowledgeBase"]
    assert shown["knowledgeBaseConfiguration"]["type"] == "VECTOR"
    assert [agent["agentName"] for agent in agents.list_agents()["agentSummaries"]] == ["clerk"]
    agentcore.create_gateway(name="tools", roleArn=role, protocolType="MCP", authorizerType="AWS_IAM")
    agentcore.create_memory(name="memory", eventExpiryDuration=30)
    assert len(agentcore.list_gateways()["items"]) == 1
    assert len(agentcore.list_memories()["memories"]) == 1
    assert agentcore.list_agent_runtimes()["agentRuntimes"] == []
