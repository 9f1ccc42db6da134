"""Reads every site of every account, each as soon as there is room for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bedaudit.aws.connection import Connection
from bedaudit.aws.diagnosis import Diagnosis
from bedaudit.aws.entry import enter
from bedaudit.aws.memo import Memo
from bedaudit.aws.reader import Heard
from bedaudit.aws.regions import DISABLED, Visit
from bedaudit.aws.scope import Account, Targets
from bedaudit.aws.site import SiteScan, moment, unread
from bedaudit.kinds import kinds
from bedaudit.kinds.kind import Kind
from bedaudit.model import GLOBAL, Gap, Record, Site
from bedaudit.policy.model import Control
from bedaudit.policy.needs import Needs
from bedaudit.policy.rules import Rules

ForSite: TypeAlias = Callable[[Site], tuple[Control, ...]]

_CALLS_PER_ACCOUNT = 4
"""So many calls in flight leave room for one more account at once: enough to keep all slots busy, few enough to be
done with one account, and its memory, soon."""

NOT_ENTERED = "*"
"""The region of an account that could not be entered, where no regions were asked for."""


async def scan(  # noqa: PLR0913 - whom it asks, and whom it tells
    aws: Connection,
    found: Targets,
    rules: Rules,
    *,
    on_record: Callable[[Record], None],
    on_visit: Callable[[Sequence[Site]], None] = lambda sites: None,
    known: Mapping[str, Kind] | None = None,
) -> tuple[str, ...]:
    """Hands each record over when it is complete, an account's `global` one before its sites'; gives notices.

    Each account's sites are told to `on_visit` before they are read.

    What AWS does becomes gaps. A bug, an error of `on_record`, and a cancellation end the scan with that exception;
    what was handed over by then is whole.
    """
    whole = _Scan(aws, found, rules.for_site, on_record, on_visit, kinds() if known is None else known)
    aws.progress.accounts = len(found.accounts)
    aws.progress.sites = len(found.accounts) * len(found.regions)
    waiting = iter(found.accounts)

    async def work() -> None:
        for account in waiting:
            await whole.account(account)
            aws.progress.accounts_done += 1

    at_once = max(1, min(len(found.accounts), aws.settings.concurrency // _CALLS_PER_ACCOUNT))
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(work())
    except BaseExceptionGroup as errors:
        raise _first(errors) from None
    return tuple(sorted(whole.notices))


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


@dataclass(frozen=True, slots=True)
class _Scan:
    aws: Connection
    found: Targets
    for_site: ForSite
    on_record: Callable[[Record], None]
    on_visit: Callable[[Sequence[Site]], None]
    known: Mapping[str, Kind]
    notices: list[str] = field(default_factory=list)

    async def account(self, account: Account) -> None:
        entry = await enter(self.aws, self.found, account)
        if isinstance(entry, Gap):
            self._not_entered(account, entry)
            return
        who, visited = entry.who, entry.visit
        self.notices.extend([f"account {account.id}: {visited.notice}"] if visited.notice else [])
        self.aws.progress.sites += len(visited.regions) + len(visited.disabled) - len(self.found.regions)
        diagnosis = Diagnosis(self.aws.client, self.aws.catalogue, who, self.found.partition, self.found.home_region)
        memo = Memo(self.aws.client, self.aws.catalogue, who, diagnosis, self.found.home_region)
        try:
            await self._sites(account, visited, memo)
        finally:
            memo.close()

    async def _sites(self, account: Account, visited: Visit, memo: Memo) -> None:
        """An account's global things, then all its sites at once."""
        sites = [self._site(account, region) for region in visited.regions]
        self.on_visit(sites)
        everywhere = SiteScan(self._site(account, GLOBAL), moment(), self.found.home_region, memo, self.known, Heard())
        needs = Needs(self._controls([everywhere.site, *sites]))
        wanted = (name for name in needs.kinds if self.known[name].scope == "account")
        self._deliver(everywhere.record(await everywhere.kinds(wanted, needs)))
        for region in visited.disabled:
            self._deliver(unread(self._site(account, region), moment(), DISABLED))
        async with asyncio.TaskGroup() as group:
            for site in sites:
                group.create_task(self._read(site, memo))

    async def _read(self, site: Site, memo: Memo) -> None:
        here = SiteScan(site, moment(), self.found.home_region, memo, self.known, Heard())
        self._deliver(await here.read(self.for_site(site)))

    def _controls(self, sites: Iterable[Site]) -> list[Control]:
        """The controls of all sites; those that many of them share, once."""
        shared = {id(controls): controls for controls in map(self.for_site, sites)}
        return [control for controls in shared.values() for control in controls]

    def _not_entered(self, account: Account, gap: Gap) -> None:
        asked = self.aws.settings.regions
        self.aws.progress.sites -= 0 if asked else len(self.found.regions) - 1
        for region in self.found.regions if asked else (NOT_ENTERED,):
            self._deliver(unread(self._site(account, region), moment(), gap))

    def _deliver(self, record: Record) -> None:
        self.aws.progress.gaps += len(record.gaps)
        self.aws.progress.sites_done += record.site.region != GLOBAL
        self.on_record(record)

    def _site(self, account: Account, region: str) -> Site:
        return Site(account.id, region, self.found.partition, account.name, account.organizational_units)
