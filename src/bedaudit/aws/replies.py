"""Replies as their models describe them: no wrong type gets in, and what is missing is a gap for whoever needs it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.parsers import ResponseParserError

from bedaudit.model import Gap
from bedaudit.reader import Operation, Unreadable

_SCALARS: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "character": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": datetime,
}
"""botocore hands on whatever JSON has at a member's place; other types than these are not looked into."""

_PLAIN: Mapping[str, type] = {name: type_ for name, type_ in _SCALARS.items() if isinstance(type_, type)}
"""Those of which nothing but their type is asked, as most members are."""

_DECODED = "policyDocumentType"
"""Text of IAM in which botocore finds JSON, and hands on what it finds."""


class Incomplete(ResponseParserError, Unreadable):  # noqa: N818 - as Unreadable, a fact on its way
    """A reply lacks what a reader needs: a gap of a site, and in the way into an account as any other failure."""

    def __init__(self, operation: Operation, member: str) -> None:
        super().__init__(Gap("failed", str(operation), message=f"the reply lacks {member}"))

    def __str__(self) -> str:
        return str(self.gap.message)


class Reply(dict[str, Any]):
    """A structure of a reply; to take a member that it lacks is `Incomplete`."""

    __slots__ = ("_operation",)

    def __init__(self, members: Mapping[str, Any], operation: Operation) -> None:
        super().__init__(members)
        self._operation = operation

    def __missing__(self, member: str) -> Any:
        raise Incomplete(self._operation, member)


def checked(reply: Mapping[str, Any], model: OperationModel) -> Reply:
    """The reply; ResponseParserError if something in it is not of its type."""
    operation = Operation(model.service_model.service_name, model.name)
    shape = model.output_shape
    return Reply(reply, operation) if shape is None else _structure(reply, shape, operation)


def _structure(value: Any, shape: StructureShape, operation: Operation) -> Reply:
    members = shape.members
    found: dict[str, Any] = {}
    for name, item in _expected(value, dict, "").items():
        member = members.get(name)
        if member is None or type(item) is _PLAIN.get(member.type_name):
            found[name] = item
        else:
            found[name] = _checked(item, member, operation, name)
    return Reply(found, operation)


def _checked(value: Any, shape: Shape, operation: Operation, name: str) -> Any:
    match shape:
        case StructureShape() if not shape.is_document_type:
            return _structure(_expected(value, dict, name), shape, operation)
        case ListShape():
            return [_checked(item, shape.member, operation, name) for item in _expected(value, list, name)]
        case MapShape():
            items = _expected(value, dict, name).items()
            return {key: _checked(item, shape.value, operation, name) for key, item in items}
        case _ if shape.name == _DECODED:
            return value
        case _:
            return _expected(value, _SCALARS.get(shape.type_name, object), name)


def _expected(value: Any, type_: type | tuple[type, ...], name: str) -> Any:
    if isinstance(value, type_) and (type_ is not int or not isinstance(value, bool)):
        return value
    raise ResponseParserError(f"a reply that is not of the service's protocol: {name} is {type(value).__name__}")
