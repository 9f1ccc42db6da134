"""Whether Bedrock keeps what models are asked and answer, and who may look at it.

https://docs.aws.amazon.com/bedrock/latest/userguide/data-retention.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias, get_args

from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Resource
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

GET_RETENTION = Operation("bedrock", "GetAccountDataRetention")

Mode: TypeAlias = Literal["default", "none", "aws_review", "provider_data_share", "inherit"]
MODES: tuple[Mode, ...] = get_args(Mode)


class DataRetention(State):
    """The account's data retention mode at a site."""

    mode: Mode | Gap
    """What Bedrock does with prompts and answers: keep none, let AWS review or share them with a model's provider."""


async def read(aws: Reader) -> Iterable[Resource]:
    """The mode of the site."""
    reply = await aws.call(GET_RETENTION)
    given = reply["mode"]
    unknown = Gap("failed", str(GET_RETENTION), message=f"{given} is a mode that AWS has added")
    mode = next((one for one in MODES if one == given), unknown)
    return [resource("data_retention", "data-retention", DataRetention(mode=mode), raw=reply)]


KIND = Kind(name="data_retention", state=DataRetention, read=read, operations=(GET_RETENTION,), single=True)
