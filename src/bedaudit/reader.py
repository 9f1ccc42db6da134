"""What a kind is given to read AWS with, and the operations that it may call.

A kind never sees boto3, never catches an error of AWS and never retries: what cannot be read arrives as a `Gap`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias, TypeVar

from bedaudit.model import Facts, Gap, Raw

T = TypeVar("T")

Known: TypeAlias = Facts | Callable[[], Facts] | None
"""What is known of a resource so far, or what tells it if it is asked for."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One read operation of AWS that a kind uses."""

    service: str
    """botocore's name of the service."""
    name: str
    """botocore's name of the operation."""
    absent: tuple[str, ...] = ()
    """Error codes by which AWS says that there is no such thing: a fact, not a gap."""
    iam: str | None = None
    """The IAM action that allows it, where that is not `service:name`."""
    tokens: tuple[str, str] | None = None
    """Names of the token in the request and in the reply, where botocore has no paginator."""

    def __str__(self) -> str:
        return f"{self.service}:{self.name}"


class Reader(Protocol):
    """Reads one site, or one account's global things, on behalf of one kind.

    Replies are memoised within the account by operation, region and parameters.
    """

    account: str
    region: str
    """`global` for kinds of scope `account`; their calls go to the home region of the partition, or to `at`."""
    partition: str
    now: datetime
    """The site's `read_at`, aware, from which ages count."""

    async def call(self, operation: Operation, /, *, at: str | None = None, **parameters: Any) -> Raw:
        """The reply, from region `at` if that is not the site's own."""

    async def find(self, operation: Operation, /, *, at: str | None = None, **parameters: Any) -> Raw | None:
        """The reply, or None where AWS answers with one of the operation's `absent` codes."""

    async def pages(self, operation: Operation, /, *, at: str | None = None, **parameters: Any) -> tuple[Raw, ...]:
        """All pages of replies; an operation that is not paginated has one."""

    async def attempt(self, reading: Awaitable[T], /) -> T | Gap:
        """What `reading` gives, or the gap that it ran into. Outside of this, a gap is the whole kind's."""

    async def part(self, name: str, read: Callable[[Reader], Awaitable[T]], /, facts: Known = None) -> T | Gap:
        """One part of the state, read only if a policy mentions it; otherwise a `not_read` gap.

        `name` is the part's path within the state (or within the part whose reader this is); `read` is given a reader
        for that part. With `facts`, the resource's state so far (its unread parts left out or as gaps), the part is
        also left unread when no control could still be interested in the resource.
        """


def age_hours(moment: datetime, now: datetime) -> float:
    """Hours from `moment` to `now`, to a hundredth."""
    return round((now - moment).total_seconds() / 3600, 2)


class Unreadable(Exception):  # noqa: N818 - it is a fact on its way to the nearest `attempt`, never an error for a user
    """Carries a gap from a call up to the nearest `attempt` or `part`; kinds neither raise nor catch it."""

    def __init__(self, gap: Gap) -> None:
        self.gap = gap
        super().__init__(str(gap))
