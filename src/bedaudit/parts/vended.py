"""What of Bedrock can deliver its logs through CloudWatch Logs, and which logs: knowledge bases, agents, AgentCore.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html
https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-bases-logging.html
https://docs.aws.amazon.com/bedrock/latest/userguide/agents-memory-log-delivery-enable.html
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-configure.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bedaudit.documents.arn import parse
from bedaudit.model import Gap, Raw
from bedaudit.reader import Operation, Reader

SourceType: TypeAlias = Literal[
    "knowledge_base", "agent", "agentcore_runtime", "agentcore_gateway", "agentcore_memory", "agentcore_other", "other"
]

LIST_KNOWLEDGE_BASES = Operation("bedrock-agent", "ListKnowledgeBases", iam="bedrock:ListKnowledgeBases")
GET_KNOWLEDGE_BASE = Operation(
    "bedrock-agent",
    "GetKnowledgeBase",
    absent=("ResourceNotFoundException",),
    iam="bedrock:GetKnowledgeBase",
)
LIST_AGENTS = Operation("bedrock-agent", "ListAgents", iam="bedrock:ListAgents")
LIST_RUNTIMES = Operation("bedrock-agentcore-control", "ListAgentRuntimes", iam="bedrock-agentcore:ListAgentRuntimes")
LIST_GATEWAYS = Operation("bedrock-agentcore-control", "ListGateways", iam="bedrock-agentcore:ListGateways")
LIST_MEMORIES = Operation("bedrock-agentcore-control", "ListMemories", iam="bedrock-agentcore:ListMemories")
OPERATIONS = (LIST_KNOWLEDGE_BASES, GET_KNOWLEDGE_BASE, LIST_AGENTS, LIST_RUNTIMES, LIST_GATEWAYS, LIST_MEMORIES)

_WITHOUT_LOGS = ("KENDRA", "SQL")
"""Types of knowledge bases that deliver no logs."""


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of resource that can deliver logs."""

    type: SourceType
    listing: Operation
    member: str
    """Of the reply."""
    id: str
    """Member of an item that identifies it."""
    resource: tuple[str, str]
    """Service and sort of resource in its ARN."""
    log_types: tuple[str, ...]
    """The logs that it can deliver."""


_BEDROCK, _AGENTCORE = "bedrock", "bedrock-agentcore"
_LOGS, _USAGE, _EVENTS, _TRACES = "APPLICATION_LOGS", "USAGE_LOGS", "EVENT_LOGS", "TRACES"

SORTS = (
    Sort(
        "knowledge_base",
        LIST_KNOWLEDGE_BASES,
        "knowledgeBaseSummaries",
        "knowledgeBaseId",
        (_BEDROCK, "knowledge-base"),
        (_LOGS, _TRACES),
    ),
    Sort("agent", LIST_AGENTS, "agentSummaries", "agentId", (_BEDROCK, "agent"), (_LOGS, _EVENTS)),
    Sort(
        "agentcore_runtime",
        LIST_RUNTIMES,
        "agentRuntimes",
        "agentRuntimeId",
        (_AGENTCORE, "runtime"),
        (_LOGS, _USAGE, _TRACES),
    ),
    Sort("agentcore_gateway", LIST_GATEWAYS, "items", "gatewayId", (_AGENTCORE, "gateway"), (_LOGS, _TRACES)),
    Sort("agentcore_memory", LIST_MEMORIES, "memories", "id", (_AGENTCORE, "memory"), (_LOGS, _TRACES)),
)


def source_type(arn: str) -> SourceType | None:
    """The sort of resource that an ARN names; None where it is none of Bedrock's."""
    _, _, service, _, _, name = parse(arn)
    if service not in (_BEDROCK, _AGENTCORE):
        return None
    # The logs of an agent are delivered alias by alias.
    resource = (service, name.split("/")[0].removesuffix("-alias"))
    known = next((sort.type for sort in SORTS if sort.resource == resource), None)
    return known or ("agentcore_other" if service == _AGENTCORE else "other")


def is_part_of(arn: str, identifier: str) -> bool:
    """Whether an ARN is that of the resource with the identifier, or of something below it."""
    return identifier in re.split("[:/]", arn)


async def read_ids(aws: Reader, sort: Sort) -> Sequence[str]:
    """The identifiers of all resources of a sort that are not about to go."""
    pages = await aws.pages(sort.listing)
    items: list[Raw] = [item for page in pages for item in page.get(sort.member, ())]
    statuses = ("status", "agentStatus")
    return [item[sort.id] for item in items if not any(item.get(status) == "DELETING" for status in statuses)]


def arn_of(aws: Reader, sort: Sort, identifier: str) -> str:
    """The ARN of a resource."""
    service, resource = sort.resource
    return f"arn:{aws.partition}:{service}:{aws.region}:{aws.account}:{resource}/{identifier}"


async def has_logs(aws: Reader, sort: Sort, identifier: str) -> bool | Gap:
    """Whether the resource is of a type that can deliver logs; a knowledge base must be asked."""
    if sort.type != "knowledge_base":
        return True
    reply = await aws.attempt(aws.find(GET_KNOWLEDGE_BASE, knowledgeBaseId=identifier))
    if isinstance(reply, Gap):
        return reply
    return reply is not None and reply["knowledgeBase"]["knowledgeBaseConfiguration"]["type"] not in _WITHOUT_LOGS
