"""The pipeline of fixing: what is read is judged, what drifts is planned, and what is planned is applied or undone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bedaudit.audit import Judged, Standard, need_units, rfc3339
from bedaudit.kinds import kinds
from bedaudit.model import GLOBAL, Call, Finding, Gap, Raw, Record, Report, Resource, ScanFacts
from bedaudit.policy.model import Control
from bedaudit.remedy.apply import Allowed, Applying, Result
from bedaudit.remedy.document import Document, Left, merged
from bedaudit.remedy.journal import Entry, Journal, journal
from bedaudit.remedy.plan import Plan, plain, plan
from bedaudit.remedy.wanted import Wish, wanted
from bedaudit.repairs import mounts
from bedaudit.repairs.repair import Repair

if TYPE_CHECKING:
    from bedaudit.aws.connection import Connection
    from bedaudit.aws.document import Documents
    from bedaudit.aws.progress import Progress
    from bedaudit.aws.scope import Targets
    from bedaudit.aws.settings import Settings
    from bedaudit.aws.writer import Writer


@dataclass(frozen=True, slots=True)
class Planned:
    """What would be done, and the report that says why."""

    plan: Plan
    report: Report


@dataclass(frozen=True, slots=True)
class Fixed:
    """What was planned, and how it ended; None: it was not begun."""

    planned: Planned
    results: tuple[Result, ...] | None


def dry_run(settings: Settings, standard: Standard, progress: Progress, clock: Callable[[], datetime]) -> Planned:
    """The plan. Nothing that could write is made, or even imported.

    Raises:
        BedauditError: it could not begin.
    """

    async def run() -> Planned:
        async with _documents(settings, progress) as documents:
            return await _Planning(standard, clock, documents).plan()

    return asyncio.run(run())


def fix(  # noqa: PLR0913 - what to do, and whom to ask
    settings: Settings,
    standard: Standard,
    progress: Progress,
    clock: Callable[[], datetime],
    *,
    journal_file: Path,
    decide: Callable[[Planned], Allowed | None],
) -> Fixed:
    """Plans, asks `decide`, and applies what it allows.

    Raises:
        BedauditError: it could not begin; nothing was changed.
    """

    async def run(files: ExitStack, kept: Journal | None) -> Fixed:
        async with _documents(settings, progress) as documents:
            planned = await _Planning(standard, clock, documents).plan()
            allowed = decide(planned)
            if allowed is None or not planned.plan.steps:
                return Fixed(planned, None if allowed is None else ())
            kept = kept or files.enter_context(journal(journal_file, repairs()))
            applying = Applying(_hands(documents, kept), kept, asyncio.sleep)
            return Fixed(planned, await applying.apply(planned.plan.steps, allowed))

    with ExitStack() as files:
        resumed = files.enter_context(journal(journal_file, repairs())) if journal_file.exists() else None
        return asyncio.run(run(files, resumed))


def rollback(
    settings: Settings, progress: Progress, journal_file: Path, decide: Callable[[tuple[Entry, ...]], bool]
) -> tuple[Result, ...] | None:
    """Undoes what a journal tells of, the last step first; None: it was not to be.

    Raises:
        BedauditError: it could not begin; nothing was changed.
    """

    async def run(kept: Journal, entries: tuple[Entry, ...]) -> tuple[Result, ...]:
        accounts = tuple(sorted({entry.step.document.site.account for entry in entries}))
        async with _documents(replace(settings, accounts=accounts, regions=()), progress) as documents:
            return await Applying(_hands(documents, kept), kept, asyncio.sleep).undo(entries)

    with journal(journal_file, repairs(), must_exist=True) as kept:
        entries = tuple(entry for entry in kept.entries if not entry.undone)
        if not entries:
            return ()
        return asyncio.run(run(kept, entries)) if decide(entries) else None


@asynccontextmanager
async def _documents(settings: Settings, progress: Progress) -> AsyncIterator[Documents]:
    from bedaudit.aws.connection import connect  # noqa: PLC0415 - loads boto3
    from bedaudit.aws.document import Documents  # noqa: PLC0415
    from bedaudit.aws.targets import targets  # noqa: PLC0415

    async with connect(settings, progress) as aws:
        yield Documents(aws, await targets(aws))


def _hands(documents: Documents, kept: Journal) -> _Hands:
    from bedaudit.aws.writer import Writer  # noqa: PLC0415 - a dry run has none

    begun = ((each.step.document.site.account, call) for each in kept.entries for call in each.step.calls)
    return _Hands(documents, Writer.after(documents, begun))


def repairs() -> dict[str, Repair]:
    """Every repair by its name."""
    return {mount.repair.name: mount.repair for mount in mounts()}


@dataclass(slots=True)
class _Hands:
    documents: Documents
    writer: Writer

    async def read(self, document: Document, /) -> Raw | Gap | None:
        return await _read(self.documents, document)

    async def write(self, document: Document, call: Call, /) -> Gap | None:
        return await self.writer.write(document.site.account, document.repair, document.place, call)

    async def received(self, document: Document, /) -> bool | Gap:
        return await self.documents.received(document.site.account, document.repair, document.place)


async def _read(documents: Documents, document: Document) -> Raw | Gap | None:
    raw = await documents.read(document.site.account, document.repair, document.place)
    if isinstance(raw, Gap):
        return raw
    told: Raw | None = plain(raw)
    return told


class _Planning:
    """A scan whose findings become a plan."""

    def __init__(self, standard: Standard, clock: Callable[[], datetime], documents: Documents) -> None:
        self.standard, self.clock, self.documents = standard, clock, documents
        self.resources: dict[tuple[str, str, str, str], Resource] = {}

    async def plan(self) -> Planned:
        from bedaudit.aws.check import check  # noqa: PLC0415

        report = await self._report()
        wishes: list[Wish] = []
        left: list[Left] = []
        for finding in report.findings:
            if finding.outcome == "fail":
                found = wanted(self._control(finding), finding, self._resource(finding), mounts())
                wishes += found.wishes
                left += [Left(finding, reason) for reason in found.left]
        documents, conflicts = merged(wishes)
        read = await asyncio.gather(*(_read(self.documents, each) for each in documents))
        raws = {each.name: raw for each, raw in zip(documents, read, strict=True)}
        return Planned(plan(documents, raws, (*left, *conflicts), check), report)

    async def _report(self) -> Report:
        from bedaudit.aws import engine  # noqa: PLC0415

        aws, found, started = self.documents.aws, self.documents.found, self.clock()
        for account in found.accounts:
            need_units(self.standard.rules, account.id, account.organizational_units)
        judged = Judged(self.standard)

        def on_record(record: Record) -> None:
            site = record.site
            self.resources |= {(site.account, site.region, each.kind, each.id): each for each in record.resources}
            judged.add(record)

        notices = await engine.scan(aws, found, self.standard.rules, on_record=on_record)
        return judged.report(_facts(judged, aws, found, started, self.clock()), (*found.notices, *notices))

    def _control(self, finding: Finding) -> Control:
        """The control with the values of the finding's site in it."""
        controls = self.standard.rules.for_site(finding.site)
        return next(control for control in controls if control.id == finding.control)

    def _resource(self, finding: Finding) -> Resource | None:
        """What the finding is about, or what came nearest to what it looked for."""
        nearest = finding.evidence.nearest if finding.evidence else None
        name = finding.resource.id if finding.resource else nearest
        region = GLOBAL if kinds()[finding.kind].scope == "account" else finding.site.region
        return None if name is None else self.resources.get((finding.site.account, region, finding.kind, name))


def _facts(judged: Judged, aws: Connection, found: Targets, started: datetime, finished: datetime) -> ScanFacts:
    return judged.facts(
        scan=aws.settings.scan_id,
        started_at=rfc3339(started),
        finished_at=rfc3339(finished),
        identity=found.identity,
        calls=aws.progress.calls,
    )
