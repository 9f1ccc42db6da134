"""When a request is worth another attempt, and after how long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from bedaudit.aws.gaps import CONNECTING, ERRORS, meaning, retry_after

T = TypeVar("T")

_THROTTLED, _TRANSIENT, _SILENT, _UNCONNECTED, _NEVER = 7, 4, 3, 2, 1
"""Attempts in all. Throttling is worth patience; the long silence of nobody answering is not."""

_IMPATIENT = 2
"""Attempts at most, once patience was of no use."""

_LONGEST_WAIT = 60.0
"""Seconds, whatever Retry-After says."""

_throttled_wait = wait_random_exponential(multiplier=0.5, max=8)
_transient_wait = wait_random_exponential(multiplier=0.2, max=5)


def attempts(error: BaseException, service: str, *, once: bool = False) -> int:
    """How often a request may be sent in all, given how it failed; `once`: not if it may have been carried out."""
    if not isinstance(error, ERRORS):
        return _NEVER
    if once and not isinstance(error, CONNECTING) and meaning(error, service) != "throttled":
        return _NEVER
    if isinstance(error, CONNECTING):
        return _UNCONNECTED
    if isinstance(error, ReadTimeoutError):
        return _SILENT
    found = meaning(error, service)
    if found == "throttled":
        return _THROTTLED
    passing = found == "transient" or (found == "unreachable" and not isinstance(error, ClientError))
    return _TRANSIENT if passing else _NEVER


async def retrying(send: Callable[[], Awaitable[T]], service: str, *, patient: bool = True, once: bool = False) -> T:
    """What `send` gives, at the latest after its last attempt; raises what that raised."""
    try:
        return await send()  # nearly always that is all, and tenacity costs more than signing does
    except ERRORS as error:
        if attempts(error, service, once=once) == _NEVER:
            raise
        failed = [error]

    async def again() -> T:
        if failed:
            raise failed.pop()
        return await send()

    return await _retrying(again, service, patient=patient, once=once)


async def _retrying(send: Callable[[], Awaitable[T]], service: str, *, patient: bool, once: bool) -> T:
    most = _THROTTLED if patient else _IMPATIENT

    def wait(state: RetryCallState) -> float:
        error = _error(state)
        asked = retry_after(error) if error else None
        if asked is not None:
            return min(asked, _LONGEST_WAIT)
        throttled = error is not None and meaning(error, service) == "throttled"
        return _throttled_wait(state) if throttled else _transient_wait(state)

    def spent(state: RetryCallState) -> bool:
        error = _error(state)
        return error is None or state.attempt_number >= min(most, attempts(error, service, once=once))

    worth = retry_if_exception(lambda error: attempts(error, service, once=once) > 1)
    return await AsyncRetrying(retry=worth, wait=wait, stop=spent, reraise=True)(send)


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
