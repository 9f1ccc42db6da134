"""A scan that was stopped before its end, to be gone on with."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bedaudit.errors import SnapshotError
from bedaudit.model import Record
from bedaudit.snapshot import PARTIAL, Header, open_snapshot, partial


@dataclass(frozen=True, slots=True)
class Begun:
    """What it read, and for what."""

    path: Path
    """Where the whole snapshot will be."""
    header: Header
    records: Iterator[Record]

    def header_of(self, now: Header) -> Header:
        """The header of the whole: as the scan goes on, but with the name and time of its beginning.

        Raises:
            SnapshotError: it was begun for other things than are read now.
        """
        then = self.header
        if (then.needs, then.partition, then.monitoring) != (now.needs, now.partition, now.monitoring):
            raise SnapshotError(
                f"{partial(self.path)}: was begun with other policies or monitoring accounts: "
                "go on with the same ones, or begin anew without --resume"
            )
        return replace(now, scan=then.scan, started_at=then.started_at)

    def records_of(self, accounts: Collection[str], regions: Collection[str]) -> Iterator[Record]:
        """What was read, of no other accounts and regions than these.

        Raises:
            SnapshotError: there is something of others.
        """
        for record in self.records:
            site = record.site
            if site.account not in accounts or site.region not in regions:
                raise SnapshotError(
                    f"{partial(self.path)}: holds {site.account} {site.region}, which is not to be scanned now: "
                    "go on with the same accounts and regions, or begin anew without --resume"
                )
            yield record


def begun(file: Path) -> Begun:
    """The scan that was to write `file`, by its own name or that of its `.partial` file.

    Raises:
        SnapshotError: there is nothing to go on with.
    """
    path = file.with_suffix("") if file.suffix == PARTIAL else file
    if path.exists() and not partial(path).exists():
        raise SnapshotError(f"{path}: its scan has finished: judge it with --from")
    header, records, _ = open_snapshot(partial(path))
    return Begun(path, header, records)
