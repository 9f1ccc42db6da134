"""The accounts of an organisation.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html: only the management account and
delegated administrators may list them; pages may be empty; `Status` gives way to `State`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from bedaudit.aws.connection import Connection
from bedaudit.aws.gaps import ERRORS, code_of, meaning
from bedaudit.aws.problems import problem
from bedaudit.aws.scope import Account
from bedaudit.errors import TargetError
from bedaudit.model import Raw
from bedaudit.reader import Operation

LIST_ACCOUNTS = Operation("organizations", "ListAccounts")
LIST_ROOTS = Operation("organizations", "ListRoots")
LIST_UNITS = Operation("organizations", "ListOrganizationalUnitsForParent")
LIST_CHILDREN = Operation("organizations", "ListAccountsForParent")

OPERATIONS = (LIST_ACCOUNTS, LIST_ROOTS, LIST_UNITS, LIST_CHILDREN)
"""What a scan calls to find accounts; all but the first only for the sake of organisational units."""


async def organization_accounts(aws: Connection, home: str) -> tuple[tuple[Account, ...], tuple[str, ...]]:
    """Every active account, and notices about the others."""
    listed = await _pages(aws, home, LIST_ACCOUNTS, "Accounts", {})
    if not listed:
        raise TargetError(
            "organizations:ListAccounts lists no account: run from the management account or a delegated administrator"
        )
    units: Mapping[str, tuple[str, ...]] = {}
    if aws.settings.read_units or aws.settings.organizational_units:
        units = await _units(aws, home, listed)
    states = {each["Id"]: each.get("State") or each.get("Status") or "ACTIVE" for each in listed}
    accounts = tuple(
        Account(each["Id"], each.get("Name", ""), units.get(each["Id"], ()))
        for each in listed
        if states[each["Id"]] == "ACTIVE"
    )
    notices = tuple(
        f"account {each['Id']} ({each.get('Name', '')}) is {states[each['Id']].lower()} and left out"
        for each in listed
        if states[each["Id"]] != "ACTIVE"
    )
    return accounts, notices


async def _units(aws: Connection, home: str, listed: Sequence[Raw]) -> Mapping[str, tuple[str, ...]]:
    """The units above each account, root first; by a walk where the list of accounts does not tell them."""
    if all(each.get("Paths") for each in listed):
        return {each["Id"]: _of_path(each["Paths"][0]) for each in listed}
    roots = await _pages(aws, home, LIST_ROOTS, "Roots", {})
    walked = await asyncio.gather(*(_walk(aws, home, (root["Id"],)) for root in roots))
    return {account: path for found in walked for account, path in found.items()}


def _of_path(path: str) -> tuple[str, ...]:
    """`o-x/r-y/ou-z/111122223333/` without the organisation and the account."""
    return tuple(each for each in path.split("/") if each.startswith(("r-", "ou-")))


async def _walk(aws: Connection, home: str, path: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    parent = {"ParentId": path[-1]}
    children, units = await asyncio.gather(
        _pages(aws, home, LIST_CHILDREN, "Accounts", parent),
        _pages(aws, home, LIST_UNITS, "OrganizationalUnits", parent),
    )
    found = {child["Id"]: path for child in children}
    for below in await asyncio.gather(*(_walk(aws, home, (*path, unit["Id"])) for unit in units)):
        found |= below
    return found


async def _pages(
    aws: Connection, home: str, operation: Operation, member: str, parameters: Mapping[str, Any]
) -> list[Raw]:
    try:
        pages = await aws.pages(aws.caller, operation, home, parameters)
    except ERRORS as error:
        raise _problem(error, operation) from error
    return [each for page in pages for each in page.get(member, ())]


def _problem(error: BaseException, operation: Operation) -> TargetError:
    if code_of(error) == "AWSOrganizationsNotInUseException":
        return TargetError(f"{operation}: the caller's account is in no organisation: scan it without --org")
    if meaning(error, "organizations") == "denied":
        return TargetError(
            f"{operation} is denied: run from the management account or a delegated administrator, with "
            f"permission to call it ({problem(error, operation.service, operation.name)})"
        )
    return problem(error, operation.service, operation.name)
