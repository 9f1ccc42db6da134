"""The replies of one account, each asked for once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from botocore.exceptions import ClientError

from bedaudit.aws.catalogue import GLOBAL_SERVICES, Catalogue
from bedaudit.aws.client import Client, Identity
from bedaudit.aws.credentials import NotEntered
from bedaudit.aws.diagnosis import Diagnosis
from bedaudit.aws.gaps import ERRORS, code_of
from bedaudit.aws.paging import pages
from bedaudit.aws.redact import redact
from bedaudit.model import Gap, Raw
from bedaudit.reader import Operation

_FREEZING = json.JSONEncoder(sort_keys=True, default=str)

_Key: TypeAlias = tuple[str, str, str, bool, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a kind wants to know."""

    operation: Operation
    region: str
    parameters: Mapping[str, Any]
    paged: bool
    """All pages rather than the first."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that could not be made good."""

    gap: Gap
    code: str | None
    region: str
    """Where it failed."""


Answer: TypeAlias = tuple[Raw, ...] | Failure


class Memo:
    """Reads one account. Concurrent readers of the same thing share one call, and its failure."""

    def __init__(  # noqa: PLR0913 - whom it asks, and how
        self,
        client: Client,
        catalogue: Catalogue,
        who: Identity,
        diagnosis: Diagnosis,
        home: str,
        *,
        redacts: bool = True,
    ) -> None:
        """`redacts`: what may be secret is hidden; only what is to be written back is read as it is."""
        self._redacts = redacts
        self._client, self._catalogue, self._who, self._diagnosis = client, catalogue, who, diagnosis
        self._home = home
        self._tasks: dict[_Key, asyncio.Task[Answer]] = {}
        self._bucket_regions: dict[str, str] = {}

    async def read(self, asked: Asked, /) -> Answer:
        """All pages, or the first, or why there are none."""
        if asked.operation.service == "s3" and "Bucket" in asked.parameters:
            return await self._read_bucket(asked)
        if asked.operation.service in GLOBAL_SERVICES:
            asked = replace(asked, region=self._home)
        return await self._share(asked, asked.region)

    def close(self) -> None:
        """Gives up what is still asked for."""
        for task in self._tasks.values():
            task.cancel()

    async def _read_bucket(self, asked: Asked) -> Answer:
        """A bucket is read in its own region, which its HeadBucket tells, whichever site asks first."""
        if asked.operation.name != "HeadBucket":
            region = self._bucket_regions.get(asked.parameters["Bucket"], asked.region)
            return await self._share(replace(asked, region=region), region)
        shared = await self._share(asked, scope="")
        if not isinstance(shared, Failure) or shared.region == asked.region or shared.code in asked.operation.absent:
            return shared
        return await self._share(asked, asked.region)

    async def _share(self, asked: Asked, scope: str) -> Answer:
        """One task for all who ask the same within `scope`."""
        frozen = _FREEZING.encode(asked.parameters) if asked.parameters else ""
        key = (asked.operation.service, asked.operation.name, scope, asked.paged, frozen)
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(self._ask(asked))
            task.add_done_callback(_retrieve)
        return task.result() if task.done() else await asyncio.shield(task)

    async def _ask(self, asked: Asked) -> Answer:
        service, name = asked.operation.service, asked.operation.name

        async def send(page: Mapping[str, Any]) -> Raw:
            reply = await self._client.send(self._who, service, name, asked.region, page)
            self._learn(asked, reply)
            body: Any = reply
            body.pop("ResponseMetadata", None)
            return redact(service, name, body) if self._redacts else body

        try:
            follow = self._catalogue.pager(asked.operation) if asked.paged else None
            return await pages(send, asked.parameters, follow)
        except (*ERRORS, NotEntered) as error:
            if isinstance(error, ClientError):
                self._learn(asked, error.response)
            gap = await self._diagnosis.gap(error, service, name, asked.region)
            code = None if gap.reason == "not_implemented" else code_of(error)
            return Failure(gap, code, asked.region)

    def _learn(self, asked: Asked, reply: Mapping[str, Any]) -> None:
        headers = reply.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        if "Bucket" in asked.parameters and (region := headers.get("x-amz-bucket-region")):
            self._bucket_regions[asked.parameters["Bucket"]] = region


def _retrieve(task: asyncio.Task[Answer]) -> None:
    """Whoever waits gets the exception; if nobody does any more, asyncio need not warn of it."""
    if not task.cancelled():
        task.exception()
