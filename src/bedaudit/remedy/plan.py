"""The fix as data: steps, each with its before, after, calls, undo and safety, and what is left to people."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from bedaudit.model import Call, Gap, Raw
from bedaudit.remedy.document import Document, Left, tightest
from bedaudit.remedy.permissions import permissions
from bedaudit.repairs.repair import Edit, Safety, settled

VERSION: Final = "1.0"
_HIDDEN: Final = re.compile(r"sha256:[0-9a-f]{64}")
Check = Callable[[Call], Sequence[str]]
"""What AWS would not take of a call."""


@dataclass(frozen=True)
class Step:
    """One document, changed."""

    document: Document
    before: Raw | None
    after: Raw | None
    calls: tuple[Call, ...]
    undo: tuple[Call, ...] | None
    """None: nothing restores what was."""
    safety: Safety
    reason: str

    @property
    def controls(self) -> tuple[str, ...]:
        """The controls that it is for."""
        return tuple(sorted({finding.control for finding in self.document.findings}))

    @cached_property
    def members(self) -> Mapping[str, Any]:
        """The step as plans have it."""
        return {
            "controls": list(self.controls),
            "account": self.document.site.account,
            "region": self.document.place.region,
            "resource": self.document.place.name,
            "safety": self.safety,
            "reason": self.reason,
            "before": self.before,
            "after": self.after,
            "calls": [call_members(call) for call in self.calls],
            "undo": None if self.undo is None else [call_members(call) for call in self.undo],
            "made_of": _made_of(self.document),
        }

    def was_saved_as(self, saved: Mapping[str, Any]) -> bool:
        """Whether a step of a saved plan is this one, but for what changes by itself."""
        states = ("before", "after")
        if not all(saved.get(name) is None or isinstance(saved[name], Mapping) for name in states):
            return False
        rest = {name: value for name, value in self.members.items() if name not in states}
        return rest == {name: value for name, value in saved.items() if name not in states} and all(
            self.is_at(self.members[name], saved[name]) for name in states
        )

    def is_at(self, raw: Raw | None, state: Raw | None) -> bool:
        """Whether what was read is the document in a state, but for what changes by itself."""
        volatile = self.document.repair.volatile
        return settled(raw, volatile) == settled(state, volatile)

    def is_done(self, raw: Raw | None) -> bool:
        """Whether what was read has all that was planned; AWS may have added what nobody mentioned."""
        volatile = self.document.repair.volatile
        return _within(settled(self.after, volatile), settled(raw, volatile))

    def is_begun(self, raw: Raw | None) -> bool:
        """Whether what was read is what the calls made of it: all of them, or the first ones, with the rest to do."""
        rest = step(self.document, raw).calls
        done = len(self.calls) - len(rest)
        return self.is_done(raw) if not rest else done > 0 and rest == self.calls[done:]


@dataclass(frozen=True)
class Plan:
    """All that a fix would do, in order, and what it leaves."""

    steps: tuple[Step, ...]
    left: tuple[Left, ...]

    @cached_property
    def digest(self) -> str:
        """Of all that its file has besides."""
        return digest(self._undigested)

    @property
    def members(self) -> Mapping[str, Any]:
        """The plan as its file has it."""
        return {"digest": self.digest, **self._undigested}

    @property
    def _undigested(self) -> Mapping[str, Any]:
        return {
            "schema_version": VERSION,
            "steps": [step.members for step in self.steps],
            "left": [{"finding": each.finding.id, "reason": each.reason} for each in self.left],
            "permissions": list(permissions(self.steps)),
        }


def plan(
    documents: Sequence[Document],
    raws: Mapping[tuple[str, str, str, str], Raw | Gap | None],
    left: Iterable[Left],
    check: Check,
) -> Plan:
    """The plan for documents in their order, given what AWS says of each, by its name."""
    steps: list[Step] = []
    rest = list(left)
    for document in documents:
        raw = raws[document.name]
        if isinstance(raw, Gap):
            rest += _left(document, f"{document.place.name} cannot be read: {_told(raw)}")
            continue
        made = step(document, _made_before(document, steps) if raw is None else raw)
        if any(map(_is_hidden, (*made.calls, *(made.undo or ())))):
            rest += _left(document, f"of {document.place.name} only a hash is known, which must not be written")
        elif problems := [problem for call in made.calls for problem in check(call)]:
            rest += _left(document, f"AWS would not take the change of {document.place.name}: {'; '.join(problems)}")
        elif made.calls:
            steps.append(made)
        elif made.reason:
            rest += _left(document, made.reason)
    return Plan(tuple(steps), (*rest, *_not_by_machine(steps), *_untouched(documents, steps, rest)))


def step(document: Document, raw: Raw | None) -> Step:
    """How a document becomes what is wanted of it, from what it is now."""
    before = plain(raw)
    edit = document.repair.edit(before, document.wanted, document.place, document.site)
    _declared(document, edit)
    known: tuple[Safety, ...] = ("risky",) if edit.undo is None and edit.calls else ()
    reason = edit.reason or ("nothing restores what was" if known else "")
    by_hand: tuple[Safety, ...] = () if document.repair.by_machine else ("manual",)
    return Step(
        document=document,
        before=before,
        after=plain(edit.after),
        calls=tuple(map(_plain_call, edit.calls)),
        undo=None if edit.undo is None else tuple(map(_plain_call, edit.undo)),
        safety=tightest(edit.safety, document.safety, *known, *by_hand),
        reason=reason or ("the control says so" if document.safety != "safe" else ""),
    )


def rebased(planned: Step, raw: Raw | None, applied: Iterable[Step]) -> Step | None:
    """The step from what is there now, if no more than this run's own steps changed it since, and none of its calls."""
    own = [each for each in applied if planned.document.shares(each.document)]
    expected = planned.before if own else None
    for other in own:
        expected = _moved(expected, other)
    if expected is None or not planned.is_at(raw, {**(raw or {}), **expected}):
        return None
    now = step(replace(planned.document, safety=planned.safety), raw)
    return now if (now.calls, now.safety) == (planned.calls, planned.safety) else None


def _moved(raw: Raw | None, by: Step) -> Raw | None:
    """A document with another step's change of the same reply in it."""
    old, new = by.before or {}, by.after or {}
    changed = {name: value for name, value in new.items() if name not in old or old[name] != value}
    kept = {name: value for name, value in (raw or {}).items() if name not in old or name in new}
    return {**kept, **changed}


def _made_before(document: Document, steps: Iterable[Step]) -> Raw | None:
    """What an earlier step makes of a document that is not there yet."""
    return next((each.after for each in steps if each.before is None and document.shares(each.document)), None)


def _declared(document: Document, edit: Edit) -> None:
    for call in (*edit.calls, *(edit.undo or ())):
        if f"{call.service}:{call.operation}" not in document.repair.writes:
            raise RuntimeError(f"{document.repair.name} does not declare {call.service}:{call.operation}")


def _made_of(document: Document) -> Mapping[str, Any]:
    """All from which, and what was before, the step can be made anew."""
    place, site = document.place, document.site
    return {
        "repair": document.repair.name,
        "site": {"account": site.account, "region": site.region, "partition": site.partition},
        "place": {"region": place.region, "name": place.name, "parameters": plain(place.parameters)},
        "wanted": plain(document.wanted),
    }


def _left(document: Document, reason: str) -> list[Left]:
    return [Left(finding, reason) for finding in document.findings]


def _not_by_machine(steps: Iterable[Step]) -> Iterator[Left]:
    for each in steps:
        if each.safety == "manual":
            yield from _left(each.document, f"{each.document.place.name} is not changed by machine: {each.reason}")


def _untouched(documents: Iterable[Document], steps: Iterable[Step], left: Iterable[Left]) -> Iterator[Left]:
    """Findings of which every document is as wanted already, or cannot be until something else is."""
    spoken = {finding.id for each in steps for finding in each.document.findings} | {each.finding.id for each in left}
    for document in documents:
        for finding in document.findings:
            if finding.id not in spoken:
                spoken.add(finding.id)
                why = f"{document.place.name} has all that the control's fix sets: what else it lacks, people see to"
                yield Left(finding, why)


def _told(gap: Gap) -> str:
    return ": ".join(part for part in (gap.operation, gap.code or gap.reason, gap.message) if part)


def _within(part: Any, whole: Any) -> bool:
    if isinstance(part, Mapping) and isinstance(whole, Mapping):
        return all(name in whole and _within(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(map(_within, part, whole))
    return bool(part == whole)


def _is_hidden(call: Call) -> bool:
    """Whether something in it was replaced by its hash: that must never be what AWS keeps."""
    return _HIDDEN.search(json.dumps(call.parameters)) is not None


def call_members(call: Call) -> dict[str, Any]:
    """A call as plans have it."""
    return {"service": call.service, "operation": call.operation, "parameters": call.parameters}


def digest(value: Any) -> str:
    """Of anything in JSON, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def plain(value: Any) -> Any:
    """A raw reply as plain JSON, as it comes back from a file."""
    return json.loads(json.dumps(value, default=_json))


def _plain_call(call: Call) -> Call:
    return Call(call.service, call.operation, plain(call.parameters))


def _json(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case Mapping():
            return dict(value)
        case _:
            raise TypeError(f"{type(value).__name__} in a raw document")
