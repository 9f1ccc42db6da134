"""IAM policy documents as values: identity, trust, resource, bucket and key policies alike.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator; it holds if one of the values matches."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """What a statement names, or (`inverted`) all but that: `NotAction`, `NotResource`, `NotPrincipal`."""

    patterns: tuple[str, ...]
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Principals:
    """Whom a statement is about, by type: `AWS`, `Service`, `Federated`, `CanonicalUser`; `*` is everybody."""

    by_type: Mapping[str, tuple[str, ...]]
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; `resources` and `principals` are None where the sort of policy has none."""

    effect: Literal["Allow", "Deny"]
    actions: Matched
    resources: Matched | None = None
    principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    sid: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document."""

    statements: tuple[Statement, ...]
    variables: bool = False
    """Whether `${...}` stands for a value of the request: since version 2012-10-17."""
    malformed: bool = False
    """Whether some of it could not be understood, so that it may say anything."""
    name: str = ""
    """What to call it, as `its trust policy`."""


class _MalformedError(ValueError):
    """A part of a document is not what the grammar says."""


def parse(document: object, name: str = "") -> Document:
    """The document from its JSON, percent-encoded or not, or from what JSON holds; never fails."""
    members = _loaded(document)
    if not isinstance(members, Mapping):
        return Document((), malformed=True, name=name)
    found = members.get("Statement", [])
    statements: list[Statement] = []
    malformed = False
    for each in found if isinstance(found, list) else [found]:
        try:
            statements.append(_statement(each))
        except _MalformedError:
            malformed = True
    return Document(tuple(statements), members.get("Version") == "2012-10-17", malformed, name)


def _loaded(document: object) -> object:
    if not isinstance(document, str):
        return document
    try:
        return json.loads(unquote(document) if document.lstrip().startswith("%") else document)
    except (ValueError, RecursionError):
        return None


def _statement(members: Any) -> Statement:
    if not isinstance(members, Mapping) or members.get("Effect") not in ("Allow", "Deny"):
        raise _MalformedError
    actions = _matched(members, "Action")
    if actions is None:
        raise _MalformedError
    return Statement(
        effect=members["Effect"],
        actions=actions,
        resources=_matched(members, "Resource"),
        principals=_principals(members),
        conditions=_conditions(members.get("Condition", {})),
        sid=str(members.get("Sid") or ""),
    )


def _matched(members: Mapping[str, Any], name: str) -> Matched | None:
    inverted = f"Not{name}" in members
    if inverted and name in members:
        raise _MalformedError
    if not inverted and name not in members:
        return None
    return Matched(_texts(members[f"Not{name}" if inverted else name]), inverted)


def _principals(members: Mapping[str, Any]) -> Principals | None:
    inverted = "NotPrincipal" in members
    if not inverted and "Principal" not in members:
        return None
    named = members["NotPrincipal" if inverted else "Principal"]
    if named == "*":
        return Principals({"*": ("*",)}, inverted)
    if not isinstance(named, Mapping):
        raise _MalformedError
    return Principals({str(type_): _texts(names) for type_, names in named.items()}, inverted)


def _conditions(operators: Any) -> tuple[Condition, ...]:
    if not isinstance(operators, Mapping) or not all(isinstance(keys, Mapping) for keys in operators.values()):
        raise _MalformedError
    return tuple(
        Condition(str(operator), str(key), _texts(values))
        for operator, keys in operators.items()
        for key, values in keys.items()
    )


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(_text(value) for value in (values if isinstance(values, list | tuple) else [values]))


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case _:
            raise _MalformedError
