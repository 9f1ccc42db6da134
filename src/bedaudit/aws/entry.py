"""Entering an account: in whose name, and in which of its regions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bedaudit.aws.client import Identity
from bedaudit.aws.connection import Connection
from bedaudit.aws.credentials import NotEntered, Role, RoleRequest, session_name
from bedaudit.aws.gaps import ERRORS, gap_of
from bedaudit.aws.regions import Visit, visit
from bedaudit.aws.scope import Account, Targets
from bedaudit.model import Gap


@dataclass(frozen=True, slots=True)
class Entry:
    """An account that was entered."""

    who: Identity
    visit: Visit


async def enter(aws: Connection, found: Targets, account: Account) -> Entry | Gap:
    """The entry, or why there is none."""
    if account.id != found.caller and not aws.settings.role:
        return Gap("not_read", message=f"no role is named to enter account {account.id}")
    who = _identity(aws, found, account)
    try:
        await who.keys()
        return Entry(who, await visit(aws, who, found))
    except NotEntered as refused:
        return refused.gap
    except ERRORS as error:
        return gap_of(error, "sts", "GetCallerIdentity")


async def preview(aws: Connection, found: Targets) -> Mapping[Account, Visit | Gap]:
    """The regions in which a scan would visit each account, or why it could not enter it."""
    entries = await asyncio.gather(*(enter(aws, found, account) for account in found.accounts))
    seen = (entry.visit if isinstance(entry, Entry) else entry for entry in entries)
    return dict(zip(found.accounts, seen, strict=True))


def _identity(aws: Connection, found: Targets, account: Account) -> Identity:
    if account.id == found.caller:
        return aws.caller
    settings = aws.settings
    role = settings.role or ""
    name = session_name(settings.scan_id)
    asked = RoleRequest(found.partition, role, name, found.home_region, settings.external_id)
    return Role(account.id, asked, aws.client, aws.caller)
