"""Log groups of Bedrock: invocation logs, logs of agents, knowledge bases and AgentCore, and trace spans."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Raw, Resource
from bedaudit.parts import bedrock_log_groups, log_group
from bedaudit.parts.bedrock_log_groups import Purpose, read_groups
from bedaudit.parts.log_group import LogGroup, described, read_parts
from bedaudit.reader import Reader
from bedaudit.state import State


class BedrockLogGroup(LogGroup):
    """A CloudWatch Logs log group that holds logs of Bedrock, its agents, knowledge bases or AgentCore, or spans."""

    purpose: Purpose
    """Whose logs it holds: `invocation_logs` by the logging configuration, the others by the names that AWS gives
    log groups; `spans` also of Application Signals, `other` for what else is named after Bedrock."""


async def read(aws: Reader) -> Iterable[Resource]:
    """Every such log group that exists; without the logging configuration one might be left out."""
    groups = await read_groups(aws)
    return await asyncio.gather(*(_log_group(aws, group, purpose) for group, purpose in groups.values()))


async def _log_group(aws: Reader, group: Raw, purpose: Purpose) -> Resource:
    known = BedrockLogGroup(purpose=purpose, **_members(described(group)))
    state = await read_parts(aws, group, known, facts=known.facts)
    arn = f"arn:{aws.partition}:logs:{aws.region}:{aws.account}:log-group:{state.name}"
    return resource("log_group", state.name, state, arn=arn, raw=group)


def _members(state: State) -> dict[str, object]:
    return {name: getattr(state, name) for name in type(state).model_fields}


KIND = Kind(
    name="log_group",
    state=BedrockLogGroup,
    read=read,
    operations=tuple(dict.fromkeys((*bedrock_log_groups.OPERATIONS, *log_group.OPERATIONS))),
)
