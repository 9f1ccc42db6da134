"""`bedaudit kinds`: what policies can speak of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from bedaudit.cli import terminal
from bedaudit.cli.choices import KIND
from bedaudit.cli.command import Command
from bedaudit.cli.options import as_json

if TYPE_CHECKING:
    from bedaudit.kinds.kind import Kind
    from bedaudit.state import Field, Group, Shape

EXAMPLES = """\
bedaudit kinds                     every kind, with a sentence each
bedaudit kinds invocation_logging  its fields: what a policy can require
bedaudit kinds alarm --format json
"""


@click.command("kinds", cls=Command, examples=EXAMPLES)
@click.argument("kind", type=KIND, required=False, metavar="[KIND]")
@as_json
def kinds(kind: str | None, format: str) -> None:  # noqa: A002
    """What policies can speak of: kinds and their fields.

    Without KIND all kinds, with it the fields of that one.
    """
    from bedaudit.kinds import kinds as known

    chosen = [known()[kind]] if kind else list(known().values())
    if format == "json":
        described = [_described(one, fields=kind is not None) for one in chosen]
        terminal.write(json.dumps(described[0] if kind else described, indent=2))
    elif kind:
        _show_fields(chosen[0])
    else:
        _show_all(chosen)


def scope_of(kind: Kind) -> str:
    """How often a kind is read and judged, in words."""
    if kind.scope == "site":
        return "one per region" if kind.single else "any number per region"
    return "any number per account" + ("" if kind.judged == "account" else ", judged in every region")


def _show_all(kinds: list[Kind]) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for kind in kinds:
        table.add_row(kind.name, f"{kind.doc.removesuffix('.')}; {scope_of(kind)}.")
    terminal.show(table, "", "`bedaudit kinds KIND` shows the fields of one.")


def _show_fields(kind: Kind) -> None:
    from rich.table import Table
    from rich.text import Text

    from bedaudit.state import shape_of

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(overflow="fold")
    for depth, name, field in _tree(shape_of(kind.state), 0):
        table.add_row(Text.assemble("  " * depth, (name, "bold")), type_of(field), _sentence(field))
    terminal.show(
        Text.assemble((kind.name, "bold"), f": {kind.doc}"),
        f"Scope: {scope_of(kind)}.",
        "",
        table,
        "",
        "A type with ? may be missing: AWS says that it is not set.",
    )


def _tree(group: Group, depth: int) -> Iterator[tuple[int, str, Field]]:
    from bedaudit.state import Group, ListOf

    for name, field in group.fields.items():
        yield depth, name, field
        inner = field.shape.item if isinstance(field.shape, ListOf) else field.shape
        if isinstance(inner, Group):
            yield from _tree(inner, depth + 1)


def type_of(field: Field) -> str:
    """The type of a field, as a policy's author thinks of it; `?`: it may be missing."""
    return _type(field.shape) + ("?" if field.optional else "")


def _type(shape: Shape) -> str:
    from bedaudit.state import Group, ListOf, Scalar

    match shape:
        case Scalar(type="duration", unit=unit):
            return f"{unit} or never"
        case Scalar(type="number" | "integer", unit=unit) if unit:
            return unit
        case Scalar(type=name):
            return name
        case ListOf(item=item):
            return "list" if isinstance(item, Group) else f"list of {_type(item)}"
        case Group():
            return "group"
        case _:
            return "map of text"


def _choices(shape: Shape) -> tuple[str, ...]:
    from bedaudit.state import ListOf, Scalar

    inner = shape.item if isinstance(shape, ListOf) else shape
    return inner.choices if isinstance(inner, Scalar) else ()


def _sentence(field: Field) -> str:
    choices = _choices(field.shape)
    listed = f" One of {', '.join(choices)}." if choices else ""
    because = f" If not, {field.because} says why." if field.because else ""
    return f"{field.doc}{listed}{because}"


def _described(kind: Kind, *, fields: bool) -> dict[str, Any]:
    from bedaudit.state import shape_of

    described: dict[str, Any] = {
        "kind": kind.name,
        "description": kind.doc,
        "scope": kind.scope,
        "judged": kind.judged,
        "single": kind.single,
        "operations": sorted(str(operation) for operation in kind.operations),
    }
    if fields:
        described["fields"] = _fields(shape_of(kind.state))
    return described


def _fields(group: Group) -> dict[str, Any]:
    return {name: _field(field) for name, field in group.fields.items()}


def _field(field: Field) -> dict[str, Any]:
    from bedaudit.state import Group, ListOf, Scalar

    inner = field.shape.item if isinstance(field.shape, ListOf) else field.shape
    described: dict[str, Any] = {"type": _json_type(inner)}
    if isinstance(field.shape, ListOf):
        described["list"] = True
    if isinstance(inner, Scalar) and inner.unit:
        described["unit"] = inner.unit
    if choices := _choices(field.shape):
        described["choices"] = list(choices)
    described |= {"optional": field.optional, "description": field.doc}
    if isinstance(inner, Group):
        described["fields"] = _fields(inner)
    return described


def _json_type(shape: Shape) -> str:
    from bedaudit.state import Group, Scalar

    if isinstance(shape, Scalar):
        return shape.type
    return "group" if isinstance(shape, Group) else "map"
