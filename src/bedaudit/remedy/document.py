"""A document that is to be changed, and what is wanted of it in all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bedaudit.model import GLOBAL, Finding, Site
from bedaudit.remedy.wanted import Wish
from bedaudit.repairs.repair import Place, Repair, Safety

SAFETIES: tuple[Safety, ...] = ("safe", "risky", "manual")
"""Ever tighter."""


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that is left to people, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document, and what is wanted of it."""

    repair: Repair
    place: Place
    site: Site
    """Of the first finding that wants something of it."""
    wanted: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()
    safety: Safety = "safe"
    """The tightest rating that a control gives it."""

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What tells it from all others, and sorts it."""
        return (self.site.account, self.place.region, self.place.name, self.repair.name)

    @property
    def sites(self) -> frozenset[str]:
        """The regions of the findings."""
        return frozenset(finding.site.region for finding in self.findings) or frozenset({self.site.region})

    def comes_after(self, other: Document) -> bool:
        """Whether its step needs the other's to come first."""
        same = self.site.account == other.site.account and other.repair.name in self.repair.after
        near = bool(self.sites & other.sites) or GLOBAL in self.sites | other.sites
        return same and near

    def shares(self, other: Document) -> bool:
        """Whether both are parts of one reply of AWS, so that a change of the one shows in the other."""
        return (
            self.name[:2] == other.name[:2]
            and self.repair.read is other.repair.read
            and self.place.parameters == other.place.parameters
        )


def merged(wishes: Iterable[Wish]) -> tuple[tuple[Document, ...], tuple[Left, ...]]:
    """The documents in the order in which they are to be changed, and the findings that contradict each other."""
    groups: dict[tuple[str, ...], list[Wish]] = {}
    for wish in wishes:
        groups.setdefault(_name(wish), []).append(wish)
    left = tuple(dict.fromkeys(each for group in groups.values() for each in _conflicts(group)))
    out = {each.finding.id for each in left}
    kept = ([wish for wish in group if wish.finding.id not in out] for group in groups.values())
    return ordered([_document(group) for group in kept if group]), left


def _name(wish: Wish) -> tuple[str, ...]:
    return (wish.finding.site.account, wish.place.region, wish.place.name, wish.repair.name)


def _conflicts(group: Sequence[Wish]) -> Iterator[Left]:
    first: dict[str, Wish] = {}
    for wish in group:
        for path, value in wish.values.items():
            other = first.setdefault(path, wish)
            if _joined(wish.repair, path, other.values[path], value) is None:
                for one, against in ((other, wish), (wish, other)):
                    what = f"{path} of {wish.place.name}"
                    yield Left(one.finding, f"conflict: {against.finding.control} wants another value of {what}")


def _joined(repair: Repair, path: str, one: Any, other: Any) -> Any:
    """What two controls want, as one; None: it does not go together."""
    if one == other:
        return one
    return repair.joins[path](one, other) if path in repair.joins else None


def _document(group: Sequence[Wish]) -> Document:
    first = group[0]
    values: dict[str, Any] = {}
    for wish in group:
        for path, value in wish.values.items():
            values[path] = _joined(wish.repair, path, values[path], value) if path in values else value
    findings = {wish.finding.id: wish.finding for wish in group}
    safety = tightest(*(safety for safety in SAFETIES for wish in group if wish.safety == safety))
    return Document(first.repair, first.place, first.finding.site, values, tuple(findings.values()), safety)


def tightest(*ratings: Safety) -> Safety:
    """The strictest of some ratings."""
    return max(ratings, key=SAFETIES.index, default="safe")


def ordered(documents: Iterable[Document]) -> tuple[Document, ...]:
    """By name, but each after those that it needs; repairs that need each other are a RuntimeError."""
    by_account = groupby(sorted(documents, key=lambda each: each.name), lambda each: each.site.account)
    return tuple(document for _, own in by_account for document in _ordered(list(own)))


def _ordered(waiting: list[Document]) -> list[Document]:
    """Those of one account; no other account's are needed."""
    done: list[Document] = []
    while waiting:
        ready = next((each for each in waiting if not any(map(each.comes_after, waiting))), None)
        if ready is None:
            raise RuntimeError(f"repairs need each other: {', '.join(each.repair.name for each in waiting)}")
        waiting.remove(ready)
        done.append(ready)
    return done
