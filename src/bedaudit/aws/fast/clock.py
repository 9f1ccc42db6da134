"""The time by which requests are signed: AWS's, where the machine's own is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_SKEWED = frozenset(
    {
        "AuthFailure",
        "InvalidSignatureException",
        "RequestExpired",
        "RequestInTheFuture",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)
"""Codes by which services refuse a signature's time, or a signature for that among other reasons."""

_TOLERATED = timedelta(minutes=4)
"""AWS takes five minutes: https://docs.aws.amazon.com/sdkref/latest/guide/feature-clock-skew.html"""


class Clock:
    """A clock that can be put right."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The moment to sign with."""
        return self._now() + self._ahead

    def corrected(self, code: str | None, date: str | None) -> bool:
        """Whether a refusal of this code, sent at this `Date`, showed that the clock was wrong, and it is right now."""
        if code not in _SKEWED or not date:
            return False
        try:
            told = parsedate_to_datetime(date).replace(tzinfo=UTC)
        except ValueError:
            return False
        if abs(told - self.now()) <= _TOLERATED:
            return False
        self._ahead = told - self._now()
        return True
