"""Parameters and replies of any operation, made from botocore's model of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

_SCALARS: Mapping[str, Any] = {
    "boolean": True,
    "float": 1.5,
    "double": 2.5,
    "timestamp": datetime(2026, 11, 20, 12, 30, 15, tzinfo=UTC),
    "blob": b"blob",
}
_NAMED: Mapping[str, str] = {
    "AccountId": "111122223333",
    "Bucket": "my-bucket",
    "StreamARN": "arn:aws:kinesis:us-east-1:111122223333:stream/logs",
    "RoleArn": "arn:aws:iam::111122223333:role/a/role",
    "FunctionName": "arn:aws:lambda:us-east-1:111122223333:function:a b",
}


def required(shape: Shape | None) -> dict[str, Any]:
    """The least parameters."""
    if not isinstance(shape, StructureShape):
        return {}
    return {name: sample(shape.members[name], name) for name in shape.required_members}


def full(shape: Shape | None) -> dict[str, Any]:
    """Every member."""
    return sample(shape) if shape is not None else {}


def sample(shape: Shape, name: str = "", above: tuple[str, ...] = ()) -> Any:
    """A value of a shape; what contains itself ends."""
    inner = (*above, shape.name)
    match shape:
        case StructureShape():
            return _structure(shape, inner)
        case ListShape():
            return [sample(shape.member, name, inner)] * max(1, shape.metadata.get("min", 1))
        case MapShape():
            return {sample(shape.key, "key", inner): sample(shape.value, "value", inner)}
        case _ if shape.type_name in ("integer", "long"):
            return max(1, shape.metadata.get("min", 1))
        case _:
            return _SCALARS[shape.type_name] if shape.type_name in _SCALARS else _text(shape, name)


def _structure(shape: StructureShape, inner: tuple[str, ...]) -> dict[str, Any]:
    if shape.is_document_type:
        return {"any": ["thing", 1]}
    members = list(shape.members.items())[: 1 if shape.is_tagged_union else None]
    return {member: sample(each, member, inner) for member, each in members if each.name not in inner}


def _text(shape: Shape, name: str) -> str:
    if shape.name == "policyDocumentType":
        return "%7B%22Statement%22%3A%5B%7B%22Sid%22%3A%22%C3%A9%22%7D%5D%7D"
    if name in _NAMED:
        return _NAMED[name]
    if isinstance(shape, StringShape) and shape.enum:
        return str(shape.enum[0])
    return f"{name or 'text'}/é <&> +~".ljust(shape.metadata.get("min", 0), "x")
