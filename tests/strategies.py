"""Any condition, control, state and account, and the same of which less could be read, for property tests."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from bedaudit.model import Gap, KindGap, Reason, Record
from bedaudit.policy.model import Combination, Condition, Control, Template
from bedaudit.policy.model import Test as Term
from bedaudit.policy.words import WORDS
from tests.judging import OTHER_SITE, SITE, control, once, record

# Names, sizes and so on come from so few values that conditions are often met.
NAMES = st.sampled_from(["a", "b", "*", "ab"])
SIZES = st.one_of(st.integers(0, 3), st.just("never"))
FLAGS = st.booleans()

Fields = Mapping[str, Any]
"""A strategy by field, a further mapping for a group, a list of one for a list."""

ACTION: Fields = {"arn": NAMES, "alive": FLAGS}
THING: Fields = {
    "name": NAMES,
    "size": SIZES,
    "on": FLAGS,
    "names": [NAMES],
    "actions": [ACTION],
    "part": {"exists": FLAGS, "days": SIZES},
}
USAGE: Fields = {"in_use": FLAGS, "models": [NAMES]}


ORDER = ("at_least", "at_most", "above", "below")
SCHEMAS: tuple[Mapping[str, Any], ...] = ({"minItems": 1}, {"uniqueItems": True}, {"enum": ["a", 1, True]})

REASONS: tuple[Reason, ...] = ("denied", "throttled", "not_read", "failed")


def values(shape: Any) -> st.SearchStrategy[Any]:
    if isinstance(shape, list):
        return st.lists(values(shape[0]), max_size=3)
    if isinstance(shape, Mapping):
        return st.fixed_dictionaries({}, optional={name: values(each) for name, each in shape.items()})
    return shape  # type: ignore[no-any-return]


# Conditions ---------------------------------------------------------------------------------------------------------


Literals = Callable[[Any], Any]
"""The strategy of what a condition may name of a shape."""


def words(path: tuple[str, ...], shape: Any, literals: Literals) -> Mapping[str, st.SearchStrategy[Condition]]:
    """By word, the terms that can be said of what is at a path."""
    argued: dict[str, Any] = {"present": FLAGS, "schema": st.sampled_from(SCHEMAS)}
    if isinstance(shape, list):
        counts = st.tuples(st.sampled_from(ORDER), st.integers(0, 3))
        argued |= dict.fromkeys(("any", "all", "none"), st.deferred(lambda: conditions(shape[0], literals)))
        argued |= dict.fromkeys(("equals", "not", "contains_all"), literals(shape).map(tuple))
        argued |= {"contains": literals(shape[0]), "count": counts.map(lambda pair: (Term((), *pair),))}
    else:
        argued |= dict.fromkeys(("equals", "not"), literals(shape))
        argued |= dict.fromkeys(("one_of", "none_of"), st.lists(literals(shape), max_size=2).map(tuple))
        argued |= dict.fromkeys(ORDER, SIZES) if shape is SIZES else {}
        argued |= dict.fromkeys(("like", "contains"), literals(NAMES)) if shape is NAMES else {}
        argued |= {"matches": st.sampled_from(["a", "a.", ".*"])} if shape is NAMES else {}

    def terms(word: str) -> st.SearchStrategy[Condition]:
        made: st.SearchStrategy[Condition] = argued[word].map(lambda argument: Term(path, word, argument))
        return made

    return {word: terms(word) for word in argued}


def conditions(shape: Any, literals: Literals = values, within: tuple[str, ...] = ()) -> st.SearchStrategy[Condition]:
    found = leaves(shape) if isinstance(shape, Mapping) else [((), shape)]
    terms = st.one_of([each for path, at in found for each in words((*within, *path), at, literals).values()])

    def combined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        several = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.builds(Combination, st.sampled_from(["all", "any", "none"]), several)

    return st.one_of(terms, st.recursive(terms, combined, max_leaves=4))


def leaves(shape: Fields, within: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found: list[tuple[tuple[str, ...], Any]] = []
    for name, each in shape.items():
        found += leaves(each, (*within, name)) if isinstance(each, Mapping) else [((*within, name), each)]
    return found


def with_each(shape: Any) -> Any:
    if isinstance(shape, list):
        return st.lists(with_each(shape[0]), max_size=3)
    return st.one_of(NAMES, st.just(Template("${each}"))) if shape is NAMES else values(shape)


# Unreadable facts -----------------------------------------------------------------------------------------------------


@st.composite
def worse(draw: Any, facts: Any, shape: Any, reasons: tuple[Reason, ...] = REASONS) -> Any:
    """The same facts with one or two of them unreadable, set or not, at any depth."""
    for _ in range(draw(st.integers(1, 2))):
        spots = list(readable(facts, shape))
        if spots:
            gap = Gap(draw(st.sampled_from(reasons)), draw(st.sampled_from(["x:A", "x:B"])))
            facts = closed(facts, draw(st.sampled_from(spots)), gap)
    return facts


def readable(facts: Any, shape: Any) -> Iterator[tuple[str | int, ...]]:
    """The paths of all that could still become unreadable; `()` is the whole."""
    if isinstance(facts, dict) and "gap" in facts:
        return
    yield ()
    if isinstance(shape, Mapping) and isinstance(facts, dict):
        for name, each in shape.items():
            yield from ((name, *path) for path in readable(facts.get(name), each))
    elif isinstance(facts, list):
        for at, item in enumerate(facts):
            yield from ((at, *path) for path in readable(item, shape[0]))


def closed(facts: Any, path: tuple[str | int, ...], gap: Gap) -> Any:
    """The facts with a gap at one path."""
    if not path:
        return gap.as_fact()
    if isinstance(facts, list):
        return [closed(item, path[1:], gap) if at == path[0] else item for at, item in enumerate(facts)]
    return {**facts, path[0]: closed(facts.get(path[0]), path[1:], gap)}


ANY_REASON: tuple[Reason, ...] = (*REASONS, "unsupported")


def states(shape: Fields) -> st.SearchStrategy[Any]:
    """States of which some parts may be unreadable from the start, even because AWS does not have them."""
    whole = values(shape)
    return st.one_of(whole, whole, whole.flatmap(lambda facts: worse(facts, shape, ANY_REASON)))


PLACES = {word: [(path, at) for path, at in leaves(THING) if word in words(path, at, values)] for word in WORDS}
LISTS = {word: [(path, at) for path, at in places if isinstance(at, list)] for word, places in PLACES.items()}
"""Of these, where a part of the value may be unreadable."""


@st.composite
def seen_worse(draw: Any, word: str) -> tuple[Condition, Any, Any]:
    """A term with this word, a thing that it may well be true of, and the same of which less could be read."""
    path, shape = draw(st.sampled_from([*PLACES[word], *LISTS[word] * 3]))
    of_it = draw(values(shape))
    (*within, name) = path
    inner = {} if draw(st.integers(0, 9)) == 0 else {name: of_it}
    facts = {within[0]: inner} if within else inner

    def like_it(each: Any) -> Any:
        if each is shape and isinstance(shape, list):
            as_long = st.lists(values(shape[0]), min_size=len(of_it), max_size=len(of_it))
            return st.one_of(values(each), as_long, st.permutations(of_it))
        if each is shape:
            return st.one_of(values(each), st.just(of_it))
        element = isinstance(shape, list) and each is shape[0] and of_it
        return st.one_of(values(each), st.sampled_from(of_it)) if element else values(each)

    parts = [(*path, *spot) for spot in readable(of_it, shape) if spot and inner]
    less = closed(facts, draw(st.sampled_from(parts)), Gap("denied")) if parts and draw(FLAGS) else None
    return draw(words(path, shape, like_it)[word]), facts, less or draw(worse(facts, THING))


CONDITIONS, CONDITIONS_WITH_EACH = conditions(THING), conditions(THING, with_each)
ABOUT_SITE = conditions(USAGE, within=("usage",))
A_THING, A_USAGE = states(THING), states(USAGE)


@st.composite
def subset(draw: Any, facts: Any) -> Any:
    """The facts before all of the groups' fields were read."""
    if not isinstance(facts, dict) or "gap" in facts:
        return facts
    return {name: draw(subset(each)) for name, each in facts.items() if draw(FLAGS)}


# Controls -------------------------------------------------------------------------------------------------------------


@st.composite
def controls(draw: Any) -> Control:
    """Any control; what it looks at of usage, it looks at under `usage`."""
    each = draw(st.sampled_from([None, None, ("usage", "models")]))
    judged = CONDITIONS_WITH_EACH if each else CONDITIONS
    mode = draw(st.sampled_from(["require", "exists", "forbid"]))
    return dataclasses.replace(
        control(mode, {"size": 1}),
        kind=draw(st.sampled_from(["thing", "trail", "board"])),
        condition=draw(judged),
        where=draw(judged) if draw(st.integers(0, 2)) == 0 else None,
        when=draw(ABOUT_SITE) if draw(st.integers(0, 2)) == 0 else None,
        for_each=each,
        at_least_one=mode == "require" and draw(FLAGS),
    )


THINGS = st.lists(A_THING, max_size=3)


@st.composite
def accounts(draw: Any, control: Control) -> tuple[Record, ...]:
    """All that was read of an account with two sites, as far as the control cares."""
    once_read = once(**{kind: draw(THINGS) for kind in ("trail", "board") if kind == control.kind})
    things = {"thing": THINGS} if control.kind == "thing" else {}
    sites = (
        record(site, usage=[draw(A_USAGE)], **{kind: draw(each) for kind, each in things.items()})
        for site in (SITE, OTHER_SITE)
    )
    return (once_read, *sites)


SMALL: Fields = {"size": st.integers(0, 1), "on": FLAGS}
SMALL_CONDITIONS, SMALL_THINGS = conditions(SMALL), st.lists(values(SMALL), min_size=1, max_size=2)


@st.composite
def small_cases(draw: Any) -> tuple[Control, tuple[Record, ...]]:
    """Few things of few facts, all of them readable: where the corners are."""
    mode, where = draw(st.sampled_from(["require", "exists", "forbid"])), draw(st.one_of(st.none(), SMALL_CONDITIONS))
    members = {"condition": draw(SMALL_CONDITIONS), "where": where, "at_least_one": mode == "require" and draw(FLAGS)}
    return dataclasses.replace(control(mode, {"size": 1}), **members), (record(thing=draw(SMALL_THINGS)),)


@st.composite
def each_cases(draw: Any) -> tuple[Control, tuple[Record, ...]]:
    """What is demanded for each of few models, and few things, all of them readable."""
    mode, wanted = (
        draw(st.sampled_from(["require", "exists", "forbid"])),
        Term(("name",), "equals", Template("${each}")),
    )
    usage = {"models": draw(st.lists(NAMES, min_size=1, max_size=2))}
    things = draw(st.lists(values({"name": NAMES}), max_size=2))
    judged = dataclasses.replace(control(mode, {"size": 1}), condition=wanted, for_each=("usage", "models"))
    return judged, (record(usage=[usage], thing=things),)


CASES = st.one_of(
    small_cases(),
    each_cases(),
    controls().flatmap(lambda control: st.tuples(st.just(control), accounts(control))),
)
"""A control, and an account that it is judged on."""


@st.composite
def less_readable(draw: Any, records: tuple[Record, ...]) -> tuple[Record, ...]:
    """The same account, of which less could be read: a few facts, or a kind or all of one record."""
    which = draw(st.integers(0, len(records) - 1))
    whole = records[which]
    how = draw(st.sampled_from(["facts", "facts", "facts", "facts", "kind", "record"]))
    less = draw({"facts": fewer_facts, "kind": without_a_kind, "record": unread}[how](whole))
    return (*records[:which], less, *records[which + 1 :])


@st.composite
def fewer_facts(draw: Any, whole: Record) -> Record:
    resources = list(whole.resources)
    for at in draw(st.sets(st.integers(0, len(resources) - 1), min_size=1)) if resources else ():
        shape = USAGE if resources[at].kind == "usage" else THING
        resources[at] = dataclasses.replace(resources[at], state=draw(worse(resources[at].state, shape)))
    return dataclasses.replace(whole, resources=tuple(resources))


@st.composite
def without_a_kind(draw: Any, whole: Record) -> Record:
    lost = draw(st.sampled_from(whole.kinds)) if whole.kinds else None
    left = tuple(each for each in whole.kinds if each != lost)
    told = (KindGap(lost, Gap("denied", "x:C")),) if lost and draw(FLAGS) else ()
    resources = tuple(each for each in whole.resources if each.kind != lost)
    return dataclasses.replace(whole, kinds=left, resources=resources, gaps=told)


@st.composite
def unread(draw: Any, whole: Record) -> Record:
    gap = Gap(draw(st.sampled_from(REASONS)), "x:D")
    return dataclasses.replace(whole, kinds=(), resources=(), gaps=(KindGap(None, gap),))
