"""Judging a snapshot: what an earlier scan read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from bedaudit.audit.judged import INTERRUPTED, Judged, Standard
from bedaudit.errors import SnapshotError, TargetError
from bedaudit.evaluate import EVERYWHERE
from bedaudit.model import GLOBAL, Monitoring, Record, Report, Site, SiteGap
from bedaudit.opening import Readable
from bedaudit.snapshot import Header, open_snapshot


def from_snapshot(
    path: Readable, standard: Standard, accounts: tuple[str, ...] = (), regions: tuple[str, ...] = ()
) -> Report:
    """Judges what an earlier scan read, or of that only some accounts and regions.

    Raises:
        SnapshotError: the file is not a whole snapshot.
        BedauditError: it holds nothing to judge.
    """
    header, records, end = open_snapshot(path)
    judged = Judged(standard, _monitoring(header, standard, accounts))
    wanted = {*accounts, *judged.monitoring.outside} if accounts else ()
    there: dict[tuple[str, str], Site] = {}
    for record in records:
        place = (record.site.account, record.site.region)
        if place in there:
            raise SnapshotError(f"{path}: {' '.join(place)} is in it twice")
        there[place] = record.site
        for each in _within(record, wanted, regions):
            judged.add(each)
    _must_hold(there.values(), accounts, regions)
    if end is None:
        judged.gaps.append(SiteGap(EVERYWHERE, "", EVERYWHERE, INTERRUPTED))
    facts = judged.facts(
        scan=header.scan,
        started_at=header.started_at,
        finished_at=end.finished_at if end else judged.read_at,
        identity=header.identity,
        calls=end.calls if end else 0,
    )
    return judged.report(facts, (*header.notices, *(end.notices if end else ())))


def _monitoring(header: Header, standard: Standard, accounts: tuple[str, ...]) -> Monitoring:
    """The monitoring accounts of a snapshot of which only some accounts are judged; empty: all."""
    read = header.monitoring
    outside = tuple(each for each in read.accounts if each in read.outside or (accounts and each not in accounts))
    return Monitoring(read.accounts, outside, tuple(sorted({*standard.monitoring_accounts} - {*read.accounts})))


def _within(record: Record, accounts: Collection[str], regions: tuple[str, ...]) -> Iterator[Record]:
    """What a record says of some accounts and regions; empty: of all.

    What an account has once belongs to all its regions; one that was not entered was not entered in any.
    """
    if accounts and record.site.account not in accounts:
        return
    if not regions or record.site.region in (*regions, GLOBAL):
        yield record
    elif record.site.region == EVERYWHERE:
        yield from (replace(record, site=replace(record.site, region=region)) for region in sorted(set(regions)))


def _must_hold(there: Collection[Site], accounts: Iterable[str], regions: Iterable[str]) -> None:
    """Makes sure that a slip in an account or region is not taken for a quiet one.

    Raises:
        TargetError: one that was asked for was not read.
    """
    held = {site.account for site in there}
    visited = {site.region for site in there} - {GLOBAL, EVERYWHERE}
    missing = [f"account {name}" for name in accounts if name not in held]
    missing += [f"region {name}" for name in regions if visited and name not in visited]
    if missing:
        raise TargetError(f"the snapshot holds nothing of {', '.join(missing)}")
