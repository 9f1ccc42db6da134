"""Which operations the controls of some policies need, computed from what kinds and repairs declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bedaudit.kinds import kinds
from bedaudit.permissions.actions import of_read, of_write
from bedaudit.policy.bind import bind, names
from bedaudit.policy.model import Control
from bedaudit.policy.needs import Needs
from bedaudit.policy.watching import with_links
from bedaudit.repairs import mounts
from bedaudit.repairs.making import CREATE
from bedaudit.repairs.repair import Mount, Repair

_TAKES_AWAY = ("Delete", "Disable", "Disassociate", "Stop", "Untag")
"""What only a rollback does: a fix takes nothing away."""


def read_actions(controls: Iterable[Control]) -> set[str]:
    """What a scan reads of an account that it has entered."""
    found = kinds()
    needed = Needs(with_links(controls, found)).kinds
    return {of_read(operation) for kind in needed for operation in found[kind].operations}


def fix_actions(controls: Iterable[Control]) -> tuple[set[str], set[str]]:
    """What fixes read besides, and what they change."""
    repairs = _repairs(controls)
    read = {of_read(operation) for repair, _ in repairs.values() for operation in repair.reads}
    return read, _actions(name for _, writes in repairs.values() for name in writes if not _takes_away(name))


def rollback_actions(controls: Iterable[Control]) -> set[str]:
    """What undoing fixes changes besides."""
    return _actions(name for _, writes in _repairs(controls).values() for name in writes)


def _actions(operations: Iterable[str]) -> set[str]:
    return {action for name in operations for action in of_write(name)}


def _takes_away(operation: str) -> bool:
    return operation.partition(":")[2].startswith(_TAKES_AWAY)


def _repairs(controls: Iterable[Control]) -> Mapping[str, tuple[Repair, set[str]]]:
    """By name the repairs that are applied for these controls, and the writes of each that may be needed."""
    found: dict[str, tuple[Repair, set[str]]] = {}
    for control in controls:
        for repair, writes in repairs_of(control):
            if repair.by_machine:
                _, known = found.get(repair.name, (repair, set[str]()))
                found[repair.name] = (repair, known | writes)
    return found


def repairs_of(control: Control) -> Iterator[tuple[Repair, set[str]]]:
    """The repairs that mend a control, and the writes of each that may be needed."""
    fix = control.fix
    here = [mount for mount in mounts() if mount.kind == control.kind]
    if fix is None or not here:
        return
    if fix.create is not None:
        yield from ((mount.repair, _of_creation(control, mount.repair)) for mount in here if _creates(mount))
        return
    asked = Needs([replace(control, where=None, when=None, for_each=None, mode="require")]).paths(control.kind)
    for mount in here:
        if any(_reaches(mount, path) for path in (*asked, *fix.set)):
            yield mount.repair, set(mount.repair.writes)


def _creates(mount: Mount) -> bool:
    return not mount.at and CREATE in mount.repair.paths


def _of_creation(control: Control, repair: Repair) -> set[str]:
    """The call that makes the resource, and those that take away what it made."""
    fix = bind(control, {name: f"${{{name}}}" for name in names(control.fix)}).fix
    make = kinds()[control.kind].create
    made = f":{make(fix.create).call.operation}" if make and fix and fix.create is not None else ""
    return {name for name in repair.writes if _takes_away(name) or name.endswith(made)}


def _reaches(mount: Mount, path: str) -> bool:
    """Whether a repair sets what a path names, or what it is a part of."""
    settable = (f"{mount.at}.{each}" if mount.at else each for each in mount.repair.paths)
    return any(path == each or path.startswith(f"{each}.") for each in settable)
