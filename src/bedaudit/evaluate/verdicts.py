"""What one control says of one place: the findings, each an outcome with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bedaudit.evaluate import sentences
from bedaudit.model import Evidence, Facts, Finding, Gap, Outcome, Reason, Resource, ResourceName, Site
from bedaudit.policy.bind import bind_each
from bedaudit.policy.conditions import Explanation, explain, holds, selecting
from bedaudit.policy.facts import gaps_in, is_gap, lookup
from bedaudit.policy.model import Combination, Condition, Control
from bedaudit.policy.spelling import dotted
from bedaudit.policy.words import Truth, shown, some
from bedaudit.state import Group

OUT_OF_REACH: frozenset[Reason] = frozenset({"region_disabled", "unsupported"})
"""Reasons for which a whole kind, or a whole site, is not applicable rather than unknown."""


class About:
    """What `when` and `for_each` look at, by kind: of a site, or of each site of an account."""

    def __init__(self, sites: Sequence[Facts]) -> None:
        self.sites = sites
        self._known: dict[int, _Applying] = {}

    def applies(self, when: Condition) -> _Applying:
        """Whether what a control says of the site is true; controls that share the condition share the answer."""
        if id(when) not in self._known:
            self._known[id(when)] = self._applies(when)
        return self._known[id(when)]

    def _applies(self, when: Condition) -> _Applying:
        truth = some(holds(when, facts) for facts in self.sites)
        if truth:
            return _Applying(when, truth, "", ())
        explained = [explain(when, facts) for facts in self.sites]
        facts = next((sentences.of_facts(each.drifts) for each in explained if each.drifts), None)
        message = f"Does not apply: {facts}." if facts else "Does not apply."
        return _Applying(when, truth, message, tuple(gap for each in explained for gap in each.gaps))


@dataclass(frozen=True, slots=True)
class _Applying:
    """Whether controls apply, and otherwise why not."""

    when: Condition
    """Kept, so that nothing else can have its identity."""
    truth: Truth
    message: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What a control is judged on: a site, or an account as a whole."""

    site: Site
    about: About
    resources: Sequence[Resource]
    """Those of the control's kind."""
    shape: Group
    gap: Gap | None = None
    """Why the kind could not be read."""
    scanned: Collection[str] = ()
    """The accounts of the scan, where all of them are known."""
    doubts: tuple[Gap, ...] = ()
    """Why other accounts may have more that is about the place."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """By id, the accounts that have, and judge, resources which are only seen from here: witnesses, no defendants."""

    @property
    def own(self) -> Sequence[Resource]:
        """The resources that are judged here."""
        return [resource for resource in self.resources if resource.id not in self.elsewhere]


def verdicts(control: Control, place: Place) -> Iterator[Finding]:
    """All that the control says of the place."""
    judged = _Judged(control, place)
    applying = place.about.applies(control.when) if control.when is not None else None
    if applying is not None and not applying.truth:
        if applying.truth is None:
            yield judged.undecided(applying.gaps)
        else:
            yield judged.finding("not_applicable", applying.message)
    elif control.for_each is None:
        yield from _judge(judged)
    else:
        yield from _judge_each(judged, control.for_each)


def unread(control: Control, site: Site, gap: Gap) -> Finding:
    """What a control says of a site of which nothing could be read."""
    return _Judged(control, Place(site, About(()), (), Group({}), gap)).kind_gap(gap)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A control at a place, for one `${each}`."""

    control: Control
    place: Place
    each: str | None = None

    def finding(self, outcome: Outcome, message: str, resource: Resource | None = None, **members: Any) -> Finding:
        control = self.control
        return Finding(
            control=control.id,
            title=control.title,
            severity=control.severity,
            outcome=outcome,
            site=self.place.site,
            kind=control.kind,
            resource=ResourceName(resource.kind, resource.id, resource.arn) if resource else None,
            each=self.each,
            message=message,
            policy=control.policy,
            mark=control.mark,
            **members,
        )

    def undecided(self, gaps: Iterable[Gap], resource: Resource | None = None, **members: Any) -> Finding:
        """Unknown; not applicable where all that is in the way is that AWS does not have it here."""
        found = _ordered(gaps)
        if found and all(gap.owner in self.place.scanned for gap in found):
            return self.finding("not_applicable", sentences.of_owners(_owners(found)), resource, gaps=found)
        out_of_reach = bool(found) and all(gap.reason == "unsupported" for gap in found)
        outcome: Outcome = "not_applicable" if out_of_reach else "unknown"
        return self.finding(outcome, sentences.of_gaps(found, outcome), resource, gaps=found, **members)

    def kind_gap(self, gap: Gap) -> Finding:
        if gap.owner in self.place.scanned:
            return self.finding("not_applicable", sentences.of_owners(_owners([gap])), gaps=(gap,))
        outcome: Outcome = "not_applicable" if gap.reason in OUT_OF_REACH else "unknown"
        return self.finding(outcome, sentences.of_gaps([gap], outcome), gaps=(gap,))

    def explain(self, condition: Condition, resource: Resource) -> Explanation:
        return explain(condition, resource.state, self.place.shape)


def _owners(gaps: Iterable[Gap]) -> Iterator[str]:
    return (gap.owner for gap in gaps if gap.owner is not None)


def _ordered(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    return tuple(sorted(set(gaps), key=lambda gap: tuple(part or "" for part in _parts(gap))))


def _parts(gap: Gap) -> tuple[str | None, ...]:
    return (gap.reason, gap.operation, gap.code, gap.message, gap.owner)


def _judge_each(judged: _Judged, path: tuple[str, ...]) -> Iterator[Finding]:
    elements, gaps = _elements(path, judged.place.about.sites)
    if gaps:
        yield judged.undecided(gaps)
    elif not elements:
        yield judged.finding("not_applicable", f"There is no {dotted(path)} here.")
    for element in elements:
        yield from _judge(_Judged(bind_each(judged.control, element), judged.place, _name(element)))


def _elements(path: tuple[str, ...], about: Sequence[Facts]) -> tuple[tuple[Any, ...], tuple[Gap, ...]]:
    """What `for_each` finds in all of the sites, each once, and what it could not read."""
    found: dict[str, Any] = {}
    gaps: list[Gap] = []
    for facts in about:
        value = lookup(facts, path)
        gaps += gaps_in(value)
        found |= {_name(item): item for item in value if not is_gap(item)} if isinstance(value, list) else {}
    return tuple(found[name] for name in sorted(found)), tuple(gaps)


def _name(element: Any) -> str:
    return element if isinstance(element, str) else shown(element)


def _judge(judged: _Judged) -> Iterator[Finding]:
    if judged.place.gap is not None and not judged.place.resources:
        yield judged.kind_gap(judged.place.gap)
    else:
        yield from _MODES[judged.control.mode](judged)


def _require(judged: _Judged) -> Iterator[Finding]:
    where = judged.control.where
    selected, doubts = False, list[Gap]()
    for resource in judged.place.own:
        chosen = where is None or holds(where, resource.state)
        if chosen is False:
            continue
        selected = selected or chosen is True
        unsure = judged.explain(where, resource).gaps if where is not None and chosen is None else ()
        doubts += unsure
        yield _required(judged, resource, unsure)
    if not selected:
        yield from _none_selected(judged, doubts)


def _required(judged: _Judged, resource: Resource, unsure: tuple[Gap, ...]) -> Finding:
    """The verdict on one resource, which `unsure` may take out of the selection."""
    met = holds(judged.control.condition, resource.state)
    if met:
        return judged.finding("pass", "Is as required.", resource)
    explained = judged.explain(judged.control.condition, resource)
    if unsure or met is None:
        return judged.undecided((*unsure, *(explained.gaps if met is None else ())), resource)
    return judged.finding(
        "fail", sentences.of_drifts(explained.drifts), resource, drift=explained.drifts, gaps=_ordered(explained.gaps)
    )


def _none_selected(judged: _Judged, doubts: Sequence[Gap]) -> Iterator[Finding]:
    control, place = judged.control, judged.place
    where = control.where or Combination("all", ())
    afar = [(each, holds(where, each.state)) for each in place.resources if each.id in place.elsewhere]
    seen = [each for each, truth in afar if truth is not False]
    if control.at_least_one and not any(truth for _, truth in afar):
        # A resource that may not be selected must not pass for the one that has to be there.
        unsure = (*doubts, *(gap for each in seen for gap in judged.explain(where, each).gaps))
        there_must_be = f"There is no {sentences.noun(control.kind)} that this applies to, and there must be one."
        yield judged.undecided(unsure) if unsure else judged.finding("fail", there_must_be)
    elif seen and not doubts:
        yield judged.finding("not_applicable", sentences.of_owners(place.elsewhere[each.id] for each in seen))
    elif not doubts:
        yield judged.finding("not_applicable", f"There is no {sentences.noun(control.kind)} that this applies to.")


def _exists(judged: _Judged) -> Iterator[Finding]:
    wanted = selecting(judged.control)
    resources = sorted(judged.place.resources, key=lambda resource: resource.id)
    open_ones: list[Resource] = []
    for resource in resources:
        truth = holds(wanted, resource.state)
        if truth:
            message = sentences.of_witness(judged.control.kind, resource.id)
            yield judged.finding("pass", message, evidence=Evidence(witness=resource.id))
            return
        open_ones += [resource] if truth is None else []
    evidence = _nearest(judged, wanted, open_ones or resources)
    unsure = (*judged.place.doubts, *([judged.place.gap] if judged.place.gap else []))
    if open_ones or unsure:
        gaps = (gap for resource in open_ones for gap in judged.explain(wanted, resource).gaps)
        yield judged.undecided((*unsure, *gaps), evidence=evidence)
    else:
        message = sentences.of_search(judged.control.kind, evidence, len(resources))
        yield judged.finding("fail", message, evidence=evidence)


def _nearest(judged: _Judged, wanted: Combination, resources: Sequence[Resource]) -> Evidence:
    """The resource that goes furthest along the terms as they stand, the account's own before another's.

    One that misses the first term is another thing.
    """
    terms = tuple(_terms(wanted))
    candidates = [resource for resource in resources if holds(terms[0], resource.state) is not False]
    if not candidates:
        return Evidence()
    misses = {True: 0, None: 1, False: 2}

    def distance(each: Resource) -> tuple[list[int], bool, str]:
        return ([misses[holds(term, each.state)] for term in terms], each.id in judged.place.elsewhere, each.id)

    nearest = min(candidates, key=distance)
    return Evidence(nearest=nearest.id, lacks=judged.explain(wanted, nearest).drifts)


def _terms(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Combination) and condition.op == "all":
        for each in condition.conditions:
            yield from _terms(each)
    else:
        yield condition


def _forbid(judged: _Judged) -> Iterator[Finding]:
    banned, clean = selecting(judged.control), True
    for resource in judged.place.own:
        met = holds(banned, resource.state)
        if met is False:
            continue
        clean = False
        if met is None:
            yield judged.undecided(judged.explain(banned, resource).gaps, resource)
        else:
            drift = judged.explain(Combination("none", (judged.control.condition,)), resource).drifts
            yield judged.finding("fail", sentences.of_offence(drift[0]), resource, drift=drift)
    if clean:
        yield judged.finding("pass", f"No {sentences.noun(judged.control.kind)} is as forbidden.")


_MODES: Mapping[str, Callable[[_Judged], Iterator[Finding]]] = {
    "require": _require,
    "exists": _exists,
    "forbid": _forbid,
}
