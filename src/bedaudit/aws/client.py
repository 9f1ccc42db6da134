"""Calls with everything that a scan needs of them: keys, rates, retries, bounded concurrency."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError, ReadTimeoutError

from bedaudit.aws.gaps import CONNECTING, meaning
from bedaudit.aws.limits import Down, Limits
from bedaudit.aws.progress import Progress
from bedaudit.aws.retry import retrying
from bedaudit.aws.transport import Request, Transport
from bedaudit.model import Raw

_DOWN_SECONDS = 60.0

_PATIENCE = (2.0, 6.0)
"""Seconds for the first attempts of a read, which answers long before, or it is quicker to ask again. After them the
transport's timeouts count."""


class Identity(Protocol):
    """Somebody in whose name calls are made."""

    @property
    def limits(self) -> Limits:
        """The rates of the account that the calls count against."""

    async def keys(self) -> ReadOnlyCredentials:
        """Keys that are valid now."""

    async def renewed(self, refused: ReadOnlyCredentials) -> bool:
        """Whether there are other keys than the ones that AWS called expired."""


class Client:
    """Sends calls for any identity."""

    def __init__(self, transport: Transport, progress: Progress, concurrency: int) -> None:
        self._transport = transport
        self._progress = progress
        self._slots = asyncio.Semaphore(concurrency)
        self._down: dict[tuple[str, str], Down] = {}

    async def send(  # noqa: PLR0913 - a call, in whose name, and how
        self,
        who: Identity,
        service: str,
        operation: str,
        region: str,
        parameters: Mapping[str, Any],
        *,
        once: bool = False,
    ) -> Raw:
        """The reply; raises what botocore raises once retries are of no use, or `NotEntered`.

        `once`: only what AWS surely refused is sent again.
        """
        patience = iter(() if once else _PATIENCE)

        async def attempt() -> Raw:
            seconds = next(patience, None)
            self._refuse_if_down(who, service, region)
            await who.limits.turn(service, operation, region)
            keys = await who.keys()
            try:
                return await self._wire(Request(service, operation, region, parameters, keys), seconds)
            except ClientError as error:
                if meaning(error, service) != "expired_credentials" or not await who.renewed(keys):
                    raise
            return await self._wire(Request(service, operation, region, parameters, await who.keys()))

        self._refuse_if_down(who, service, region)  # here it is not worth another attempt
        exhausted = who.limits.exhausted
        try:
            reply = await retrying(attempt, service, patient=(service, region) not in exhausted, once=once)
        except (*CONNECTING, ReadTimeoutError) as error:
            # Where nobody even picks up, every account is spared the wait; silence may be one account's.
            down = who.limits.down if isinstance(error, ReadTimeoutError) else self._down
            down.setdefault((service, region), (asyncio.get_running_loop().time() + _DOWN_SECONDS, error))
            raise
        except ClientError as error:
            if meaning(error, service) == "throttled":
                exhausted.add((service, region))
            raise
        exhausted.discard((service, region))
        return reply

    async def close(self) -> None:
        """Lets go of the transport."""
        await self._transport.close()

    def _refuse_if_down(self, who: Identity, service: str, region: str) -> None:
        for down in (self._down, who.limits.down):
            _check(down, service, region)

    async def _wire(self, request: Request, seconds: float | None = None) -> Raw:
        """The reply; after so many seconds of silence a read timeout, as after those of the transport."""
        async with self._slots:
            self._progress.calls += 1
            try:
                async with asyncio.timeout(seconds):
                    return await self._transport.send(request)
            except TimeoutError as error:
                raise ReadTimeoutError(endpoint_url=f"{request.service} in {request.region}", error=error) from error


def _check(down: dict[tuple[str, str], Down], service: str, region: str) -> None:
    """Spares further calls the timeouts of an endpoint that does not answer."""
    until, error = down.get((service, region), (0.0, None))
    if error is None:
        return
    if asyncio.get_running_loop().time() < until:
        raise error.with_traceback(None)
    del down[service, region]
