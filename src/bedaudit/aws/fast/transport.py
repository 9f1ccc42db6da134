"""The fast transport: one object a service, none an account or region."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
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
from bedaudit.aws.threads import Threads
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
        self._threads = Threads()
        self._http = Http(timeouts, self._threads)
        self._clock = Clock(now)
        self._making = asyncio.Lock()
        self._made: dict[str, Any] = {}
        """Clients by service."""
        self._endpoints: dict[str, dict[Hashable, Endpoints]] = {}
        self._operations: dict[tuple[str, str], FastOperation | None] = {}

    async def send(self, request: Request, /) -> Raw:
        """The reply; a request that S3 redirects, or whose time was wrong, is sent once more."""
        operation = await self._operation(request.service, request.operation)
        made = operation.request(request.parameters, request.region) if operation else None
        if operation is None or made is None:
            return await self._boto3.send(request)
        try:
            return await self._exchange(operation, made, request)
        except RegionUntold:
            return await self._boto3.send(request)

    async def close(self) -> None:
        """Ends all connections."""
        self._threads.close()
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

    async def _operation(self, service: str, name: str) -> FastOperation | None:
        key = (service, name)
        if key not in self._operations:
            client = await self._client(service) if _READS.match(name) else None
            self._operations[key] = self._find(client, service, name) if client else None
        return self._operations[key]

    async def _client(self, service: str) -> Any:
        """The client of a service, made in a thread: it takes longer than those should wait who are waiting."""
        if service not in self._made:
            async with self._making:
                if service not in self._made:
                    self._made[service] = await self._threads.run(lambda: self._make(service))
        return self._made[service]

    def _make(self, service: str) -> Any:
        client = self._clients.make(service, HOME)
        name = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register_first(f"before-endpoint-resolution.{name}", follow_region)
        return client

    def _find(self, client: Any, service: str, name: str) -> FastOperation | None:
        try:
            return fast_operation(client, name, self._endpoints.setdefault(service, {}))
        except OperationNotFoundError:
            return None
