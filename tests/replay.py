"""A `Reader` that answers with recorded replies, each checked against botocore's model in both directions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from bedaudit.model import Gap, Raw
from bedaudit.reader import Known, Operation, Reader, Unreadable

T = TypeVar("T")

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ABSENT = object()
"""Recorded in place of a reply: AWS answered with one of the operation's `absent` codes."""

Recorded = Any
"""A reply, a list of pages, a Gap, ABSENT, or a function from the parameters to one of these."""


@cache
def model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def assert_fits(service: str, operation: str, parameters: Mapping[str, Any], replies: Sequence[Raw]) -> None:
    """Parameters and replies are what botocore's model of the operation says."""
    shapes = model(service).operation_model(operation)
    if shapes.input_shape is not None:
        report = ParamValidator().validate(dict(parameters), shapes.input_shape)
        assert not report.has_errors(), f"{service}:{operation} called with {report.generate_report()}"
    for reply in replies:
        if shapes.output_shape is None:
            assert not reply, f"{service}:{operation} has no output"
            continue
        report = ParamValidator().validate(dict(reply), shapes.output_shape)
        assert not report.has_errors(), f"{service}:{operation} replies {report.generate_report()}"


class Replay:
    """Reads from `recorded`: `service:Operation` to what it gives. An operation that is not recorded fails the test."""

    def __init__(
        self,
        recorded: Mapping[str, Recorded],
        *,
        operations: Sequence[Operation] | None = None,
        account: str = "111122223333",
        region: str = "us-east-1",
        partition: str = "aws",
        wanted: Callable[[str], bool] = lambda part: True,
        prefix: str = "",
        calls: list[tuple[str, str | None, Mapping[str, Any]]] | None = None,
    ) -> None:
        self.recorded, self.operations, self.wanted, self.prefix = recorded, operations, wanted, prefix
        self.account, self.region, self.partition, self.now = account, region, partition, NOW
        self.calls = [] if calls is None else calls
        """What was called: operation, region where not the site's own, parameters."""

    def _answer(self, operation: Operation, at: str | None, parameters: Mapping[str, Any]) -> Sequence[Raw] | None:
        assert self.operations is None or operation in self.operations, f"{operation} is not declared"
        self.calls.append((str(operation), at, parameters))
        answer = self.recorded[str(operation)]
        answer = answer(parameters) if callable(answer) else answer
        if isinstance(answer, Gap):
            raise Unreadable(answer)
        if answer is ABSENT:
            assert operation.absent, f"{operation} declares no absent codes"
            return None
        pages = answer if isinstance(answer, list) else [answer]
        assert_fits(operation.service, operation.name, parameters, pages)
        return pages

    async def find(self, operation: Operation, /, *, at: str | None = None, **parameters: Any) -> Raw | None:
        pages = self._answer(operation, at, parameters)
        return pages[0] if pages is not None else None

    async def call(self, operation: Operation, /, *, at: str | None = None, **parameters: Any) -> Raw:
        pages = self._answer(operation, at, parameters)
        if pages is None:
            raise Unreadable(Gap("failed", str(operation), operation.absent[0]))
        return pages[0]

    async def pages(self, operation: Operation, /, *, at: str | None = None, **parameters: Any) -> tuple[Raw, ...]:
        pages = self._answer(operation, at, parameters)
        if pages is None:
            raise Unreadable(Gap("failed", str(operation), operation.absent[0]))
        return tuple(pages)

    async def attempt(self, reading: Awaitable[T], /) -> T | Gap:
        try:
            return await reading
        except Unreadable as unreadable:
            return unreadable.gap

    async def part(self, name: str, read: Callable[[Reader], Awaitable[T]], /, facts: Known = None) -> T | Gap:
        path = f"{self.prefix}{name}"
        if not self.wanted(path):
            return Gap("not_read")
        within = Replay(
            self.recorded,
            operations=self.operations,
            account=self.account,
            region=self.region,
            partition=self.partition,
            wanted=self.wanted,
            prefix=f"{path}.",
            calls=self.calls,
        )
        return await self.attempt(read(within))
