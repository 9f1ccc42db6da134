"""Reads every site of every account, each as soon as there is room for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bedaudit.aws.connection import Connection
from bedaudit.aws.crew import batches, crew, told
from bedaudit.aws.diagnosis import Diagnosis
from bedaudit.aws.earlier import NOT_ENTERED, Earlier
from bedaudit.aws.entry import enter
from bedaudit.aws.memo import Memo
from bedaudit.aws.reader import Heard
from bedaudit.aws.regions import DISABLED, Visit
from bedaudit.aws.scope import Account, Targets
from bedaudit.aws.site import Read, SiteScan, moment, unread
from bedaudit.kinds import kinds
from bedaudit.kinds.kind import Kind
from bedaudit.model import GLOBAL, Gap, Record, Site
from bedaudit.policy.model import Control
from bedaudit.policy.needs import Needs
from bedaudit.policy.rules import Rules
from bedaudit.policy.watching import witnesses

ForSite: TypeAlias = Callable[[Site], tuple[Control, ...]]

_CALLS_PER_ACCOUNT = 8
"""So many calls in flight leave room for one more account at once: enough to keep all slots busy, few enough to be
done with one account, and its memory, soon."""

_LEAST_ACCOUNTS = 5
"""So many are read at once at least: what one that is throttled or silent waits for holds up no other."""


async def scan(  # noqa: PLR0913 - whom it asks, and whom it tells
    aws: Connection,
    found: Targets,
    rules: Rules,
    *,
    on_record: Callable[[Record], None],
    on_visit: Callable[[Sequence[Site]], None] = lambda sites: None,
    known: Mapping[str, Kind] | None = None,
    earlier: Earlier | None = None,
) -> tuple[str, ...]:
    """Hands each record over when it is complete, an account's `global` one before its sites'; gives notices.

    The monitoring accounts come before all others; those that are not among the targets are read for the sake of the
    others only. Each account's sites are told to `on_visit` before they are read; those that are done since `earlier`
    are not read again.

    What AWS does becomes gaps. A bug, an error of `on_record`, and a cancellation end the scan with that exception;
    what was handed over by then is whole.
    """
    known = kinds() if known is None else known
    monitoring = aws.settings.monitoring_accounts
    for_others = witnesses(rules.controls.values(), known) if monitoring else ()
    first = _monitoring(found, monitoring if for_others else ())
    rest = [account for account in found.accounts if account not in first]
    outside = frozenset(first).difference(found.accounts)
    done = earlier or Earlier()
    whole = _Scan(aws, found, rules.for_site, on_record, on_visit, known, for_others, frozenset(first), outside, done)
    aws.progress.accounts = len(first) + len(rest)
    aws.progress.sites = aws.progress.accounts * len(found.regions)
    try:
        await whole.accounts(first)
        await (whole.elsewhere(rules, rest) if aws.settings.crewed else whole.accounts(rest))
    except BaseExceptionGroup as errors:
        raise _first(errors) from None
    return tuple(sorted(whole.notices))


def _monitoring(found: Targets, monitoring: tuple[str, ...]) -> list[Account]:
    targets = {account.id: account for account in found.accounts}
    return [targets.get(each, Account(each)) for each in sorted(set(monitoring))]


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
    for_others: tuple[Control, ...]
    """What is asked of monitoring accounts, whatever applies to their own sites."""
    monitoring: frozenset[Account]
    outside: frozenset[Account]
    """Those of them to which no control applies."""
    earlier: Earlier
    notices: list[str] = field(default_factory=list)

    async def accounts(self, accounts: Sequence[Account]) -> None:
        """Some of them at once."""
        waiting = iter(accounts)
        at_once = max(_LEAST_ACCOUNTS, self.aws.settings.concurrency // _CALLS_PER_ACCOUNT)

        async def work() -> None:
            for account in waiting:
                await self.account(account)
                self.aws.progress.accounts_done += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(min(len(accounts), at_once)):
                group.create_task(work())

    async def elsewhere(self, rules: Rules, accounts: Sequence[Account]) -> None:
        """All of them, read by other processes."""
        progress, settings = self.aws.progress, self.aws.settings
        with crew(settings) as others:
            jobs = batches(self.found, accounts, others.workers)
            async for batch, came in told(others, settings, rules, self.earlier, jobs):
                self.notices.extend(came.notices)
                progress.calls += came.calls
                progress.accounts_done += len(batch.accounts)
                progress.sites -= len(batch.accounts) * len(self.found.regions)
                progress.sites += sum(record.site.region != GLOBAL for record in came.records)
                for record in came.records:
                    self._deliver(record)

    async def account(self, account: Account) -> None:
        if self.earlier.shut(account.id, self.found.regions):
            return
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
        once = self.earlier.once(account.id)
        if once is None:
            once = await self._once(account, everywhere, sites)
        for region in visited.disabled:
            if not self.earlier.has(account.id, region):
                self._deliver(unread(self._site(account, region), moment(), DISABLED))
        async with asyncio.TaskGroup() as group:
            for site in sites:
                if not self.earlier.has(account.id, site.region):
                    group.create_task(self._read(account, site, memo, once))

    async def _once(self, account: Account, everywhere: SiteScan, sites: Iterable[Site]) -> Read:
        """What an account has once, read and delivered."""
        controls = () if account in self.outside else self._controls([everywhere.site, *sites])
        needs = Needs((*controls, *(self.for_others if account in self.monitoring else ())))
        wanted = (name for name in needs.kinds if self.known[name].scope == "account")
        once = await everywhere.kinds(wanted, needs)
        self._deliver(everywhere.record(once))
        return once

    async def _read(self, account: Account, site: Site, memo: Memo, once: Read) -> None:
        here = SiteScan(site, moment(), self.found.home_region, memo, self.known, Heard())
        controls = () if account in self.outside else self.for_site(site)
        for_others = self.for_others if account in self.monitoring else ()
        self._deliver(await here.read(controls, for_others, once))

    def _controls(self, sites: Iterable[Site]) -> list[Control]:
        """The controls of all sites; those that many of them share, once."""
        shared = {id(controls): controls for controls in map(self.for_site, sites)}
        return [control for controls in shared.values() for control in controls]

    def _not_entered(self, account: Account, gap: Gap) -> None:
        asked = self.aws.settings.regions
        self.aws.progress.sites -= 0 if asked else len(self.found.regions) - 1
        for region in self.found.regions if asked else (NOT_ENTERED,):
            if not self.earlier.has(account.id, region):
                self._deliver(unread(self._site(account, region), moment(), gap))

    def _deliver(self, record: Record) -> None:
        self.aws.progress.gaps += len(record.gaps)
        self.aws.progress.sites_done += record.site.region != GLOBAL
        self.on_record(record)

    def _site(self, account: Account, region: str) -> Site:
        return Site(account.id, region, self.found.partition, account.name, account.organizational_units)
