"""One request to AWS and its reply, without retries."""

from __future__ import annotations

import asyncio
import ipaddress
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import botocore
from botocore import xform_name
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import (
    BotoCoreError,
    InvalidEndpointConfigurationError,
    ReadTimeoutError,
    UnknownClientMethodError,
)
from botocore.parsers import ResponseParserError
from botocore.session import Session

from bedaudit import __version__
from bedaudit.aws.gaps import ERRORS
from bedaudit.aws.replies import checked
from bedaudit.aws.session import KEYS
from bedaudit.aws.threads import Threads
from bedaudit.aws.tls import SharedTLSSession
from bedaudit.model import Raw

_HELD = 1.5
"""A call may take this many times its connect and read timeouts, whatever its name servers and trickling bytes do."""


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

    def close(self) -> None:
        """Lets go of threads and connections."""


class BotoTransport:
    """One botocore client per service and region, for all accounts, called in threads."""

    def __init__(self, session: Session, *, concurrency: int, connect_timeout: float, read_timeout: float) -> None:
        self._session = session
        self._threads = Threads()
        self._clients: dict[tuple[str, str], Any] = {}
        self._making = threading.Lock()
        self._deadline = _HELD * (connect_timeout + read_timeout)
        self._options: dict[str, Any] = {
            "connect_timeout": connect_timeout,
            "read_timeout": read_timeout,
            "max_pool_connections": concurrency,
            "retries": {"total_max_attempts": 1, "mode": "standard"},
            "user_agent": f"bedaudit/{__version__} md/Botocore#{botocore.__version__}",
        }

    async def send(self, request: Request, /) -> Raw:
        """The reply; a call that outlives its deadline is given up as a read timeout."""
        try:
            async with asyncio.timeout(self._deadline):
                return await self._threads.run(lambda: self._send(request))
        except TimeoutError as error:
            where = f"{request.service} in {request.region}"
            raise ReadTimeoutError(endpoint_url=where, error=error) from error

    def close(self) -> None:
        """Ends idle threads and connections; those in flight end by themselves."""
        self._threads.close()
        for client in tuple(self._clients.values()):  # a call in flight may make one more
            client.close()

    def _send(self, request: Request) -> Raw:
        KEYS.set(request.keys)
        client = self._client(request.service, request.region)
        method = getattr(client, xform_name(request.operation), None)
        if method is None:
            raise UnknownClientMethodError(method_name=request.operation)
        try:
            reply: Raw = method(**request.parameters)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            if isinstance(error, ERRORS):
                raise
            raise ResponseParserError(f"a reply that is not of the service's protocol: {error!r}") from error
        return checked(reply, client.meta.service_model.operation_model(request.operation))

    def _client(self, service: str, region: str) -> Any:
        found = self._clients.get((service, region))
        if found is None:
            with self._making:
                found = self._clients.get((service, region)) or self._make(service, region)
                self._clients[service, region] = found
        return found

    def _make(self, service: str, region: str) -> Any:
        """A client; what botocore and Python raise on a wrong endpoint or CA bundle becomes botocore's error for it."""
        try:
            return self._shared(service, region)
        except ValueError as error:
            if isinstance(error, BotoCoreError):
                raise
            raise InvalidEndpointConfigurationError(msg=str(error)) from error
        except OSError as error:
            raise InvalidEndpointConfigurationError(msg=f"the CA bundle cannot be read: {error}") from error

    def _shared(self, service: str, region: str) -> Any:
        client = self._create(service, region)
        if _is_local(client.meta.endpoint_url):
            if service == "s3":
                client = self._create(service, region, s3={"addressing_style": "path"})
            client.meta.events.register("before-sign", _undo_host_prefix(client.meta.endpoint_url))
        client._endpoint.http_session = SharedTLSSession.like(client._endpoint.http_session)  # noqa: SLF001
        return client

    def _create(self, service: str, region: str, **more: Any) -> Any:
        if service.startswith("bedrock"):  # an AWS_BEARER_TOKEN_BEDROCK would have every account answered by one
            more["auth_scheme_preference"] = "sigv4"
        return self._session.create_client(service, region_name=region, config=Config(**self._options, **more))


def _is_local(url: str) -> bool:
    """Whether a name put before the host, as a bucket's or an account's, could not be resolved."""
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _undo_host_prefix(endpoint: str) -> Any:
    netloc = urlsplit(endpoint).netloc

    def undo(request: AWSRequest, **_: Any) -> None:
        url = urlsplit(str(request.url))
        if url.netloc != netloc and url.netloc.endswith(f".{netloc}"):
            request.url = urlunsplit(url._replace(netloc=netloc))

    return undo
