"""How drift is mended, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from bedaudit.permissions.needed import repairs_of
from bedaudit.policy.model import Control, Fix, Template
from bedaudit.policy.words import shown
from bedaudit.repairs.repair import Repair, Safety

_RATED: Final[Mapping[Safety, str]] = {
    "safe": "Safe, and undone by `bedaudit rollback`",
    "risky": "Risky, and applied only with --allow-risky",
    "manual": "Shown, and left to people",
}
_TIGHTER: Final[Mapping[Safety | None, str]] = {
    "risky": "All of it is applied only with --allow-risky: the control says so.",
    "manual": "All of it is shown, and applied by people only: the control says so.",
}


def mending(control: Control) -> Iterator[str]:
    """How a control's drift is mended, line by line; what belongs to the line before is indented."""
    fix, repairs = control.fix, list(_repairs(control))
    if fix is None or not repairs:
        yield "By people: each finding says what is expected and what is there instead."
        return
    yield "By `bedaudit fix`, which shows each change and asks:"
    for repair in repairs:
        yield f"  {repair.does}"
        yield from (f"    {_rated(safety, why, always=len(repair.rated) == 1)}" for safety, why in repair.rated.items())
    yield from _values(fix)
    if fix.safety in _TIGHTER:
        yield _TIGHTER[fix.safety]


def _repairs(control: Control) -> Iterable[Repair]:
    """Each once: a bucket has several parts that one repair mends."""
    found = {repair.does: repair for repair, _ in repairs_of(control)}
    return found.values()


def _rated(safety: Safety, why: str, *, always: bool) -> str:
    joined = ": " if always or safety == "safe" else ", where "
    return f"{_RATED[safety]}{joined}{why}." if why else f"{_RATED[safety]}."


def _values(fix: Fix) -> Iterator[str]:
    """What is asked for."""
    if fix.create is not None:
        yield "With:"
        yield from (f"  {name}: {shown(_as_written(value))}" for name, value in fix.create.items())
    elif fix.set:
        yield "So that:"
        yield from (f"  {path} is {shown(_as_written(value))}" for path, value in fix.set.items())
    else:
        yield "So that it is as the control requires."


def _as_written(value: Any) -> Any:
    """A value with `${name}` where each site has its own."""
    match value:
        case Template(text):
            return text
        case Mapping():
            return {name: _as_written(each) for name, each in value.items()}
        case tuple() | list():
            return [_as_written(each) for each in value]
    return value
