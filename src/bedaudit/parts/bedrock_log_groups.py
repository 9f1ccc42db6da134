"""Which log groups of a site hold logs of Bedrock: by the logging configuration, and by the names that AWS gives them.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from bedaudit.model import Gap, Raw
from bedaudit.parts.log_group import DESCRIBE_GROUPS, find_log_group
from bedaudit.reader import Operation, Reader

GET_LOGGING = Operation("bedrock", "GetModelInvocationLoggingConfiguration")
LIST_GROUPS = Operation("logs", "ListLogGroups", tokens=("nextToken", "nextToken"))
OPERATIONS = (GET_LOGGING, LIST_GROUPS, DESCRIBE_GROUPS)

Purpose: TypeAlias = Literal["invocation_logs", "agents", "knowledge_bases", "agentcore", "spans", "other"]

_SPANS = ("aws/spans", "/aws/application-signals/data")
_PREFIXES = ("/aws/bedrock", "/aws/vendedlogs/bedrock", *_SPANS)
_PATTERN = "|".join(f"^{prefix[:24]}" for prefix in _PREFIXES)
"""At most five prefixes, of at most 24 characters."""
_MOST_NAMES = 50
"""Names that one DescribeLogGroups takes."""
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
    """What DescribeLogGroups says of each, and what it is for, by name.

    The log group of invocation logs is asked for as whoever reads the logging configuration does, to share the reply.
    """
    named = await read_invocation_group(aws)
    invocations = None if named is None else await find_log_group(aws, named)
    others = [group for group in await _read_others(aws, named) if group["logGroupName"] != named]
    found = {group["logGroupName"]: group for group in (*others, *([] if invocations is None else [invocations]))}
    purposes = {name: purpose_of(name, named) for name in sorted(found)}
    return {name: (found[name], purpose) for name, purpose in purposes.items() if purpose is not None}


async def _read_others(aws: Reader, named: str | None) -> Sequence[Raw]:
    """One list of names tells which to describe; where it is not given, each prefix is asked for."""
    listed = await aws.attempt(aws.pages(LIST_GROUPS, logGroupNamePattern=_PATTERN, limit=1000))
    if isinstance(listed, Gap):
        return [group for prefix in _PREFIXES for group in await _describe(aws, logGroupNamePrefix=prefix)]
    every = sorted(group.get("logGroupName", "") for page in listed for group in page.get("logGroups", []))
    names = [name for name in every if name != named and purpose_of(name, named)]
    chunks = (names[first : first + _MOST_NAMES] for first in range(0, len(names), _MOST_NAMES))
    return [group for chunk in chunks for group in await _describe(aws, logGroupIdentifiers=chunk)]


async def _describe(aws: Reader, **which: Any) -> Sequence[Raw]:
    pages = await aws.pages(DESCRIBE_GROUPS, **which)
    return [group for page in pages for group in page.get("logGroups", [])]


def purpose_of(name: str, invocation_group: str | None) -> Purpose | None:
    """What a log group is for; None where it has nothing to do with Bedrock."""
    if name == invocation_group:
        return "invocation_logs"
    if name in _SPANS:
        return "spans"
    if name.startswith(_SPANS) or not name.startswith(_PREFIXES):
        return None
    return next((purpose for word, purpose in _WORDS if word.search(name)), "other")
