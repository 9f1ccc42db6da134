"""The `Reader` of a kind, over an account's memo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol, TypeVar

from bedaudit.aws.catalogue import GLOBAL_SERVICES
from bedaudit.aws.memo import Answer, Asked, Failure
from bedaudit.kinds.kind import Kind
from bedaudit.model import GLOBAL, Gap, Raw, Reason
from bedaudit.policy.needs import Needs
from bedaudit.reader import Known, Operation, Reader, Unreadable
from bedaudit.state import State, reason_of, shape_of

T = TypeVar("T")

NOT_READ = Gap("not_read")

_SHARED = GLOBAL_SERVICES | {"s3"}
"""Services whose answers say nothing about one region."""


class Source(Protocol):
    """Whoever answers for one account: its memo, or a plan."""

    async def read(self, asked: Asked, /) -> Answer:
        """All pages, or the first, or why there are none."""


_SHUT: frozenset[Reason] = frozenset({"denied", "denied_by_scp", "expired_credentials", "throttled", "unreachable"})
"""Reasons that are about who asks, and how often, rather than about what is asked for."""


@dataclass(slots=True)
class Heard:
    """Whether anything was told at a site."""

    something: bool = False
    refusal: Gap | None = None
    """Of the refusals, the first by name, whichever came first."""

    def add(self, answer: Answer) -> None:
        """Takes note of what a call to the site's own region gave."""
        if not isinstance(answer, Failure) or answer.gap.reason not in _SHUT:
            self.something = True
        elif self.refusal is None or _named(answer.gap) < _named(self.refusal):
            self.refusal = answer.gap


def _named(gap: Gap) -> tuple[str, ...]:
    return (gap.operation or "", gap.reason, gap.code or "", gap.message or "")


@dataclass(slots=True)
class KindReader:
    """Reads a site for one kind, and nothing but what the kind declares."""

    account: str
    region: str
    partition: str
    now: datetime
    home: str
    kind: Kind
    needs: Needs
    memo: Source
    heard: Heard
    prefix: str = ""

    async def call(self, operation: Operation, /, *, at: str | None = None, **parameters: Any) -> Raw:
        """The reply; `Unreadable` if there is none."""
        return _readable(await self._answer(operation, at, parameters, paged=False))[0]

    async def find(self, operation: Operation, /, *, at: str | None = None, **parameters: Any) -> Raw | None:
        """The reply, None where AWS says that there is no such thing."""
        answer = await self._answer(operation, at, parameters, paged=False)
        if isinstance(answer, Failure) and answer.code in operation.absent:
            return None
        return _readable(answer)[0]

    async def pages(self, operation: Operation, /, *, at: str | None = None, **parameters: Any) -> tuple[Raw, ...]:
        """All pages; `Unreadable` if one of them is."""
        return _readable(await self._answer(operation, at, parameters, paged=True))

    async def attempt(self, reading: Awaitable[T], /) -> T | Gap:
        """What `reading` gives, or its gap."""
        try:
            return await reading
        except Unreadable as unreadable:
            return unreadable.gap

    async def part(self, name: str, read: Callable[[Reader], Awaitable[T]], /, facts: Known = None) -> T | Gap:
        """A part of the state, as far as the policies look at it."""
        path = f"{self.prefix}{name}"
        if not any(self._is_of_use(each, facts) for each in _told_by(self.kind.state, path)):
            return NOT_READ
        return await self.attempt(read(self._within(f"{path}.")))

    def _within(self, prefix: str) -> KindReader:
        """Spelled out, as `replace` takes five times as long."""
        me = self
        return KindReader(
            me.account, me.region, me.partition, me.now, me.home, me.kind, me.needs, me.memo, me.heard, prefix
        )

    def _is_of_use(self, path: str, facts: Known) -> bool:
        if not self.needs.wants(self.kind.name, path):
            return False
        if callable(facts):
            facts = facts()
        return facts is None or self.needs.may_matter(self.kind.name, path, facts)

    async def _answer(self, operation: Operation, at: str | None, parameters: dict[str, Any], *, paged: bool) -> Answer:
        if operation not in self.kind.operations:
            raise RuntimeError(f"the kind {self.kind.name} calls {operation}, which it does not declare")
        region = at or (self.home if self.region == GLOBAL else self.region)
        answer = await self.memo.read(Asked(operation, region, parameters, paged))
        if region == self.region and operation.service not in _SHARED:
            self.heard.add(answer)
        return answer


@cache
def _told_by(state: type[State], path: str) -> tuple[str, ...]:
    """The part, and the field that says why it is false, which is read with it and not by itself."""
    reason = reason_of(shape_of(state), tuple(path.split(".")))
    return (path, ".".join(reason)) if reason else (path,)


def _readable(answer: Answer) -> tuple[Raw, ...]:
    if isinstance(answer, Failure):
        raise Unreadable(answer.gap)
    return answer
