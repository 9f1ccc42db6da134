"""A scan of AWS: what is read is kept, and judged as it comes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bedaudit.audit.begun import Begun
from bedaudit.audit.judged import INTERRUPTED, Judged, Standard, need_units, rfc3339
from bedaudit.evaluate import EVERYWHERE
from bedaudit.kinds import kinds
from bedaudit.model import GLOBAL, Gap, KindGap, Monitoring, Record, Report, Site
from bedaudit.policy.needs import Needs
from bedaudit.policy.watching import with_links
from bedaudit.snapshot import End, Header, SnapshotWriter

if TYPE_CHECKING:
    from bedaudit.aws.earlier import Earlier
    from bedaudit.aws.progress import Progress
    from bedaudit.aws.regions import Visit
    from bedaudit.aws.scope import Account, Targets
    from bedaudit.aws.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan found, and whether it was stopped before its end."""

    report: Report
    interrupted: bool


def scan(
    settings: Settings,
    standard: Standard,
    progress: Progress,
    clock: Callable[[], datetime],
    snapshot: Path | Begun | None = None,
) -> Scanned:
    """Reads AWS, keeps what was read in `snapshot`, and judges it.

    Ctrl-C ends the reading; what was read by then is judged, and the rest is not read. Where the snapshot was begun by
    a scan that was stopped, it is made whole, and no site in it is read again.

    Raises:
        BedauditError: it could not begin.
    """
    if isinstance(snapshot, Begun):
        settings = replace(settings, scan_id=snapshot.header.scan)
    live = _Live(settings, standard, progress, clock, snapshot)
    try:
        asyncio.run(live.read())
    except KeyboardInterrupt:
        if live.found is None:
            raise
        live.leave_unread()
        return Scanned(live.report(), interrupted=True)
    return Scanned(live.report(), interrupted=False)


class _Live:
    """A scan of AWS under way."""

    def __init__(
        self,
        settings: Settings,
        standard: Standard,
        progress: Progress,
        clock: Callable[[], datetime],
        snapshot: Path | Begun | None,
    ) -> None:
        self.settings, self.progress, self.clock = settings, progress, clock
        self.begun = snapshot if isinstance(snapshot, Begun) else None
        self.snapshot = snapshot.path if isinstance(snapshot, Begun) else snapshot
        self.standard, self.rules = standard, standard.rules
        self.judged = Judged(standard)
        self.started_at = self.begun.header.started_at if self.begun else rfc3339(clock())
        self.found: Targets | None = None
        self.sites: list[Site] = []
        """Those of the accounts that were begun."""
        self.notices: tuple[str, ...] = ()

    async def read(self) -> None:
        from bedaudit.aws import engine  # noqa: PLC0415 - judging a snapshot loads nothing of AWS
        from bedaudit.aws.connection import connect  # noqa: PLC0415
        from bedaudit.aws.earlier import Earlier  # noqa: PLC0415
        from bedaudit.aws.targets import targets  # noqa: PLC0415

        async with connect(self.settings, self.progress) as aws, AsyncExitStack() as files:
            self.found = found = await targets(aws)
            log.info("accounts to read, as %s: %d", found.identity, len(found.accounts))
            self.judged = Judged(self.standard, self._monitoring(found))
            for account in found.accounts:
                need_units(self.rules, account.id, account.organizational_units)
            earlier = Earlier()
            header = self._header(found)
            done = self._done(found, earlier)
            writer = files.enter_context(SnapshotWriter(self.snapshot, header, done)) if self.snapshot else None

            def on_record(record: Record) -> None:
                log.info("read %s %s: %d gaps", record.site.account, record.site.region, len(record.gaps))
                if writer:
                    writer.write(record)
                self.judged.add(record)

            self.notices = await engine.scan(
                aws, found, self.rules, on_record=on_record, on_visit=self.sites.extend, earlier=earlier
            )
            if writer:
                writer.close(End(rfc3339(self.clock()), self.progress.calls, self.notices))

    def _done(self, found: Targets, earlier: Earlier) -> Iterator[Record]:
        """What was read before the scan was stopped, judged as it passes."""
        if self.begun is None:
            return
        accounts = {account.id for account in found.accounts}.union(self.settings.monitoring_accounts)
        for record in self.begun.records_of(accounts, {*found.regions, GLOBAL, EVERYWHERE}):
            earlier.add(record)
            self.judged.add(record)
            self.progress.sites_done += record.site.region != GLOBAL
            yield record

    def _monitoring(self, found: Targets) -> Monitoring:
        accounts = tuple(sorted(set(self.settings.monitoring_accounts)))
        scanned = {account.id for account in found.accounts}
        return Monitoring(accounts, tuple(account for account in accounts if account not in scanned))

    def _header(self, found: Targets) -> Header:
        needs = Needs(with_links(self.rules.controls.values(), kinds()))
        paths = {kind: needs.paths(kind) for kind in sorted(needs.kinds)}
        header = Header(
            self.settings.scan_id,
            self.started_at,
            found.identity,
            found.partition,
            paths,
            found.notices,
            self.judged.monitoring,
        )
        return self.begun.header_of(header) if self.begun else header

    def leave_unread(self) -> None:
        """Makes gaps of the sites that were not visited, so that they do not look green."""
        for site in self._not_visited():
            record = Record(site, rfc3339(self.clock()), (), (), (KindGap(None, INTERRUPTED),))
            self.judged.judge(record)

    def _not_visited(self) -> Iterator[Site]:
        """The missing sites of accounts that were begun, and the accounts that were not."""
        assert self.found is not None  # noqa: S101 - nothing was to be visited before
        yield from (site for site in self.sites if (site.account, site.region) not in self.judged.visited)
        begun = {site.account for site in self.sites} | {account for account, _ in self.judged.visited}
        for account in self.found.accounts:
            if account.id not in begun:
                for region in self.found.regions if self.settings.regions else (EVERYWHERE,):
                    yield Site(account.id, region, self.found.partition, account.name, account.organizational_units)

    def report(self) -> Report:
        """What was found."""
        assert self.found is not None  # noqa: S101 - reading without targets has raised
        facts = self.judged.facts(
            scan=self.settings.scan_id,
            started_at=self.started_at,
            finished_at=rfc3339(self.clock()),
            identity=self.found.identity,
            calls=self.progress.calls,
        )
        return self.judged.report(facts, (*self.found.notices, *self.notices))


@dataclass(frozen=True, slots=True)
class Survey:
    """What a scan would visit."""

    found: Targets
    visits: Mapping[Account, Visit | Gap]
    """Of each account its regions, or why it cannot be entered."""


def survey(settings: Settings, progress: Progress) -> Survey:
    """Enters every account, and reads nothing there but which regions are enabled.

    Raises:
        BedauditError: there is nothing to visit.
    """
    return asyncio.run(_survey(settings, progress))


async def _survey(settings: Settings, progress: Progress) -> Survey:
    from bedaudit.aws.connection import connect  # noqa: PLC0415
    from bedaudit.aws.entry import preview  # noqa: PLC0415
    from bedaudit.aws.targets import targets  # noqa: PLC0415

    async with connect(settings, progress) as aws:
        found = await targets(aws)
        return Survey(found, await preview(aws, found))
