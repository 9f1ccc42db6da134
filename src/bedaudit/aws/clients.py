"""botocore's clients, one a service and region, for all accounts."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import botocore
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, InvalidEndpointConfigurationError
from botocore.session import Session

from bedaudit import __version__
from bedaudit.aws.settings import Timeouts
from bedaudit.aws.tls import SharedTLSSession

USER_AGENT = f"bedaudit/{__version__} md/Botocore#{botocore.__version__}"


class Clients:
    """Makes each client when it is first asked for, in whatever thread."""

    def __init__(self, session: Session, concurrency: int, timeouts: Timeouts) -> None:
        self._session = session
        self._clients: dict[tuple[str, str], Any] = {}
        self._making = threading.RLock()
        self._options: dict[str, Any] = {
            "connect_timeout": timeouts.connect,
            "read_timeout": timeouts.read,
            "max_pool_connections": concurrency,
            "retries": {"total_max_attempts": 1, "mode": "standard"},
            "user_agent": USER_AGENT,
        }

    def __len__(self) -> int:
        return len(self._clients)

    def get(self, service: str, region: str) -> Any:
        """The client that all accounts share."""
        found = self._clients.get((service, region))
        if found is None:
            with self._making:
                found = self._clients.get((service, region)) or self.make(service, region)
                self._clients[service, region] = found
        return found

    def make(self, service: str, region: str) -> Any:
        """One more client; what botocore and Python raise on a wrong endpoint or CA bundle becomes botocore's error."""
        try:
            with self._making:
                return self._shared(service, region)
        except ValueError as error:
            if isinstance(error, BotoCoreError):
                raise
            raise InvalidEndpointConfigurationError(msg=str(error)) from error
        except OSError as error:
            raise InvalidEndpointConfigurationError(msg=f"the CA bundle cannot be read: {error}") from error

    def close(self) -> None:
        """Ends idle connections; those in flight end by themselves."""
        for client in tuple(self._clients.values()):  # a call in flight may make one more
            client.close()

    def _shared(self, service: str, region: str) -> Any:
        client = self._create(service, region)
        if is_local(client.meta.endpoint_url):
            if service == "s3":
                client = self._create(service, region, s3={"addressing_style": "path"})
            client.meta.events.register("before-sign", undo_host_prefix(client.meta.endpoint_url))
        client._endpoint.http_session = SharedTLSSession.like(client._endpoint.http_session)  # noqa: SLF001
        return client

    def _create(self, service: str, region: str, **more: Any) -> Any:
        if service.startswith("bedrock"):  # an AWS_BEARER_TOKEN_BEDROCK would have every account answered by one
            more["auth_scheme_preference"] = "sigv4"
        return self._session.create_client(service, region_name=region, config=Config(**self._options, **more))


def is_local(url: str) -> bool:
    """Whether a name put before the host, as a bucket's or an account's, could not be resolved."""
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def without_prefix(url: str, endpoint: str) -> str:
    """The URL without the name that was put before the host of a local endpoint."""
    parts, netloc = urlsplit(url), urlsplit(endpoint).netloc
    return urlunsplit(parts._replace(netloc=netloc)) if parts.netloc.endswith(f".{netloc}") else url


def undo_host_prefix(endpoint: str) -> Callable[..., None]:
    """A handler that takes the prefix from requests before they are signed."""

    def undo(request: AWSRequest, **_: Any) -> None:
        request.url = without_prefix(str(request.url), endpoint)

    return undo
