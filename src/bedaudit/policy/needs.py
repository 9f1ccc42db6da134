"""What has to be read of a site so that its controls can be judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from bedaudit.model import Facts, Gap
from bedaudit.policy.bind import templates
from bedaudit.policy.conditions import UNDECIDED, holds
from bedaudit.policy.facts import MISSING, is_gap, lookup
from bedaudit.policy.model import Combination, Condition, Control, Test
from bedaudit.policy.same import Same
from bedaudit.policy.spelling import dotted
from bedaudit.policy.words import WORDS, Truth
from bedaudit.state import Path

NOT_READ = Gap("not_read").as_fact()
_REMEMBERED = 4096
"""Controls whose interests are known."""
_REMEMBERED_NEEDS = 128
"""Sets of controls whose needs are known."""
_SKIMS = frozenset({"present", "count"})
"""Words that look at a value without looking at what is in it."""


def first_kinds(controls: Iterable[Control]) -> frozenset[str]:
    """The kinds that decide which controls apply at a site; they are read before all others."""
    return frozenset(kind for control in controls for kind, _ in _of(Same(control)).about_site)


def live(controls: Iterable[Control], singles: Mapping[str, Any]) -> tuple[Control, ...]:
    """The controls that may apply, given the facts (or the gap, as a fact) of each kind that was read first."""
    listed = tuple(controls)
    facts = {kind: singles.get(kind, NOT_READ) for kind in first_kinds(listed)}
    truths = dict[int, Truth]()
    """By the identity of a condition, which many controls share."""

    def applies(control: Control) -> bool:
        when = control.when
        if when is not None and id(when) not in truths:
            truths[id(when)] = holds(when, facts)
        if when is not None and truths[id(when)] is False:
            return False
        return control.for_each is None or lookup(facts, control.for_each) not in (MISSING, [])

    return tuple(filter(applies, listed))


def needs_of(controls: tuple[Control, ...], deciding: tuple[Control, ...]) -> Needs:
    """As `Needs`; sites of which the very same controls are judged share them."""
    return _needs(Same(*controls), Same(*deciding))


class Needs:
    """The kinds, and the parts of their states, that controls bound for a site look at."""

    def __init__(self, controls: Iterable[Control], *, deciding: Iterable[Control] = ()) -> None:
        """`deciding` are controls of which it is only to be found out whether they apply."""
        listed = tuple(controls)
        self._interests: dict[str, list[_Interest]] = {}
        for control in listed:
            self._interests.setdefault(control.kind, []).append(_of(Same(control)).judged)
        for control in (*listed, *deciding):
            for kind, interest in _of(Same(control)).about_site:
                self._interests.setdefault(kind, []).append(interest)
        self._by_part: dict[tuple[str, str], tuple[_Interest, ...]] = {}

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds to read."""
        return frozenset(self._interests)

    def paths(self, kind: str) -> tuple[str, ...]:
        """The paths of a kind that some control looks at, sorted."""
        interests = self._interests.get(kind, ())
        return tuple(sorted({dotted(mention.path) for interest in interests for mention in interest.mentions}))

    def wants(self, kind: str, part: str) -> bool:
        """Whether some control looks at this part of a state, or into it."""
        return bool(self._interested(kind, part))

    def may_matter(self, kind: str, part: str, facts: Facts) -> bool:
        """Whether this part could still decide something about a resource of which so much is known."""
        without = _without(facts, tuple(part.split(".")))
        return any(
            interest.condition is None or holds(interest.condition, without, settled=False) is not False
            for interest in self._interested(kind, part)
        )

    def _interested(self, kind: str, part: str) -> tuple[_Interest, ...]:
        key = (kind, part)
        if key not in self._by_part:
            path = tuple(part.split("."))
            interests = self._interests.get(kind, ())
            self._by_part[key] = tuple(interest for interest in interests if interest.reaches(path))
        return self._by_part[key]


@dataclass(frozen=True, slots=True)
class _Mention:
    """A path that is looked at; `whole`: with everything below it."""

    path: Path
    whole: bool

    def reaches(self, part: Path) -> bool:
        below = self.path[: len(part)] == part
        return below or (self.whole and part[: len(self.path)] == self.path)


@dataclass(frozen=True, slots=True)
class _Interest:
    """One control's interest in one kind, which ends where the condition is false; None: it never ends."""

    mentions: tuple[_Mention, ...]
    condition: Condition | None
    _known: dict[Path, bool] = field(default_factory=dict, compare=False, repr=False)

    def reaches(self, part: Path) -> bool:
        if part not in self._known:
            self._known[part] = any(mention.reaches(part) for mention in self.mentions)
        return self._known[part]


@dataclass(frozen=True, slots=True)
class _Interests:
    """All that one control is interested in."""

    judged: _Interest
    about_site: tuple[tuple[str, _Interest], ...]


@lru_cache(_REMEMBERED)
def _of(same: Same) -> _Interests:
    (control,) = same.controls
    return _Interests(_judged(control), tuple(_about_site(control)))


@lru_cache(_REMEMBERED_NEEDS)
def _needs(controls: Same, deciding: Same) -> Needs:
    return Needs(controls.controls, deciding=deciding.controls)


def _judged(control: Control) -> _Interest:
    mentions = (*_mentions(control.where), *_mentions(control.condition))
    terms = [control.where] if control.mode == "require" else [control.where, control.condition]
    static = tuple(_open(term) for term in terms if term is not None)
    return _Interest(mentions, Combination("all", static))


def _about_site(control: Control) -> Iterator[tuple[str, _Interest]]:
    listed = [_Mention(control.for_each, whole=True)] if control.for_each else []
    for mention in (*_mentions(control.when), *listed):
        yield mention.path[0], _Interest((_Mention(mention.path[1:], mention.whole),), None)


def _mentions(condition: Condition | None, within: Path = ()) -> Iterator[_Mention]:
    match condition:
        case Combination():
            for each in condition.conditions:
                yield from _mentions(each, within)
        case Test():
            path = within + condition.path
            looks_inside = WORDS[condition.word].argument == "condition"
            yield _Mention(path, whole=not looks_inside and condition.word not in _SKIMS)
            if looks_inside:
                yield from _mentions(condition.argument, path)


def _open(condition: Condition) -> Condition:
    """The condition, with those terms left undecided that need `${each}` or all the parts of a value."""
    if isinstance(condition, Combination):
        return Combination(condition.op, tuple(_open(each) for each in condition.conditions))
    if WORDS[condition.word].argument == "condition":
        return Test(condition.path, condition.word, _open(condition.argument))
    undecided = (
        any(True for _ in templates(condition)) or _whole_values(condition.argument) or condition.word == "schema"
    )
    return Test(condition.path, condition.word, UNDECIDED) if undecided else condition


def _whole_values(argument: Any) -> bool:
    """Whether an argument is compared with groups, of which parts may be unread."""
    return isinstance(argument, Mapping) or (isinstance(argument, tuple | list) and any(map(_whole_values, argument)))


def _without(facts: Any, part: Path) -> Any:
    """The facts with one part left out."""
    if not isinstance(facts, dict) or is_gap(facts) or part[0] not in facts:
        return facts
    rest = {name: value for name, value in facts.items() if name != part[0]}
    return rest if len(part) == 1 else {**rest, part[0]: _without(facts[part[0]], part[1:])}
