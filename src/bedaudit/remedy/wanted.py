"""What a failing finding wants of which document: the values that its control's `fix` says or leaves to be derived."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bedaudit.kinds import kinds
from bedaudit.model import Facts, Finding, Resource
from bedaudit.policy.bind import EACH, bind, names
from bedaudit.policy.check_paths import split_path
from bedaudit.policy.conditions import holds
from bedaudit.policy.facts import MISSING, is_gap, lookup
from bedaudit.policy.model import Combination, Condition, Control, Fix, Test
from bedaudit.policy.spelling import dotted, with_path
from bedaudit.policy.words import EQUALS, shown
from bedaudit.repairs.repair import Mount, Place, Repair
from bedaudit.state import Path

CREATE = "create"
"""The pseudo-path whose value is the parameters of the call that makes a resource."""

_Bound = Callable[[Any, tuple[Any, ...]], Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """What one finding wants of one document."""

    finding: Finding
    repair: Repair
    place: Place
    values: Mapping[str, Any]
    """By path, relative to where the repair is mounted."""
    safety: str | None = None
    """As the control rates it, where it does."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that a finding wants, and why there is no more of it."""

    wishes: tuple[Wish, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    """What is wanted so far: by mount, the values by relative path."""

    values: dict[Path, Any] = field(default_factory=dict)
    by_mount: dict[int, dict[str, Any]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def wanted(control: Control, finding: Finding, resource: Resource | None, mounts: Iterable[Mount]) -> Wanted:
    """What is wanted; `control` is bound for the finding's site.

    `resource` is the one that the finding is about; for `exists`, the one that comes nearest.
    """
    if control.fix is None:
        return Wanted(left=("the control says nothing about how to mend it",))
    if finding.each is not None:
        control = bind(control, {EACH: finding.each})
    fix = control.fix or Fix()
    if unknown := sorted(set(names(fix))):
        return Wanted(left=(f"the parameter {', '.join(unknown)} has no value: set it in bedaudit.yaml",))
    here = tuple(mount for mount in mounts if mount.kind == control.kind)
    if fix.create is not None:
        return _creation(control, finding, fix, here)
    if resource is None:
        return Wanted(left=("there is no resource that could be changed, and the control says of none to create",))
    return _changes(control, finding, resource.state, here)


def _creation(control: Control, finding: Finding, fix: Fix, mounts: tuple[Mount, ...]) -> Wanted:
    make = kinds()[control.kind].create
    repair = next((each.repair for each in mounts if not each.at and CREATE in each.repair.paths), None)
    if make is None or repair is None or fix.create is None:
        return Wanted(left=(f"nothing creates a resource of kind {control.kind}",))
    parameters = _plain(fix.create)
    place = repair.place({**make(parameters).facts, CREATE: parameters}, finding.site)
    if place is None:
        return Wanted(left=("what is to be created does not say where it would be",))
    return Wanted((Wish(finding, repair, place, {CREATE: parameters}, fix.safety),))


def _changes(control: Control, finding: Finding, facts: Facts, mounts: tuple[Mount, ...]) -> Wanted:
    fix, found = control.fix or Fix(), _Found()
    for test in _unmet(_condition(control), facts):
        _derive(test, facts, mounts, found, said=bool(fix.set))
    for text, value in fix.set.items():
        path = tuple(name for name, _ in split_path(text) or ())
        _put(path, lambda _, value=value: _plain(value), mounts, found)  # type: ignore[misc]
    whole = _with(facts, found.values)
    wishes: list[Wish] = []
    for index, values in found.by_mount.items():
        mount = mounts[index]
        part = lookup(whole, _path(mount.at))
        place = None if is_gap(part) else mount.repair.place({} if part is MISSING else part, finding.site)
        if place is None:
            found.left.append(f"where the {mount.repair.name.replace('.', ' ').replace('_', ' ')} is cannot be told")
        else:
            wishes.append(Wish(finding, mount.repair, place, values, fix.safety))
    if not wishes and not found.left:
        found.left.append("nothing can be derived from what it requires")
    return Wanted(tuple(wishes), tuple(dict.fromkeys(found.left)))


def _condition(control: Control) -> Condition:
    """What a resource has to be like; nothing can be derived from what it must not be."""
    if control.mode == "forbid":
        return Combination("all", ())
    terms = (control.where, control.condition) if control.mode == "exists" else (control.condition,)
    return Combination("all", tuple(term for term in terms if term is not None))


def _unmet(condition: Condition, facts: Facts) -> Iterator[Condition]:
    """The terms that are false."""
    if isinstance(condition, Combination) and condition.op == "all":
        for each in condition.conditions:
            yield from _unmet(each, facts)
    elif holds(condition, facts) is False:
        yield condition


def _derive(term: Condition, facts: Facts, mounts: tuple[Mount, ...], found: _Found, *, said: bool) -> None:
    """Adds the value that a term gives; `said`: the control itself says what is to be set."""
    value = _given(term)
    if value is None or not isinstance(term, Test):
        if not said:
            found.left.append(f"{shown(with_path(term))} gives no one value")
        return
    if term.path in found.values and holds(term, _with(facts, {term.path: found.values[term.path]})):
        return
    before = len(found.left)
    _put(term.path, value, mounts, found)
    if said:
        del found.left[before:]


def _given(term: Condition) -> Callable[[tuple[Any, ...]], Any] | None:
    """The value that a term asks for, among those that AWS allows (none named: all)."""
    if not isinstance(term, Test) or term.word not in _VALUES:
        return None
    move = _VALUES[term.word]
    return lambda allowed: move(_plain(term.argument), allowed)


def _next(bound: Any, allowed: tuple[Any, ...]) -> Any:
    return min((each for each in allowed if each >= bound), default=None) if allowed else bound


def _previous(bound: Any, allowed: tuple[Any, ...]) -> Any:
    return max((each for each in allowed if each <= bound), default=None) if allowed else bound


_VALUES: Mapping[str, _Bound] = {EQUALS: lambda value, _: value, "at_least": _next, "at_most": _previous}
"""The words that give a value: others only say what it must not be, or leave a choice."""


def _put(path: Path, value: Callable[[tuple[Any, ...]], Any], mounts: tuple[Mount, ...], found: _Found) -> None:
    """Hands a value to every repair that sets the path."""
    takers = [(index, each, rest) for index, each in enumerate(mounts) if (rest := _below(path, each)) is not None]
    if not takers:
        found.left.append(f"nothing sets {dotted(path)}")
    for index, mount, rest in takers:
        given = value(mount.repair.allowed.get(dotted(rest), ()))
        if given is None:
            found.left.append(f"AWS takes no such value of {dotted(path)}")
        else:
            found.values[path] = given
            found.by_mount.setdefault(index, {})[dotted(rest)] = given


def _below(path: Path, mount: Mount) -> Path | None:
    """The path within the part that a repair is mounted at, if the repair sets it."""
    at = _path(mount.at)
    rest = path[len(at) :]
    set_here = path[: len(at)] == at and any(rest[: len(each)] == each for each in map(_path, mount.repair.paths))
    return rest if set_here else None


def _path(text: str) -> Path:
    return tuple(text.split(".")) if text else ()


def _with(facts: Any, values: Mapping[Path, Any]) -> dict[str, Any]:
    """The facts with values put in, in groups that are made where they are missing."""
    whole = dict(facts)
    for path, value in values.items():
        within = whole
        for name in path[:-1]:
            there = within.get(name)
            within[name] = dict(there) if isinstance(there, Mapping) and not is_gap(there) else {}
            within = within[name]
        within[path[-1]] = value
    return whole


def _plain(data: Any) -> Any:
    match data:
        case Mapping():
            return {name: _plain(item) for name, item in data.items()}
        case tuple() | list():
            return [_plain(item) for item in data]
        case _:
            return data
