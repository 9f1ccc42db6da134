"""What a fix did, in an append-only file: each line is on the disk before the next call to AWS.

Every line carries the digest of itself and of all lines before it, so that a journal which was edited is noticed; and
what is undone is not what the file says, but what the repair computes anew from the document that was read, which must
be the same. A line that a killed run left half-written is cut off.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bedaudit.errors import JournalError
from bedaudit.model import Gap, Raw
from bedaudit.opening import unpiped
from bedaudit.remedy.plan import Step, digest
from bedaudit.remedy.plan_file import LARGEST
from bedaudit.remedy.remade import remade
from bedaudit.repairs.repair import Repair

VERSION = "1.0"


@dataclass(slots=True)
class Entry:
    """One step that was begun."""

    number: int
    step: Step
    found: Raw | None = None
    """The document as it was read after the step."""
    is_settled: bool = False
    """Whether that was read, and nothing was begun to be undone; otherwise a run was killed in the middle."""
    undone: bool = False

    def note(self, members: Mapping[str, Any]) -> None:
        """Takes in what a line tells of the step."""
        match members["event"]:
            case "result":
                self.is_settled, self.found = "found" in members, members.get("found")
            case "undoing":
                self.is_settled = False
            case "undone":
                self.undone = True


@dataclass(slots=True)
class Journal:
    """An open journal; nobody else can open it meanwhile."""

    path: Path
    _entries: dict[int, Entry]
    _file: IO[bytes]
    _last: str

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The steps that were begun, in order."""
        return tuple(self._entries.values())

    def begin(self) -> None:
        """Writes the first line."""
        self._write({"journal": VERSION})

    def intend(self, planned: Step) -> int:
        """Notes what is about to be done; the number of the step."""
        number = max(self._entries, default=0) + 1
        self._write({"event": "intent", "number": number, "step": planned.members})
        self._entries[number] = Entry(number, planned)
        return number

    def calling(self, number: int, index: int, *, undo: bool = False) -> None:
        """Notes that a call is about to be made."""
        self._note({"event": "undoing" if undo else "calling", "number": number, "call": index})

    def called(self, number: int, index: int, problem: str | None, *, undo: bool = False) -> None:
        """Notes how a call ended."""
        event = "undo" if undo else "call"
        self._note({"event": event, "number": number, "call": index, "problem": problem})

    def result(self, number: int, outcome: str, found: Raw | Gap | None) -> None:
        """Notes how a step ended, and the document as it is now, if that can be told."""
        seen = {} if isinstance(found, Gap) else {"found": found}
        self._note({"event": "result", "number": number, "outcome": outcome, **seen})

    def undone(self, number: int) -> None:
        """Notes that a step was taken back."""
        self._note({"event": "undone", "number": number})

    def _note(self, members: Mapping[str, Any]) -> None:
        self._write(members)
        self._entries[members["number"]].note(members)

    def _write(self, members: Mapping[str, Any]) -> None:
        self._last = digest([self._last, members])
        self._file.write(json.dumps({**members, "digest": self._last}, ensure_ascii=True).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


@contextmanager
def journal(path: Path, repairs: Mapping[str, Repair], *, must_exist: bool = False) -> Iterator[Journal]:
    """Opens a journal, old or new, for this run alone.

    Raises:
        JournalError: it cannot be opened, another run has it, or it is not as it was written.
    """
    try:
        descriptor = unpiped(str(path), os.O_RDWR | os.O_APPEND | (0 if must_exist else os.O_CREAT))
    except OSError as error:
        raise JournalError(f"{path}: cannot be opened: {error.strerror}") from error
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise JournalError(f"{path}: another run is using it") from error
        os.fchmod(descriptor, 0o600)
        yield _opened(path, file, repairs)


def _opened(path: Path, file: IO[bytes], repairs: Mapping[str, Repair]) -> Journal:
    text = file.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise JournalError(f"{path}: is larger than {LARGEST:,} bytes, which no journal is")
    whole = text[: text.rfind(b"\n") + 1]
    if len(whole) != len(text):
        file.truncate(len(whole))
    reading = _Reading(path, repairs)
    for line, each in enumerate(whole.splitlines(), 1):
        reading.add(line, each)
    opened = Journal(path, reading.entries, file, reading.last)
    if not whole:
        opened.begin()
        _sync_folder(path)
    return opened


def _sync_folder(path: Path) -> None:
    """A new file is only safe once its folder is."""
    folder = os.open(path.resolve().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _Reading:
    """A journal, line by line."""

    def __init__(self, path: Path, repairs: Mapping[str, Repair]) -> None:
        self.path, self.repairs = path, repairs
        self.last = ""
        self.entries: dict[int, Entry] = {}

    def add(self, line: int, text: bytes) -> None:
        try:
            members = json.loads(text)
            told = members.pop("digest")
            self._add(line, told, members)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise JournalError(f"{self.path}:{line}: is not a line of a journal") from error

    def _add(self, line: int, told: str, members: dict[str, Any]) -> None:
        self.last = digest([self.last, members])
        if told != self.last:
            raise JournalError(f"{self.path}:{line}: was changed after it was written")
        if line == 1:
            if members != {"journal": VERSION}:
                raise JournalError(f"{self.path}: is not a journal of version {VERSION}")
            return
        number = members["number"]
        if members["event"] == "intent":
            if number != len(self.entries) + 1:
                raise JournalError(f"{self.path}:{line}: is not the next step")
            self.entries[number] = Entry(number, self._step(line, members["step"]))
            return
        entry = self.entries[number]
        if members.get("outcome") == "applied" and not entry.step.is_done(members["found"]):
            raise JournalError(f"{self.path}:{line}: is not what {entry.step.document.place.name!r} becomes")
        entry.note(members)

    def _step(self, line: int, told: Any) -> Step:
        made = remade(told, self.repairs)
        if isinstance(made, str):
            raise JournalError(f"{self.path}:{line}: {made}")
        return made
