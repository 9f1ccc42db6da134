"""Statements put into policy documents, beside what stands there.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any, TypeAlias

Members: TypeAlias = Mapping[str, Any]
"""A document or a statement, as JSON holds it."""

VERSION = "2012-10-17"


def with_statement(document: Members | None, statement: Members) -> Members:
    """The document with the statement at its end, under a Sid of its own; as it is if one says the same."""
    if document is None:
        return {"Version": VERSION, "Statement": [statement]}
    there = statements(document)
    if any(_without_sid(each) == _without_sid(statement) for each in there):
        return document
    named = {**statement, "Sid": _free(str(statement["Sid"]), there)} if "Sid" in statement else statement
    return {**document, "Statement": [*there, named]}


def statements(document: Members) -> list[Any]:
    """Its statements; a single one may stand without a list."""
    found = document.get("Statement", [])
    return list(found) if isinstance(found, list) else [found]


def loaded(text: str) -> Members | None:
    """The document; None if the text is none, or one that cannot be written again without a loss."""
    try:
        document = json.loads(text, object_pairs_hook=_each_once)
        json.dumps(document, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members


def written(document: Members) -> str:
    """The document as AWS writes it."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _without_sid(statement: Any) -> Any:
    return {name: value for name, value in statement.items() if name != "Sid"} if isinstance(statement, dict) else None


def _free(sid: str, there: list[Any]) -> str:
    """AWS wants each Sid of a document once."""
    taken = {each.get("Sid") for each in there if isinstance(each, dict)}
    numbered = (f"{sid}{number}" for number in itertools.count(2))
    return next(each for each in itertools.chain((sid,), numbered) if each not in taken)
