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
"""Controls, and sets of those of one kind, whose interests are known: most sites have the same."""
_SKIMS = frozenset({"present", "count"})
"""Words that look at a value without looking at what is in it."""


def first_kinds(controls: Iterable[Control]) -> frozenset[str]:
    """The kinds that decide which controls apply at a site; they are read before all others."""
    return frozenset(kind for kind, _ in _about_site(controls))


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


class Needs:
    """The kinds, and the parts of their states, that controls bound for a site look at."""

    def __init__(self, controls: Iterable[Control], *, deciding: Iterable[Control] = ()) -> None:
        """`deciding` are controls of which it is only to be found out whether they apply."""
        judged: dict[str, list[Control]] = {}
        listed = tuple(controls)
        for control in listed:
            judged.setdefault(control.kind, []).append(control)
        about: dict[str, list[_Mention]] = {}
        for kind, mention in _about_site((*listed, *deciding)):
            about.setdefault(kind, []).append(mention)
        self._of = {
            kind: _of_kind(Same(*judged.get(kind, ())), tuple(about.get(kind, ()))) for kind in {**judged, **about}
        }

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds to read."""
        return frozenset(self._of)

    def paths(self, kind: str) -> tuple[str, ...]:
        """The paths of a kind that some control looks at, sorted."""
        interests = self._of[kind].interests if kind in self._of else ()
        return tuple(sorted({dotted(mention.path) for interest in interests for mention in interest.mentions}))

    def wants(self, kind: str, part: str) -> bool:
        """Whether some control looks at this part of a state, or into it."""
        return kind in self._of and bool(self._of[kind].reaching(part))

    def may_matter(self, kind: str, part: str, facts: Facts) -> bool:
        """Whether this part could still decide something about a resource of which so much is known."""
        without = _without(facts, tuple(part.split(".")))
        return kind in self._of and any(
            interest.condition is None or holds(interest.condition, without, settled=False) is not False
            for interest in self._of[kind].reaching(part)
        )


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


class _OfKind:
    """All interests in one kind."""

    def __init__(self, interests: tuple[_Interest, ...]) -> None:
        self.interests = interests
        self._reaching: dict[str, tuple[_Interest, ...]] = {}

    def reaching(self, part: str) -> tuple[_Interest, ...]:
        """Those in a part of the kind's state, or in something in it."""
        if part not in self._reaching:
            path = tuple(part.split("."))
            self._reaching[part] = tuple(each for each in self.interests if each.reaches(path))
        return self._reaching[part]


@lru_cache(_REMEMBERED // 4)
def _of_kind(judged: Same, about: tuple[_Mention, ...]) -> _OfKind:
    interests = [_judged(Same(control)) for control in judged.controls]
    return _OfKind((*interests, *([_Interest(about, None)] if about else [])))


@lru_cache(_REMEMBERED)
def _judged(same: Same) -> _Interest:
    (control,) = same.controls
    mentions = (*_mentions(control.where), *_mentions(control.condition))
    terms = [control.where] if control.mode == "require" else [control.where, control.condition]
    static = tuple(_open(term) for term in terms if term is not None)
    return _Interest(mentions, Combination("all", static))


def _about_site(controls: Iterable[Control]) -> Iterator[tuple[str, _Mention]]:
    """The kinds that controls look at to find out whether they apply, each with a path in its state."""
    distinct = {(id(control.when), control.for_each): control for control in controls}
    for control in distinct.values():
        listed = [_Mention(control.for_each, whole=True)] if control.for_each else []
        for mention in (*_mentions(control.when), *listed):
            yield mention.path[0], _Mention(mention.path[1:], mention.whole)


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
