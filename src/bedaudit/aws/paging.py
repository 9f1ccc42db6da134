"""Following the pages of any operation: by botocore's paginator models, or by the tokens that a kind names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jmespath  # type: ignore[import-untyped]
from botocore.exceptions import DataNotFoundError, PaginationError
from botocore.session import Session

from bedaudit.model import Raw
from bedaudit.reader import Operation

_MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Pager:
    """How the next page is asked for."""

    inputs: tuple[str, ...]
    """Parameters that take the tokens."""
    outputs: tuple[Any, ...]
    """JMESPath expressions that find the tokens in a reply."""
    more: Any = None
    """JMESPath expression that is false in the last page, where the tokens alone do not tell."""

    def following(self, reply: Raw) -> dict[str, Any]:
        """The parameters that ask for the page after `reply`; none after the last."""
        if self.more is not None and not self.more.search(reply):
            return {}
        found = zip(self.inputs, (output.search(reply) for output in self.outputs), strict=True)
        return {name: token for name, token in found if token}


def pager(session: Session, operation: Operation) -> Pager | None:
    """The operation's pager, None if it has but one page."""
    if operation.tokens:
        return Pager((operation.tokens[0],), (jmespath.compile(operation.tokens[1]),))
    try:
        model: Any = session.get_paginator_model(operation.service).get_paginator(operation.name)
    except (DataNotFoundError, ValueError):
        return None
    inputs, outputs = _listed(model["input_token"]), _listed(model["output_token"])
    more = model.get("more_results")
    return Pager(inputs, tuple(map(jmespath.compile, outputs)), jmespath.compile(more) if more else None)


async def pages(
    send: Callable[[Mapping[str, Any]], Awaitable[Raw]], parameters: Mapping[str, Any], follow: Pager | None
) -> tuple[Raw, ...]:
    """All pages; tokens that come again, or never end, are a PaginationError."""
    replies = [await send(parameters)]
    seen: list[dict[str, Any]] = []
    while follow is not None and (tokens := follow.following(replies[-1])):
        if tokens in seen[-100:] or len(replies) >= _MOST_PAGES:
            raise PaginationError(message="AWS gives the same page token again and again")
        seen.append(tokens)
        replies.append(await send({**parameters, **tokens}))
    return tuple(replies)


def _listed(names: str | list[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
