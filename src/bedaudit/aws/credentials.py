"""In whose name accounts are read: the caller, and a role in each other account."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.credentials import ReadOnlyCredentials, RefreshableCredentials
from botocore.exceptions import NoCredentialsError
from botocore.session import Session

from bedaudit.aws.client import Client, Identity
from bedaudit.aws.gaps import ERRORS, gap_of, meaning
from bedaudit.aws.limits import Limits
from bedaudit.aws.threads import Threads
from bedaudit.model import Gap

_SECONDS = 3600
"""The most that AWS allows a role that is assumed from a role."""

_EARLY = timedelta(minutes=5)


class NotEntered(Exception):  # noqa: N818 - a fact about an account, on its way into a record
    """An account's role could not be assumed."""

    def __init__(self, gap: Gap) -> None:
        self.gap = gap
        super().__init__(str(gap))


class Caller:
    """Whoever runs the scan, by boto3's own rules."""

    def __init__(self, session: Session, threads: Threads) -> None:
        self.limits = Limits()
        self._session = session
        self._threads = threads
        self._lock = asyncio.Lock()
        self._credentials: Any = None

    async def keys(self) -> ReadOnlyCredentials:
        """Finding and refreshing them may ask a metadata service or a single sign-on, hence the thread."""
        async with self._lock:
            if self._credentials is None:
                self._credentials = await self._threads.run(self._session.get_credentials)
            if self._credentials is None:
                raise NoCredentialsError
            if isinstance(self._credentials, RefreshableCredentials):
                return await self._threads.run(self._credentials.get_frozen_credentials)
            keys: ReadOnlyCredentials = self._credentials.get_frozen_credentials()
            return keys

    async def renewed(self, refused: ReadOnlyCredentials) -> bool:
        """Only credentials that refresh themselves may have others by now."""
        return await self.keys() != refused


@dataclass(frozen=True, slots=True)
class RoleRequest:
    """How roles are assumed: the same in every account."""

    partition: str
    role: str
    session_name: str
    home_region: str
    external_id: str | None = None

    def parameters(self, account: str) -> dict[str, Any]:
        """Of AssumeRole in one account."""
        arn = f"arn:{self.partition}:iam::{account}:role/{self.role.lstrip('/')}"
        asked = {"RoleArn": arn, "RoleSessionName": self.session_name, "DurationSeconds": _SECONDS}
        return asked if self.external_id is None else {**asked, "ExternalId": self.external_id}


class Role:
    """A role in another account, assumed when first needed and again before it expires."""

    def __init__(
        self,
        account: str,
        asked: RoleRequest,
        client: Client,
        caller: Identity,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.limits = Limits()
        self._account, self._asked, self._client, self._caller, self._now = account, asked, client, caller, now
        self._lock = asyncio.Lock()
        self._keys: ReadOnlyCredentials | None = None
        self._until = datetime.min.replace(tzinfo=UTC)

    async def keys(self) -> ReadOnlyCredentials:
        """Raises `NotEntered`."""
        if self._keys is not None and self._now() < self._until:
            return self._keys
        async with self._lock:
            if self._keys is None or self._now() >= self._until:
                self._keys = await self._assume()
            return self._keys

    async def renewed(self, refused: ReadOnlyCredentials) -> bool:
        """Assumes the role anew, once for all calls that were refused with the same keys."""
        async with self._lock:
            if self._keys == refused:
                self._keys = await self._assume()
        return True

    async def _assume(self) -> ReadOnlyCredentials:
        try:
            reply = await self._client.send(
                self._caller, "sts", "AssumeRole", self._asked.home_region, self._asked.parameters(self._account)
            )
        except ERRORS as error:
            raise NotEntered(entry_gap(error, self._asked.role)) from error
        given = reply["Credentials"]
        self._until = given["Expiration"] - _EARLY
        return ReadOnlyCredentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def entry_gap(error: BaseException, role: str) -> Gap:
    """Why a role could not be assumed, as far as AWS tells."""
    gap = gap_of(error, "sts", "AssumeRole")
    if meaning(error, "sts") != "denied":
        return gap
    hint = f"no role {role} here, or its trust policy or external ID does not let the caller in"
    return Gap(gap.reason, gap.operation, gap.code, f"{gap.message} ({hint})")


def session_name(scan_id: str) -> str:
    """The RoleSessionName of a scan, of the characters and length that AWS allows."""
    return re.sub(r"[^\w+=,.@-]", "-", f"bedaudit-{scan_id}", flags=re.ASCII)[:64]
