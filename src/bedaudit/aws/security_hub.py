"""Gives findings to AWS Security Hub, each in the name of its own account and in its own region.

https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bedaudit.aws.connection import Connection
from bedaudit.aws.credentials import NotEntered
from bedaudit.aws.document import Documents
from bedaudit.aws.gaps import ERRORS, gap_of
from bedaudit.aws.scope import Targets
from bedaudit.model import Gap
from bedaudit.reader import Operation

BATCH_IMPORT_FINDINGS: Final = Operation("securityhub", "BatchImportFindings")

OPERATIONS: Final = (BATCH_IMPORT_FINDINGS,)
"""What publishing calls in each account, beside entering it."""

_AT_ONCE: Final = 8
"""Batches under way."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Findings of one account and region, not more than Security Hub takes in one call."""

    account: str
    region: str
    findings: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Findings that Security Hub did not take, and why."""

    account: str
    region: str
    findings: int
    gap: Gap


@dataclass(slots=True)
class Imported:
    """What became of findings."""

    taken: int = 0
    refusals: list[Refusal] = field(default_factory=list)


async def publish(aws: Connection, found: Targets, batches: Iterable[Batch]) -> Imported:
    """Makes all imports that can be made; where one cannot, no more is tried in that account and region."""
    publishing, waiting = _Publishing(Documents(aws, found)), iter(batches)

    async def work() -> None:
        for batch in waiting:
            await publishing.batch(batch)

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(work())
    return publishing.imports


@dataclass(slots=True)
class _Publishing:
    documents: Documents
    imports: Imported = field(default_factory=Imported)
    closed: dict[tuple[str, str], Gap] = field(default_factory=dict)
    """Accounts and regions in which nothing can be imported."""

    async def batch(self, batch: Batch) -> None:
        place = (batch.account, batch.region)
        reply = self.closed.get(place) or await self._send(batch)
        if isinstance(reply, Gap):
            self.closed[place] = reply
            self._refused(batch, len(batch.findings), reply)
            return
        self.imports.taken += reply["SuccessCount"]
        failed = reply.get("FailedFindings", ())
        for code, message in {(each["ErrorCode"], each["ErrorMessage"]) for each in failed}:
            number = sum((each["ErrorCode"], each["ErrorMessage"]) == (code, message) for each in failed)
            self._refused(batch, number, Gap("failed", str(BATCH_IMPORT_FINDINGS), code, message))

    async def _send(self, batch: Batch) -> Mapping[str, Any] | Gap:
        entry = await self.documents.entry(batch.account)
        if isinstance(entry, Gap):
            return entry
        service, name = BATCH_IMPORT_FINDINGS.service, BATCH_IMPORT_FINDINGS.name
        try:
            parameters = {"Findings": list(batch.findings)}
            return await self.documents.aws.client.send(entry.who, service, name, batch.region, parameters)
        except NotEntered as refused:
            return refused.gap
        except ERRORS as error:
            return gap_of(error, service, name)

    def _refused(self, batch: Batch, findings: int, gap: Gap) -> None:
        self.imports.refusals.append(Refusal(batch.account, batch.region, findings, gap))
