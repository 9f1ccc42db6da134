"""Writes to AWS: only what a repair declares, within AWS's rates, and never twice what may have been done once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from bedaudit.aws.credentials import NotEntered
from bedaudit.aws.document import Documents
from bedaudit.aws.entry import Entry
from bedaudit.aws.gaps import ERRORS, code_of, gap_of
from bedaudit.model import GLOBAL, Call, Gap
from bedaudit.repairs.repair import Place, Repair

_TRUSTING: Final = frozenset({("bedrock", "PutModelInvocationLoggingConfiguration"), ("iam", "PutRolePolicy")})
"""Operations that refuse a role or a policy which IAM has accepted, and does not know everywhere yet."""
_TRUSTED: Final = ("iam", "s3")
"""Services whose policies are believed somewhat later than they are written."""
_NOT_YET: Final = (
    "ValidationException",
    "MalformedPolicyDocument",
    "InvalidParameterException",
    "AccessDeniedException",
)
_WAITS: Final = (2.0, 4.0, 8.0, 16.0)
"""Seconds until IAM is asked to be known again; https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html"""


@dataclass(slots=True)
class Writer:
    """Makes the calls of steps."""

    documents: Documents
    _touched: set[str] = field(default_factory=set)
    """Accounts whose roles or bucket policies this run has changed, or the one before that it goes on with."""

    @classmethod
    def after(cls, documents: Documents, begun: Iterable[tuple[str, Call]]) -> Writer:
        """A writer that goes on where calls to accounts were begun."""
        return cls(documents, {account for account, call in begun if call.service in _TRUSTED})

    async def write(self, account: str, repair: Repair, place: Place, call: Call) -> Gap | None:
        """Makes a call; why it failed, if it did.

        Raises:
            RuntimeError: the repair does not declare the operation.
        """
        if f"{call.service}:{call.operation}" not in repair.writes:
            raise RuntimeError(f"{repair.name} does not declare {call.service}:{call.operation}")
        entry = await self.documents.entry(account)
        if isinstance(entry, Gap):
            return entry
        waits = _WAITS if account in self._touched and (call.service, call.operation) in _TRUSTING else ()
        gap = await self._send(entry, place, call)
        for seconds in waits:
            if gap is None or gap.code not in _NOT_YET:
                break
            await asyncio.sleep(seconds)
            gap = await self._send(entry, place, call)
        if gap is None and call.service in _TRUSTED:
            self._touched.add(account)
        return gap

    async def _send(self, entry: Entry, place: Place, call: Call) -> Gap | None:
        home = self.documents.found.home_region
        region = home if place.region == GLOBAL else place.region
        client = self.documents.aws.client
        try:
            await client.send(entry.who, call.service, call.operation, region, call.parameters, once=True)
        except NotEntered as refused:
            return refused.gap
        except ERRORS as error:
            gap = gap_of(error, call.service, call.operation)
            return Gap(gap.reason, gap.operation, code_of(error) or gap.code, gap.message)
        return None
