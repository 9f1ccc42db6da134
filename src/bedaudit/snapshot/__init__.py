"""A scan as a file: versioned JSON Lines, one gzip member a line, so that a killed scan leaves a readable prefix.

The lines are a header, a record for each site, and a closing line. `schemas/snapshot.schema.json` describes them.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from bedaudit.errors import SnapshotError
from bedaudit.model import Gap, KindGap, Monitoring, Reason, Record, Resource, Site
from bedaudit.opening import Readable
from bedaudit.snapshot.lines import GZIP, JsonLines, Line

VERSION: Final = "1.0"

PARTIAL: Final = ".partial"

MAX_LINE = 256 * 1024 * 1024
"""Bytes of the longest line that is read."""

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Header:
    """Who looked, when, and for what."""

    scan: str
    started_at: str
    identity: str
    """The ARN of the caller."""
    partition: str
    needs: Mapping[str, tuple[str, ...]]
    """The kinds that were read, and the paths within each that policies mention."""
    notices: tuple[str, ...] = ()
    monitoring: Monitoring = field(default_factory=Monitoring)


@dataclass(frozen=True, slots=True)
class End:
    """What is known only when a scan has finished."""

    finished_at: str
    calls: int
    notices: tuple[str, ...] = ()
    """Beside the header's."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _ScanLine(_Line):
    id: str
    started_at: str
    identity: str
    partition: str


class _MonitoringLine(_Line):
    accounts: tuple[str, ...]
    outside: tuple[str, ...]


class _HeaderLine(_Line):
    schema_version: Literal["1.0"]
    scan: _ScanLine
    needs: dict[str, tuple[str, ...]]
    notices: tuple[str, ...]
    monitoring: _MonitoringLine | None = None


class _Gap(_Line):
    reason: Reason
    operation: str | None = None
    code: str | None = None
    message: str | None = None
    owner: str | None = None


def _with_gaps(state: dict[str, Any]) -> dict[str, Any]:
    """The state, if what stands in it for something unreadable is a gap."""
    left: list[Any] = [state]
    while left:
        match left.pop():
            case {"gap": dict() as gap, **others} if not others:
                _Gap.model_validate(gap)
            case dict() as members:
                left += members.values()
            case list() as items:
                left += items
    return state


class _ResourceLine(_Line):
    kind: str
    id: str
    arn: str | None
    state: Annotated[dict[str, Any], AfterValidator(_with_gaps)]
    raw: dict[str, Any]


class _GapLine(_Gap):
    kind: str | None


class _RecordLine(_Line):
    account: str
    account_name: str
    organizational_units: tuple[str, ...]
    region: str
    read_at: str
    kinds: tuple[str, ...]
    resources: tuple[_ResourceLine, ...]
    gaps: tuple[_GapLine, ...]


class _EndLine(_Line):
    finished_at: str
    calls: Annotated[int, Field(strict=True, ge=0)]
    notices: tuple[str, ...]


def partial(path: Path) -> Path:
    """Where a snapshot is written until its scan has finished."""
    return path if path.suffix == PARTIAL else path.with_name(f"{path.name}{PARTIAL}")


class SnapshotWriter:
    """Writes `PATH.partial` record by record; `close` gives it its name.

    What stood there, as the file of a scan that is gone on with, is replaced when the `earlier` records are written.

    Raises:
        SnapshotError: the file cannot be written.
    """

    def __init__(self, path: Path, header: Header, earlier: Iterable[Record] = ()) -> None:
        self.path, self.header, self.earlier = path, header, earlier
        self.partial = partial(path)
        self._descriptor = -1

    def __enter__(self) -> Self:
        begun = self.partial.with_name(f".{self.partial.name}.{os.getpid()}.tmp")
        try:
            begun.unlink(missing_ok=True)
            self._descriptor = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error
        with ExitStack() as undo:
            undo.callback(os.close, self._descriptor)
            undo.callback(begun.unlink, missing_ok=True)
            self._line(_header_line(self.header))
            for record in self.earlier:
                self.write(record)
            self._rename(begun, self.partial)
            undo.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._descriptor)

    def write(self, record: Record) -> None:
        """Adds one site; once this returns, the record outlives the process."""
        self._line(_record_line(record))

    def close(self, end: End) -> None:
        """Marks the scan as finished and moves the file to its own name."""
        self._line({"finished_at": end.finished_at, "calls": end.calls, "notices": end.notices})
        self._rename(self.partial, self.path)

    def _rename(self, old: Path, new: Path) -> None:
        try:
            os.fsync(self._descriptor)
            old.replace(new)
        except OSError as error:
            raise self._unwritable(error) from error

    def _line(self, members: Mapping[str, Any]) -> None:
        text = json.dumps(members, separators=(",", ":"), allow_nan=False)
        data = memoryview(zlib.compress(f"{text}\n".encode("ascii"), wbits=GZIP))
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> SnapshotError:
        return SnapshotError(f"{self.path}: cannot be written: {error.strerror}")


def open_snapshot(path: Readable, *, max_line: int = MAX_LINE) -> tuple[Header, Iterator[Record], End | None]:
    """The header, the records one at a time, and the end, which only a `.partial` file may lack.

    Plain JSON Lines are read too. The file is gone through once before this returns, so that it is known to be whole.

    Raises:
        SnapshotError: the file is not a whole snapshot of this version; also while the records are read.
    """
    source = _Source(JsonLines(path, max_line))
    first: Line | None = None
    last: Line | None = None
    for last in source.lines:
        first = first or last
    if first is None or last is None:
        raise SnapshotError(f"{path}: is empty, not a snapshot")
    header = source.header(first)
    end = source.end(last)
    return header, source.records(header.partition, after=first.number, until=last.number if end else None), end


def is_snapshot(path: Readable) -> bool:
    """Whether a file begins as snapshots do, and not as another that JSON is in."""
    lines = JsonLines(path, MAX_LINE)
    try:
        first = next(iter(lines), None)
        return first is not None and "needs" in lines.members(first)
    except SnapshotError:
        return False


@dataclass(frozen=True, slots=True)
class _Source:
    lines: JsonLines

    def header(self, line: Line) -> Header:
        members = self.lines.members(line)
        version = members.get("schema_version")
        if version != VERSION:
            named = f"version {ascii(version)[:40]}" if "schema_version" in members else "not a snapshot"
            raise self.lines.error(line.number, f"is {named}; this bedaudit reads snapshots of version '{VERSION}'")
        read = self._validated(line, _HeaderLine, members)
        scan = read.scan
        monitoring = Monitoring(read.monitoring.accounts, read.monitoring.outside) if read.monitoring else Monitoring()
        return Header(scan.id, scan.started_at, scan.identity, scan.partition, read.needs, read.notices, monitoring)

    def end(self, line: Line) -> End | None:
        members = self.lines.members(line)
        if "finished_at" in members:
            read = self._validated(line, _EndLine, members)
            return End(read.finished_at, read.calls, read.notices)
        if self.lines.partial:
            return None
        raise self.lines.error(line.number, "the closing line is missing: the file is cut off")

    def records(self, partition: str, after: int, until: int | None) -> Iterator[Record]:
        for line in self.lines:
            if line.number == until:
                return
            if line.number > after:
                yield _record(self._validated(line, _RecordLine, self.lines.members(line)), partition)

    def _validated(self, line: Line, model: type[ModelT], members: Mapping[str, Any]) -> ModelT:
        try:
            return model.model_validate(members)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(ascii(part)[:60].strip("'") for part in first["loc"])
            raise self.lines.error(line.number, f"{where}: {first['msg']}") from error


def _header_line(header: Header) -> dict[str, Any]:
    return {
        "schema_version": VERSION,
        "scan": {
            "id": header.scan,
            "started_at": header.started_at,
            "identity": header.identity,
            "partition": header.partition,
        },
        "needs": {kind: list(paths) for kind, paths in header.needs.items()},
        "notices": list(header.notices),
        **_monitoring(header.monitoring),
    }


def _monitoring(monitoring: Monitoring) -> dict[str, Any]:
    members = {"accounts": list(monitoring.accounts), "outside": list(monitoring.outside)}
    return {"monitoring": members} if monitoring.accounts else {}


def _record_line(record: Record) -> dict[str, Any]:
    site = record.site
    return {
        "account": site.account,
        "account_name": site.account_name,
        "organizational_units": list(site.organizational_units),
        "region": site.region,
        "read_at": record.read_at,
        "kinds": list(record.kinds),
        "resources": [
            {"kind": found.kind, "id": found.id, "arn": found.arn, "state": found.state, "raw": found.raw}
            for found in record.resources
        ],
        "gaps": [{"kind": unread.kind, **unread.gap.as_json()} for unread in record.gaps],
    }


def _record(line: _RecordLine, partition: str) -> Record:
    site = Site(line.account, line.region, partition, line.account_name, line.organizational_units)
    resources = tuple(Resource(found.kind, found.id, found.arn, found.state, found.raw) for found in line.resources)
    gaps = tuple(KindGap(gap.kind, Gap(**gap.model_dump(exclude={"kind"}))) for gap in line.gaps)
    return Record(site, line.read_at, line.kinds, resources, gaps)
