"""Reads the documents of repairs: as AWS gives them, with nothing hidden, and with no operation that writes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from bedaudit.aws.connection import Connection
from bedaudit.aws.diagnosis import Diagnosis
from bedaudit.aws.entry import Entry, enter
from bedaudit.aws.memo import Memo
from bedaudit.aws.reader import Heard, KindReader
from bedaudit.aws.scope import Account, Targets
from bedaudit.aws.site import moment
from bedaudit.kinds.kind import Kind
from bedaudit.model import Gap, Raw
from bedaudit.policy.needs import Needs
from bedaudit.reader import Known, Reader, Unreadable
from bedaudit.repairs.repair import Place, Repair
from bedaudit.state import State

T = TypeVar("T")


@dataclass(slots=True)
class _DocumentReader(KindReader):
    async def part(self, name: str, read: Callable[[Reader], Awaitable[T]], /, facts: Known = None) -> T | Gap:
        """Whatever a repair asks for is needed."""
        return await self.attempt(read(self))


async def _nothing(_: Reader) -> tuple[()]:
    return ()


@dataclass(slots=True)
class Documents:
    """The documents of the accounts of a scan."""

    aws: Connection
    found: Targets
    _entries: dict[str, asyncio.Task[Entry | Gap]] = field(default_factory=dict)

    async def read(self, account: str, repair: Repair, place: Place) -> Raw | Gap | None:
        """The document as it is now; None where there is none."""
        return await self._ask(account, repair, place, repair.read)

    async def received(self, account: str, repair: Repair, place: Place) -> bool | Gap:
        """Whether something was delivered to what the document stands for."""
        return False if repair.received is None else await self._ask(account, repair, place, repair.received)

    async def _ask(
        self, account: str, repair: Repair, place: Place, read: Callable[[Reader, Place], Awaitable[T]]
    ) -> T | Gap:
        entry = await self.entry(account)
        if isinstance(entry, Gap):
            return entry
        aws, home = self.aws, self.found.home_region
        diagnosis = Diagnosis(aws.client, aws.catalogue, entry.who, self.found.partition, home)
        memo = Memo(aws.client, aws.catalogue, entry.who, diagnosis, home, redacts=False)
        kind = Kind(repair.name, State, _nothing, repair.reads)
        reader = _DocumentReader(
            account, place.region, self.found.partition, moment(), home, kind, Needs(()), memo, Heard()
        )
        try:
            return await read(reader, place)
        except Unreadable as unreadable:
            return unreadable.gap
        finally:
            memo.close()

    async def entry(self, account: str) -> Entry | Gap:
        """The way into an account, or why there is none."""
        if account not in self._entries:
            target = next((each for each in self.found.accounts if each.id == account), Account(account))
            self._entries[account] = asyncio.create_task(enter(self.aws, self.found, target))
        return await asyncio.shield(self._entries[account])
