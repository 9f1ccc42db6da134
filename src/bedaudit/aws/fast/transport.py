"""The fast transport: one object a service, none an account or region."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import uuid4

from botocore.credentials import ReadOnlyCredentials
from botocore.model import OperationNotFoundError

from bedaudit.aws.clients import Clients
from bedaudit.aws.fast.clock import Clock
from bedaudit.aws.fast.endpoints import HOME, Endpoints, follow_region
from bedaudit.aws.fast.http import Http
from bedaudit.aws.fast.operation import FastOperation, fast_operation
from bedaudit.aws.fast.redirects import RegionUntold, redirected
from bedaudit.aws.fast.signing import signature
from bedaudit.aws.fast.wire import Outgoing
from bedaudit.aws.gaps import ERRORS
from bedaudit.aws.replies import checked
from bedaudit.aws.settings import Timeouts
from bedaudit.aws.transport import NO_REPLY, Request, Transport, unlike_protocol
from bedaudit.model import Raw

_READS = re.compile(r"(?:Get|List|Describe|Head)[A-Z]|AssumeRole$")


class FastTransport:
    """Carries reads; writes, and what it does not know, go to boto3's transport."""

    def __init__(
        self,
        clients: Clients,
        boto3: Transport,
        timeouts: Timeouts,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clients, self._boto3 = clients, boto3
        self._http = Http(timeouts)
        self._clock = Clock(now)
        self._client = cache(self._make)
        self._endpoints: dict[str, dict[Hashable, Endpoints]] = {}
        self._operation = cache(self._find)

    async def send(self, request: Request, /) -> Raw:
        """The reply; a request that S3 redirects, or whose time was wrong, is sent once more."""
        operation = self._operation(request.service, request.operation)
        made = operation.request(request.parameters, request.region) if operation else None
        if operation is None or made is None:
            return await self._boto3.send(request)
        try:
            return await self._exchange(operation, made, request)
        except RegionUntold:
            return await self._boto3.send(request)

    async def close(self) -> None:
        """Ends all connections."""
        await self._http.close()
        await self._boto3.close()

    async def _exchange(self, operation: FastOperation, made: Outgoing, request: Request) -> Raw:
        parsed, status = await self._once(operation, made, request.keys)
        if status >= 300:
            again = self._mended(operation, made, request, parsed, status)
            if again is not None:
                parsed, status = await self._once(operation, again, request.keys)
        if status >= 300:
            raise operation.error(parsed)
        return checked(parsed, operation.model)

    def _mended(
        self, operation: FastOperation, made: Outgoing, request: Request, parsed: Any, status: int
    ) -> Outgoing | None:
        """The request that may succeed where this one did not; None if retries alone can tell."""
        if request.service == "s3" and (region := redirected(request.operation, parsed, status)):
            return operation.request(request.parameters, region)
        date = parsed["ResponseMetadata"]["HTTPHeaders"].get("date")
        return made if self._clock.corrected(parsed.get("Error", {}).get("Code"), date) else None

    async def _once(self, operation: FastOperation, made: Outgoing, keys: ReadOnlyCredentials) -> tuple[Any, int]:
        added = signature(made, keys, self._clock.now())
        added |= {"amz-sdk-invocation-id": str(uuid4()), "amz-sdk-request": "attempt=1; max=1"}
        answer = await self._http.send(made, added)
        try:
            return operation.reply(answer)
        except NO_REPLY as error:
            if isinstance(error, ERRORS):
                raise
            raise unlike_protocol(error) from error

    def _make(self, service: str) -> Any:
        client = self._clients.make(service, HOME)
        name = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register_first(f"before-endpoint-resolution.{name}", follow_region)
        return client

    def _find(self, service: str, name: str) -> FastOperation | None:
        if not _READS.match(name):
            return None
        try:
            return fast_operation(self._client(service), name, self._endpoints.setdefault(service, {}))
        except OperationNotFoundError:
            return None
