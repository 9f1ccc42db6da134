"""Judging the snapshots of the parts of one scan together, as if one had read it all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bedaudit.audit.judged import INTERRUPTED, Judged, Standard
from bedaudit.errors import SnapshotError
from bedaudit.evaluate import EVERYWHERE
from bedaudit.merge import several
from bedaudit.model import Monitoring, Record, Report, SiteGap
from bedaudit.opening import Readable
from bedaudit.snapshot import End, Header, open_snapshot


def from_snapshots(paths: Sequence[Readable], standard: Standard) -> Report:
    """Judges what the parts of a scan read, each of other accounts; monitoring accounts may be in several.

    Raises:
        SnapshotError: one of them is not a whole snapshot, or two have the same account.
        BedauditError: what is required is not known.
    """
    parts = [_Part(path, *open_snapshot(path)[::2]) for path in paths]
    monitoring = _monitoring(parts, standard)
    judged = Judged(standard, monitoring)
    sources: dict[str, Readable] = {}
    for watching in (True, False):
        for part in parts:
            for record in part.records(sources, monitoring):
                if (record.site.account in monitoring.accounts) is watching:
                    judged.add(record)
    ends = [part.end for part in parts]
    if None in ends:
        judged.gaps.append(SiteGap(EVERYWHERE, "", EVERYWHERE, INTERRUPTED))
    facts = judged.facts(
        scan=several(part.header.scan for part in parts),
        started_at=min(part.header.started_at for part in parts),
        finished_at=max(end.finished_at if end else judged.read_at for end in ends),
        identity=several(part.header.identity for part in parts),
        calls=sum(end.calls for end in ends if end),
    )
    headers = (notice for part in parts for notice in part.header.notices)
    return judged.report(facts, (*headers, *(notice for end in ends if end for notice in end.notices)))


@dataclass(frozen=True, slots=True)
class _Part:
    path: Readable
    header: Header
    end: End | None

    def records(self, sources: dict[str, Readable], monitoring: Monitoring) -> Iterator[Record]:
        """Those of accounts that no other part has; `sources`: which part has which account, so far."""
        for record in open_snapshot(self.path)[1]:
            account = record.site.account
            if account in self.header.monitoring.outside and account not in monitoring.outside:
                continue  # another part was to judge it
            source = sources.setdefault(account, self.path)
            if source == self.path:
                yield record
            elif account not in monitoring.outside:
                raise SnapshotError(f"account {account} is in both {source} and {self.path}: parts share no account")


def _monitoring(parts: Sequence[_Part], standard: Standard) -> Monitoring:
    accounts = {account for part in parts for account in part.header.monitoring.accounts}
    outside = set.intersection(*(set(part.header.monitoring.outside) for part in parts))
    return Monitoring(
        tuple(sorted(accounts)), tuple(sorted(outside)), tuple(sorted({*standard.monitoring_accounts} - accounts))
    )
