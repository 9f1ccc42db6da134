"""What counts for `exists` controls: resources as far as they are about an account, its own and other accounts'."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from bedaudit.kinds.kind import Kind
from bedaudit.model import EVERY_ACCOUNT, Facts, Mark
from bedaudit.policy.bind import bind_each
from bedaudit.policy.conditions import holds, selecting
from bedaudit.policy.facts import is_gap, lookup
from bedaudit.policy.model import Combination, Control, Test

Seen: TypeAlias = Callable[[Facts], Facts | None]
"""An element of a list as it is about some account: itself, a gap (as a fact) where that is not known, or None."""

LINK: Final = "telemetry_link"
"""The kind that tells with which accounts a site shares its metrics."""

_ASKED = ("role", "sink_account", "unshared_namespaces")

LINKS: Final = Control(
    id=LINK,
    title="",
    severity="info",
    kind=LINK,
    mode="forbid",
    condition=Combination("all", tuple(Test((path,), "present", argument=True) for path in _ASKED)),
    why="",
    policy="",
    mark=Mark("", 1, 1, 1, 1),
)
"""Asks for what is to be known of links; it is never judged."""


def crosses_accounts(control: Control, known: Mapping[str, Kind]) -> bool:
    """Whether resources of other accounts may meet the control."""
    return control.mode == "exists" and bool(known[control.kind].of_accounts)


def with_links(controls: Iterable[Control], known: Mapping[str, Kind]) -> tuple[Control, ...]:
    """The controls, and what is asked of links where one of them is not met."""
    listed = tuple(controls)
    return (*listed, LINKS) if any(crosses_accounts(control, known) for control in listed) else listed


def witnesses(controls: Iterable[Control], known: Mapping[str, Kind]) -> tuple[Control, ...]:
    """What is asked of a monitoring account for the sake of others, whatever is true of its own sites."""
    return tuple(
        dataclasses.replace(control, when=None, for_each=None)
        for control in controls
        if crosses_accounts(control, known)
    )


def own(account: str) -> Seen:
    """What the resources of an account say of itself."""

    def seen(element: Facts) -> Facts | None:
        of = element.get("account")
        if is_gap(of):
            return of
        return element if of in (None, EVERY_ACCOUNT, account) else None

    return seen


def narrowed(kind: Kind, state: Facts, seen: Seen) -> Facts:
    """A state, as far as it is about an account; `regions` are those of what is left."""
    lists = {name: state[name] for name in kind.of_accounts if isinstance(state.get(name), list)}
    left = {name: list(_left(elements, seen)) for name, elements in lists.items()}
    shown = {element.get("region") for elements in left.values() for element in elements}
    regions = state.get("regions")
    whole = isinstance(regions, list) and len(lists) == len(kind.of_accounts)
    kept = {"regions": [each for each in regions or () if each in shown]} if whole else {}
    found = {**state, **left, **kept}
    return state if found == state else found


def _left(elements: Iterable[Any], seen: Seen) -> Iterator[Any]:
    for element in elements:
        left = element if is_gap(element) else seen(element)
        if left is not None:
            yield left


def unmet(
    controls: Iterable[Control], known: Mapping[str, Kind], account: str, first: Facts, read: Callable[[str], Any]
) -> bool:
    """Whether something that other accounts may have is not known to be in the account itself.

    `first` are the facts that decide which controls apply; `read` gives the states of a kind.
    """
    crossing = (control for control in controls if crosses_accounts(control, known))
    return any(not _is_met(control, known[control.kind], account, first, read(control.kind)) for control in crossing)


def _is_met(control: Control, kind: Kind, account: str, first: Facts, states: Sequence[Facts]) -> bool:
    elements = lookup(first, control.for_each) if control.for_each else [None]
    if not isinstance(elements, list):
        return False
    of_own = [narrowed(kind, state, own(account)) for state in states]
    wanted = (selecting(bind_each(control, element) if control.for_each else control) for element in elements)
    return all(any(holds(one, state) for state in of_own) for one in wanted)
