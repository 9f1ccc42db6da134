"""One request to AWS and its reply, without retries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore import xform_name
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ReadTimeoutError, UnknownClientMethodError
from botocore.parsers import ResponseParserError

from bedaudit.aws.clients import Clients
from bedaudit.aws.gaps import ERRORS
from bedaudit.aws.replies import checked
from bedaudit.aws.session import KEYS
from bedaudit.aws.settings import Timeouts
from bedaudit.aws.threads import Threads
from bedaudit.model import Raw

NO_REPLY = (ArithmeticError, AttributeError, LookupError, SyntaxError, TypeError, ValueError)
"""What botocore's parsers raise on a reply that is not of the service's protocol, beside their own error."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call, and whose keys sign it."""

    service: str
    operation: str
    region: str
    parameters: Mapping[str, Any]
    keys: ReadOnlyCredentials


class Transport(Protocol):
    """Whatever can send a request."""

    async def send(self, request: Request, /) -> Raw:
        """The reply as botocore parses it, with its ResponseMetadata; raises what botocore raises."""

    async def close(self) -> None:
        """Lets go of threads and connections."""


class BotoTransport:
    """botocore's clients, called in threads."""

    def __init__(self, clients: Clients, timeouts: Timeouts) -> None:
        self._clients = clients
        self._threads = Threads()
        self._deadline = timeouts.deadline

    async def send(self, request: Request, /) -> Raw:
        """The reply; a call that outlives its deadline is given up as a read timeout."""
        try:
            async with asyncio.timeout(self._deadline):
                return await self._threads.run(lambda: self._send(request))
        except TimeoutError as error:
            where = f"{request.service} in {request.region}"
            raise ReadTimeoutError(endpoint_url=where, error=error) from error

    async def close(self) -> None:
        """Ends idle threads and connections; those in flight end by themselves."""
        self._threads.close()
        self._clients.close()

    def _send(self, request: Request) -> Raw:
        KEYS.set(request.keys)
        client = self._clients.get(request.service, request.region)
        method = getattr(client, xform_name(request.operation), None)
        if method is None:
            raise UnknownClientMethodError(method_name=request.operation)
        try:
            reply: Raw = method(**request.parameters)
        except NO_REPLY as error:
            if isinstance(error, ERRORS):
                raise
            raise unlike_protocol(error) from error
        return checked(reply, client.meta.service_model.operation_model(request.operation))


def unlike_protocol(error: Exception) -> ResponseParserError:
    """The error of botocore for one that its parser did not mean to raise."""
    return ResponseParserError(f"a reply that is not of the service's protocol: {error!r}")
