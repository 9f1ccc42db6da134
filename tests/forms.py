"""Notes in which forms each field of a state is read while tests run: a plugin of pytest, `--forms FILE`.

The forms are `set`; `missing`; `gap`; of a flag `true` and `false`; of a choice each of its words; of a list `some` and
`none`. A field belongs to the class that names it. What tests build themselves, to compare with, does not count.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

import bedaudit
from bedaudit.model import Gap
from bedaudit.state import State

SOURCE = str(Path(bedaudit.__file__).parent)
_SEEN: dict[str, set[str]] = defaultdict(set)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--forms", type=Path)


def pytest_configure() -> None:
    made, copied = State.__init__, State.model_copy

    def init(self: State, **members: Any) -> None:
        made(self, **members)
        _note(self, sys._getframe(1).f_code.co_filename)

    def copy(self: State, **options: Any) -> State:
        changed = copied(self, **options)
        _note(changed, sys._getframe(1).f_code.co_filename)
        return changed

    State.__init__, State.model_copy = init, copy  # type: ignore[method-assign, assignment]


def pytest_sessionfinish(session: pytest.Session) -> None:
    forms = {name: sorted(seen) for name, seen in _SEEN.items()}
    session.config.getoption("--forms").write_text(json.dumps(forms))


def _note(state: State, caller: str) -> None:
    if caller.startswith(SOURCE):
        for name in type(state).model_fields:
            _SEEN[named(type(state), name)].add(_form(getattr(state, name)))


def named(state: type[State], name: str) -> str:
    """A field by the class that names it."""
    owner = next(each for each in reversed(state.__mro__) if name in getattr(each, "__annotations__", {}))
    return f"{owner.__name__}.{name}"


def _form(value: Any) -> str:
    match value:
        case None:
            return "missing"
        case Gap():
            return "gap"
        case bool():
            return str(value).lower()
        case tuple() | list():
            return "some" if value else "none"
        case str():
            return f"set {value}"
        case _:
            return "set"


def wanted(state: type[State]) -> Iterator[tuple[str, frozenset[str]]]:
    """Each field of a state and of its parts, with the forms that its type has."""
    hints = get_type_hints(state, include_extras=True)
    for name in state.model_fields:
        members = tuple(_members(hints[name]))
        yield named(state, name), frozenset(form for member in members for form in _forms(member))
        for member in members:
            inner = get_args(member)[0] if get_origin(member) is tuple else member
            if isinstance(inner, type) and issubclass(inner, State):
                yield from wanted(inner)


def _members(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from _members(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _forms(member: Any) -> tuple[str, ...]:
    if get_origin(member) is Literal:
        return tuple(f"set {word}" for word in get_args(member))
    if get_origin(member) is tuple:
        return ("some", "none")
    return {type(None): ("missing",), Gap: ("gap",), bool: ("true", "false")}.get(member, ("set",))
