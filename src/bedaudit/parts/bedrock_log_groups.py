"""Which log groups of a site hold logs of Bedrock: by the logging configuration, and by the names that AWS gives them.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search.html
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from bedaudit.model import Raw
from bedaudit.parts.log_group import DESCRIBE_GROUPS, find_log_group
from bedaudit.reader import Operation, Reader

GET_LOGGING = Operation("bedrock", "GetModelInvocationLoggingConfiguration")
OPERATIONS = (GET_LOGGING, DESCRIBE_GROUPS)

Purpose: TypeAlias = Literal["invocation_logs", "agents", "knowledge_bases", "agentcore", "spans", "other"]

_SPANS = ("aws/spans", "/aws/application-signals/data")
_PREFIXES = ("/aws/bedrock", "/aws/vendedlogs/bedrock", *_SPANS)
_WORDS: tuple[tuple[re.Pattern[str], Purpose], ...] = (
    (re.compile("agentcore", re.IGNORECASE), "agentcore"),
    (re.compile("knowledge[-_]?base", re.IGNORECASE), "knowledge_bases"),
    (re.compile("agent", re.IGNORECASE), "agents"),
)
"""What the names that AWS proposes for vended logs say; the first that fits decides."""


async def read_invocation_group(aws: Reader) -> str | None:
    """The log group that the logging configuration names, whether it exists or not."""
    config = (await aws.call(GET_LOGGING)).get("loggingConfig") or {}
    name: str | None = (config.get("cloudWatchConfig") or {}).get("logGroupName")
    return name


async def read_groups(aws: Reader) -> dict[str, tuple[Raw, Purpose]]:
    """What DescribeLogGroups says of each, and what it is for, by name."""
    named = await read_invocation_group(aws)
    found: dict[str, Raw] = {}
    for prefix in _PREFIXES:
        pages = await aws.pages(DESCRIBE_GROUPS, logGroupNamePrefix=prefix)
        found.update({group["logGroupName"]: group for page in pages for group in page.get("logGroups", [])})
    if named is not None and not named.startswith(_PREFIXES):
        group = await find_log_group(aws, named)
        found.update({} if group is None else {named: group})
    purposes = {name: purpose_of(name, named) for name in sorted(found)}
    return {name: (found[name], purpose) for name, purpose in purposes.items() if purpose is not None}


def purpose_of(name: str, invocation_group: str | None) -> Purpose | None:
    """What a log group is for; None where it has nothing to do with Bedrock."""
    if name == invocation_group:
        return "invocation_logs"
    if name in _SPANS:
        return "spans"
    if name.startswith(_SPANS) or not name.startswith(_PREFIXES):
        return None
    return next((purpose for word, purpose in _WORDS if word.search(name)), "other")
