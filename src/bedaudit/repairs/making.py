"""What is made where it is missing: by the call that a control's `fix.create` gives, never over what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bedaudit.kinds.kind import Creation, Kind
from bedaudit.model import Call, Raw
from bedaudit.repairs.repair import Edit, Place

CREATE = "create"
_ANOTHER = "there is another {name} already, which making this one would replace"
ANOTHER = _ANOTHER.format(name="of that name")
"""Why what is there already is left to people."""


def creation(kind: Kind, wanted: Mapping[str, Any]) -> Creation | None:
    """What is to be made, if anything is."""
    if kind.create is None or CREATE not in wanted:
        return None
    return kind.create(wanted[CREATE])


def made(raw: Raw | None, call: Call, after: Raw, undo: Call, place: Place) -> Edit:
    """By the call, where there is nothing yet; what is there with all of it stays, and anything else is for people."""
    if raw is None:
        return Edit(after, (call,), (undo,))
    return kept(raw, after, place)


def kept(raw: Raw, wanted: Raw, place: Place) -> Edit:
    """What is there already: as wanted, or not to be touched."""
    if holds(raw, wanted):
        return Edit(raw, (), ())
    return Edit(raw, (), (), "manual", _ANOTHER.format(name=place.name))


def holds(whole: Any, part: Any) -> bool:
    """Whether a document has all that another one says."""
    if isinstance(whole, Mapping) and isinstance(part, Mapping):
        return all(name in whole and holds(whole[name], value) for name, value in part.items())
    if isinstance(whole, list) and isinstance(part, list):
        return len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


def united(one: Iterable[Any], other: Iterable[Any]) -> list[Any]:
    """Two lists as one, each element once."""
    found: list[Any] = []
    found.extend(each for each in (*one, *other) if each not in found)
    return found
