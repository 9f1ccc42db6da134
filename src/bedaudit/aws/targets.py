"""Whom a scan visits: the caller's account, named accounts, or an organisation."""

from __future__ import annotations

import difflib
import hashlib
import re

from botocore.exceptions import UnknownRegionError

from bedaudit.aws.connection import Connection
from bedaudit.aws.gaps import ERRORS, shorten
from bedaudit.aws.organization import organization_accounts
from bedaudit.aws.problems import problem
from bedaudit.aws.replies import Incomplete
from bedaudit.aws.scope import Account, Targets
from bedaudit.aws.session import default_region
from bedaudit.aws.settings import Settings
from bedaudit.errors import TargetError
from bedaudit.reader import Operation

__all__ = ["OPERATIONS", "Account", "Targets", "targets"]

GET_CALLER_IDENTITY = Operation("sts", "GetCallerIdentity")
ASSUME_ROLE = Operation("sts", "AssumeRole")

OPERATIONS = (GET_CALLER_IDENTITY, ASSUME_ROLE)
"""What every scan calls before the first account."""

_ACCOUNT = re.compile(r"[0-9]{12}")
_ROLE = re.compile(r"[\w+=,.@/-]{1,512}", re.ASCII)


async def targets(aws: Connection) -> Targets:
    """Who asks, and whom; TargetError if there is nobody to ask as, or nothing to visit."""
    try:
        return await _targets(aws)
    except Incomplete as error:
        raise problem(error, "sts", "GetCallerIdentity") from error


async def _targets(aws: Connection) -> Targets:
    settings = aws.settings
    _check(settings)
    region = _configured(aws)
    try:
        reply = await aws.client.send(aws.caller, "sts", "GetCallerIdentity", region, {})
    except ERRORS as error:
        raise problem(error, "sts", "GetCallerIdentity") from error
    if reply["Arn"].count(":") < 5:
        raise TargetError(f"{GET_CALLER_IDENTITY}: {shorten(reply['Arn'])!r} is not the ARN of a caller")
    partition = reply["Arn"].split(":")[1]
    home = region if aws.catalogue.partition(region) == partition else default_region(partition)
    regions = _regions(aws, partition)
    accounts, notices = await _accounts(aws, reply["Account"], home)
    left = tuple(account for account in accounts if account.id not in settings.exclude_accounts)
    excluded = (account for account in accounts if account.id in settings.exclude_accounts)
    notices += tuple(f"account {_name(account)} is excluded by the configuration" for account in excluded)
    if not left:
        raise TargetError("there is no account to scan: all are excluded, suspended or in other organisational units")
    ordered = tuple(sorted(_of_shard(left, settings.shard), key=lambda account: account.id))
    _need_role(settings, ordered, reply["Account"])
    return Targets(reply["Arn"], reply["Account"], partition, home, ordered, regions, tuple(sorted(notices)))


def _check(settings: Settings) -> None:
    for account in (*settings.accounts, *settings.exclude_accounts):
        if not _ACCOUNT.fullmatch(account):
            raise TargetError(f"{account!r} is not an account ID: these have 12 digits")
    if settings.role is not None and not _ROLE.fullmatch(settings.role):
        raise TargetError(f"{settings.role!r} is not the name of a role: give the name, not the ARN")
    if settings.organizational_units and not settings.organization:
        raise TargetError("organizational units can only be chosen when an organisation is scanned: add --org")


def _configured(aws: Connection) -> str:
    """The configured region, or the one where calls go without."""
    region = aws.region or default_region("aws")
    try:
        aws.catalogue.partition(region)
    except UnknownRegionError as error:
        raise TargetError(f"the configured region {region!r} is not one of AWS's: check AWS_REGION") from error
    return region


def _regions(aws: Connection, partition: str) -> tuple[str, ...]:
    """The regions asked for, or all that Bedrock has in the partition."""
    bedrock = aws.catalogue.regions("bedrock", partition)
    if not bedrock:
        raise TargetError(f"Amazon Bedrock has no region in the partition {partition}")
    known = sorted({*bedrock, *aws.catalogue.regions("ec2", partition)})
    for region in aws.settings.regions:
        if region not in known:
            close = difflib.get_close_matches(region, known, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise TargetError(f"{region!r} is not a region of the partition {partition}{hint}")
    return tuple(sorted(set(aws.settings.regions))) or bedrock


async def _accounts(aws: Connection, caller: str, home: str) -> tuple[tuple[Account, ...], tuple[str, ...]]:
    settings = aws.settings
    if not settings.organization:
        return tuple(Account(each) for each in set(settings.accounts) or {caller}), ()
    accounts, notices = await organization_accounts(aws, home)
    accounts = _in_units(accounts, settings.organizational_units)
    if not settings.accounts:
        return accounts, notices
    missing = sorted(set(settings.accounts) - {account.id for account in accounts})
    if missing:
        raise TargetError(f"not among the active accounts of the organisation that are scanned: {', '.join(missing)}")
    return tuple(account for account in accounts if account.id in settings.accounts), ()


def _of_shard(accounts: tuple[Account, ...], shard: tuple[int, int] | None) -> tuple[Account, ...]:
    """The accounts of one part; which part an account is of depends on nothing but its id."""
    if shard is None:
        return accounts
    part, parts = shard
    return tuple(
        account
        for account in accounts
        if int.from_bytes(hashlib.sha256(account.id.encode()).digest()[:8], "big") % parts == part - 1
    )


def _in_units(accounts: tuple[Account, ...], units: tuple[str, ...]) -> tuple[Account, ...]:
    if not units:
        return accounts
    unknown = sorted(set(units) - {unit for account in accounts for unit in account.organizational_units})
    if unknown:
        raise TargetError(f"no active account is in these organizational units: {', '.join(unknown)}")
    return tuple(account for account in accounts if not set(units).isdisjoint(account.organizational_units))


def _need_role(settings: Settings, accounts: tuple[Account, ...], caller: str) -> None:
    foreign = [account for account in accounts if account.id != caller]
    if foreign and not settings.role:
        others = "" if len(foreign) == 1 else f" and {len(foreign) - 1} more"
        raise TargetError(
            f"the caller is in account {caller}; to read account {_name(foreign[0])}{others}, "
            "name the role to assume there with --role"
        )


def _name(account: Account) -> str:
    return f"{account.id} ({account.name})" if account.name else account.id
