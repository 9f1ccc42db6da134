"""HTTP by aiohttp, with timeouts, proxies and certificates as botocore takes them, and with botocore's exceptions."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from botocore import exceptions as boto
from botocore.httpsession import ProxyConfiguration
from yarl import URL

from bedaudit.aws.fast.wire import Answer, Outgoing
from bedaudit.aws.settings import Timeouts
from bedaudit.aws.threads import Threads

_OWN = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")
"""Headers that aiohttp adds and botocore does not."""

_EXCEPTIONS: tuple[tuple[type[BaseException], type[boto.BotoCoreError]], ...] = (
    (aiohttp.ClientConnectorCertificateError, boto.SSLError),
    (aiohttp.ClientSSLError, boto.SSLError),
    (aiohttp.ConnectionTimeoutError, boto.ConnectTimeoutError),
    (aiohttp.ClientConnectorError, boto.EndpointConnectionError),
    (TimeoutError, boto.ReadTimeoutError),
    (aiohttp.ClientPayloadError, boto.ResponseStreamingError),
    (aiohttp.ClientConnectionError, boto.ConnectionClosedError),
)
"""The first that fits; a server that speaks no HTTP is an `HTTPClientError`."""


class Headers(dict[str, str]):
    """Headers of a reply, by name in whatever case."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or `default`."""
        return super().get(name.lower(), default)


class Http:
    """Connections of one event loop, opened when they are first needed."""

    def __init__(self, timeouts: Timeouts, threads: Threads) -> None:
        self._timeout = aiohttp.ClientTimeout(
            total=timeouts.deadline, sock_connect=timeouts.connect, sock_read=timeouts.read
        )
        self._threads = threads
        self._session: aiohttp.ClientSession | None = None

    async def send(self, sent: Outgoing, signature: Mapping[str, str]) -> Answer:
        """The answer, whatever its status; raises what botocore raises where there is none."""
        proxies = sent.endpoint.proxies
        proxy, proxy_headers = _proxy(sent.url, proxies) if proxies else (None, None)
        if self._session is None:
            self._session = self._open()
        try:
            async with self._session.request(
                sent.method,
                URL(sent.url, encoded=True),
                headers={**sent.headers, **signature},
                data=sent.body,
                ssl=sent.endpoint.tls,
                proxy=proxy,
                proxy_headers=proxy_headers,
                allow_redirects=False,
            ) as response:
                return Answer(response.status, _headers(response), await _whole(response))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise _translated(error, sent.url, proxy) from error

    async def close(self) -> None:
        """Ends all connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=0, resolver=Resolver(self._threads))
        return aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_OWN,
            auto_decompress=False,
        )


class Resolver(AbstractResolver):
    """The system's name service, in threads that cannot keep the program from ending."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """All addresses of a host."""
        found = await self._threads.run(
            lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        )
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=int(address[1]),
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """The threads are not its own."""


def _headers(response: aiohttp.ClientResponse) -> Headers:
    found: dict[str, str] = {}
    for name, value in response.headers.items():
        lower = name.lower()
        found[lower] = f"{found[lower]}, {value}" if lower in found else value
    return Headers(found)


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    try:
        return await response.read()
    except aiohttp.ClientPayloadError as error:
        announced = response.headers.get("content-length", "")
        if announced.isdecimal():
            actual = response.content.total_bytes
            raise boto.IncompleteReadError(actual_bytes=actual, expected_bytes=int(announced)) from error
        raise


def _proxy(url: str, proxies: Mapping[str, str]) -> tuple[str | None, Mapping[str, str] | None]:
    """The proxy without its user, and the headers that tell it of the user."""
    configured = ProxyConfiguration(proxies)
    found = configured.proxy_url_for(url)
    if found is None:
        return None, None
    return str(URL(found).with_user(None)), configured.proxy_headers_for(found)


def _translated(error: Exception, url: str, proxy: str | None) -> Exception:
    """The exception of botocore for one of aiohttp."""
    if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return boto.ProxyConnectionError(proxy_url=proxy or "", error=error)
    made = next((made for kind, made in _EXCEPTIONS if isinstance(error, kind)), boto.HTTPClientError)
    # aiohttp's own words of TLS name an address in memory.
    return made(endpoint_url=url, error=error.__cause__ or error)
