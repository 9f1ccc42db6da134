"""Reading one site: no more of it than its controls look at."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bedaudit.aws.reader import Heard, KindReader, Source
from bedaudit.kinds.kind import Kind
from bedaudit.model import Facts, Gap, KindGap, Record, Resource, Site
from bedaudit.policy.model import Control
from bedaudit.policy.needs import Needs, first_kinds, live
from bedaudit.policy.watching import LINK, unmet, with_links
from bedaudit.reader import Unreadable

Read: TypeAlias = Mapping[str, tuple[Resource, ...] | Gap]


@dataclass(frozen=True, slots=True)
class SiteScan:
    """One site, and what it is read with."""

    site: Site
    now: datetime
    home: str
    memo: Source
    known: Mapping[str, Kind]
    """Every kind by name."""
    heard: Heard

    async def read(
        self, controls: tuple[Control, ...], for_others: tuple[Control, ...] = (), once: Read | None = None
    ) -> Record:
        """First what decides which controls apply, then the kinds that the remaining controls judge.

        A kind of both sorts is read twice, the second time for more of it: what was asked before is remembered.
        Controls `for_others` are asked whatever is true here. `once` is what the account has once.
        """
        first = await self.kinds(self._local(first_kinds(controls)), Needs((), deciding=controls))
        facts = {name: _single(found) for name, found in first.items()}
        remaining = live(controls, facts)
        needs = Needs((*with_links(remaining, self.known), *for_others), deciding=controls)
        rest = await self.kinds(self._local(control.kind for control in (*remaining, *for_others)), needs)
        if self.heard.refusal is not None and not self.heard.something:
            return unread(self.site, self.now, self.heard.refusal)
        read = {**first, **rest}
        if LINK not in read and self._lacks(remaining, facts, {**(once or {}), **read}):
            read |= await self.kinds([LINK], needs)
        return self.record(read)

    def _lacks(self, controls: tuple[Control, ...], first: Facts, read: Read) -> bool:
        """Whether something is not here that the accounts with which the site shares its metrics may have."""

        def states(kind: str) -> list[Facts]:
            found = read.get(kind, ())
            return [] if isinstance(found, Gap) else [resource.state for resource in found]

        return LINK in self.known and unmet(controls, self.known, self.site.account, first, states)

    async def kinds(self, names: Iterable[str], needs: Needs) -> Read:
        """What each kind gives, or its gap; anything else that a kind raises is a bug and ends the scan."""
        async with asyncio.TaskGroup() as group:
            tasks = {name: group.create_task(self._kind(self.known[name], needs)) for name in sorted(names)}
        return {name: task.result() for name, task in tasks.items()}

    async def _kind(self, kind: Kind, needs: Needs) -> tuple[Resource, ...] | Gap:
        site = self.site
        reader = KindReader(
            site.account, site.region, site.partition, self.now, self.home, kind, needs, self.memo, self.heard
        )
        try:
            found = await kind.read(reader)
        except Unreadable as unreadable:
            return unreadable.gap
        return found if isinstance(found, Gap) else tuple(found)

    def record(self, read: Read) -> Record:
        """All that was read."""
        resources = (each for found in read.values() if not isinstance(found, Gap) for each in found)
        gaps = (KindGap(name, found) for name, found in sorted(read.items()) if isinstance(found, Gap))
        ordered = sorted(resources, key=lambda each: (each.kind, each.id))
        return Record(self.site, self.now.isoformat(), tuple(sorted(read)), tuple(ordered), tuple(gaps))

    def _local(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(name for name in names if self.known[name].scope == "site")


def unread(site: Site, now: datetime, gap: Gap) -> Record:
    """The record of a site of which nothing could be read."""
    return Record(site, now.isoformat(), (), (), (KindGap(None, gap),))


def moment() -> datetime:
    """Now, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def _single(found: tuple[Resource, ...] | Gap) -> Any:
    return found.as_fact() if isinstance(found, Gap) else found[0].state
