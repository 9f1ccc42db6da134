"""Seeds knowledge bases, agents and resources of AgentCore, and the deliveries of their logs."""

from __future__ import annotations

from typing import Any

from moto.backends import get_backend

from bedaudit.sandbox.backends.logs_deliveries import Deliveries
from bedaudit.sandbox.organization.coverage_plan import FOREVER, GATEWAY, KNOWLEDGE_BASE, lacking
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.organization.site_setup import Setup

_GROUP = "/aws/vendedlogs/bedrock/agents"
_KEPT_DAYS = 400
_RUNTIME, _MEMORY = "assistant-0a1b2c3d4e", "notes-0a1b2c3d4e"


def seed(site: Site, setup: Setup) -> None:
    """Makes them where agents run, and in order but for what is to be lacking."""
    without = lacking(site)
    if "orphaned-delivery" in without:
        gone = f"arn:aws:bedrock:{site.region}:{site.account}:knowledge-base/KBDELETED1"
        _deliver(site, _destination(site), gone)
        site.world.state(Deliveries, site.account, site.region).lose(gone)
    if not setup.agent_traffic:
        return
    destination = _destination(site)
    _knowledge_base(site)
    if "knowledge-base-without-logs" not in without:
        _deliver(site, destination, f"arn:aws:bedrock:{site.region}:{site.account}:knowledge-base/{KNOWLEDGE_BASE}")
    agent = site("bedrock-agent", "CreateAgent", agentName="clerk")["agent"]["agentId"]
    _deliver(site, destination, f"arn:aws:bedrock:{site.region}:{site.account}:agent-alias/{agent}/TSTALIASID")
    agentcore = f"arn:aws:bedrock-agentcore:{site.region}:{site.account}"
    _agentcore(site)
    _deliver(site, destination, f"{agentcore}:runtime/{_RUNTIME}")
    _deliver(site, destination, f"{agentcore}:memory/{_MEMORY}")
    if "gateway-without-logs" not in without:
        _deliver(site, destination, f"{agentcore}:gateway/{GATEWAY}")
    _log_group(site, FOREVER, keep="agent-logs-for-ever" in without)


def _knowledge_base(site: Site) -> None:
    """A knowledge base of a known id."""
    model = f"arn:aws:bedrock:{site.region}::foundation-model/amazon.titan-embed-text-v2:0"
    collection = f"arn:aws:aoss:{site.region}:{site.account}:collection/a1b2c3d4e5f6g7h8i9j0"
    fields = {"vectorField": "vector", "textField": "text", "metadataField": "metadata"}
    search = {"collectionArn": collection, "vectorIndexName": "menus", "fieldMapping": fields}
    site(
        "bedrock-agent",
        "CreateKnowledgeBase",
        name="menus",
        roleArn=f"arn:aws:iam::{site.account}:role/BedrockKnowledgeBase",
        knowledgeBaseConfiguration={"type": "VECTOR", "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": model}},
        storageConfiguration={"type": "OPENSEARCH_SERVERLESS", "opensearchServerlessConfiguration": search},
    )
    held = get_backend("bedrock-agent")[site.account][site.region].knowledge_bases
    _rename(held, "knowledge_base_id", KNOWLEDGE_BASE)
    made = held[KNOWLEDGE_BASE]
    made.knowledge_base_arn = f"arn:aws:bedrock:{site.region}:{site.account}:knowledge-base/{KNOWLEDGE_BASE}"


def _agentcore(site: Site) -> None:
    """A runtime, a gateway and a memory of known ids."""
    role = f"arn:aws:iam::{site.account}:role/AgentCore"
    image = f"{site.account}.dkr.ecr.{site.region}.amazonaws.com/assistant:1"
    site(
        "bedrock-agentcore-control",
        "CreateAgentRuntime",
        agentRuntimeName="assistant",
        agentRuntimeArtifact={"containerConfiguration": {"containerUri": image}},
        roleArn=role,
        networkConfiguration={"networkMode": "PUBLIC"},
        description="Answers customers",
    )
    gateway = {"name": "tools", "roleArn": role, "protocolType": "MCP", "authorizerType": "AWS_IAM"}
    site("bedrock-agentcore-control", "CreateGateway", **gateway)
    site("bedrock-agentcore-control", "CreateMemory", name="notes", eventExpiryDuration=30)
    held: Any = get_backend("bedrock-agentcore-control")[site.account][site.region]
    _rename(held.agent_runtimes, "agent_runtime_id", _RUNTIME)
    _rename(held.gateways, "gateway_id", GATEWAY)
    _rename(held.memories, "memory_id", _MEMORY)


def _rename(held: dict[str, Any], member: str, known: str) -> None:
    """Has what was made last be known by this id, which AWS would draw by lot."""
    _, made = held.popitem()
    setattr(made, member, known)
    held[known] = made


def _destination(site: Site) -> str:
    _log_group(site, _GROUP, keep=False)
    group = f"arn:aws:logs:{site.region}:{site.account}:log-group:{_GROUP}"
    target = {"destinationResourceArn": group}
    made = site("logs", "PutDeliveryDestination", name="agents", deliveryDestinationConfiguration=target)
    return str(made["deliveryDestination"]["arn"])


def _log_group(site: Site, name: str, *, keep: bool) -> None:
    site("logs", "CreateLogGroup", logGroupName=name)
    if not keep:
        site("logs", "PutRetentionPolicy", logGroupName=name, retentionInDays=_KEPT_DAYS)


def _deliver(site: Site, destination: str, arn: str) -> None:
    name = arn.split(":", 5)[5].replace("/", "-")
    site("logs", "PutDeliverySource", name=name, resourceArn=arn, logType="APPLICATION_LOGS")
    site("logs", "CreateDelivery", deliverySourceName=name, deliveryDestinationArn=destination)
