"""Applies steps one by one, and takes them back: what may be done, in which order, and what follows from a failure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from bedaudit.model import Call, Gap, Raw
from bedaudit.remedy.document import Document
from bedaudit.remedy.journal import Entry, Journal
from bedaudit.remedy.plan import Step, rebased
from bedaudit.repairs.repair import undoing

Outcome: TypeAlias = Literal["applied", "undone", "declined", "manual", "stale", "failed"]
_GOOD: tuple[Outcome, ...] = ("applied", "undone")
_WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between readings, until what was written is what is read."""


class Hands(Protocol):
    """Reads and writes documents of AWS."""

    async def read(self, document: Document, /) -> Raw | Gap | None:
        """The document as it is at this moment, as plain JSON."""

    async def write(self, document: Document, call: Call, /) -> Gap | None:
        """Makes one call that the document's repair declares; why it failed, if it did."""

    async def received(self, document: Document, /) -> bool | Gap:
        """Whether something was delivered to what the document stands for, which deleting it would lose."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one step ended."""

    step: Step
    outcome: Outcome
    message: str = ""

    @property
    def good(self) -> bool:
        """Whether it was done and verified."""
        return self.outcome in _GOOD


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the user lets a run do."""

    risky: bool = False
    steps: int | None = None
    """At most so many."""
    only: tuple[Mapping[str, Any], ...] | None = None
    """The steps of a saved plan, which alone are meant; None: all."""

    def refuses(self, step: Step) -> tuple[Outcome, str] | None:
        """How a step ends that is not even to be tried, and why."""
        if self.only is not None and not any(map(step.was_saved_as, self.only)):
            return "declined", "it is no step of the saved plan, or is not as it was when that was saved"
        if step.safety == "manual":
            return "manual", step.reason
        if step.safety == "risky" and not self.risky:
            return "declined", f"it is risky: {step.reason}; --allow-risky lets it be done"
        return None

    def count(self, steps: Iterable[Step]) -> int:
        """How many of the steps are to be tried."""
        tried = sum(self.refuses(step) is None for step in steps)
        return tried if self.steps is None else min(tried, self.steps)


@dataclass(slots=True)
class Applying:
    """One run."""

    hands: Hands
    journal: Journal
    sleep: Callable[[float], Awaitable[None]]
    results: list[Result] = field(default_factory=list)

    async def apply(self, steps: Iterable[Step], allowed: Allowed) -> tuple[Result, ...]:
        """Each step in its order; one that fails stops those that need it, and no other."""
        done = 0
        for step in steps:
            refused = self._refused(step, allowed, done)
            result = refused or await self._step(step)
            done += refused is None
            self.results.append(result)
        return tuple(self.results)

    def _refused(self, step: Step, allowed: Allowed, done: int) -> Result | None:
        if (refused := allowed.refuses(step)) is not None:
            return Result(step, *refused)
        missing = _missing(step.document, self.results)
        if missing is not None:
            return Result(step, "declined", f"it needs {missing.step.document.place.name}, which is not done")
        if allowed.steps is not None and done >= allowed.steps:
            return Result(step, "declined", f"only {allowed.steps} steps were to be done")
        return None

    async def _step(self, planned: Step) -> Result:
        raw = await self.hands.read(planned.document)
        if isinstance(raw, Gap):
            return Result(planned, "failed", f"it cannot be read: {told(raw)}")
        step: Step | None = planned
        if not planned.is_at(raw, planned.before):
            step = rebased(planned, raw, [each.step for each in self.results if each.good])
        if step is None:
            return Result(planned, "stale", "it is not any more as it was when this was planned; nothing was done")
        number = self.journal.intend(step)
        problem = await self._calls(step, number, step.calls)
        if problem is None:
            return await self._verified(step, number)
        self.journal.result(number, "failed", await self.hands.read(step.document))
        return Result(step, "failed", problem)

    async def _calls(self, step: Step, number: int, calls: Sequence[Call], *, undo: bool = False) -> str | None:
        for index, call in enumerate(calls):
            self.journal.calling(number, index, undo=undo)
            gap = await self.hands.write(step.document, call)
            gone = undo and gap is not None and gap.code in step.document.repair.absent
            problem = None if gap is None or gone else told(gap)
            self.journal.called(number, index, problem, undo=undo)
            if problem is not None:
                return problem
        return None

    async def _verified(self, step: Step, number: int) -> Result:
        found = await self._read_until(step, step.is_done)
        good = not isinstance(found, Gap) and step.is_done(found)
        self.journal.result(number, "applied" if good else "failed", found)
        if good:
            return Result(step, "applied")
        why = told(found) if isinstance(found, Gap) else "it was read again, and is not as planned"
        return Result(step, "failed", f"it could not be verified: {why}")

    async def _read_until(self, step: Step, wanted: Callable[[Raw | None], bool]) -> Raw | Gap | None:
        raw = await self.hands.read(step.document)
        for seconds in _WAITS:
            if isinstance(raw, Gap) or wanted(raw):
                break
            await self.sleep(seconds)
            raw = await self.hands.read(step.document)
        return raw

    async def undo(self, entries: Sequence[Entry]) -> tuple[Result, ...]:
        """Takes steps back, the last first; one that cannot be keeps those that it builds on."""
        for entry in reversed(entries):
            if not entry.undone:
                self.results.append(await self._undo(entry))
        return tuple(self.results)

    async def _undo(self, entry: Entry) -> Result:
        step = entry.step
        holding = next((each for each in self.results if not each.good and _builds(each.step, step)), None)
        if holding is not None:
            return Result(step, "declined", f"{holding.step.document.place.name} builds on it, and is not undone")
        raw = await self.hands.read(step.document)
        if isinstance(raw, Gap):
            return Result(step, "failed", f"it cannot be read: {told(raw)}")
        if step.is_at(raw, step.before):
            self.journal.undone(entry.number)
            return Result(step, "undone", "it was as before already")
        return _changed(entry, raw) or await self._loses(step) or await self._taken_back(entry, _undoing(step, raw))

    async def _loses(self, step: Step) -> Result | None:
        """Why what was made must not be deleted."""
        received = step.before is None and await self.hands.received(step.document)
        if isinstance(received, Gap):
            return Result(step, "failed", f"whether it has received data cannot be told: {told(received)}")
        return Result(step, "failed", "it has received data, which would be lost") if received else None

    async def _taken_back(self, entry: Entry, calls: Sequence[Call]) -> Result:
        step = entry.step
        problem = await self._calls(step, entry.number, calls, undo=True)
        if problem is not None:
            return Result(step, "failed", problem)
        raw = await self._read_until(step, lambda raw: step.is_at(raw, step.before))
        if isinstance(raw, Gap) or not step.is_at(raw, step.before):
            return Result(step, "failed", "it was read again, and is not as before")
        self.journal.undone(entry.number)
        return Result(step, "undone")


def told(gap: Gap) -> str:
    """A gap in one line."""
    return ": ".join(part for part in (gap.operation, gap.code or gap.reason, gap.message) if part)


def _changed(entry: Entry, raw: Raw | None) -> Result | None:
    """Why a step cannot be taken back from what is there now."""
    step = entry.step
    if step.undo is None:
        return Result(step, "failed", "nothing restores what was")
    its_own = step.is_at(raw, entry.found) if entry.is_settled else step.is_begun(raw)
    return None if its_own else Result(step, "stale", "it was changed since; nothing was done")


def _undoing(step: Step, raw: Raw | None) -> tuple[Call, ...]:
    """The undo calls, with what AWS has given the document since."""
    given = {name: value for name, value in (raw or {}).items() if name not in (step.before or {})}
    return tuple(undoing(call, given) for call in step.undo or ())


def _missing(document: Document, results: Iterable[Result]) -> Result | None:
    return next((each for each in results if not each.good and document.comes_after(each.step.document)), None)


def _builds(later: Step, earlier: Step) -> bool:
    one, other = later.document, earlier.document
    return one.name == other.name or one.comes_after(other) or one.shares(other)
