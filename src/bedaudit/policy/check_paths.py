"""Dotted paths: their syntax, and where they lead in a state."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bedaudit.model import Mark
from bedaudit.policy.check import Check
from bedaudit.policy.hints import near, quoted
from bedaudit.policy.shapes import TEXT, field_shape, wanted
from bedaudit.state import Group, ListOf, Path, Shape, TextMap

QUOTED = r'"(?:[^"\\]|\\["\\])+"'
UNQUOTED = r'[^."]+'
_PART = re.compile(f"({QUOTED})|({UNQUOTED})")


def split_path(text: str) -> list[tuple[str, bool]] | None:
    """The names in a path and whether each is quoted; None where it is no path."""
    parts: list[tuple[str, bool]] = []
    at = -1
    while at < len(text):
        part = _PART.match(text, at + 1)
        if not part or text[part.end() : part.end() + 1] not in ("", "."):
            return None
        quoted_name, name = part.groups()
        parts.append((re.sub(r"\\(.)", r"\1", quoted_name[1:-1]), True) if quoted_name else (name, False))
        at = part.end()
    return parts


def resolve_path(check: Check, mark: Mark, text: str, group: Group, owner: str) -> tuple[Path, Shape] | None:
    """The path, and the shape at its end; None, with a problem, where it leads nowhere."""
    parts = split_path(text)
    if parts is None:
        hint = 'names with a dot in them are quoted, as tags."a.b"'
        check.problem(mark, f"{quoted(text)} is not a path", hint)
        return None
    shape: Shape = group
    for at, part in enumerate(parts):
        step = _step(check, mark, part, shape, owner)
        if step is None:
            return None
        shape, owner = step, ".".join(name for name, _ in parts[: at + 1])
    return tuple(name for name, _ in parts), shape


def _step(check: Check, mark: Mark, part: tuple[str, bool], shape: Shape, owner: str) -> Shape | None:
    name, is_quoted = part
    match shape:
        case Group() if name in shape.fields and is_quoted:
            check.problem(mark, f"the field {name} is not to be quoted")
        case Group() if name in shape.fields:
            return field_shape(shape, name)
        case Group():
            check.problem(mark, f"unknown field {quoted(name)} of {owner}", _guess(name, shape.fields))
        case TextMap():
            return TEXT
        case ListOf():
            check.problem(mark, f"{owner} is a list", f"say which of its elements: {owner}: {{any: {{{name}: ...}}}}")
        case _:
            check.problem(mark, f"{owner} is {wanted(shape)}, and has no field {quoted(name)}")
    return None


def _guess(name: str, fields: Mapping[str, object]) -> str | None:
    return near(name, fields.keys())
