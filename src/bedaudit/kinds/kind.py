"""What makes a module of this package a kind: a `KIND` of this type."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from bedaudit.model import Call, Facts, Gap, Raw, Resource
from bedaudit.reader import Operation, Reader
from bedaudit.state import State


@dataclass(frozen=True, slots=True)
class Creation:
    """The call that makes a resource, and the state that the call alone decides; what it leaves open is a gap."""

    call: Call
    facts: Facts


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of thing that can be read."""

    name: str
    state: type[State]
    read: Callable[[Reader], Awaitable[Iterable[Resource] | Gap]]
    """Its resources at a site, or why none of them can be known there."""
    operations: tuple[Operation, ...]
    """Every operation that `read` may call."""
    scope: Literal["site", "account"] = "site"
    """`account`: read once an account."""
    judged: Literal["site", "account"] = "site"
    """`account`: judged once an account, with region `global`."""
    single: bool = False
    """A site has exactly one, so that `when` may speak of it."""
    of_accounts: tuple[str, ...] = ()
    """The lists of a state whose elements name the `account` that they are about where that is another one: so its
    resources count for the sites of those accounts too."""
    create: Callable[[Mapping[str, Any]], Creation] | None = None
    """From the parameters under a control's `fix.create`, where resources of this kind can be made."""

    @property
    def doc(self) -> str:
        """One sentence: what a resource of this kind is."""
        return (self.state.__doc__ or "").strip().splitlines()[0]


def resource(kind: str, id: str, state: State, *, arn: str | None = None, raw: Raw | None = None) -> Resource:  # noqa: A002
    """A resource with its state as facts and its raw reply as plain JSON."""
    return Resource(kind, id, arn, state.facts(), json.loads(json.dumps(raw or {}, default=_json)))


def _json(value: Any) -> str:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case _:
            raise TypeError(f"{type(value).__name__} in a raw reply")
