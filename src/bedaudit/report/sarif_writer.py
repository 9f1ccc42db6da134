"""Writes the objects of `sarif_om` as SARIF 2.1.0.

The classes are of a draft of the standard, and their companion serializer leaves out an explicit `level` that equals
the default, though by section 3.27.10 a missing level is the rule's. Hence a serializer of our own.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import attr

_RENAMED: Final = {("Suppression", "state"): "status"}
"""Members that the final standard calls otherwise than the draft did."""

_ALWAYS: Final = {"level"}
"""Members whose absence does not mean their default."""


def members(value: Any) -> Any:
    """A SARIF object as plain JSON: what is not set or has its default is left out."""
    kind: Any = type(value)
    if attr.has(kind):
        found = ((name, getattr(value, own), default) for own, name, default in _plan(kind))
        return {name: members(each) for name, each, default in found if each is not None and each != default}
    if isinstance(value, list | tuple):
        return [members(each) for each in value]
    return value


@cache
def _plan(kind: type) -> tuple[tuple[str, str, Any], ...]:
    """Of each member its name in Python, its name in SARIF, and the value that need not be written."""
    return tuple(
        (
            field.name,
            _RENAMED.get((kind.__name__, field.name), field.metadata["schema_property_name"]),
            _ALWAYS if field.name in _ALWAYS else _default(field),
        )
        for field in attr.fields(kind)
    )


def _default(field: Any) -> Any:
    return field.default.factory() if hasattr(field.default, "factory") else field.default
