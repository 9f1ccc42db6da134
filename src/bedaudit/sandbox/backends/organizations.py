"""Organizations: the accounts and units, told to the management account and to delegated administrators only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bedaudit.sandbox.call import AwsError, Call, Reply, guard, operation, page
from bedaudit.sandbox.world import Account, Unit, World

ID = "o-sandbox001"
ROOT = "r-sbx1"
_JOINED = datetime(2024, 1, 1, tzinfo=UTC)


@guard("organizations")
def belongs_and_may(call: Call) -> None:
    """Members may describe the organisation, and nothing else."""
    if call.account not in call.world.accounts:
        raise AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    if call.operation == "DescribeOrganization":
        return
    if call.account not in {call.world.management, *call.world.delegated_administrators}:
        raise AwsError("AccessDeniedException", "You don't have permissions to access this resource.")


@operation("organizations", "DescribeOrganization")
def describe_organization(call: Call) -> Reply:
    """The organisation."""
    management = call.world.management
    return {
        "Organization": {
            "Id": ID,
            "Arn": _arn(call.world, "organization", ID),
            "FeatureSet": "ALL",
            "MasterAccountArn": _arn(call.world, "account", ID, management),
            "MasterAccountId": management,
            "MasterAccountEmail": _email(management),
        }
    }


@operation("organizations", "ListAccounts")
def list_accounts(call: Call) -> Reply:
    """All accounts, at most 20 a page."""
    return _page(call, "Accounts", [_account(call.world, account) for account in call.world.accounts.values()])


@operation("organizations", "DescribeAccount")
def describe_account(call: Call) -> Reply:
    """One account."""
    account = call.world.accounts.get(call.parameters["AccountId"])
    if account is None:
        raise AwsError("AccountNotFoundException", "You specified an account that doesn't exist.")
    return {"Account": _account(call.world, account)}


@operation("organizations", "ListAccountsForParent")
def list_accounts_for_parent(call: Call) -> Reply:
    """The accounts right below a unit or the root."""
    parent = _unit_id(call.world, call.parameters["ParentId"])
    below = [_account(call.world, account) for account in call.world.accounts.values() if account.unit == parent]
    return _page(call, "Accounts", below)


@operation("organizations", "ListOrganizationalUnitsForParent")
def list_units_for_parent(call: Call) -> Reply:
    """The units right below a unit or the root."""
    parent = _unit_id(call.world, call.parameters["ParentId"])
    below = [_unit(call.world, unit) for unit in call.world.units.values() if unit.parent == parent]
    return _page(call, "OrganizationalUnits", below)


@operation("organizations", "DescribeOrganizationalUnit")
def describe_unit(call: Call) -> Reply:
    """One unit."""
    unit = call.world.units.get(call.parameters["OrganizationalUnitId"])
    if unit is None:
        raise AwsError(
            "OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist."
        )
    return {"OrganizationalUnit": _unit(call.world, unit)}


@operation("organizations", "ListRoots")
def list_roots(call: Call) -> Reply:
    """The one root."""
    return {"Roots": [{"Id": ROOT, "Arn": _arn(call.world, "root", ID, ROOT), "Name": "Root", "PolicyTypes": []}]}


@operation("organizations", "ListParents")
def list_parents(call: Call) -> Reply:
    """The one parent of an account or a unit."""
    child, world = call.parameters["ChildId"], call.world
    if child in world.accounts:
        parent = world.accounts[child].unit
    elif child in world.units:
        parent = world.units[child].parent
    else:
        raise AwsError("ChildNotFoundException", "We can't find an organizational unit or account with that ID.")
    return {"Parents": [{"Id": parent or ROOT, "Type": "ORGANIZATIONAL_UNIT" if parent else "ROOT"}]}


@operation("organizations", "ListDelegatedAdministrators")
def list_delegated_administrators(call: Call) -> Reply:
    """The delegated administrators, of whatever service."""
    world = call.world
    found = [_account(world, world.accounts[account]) for account in sorted(world.delegated_administrators)]
    return _page(call, "DelegatedAdministrators", [_without_paths(account) for account in found])


def _without_paths(account: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in account.items() if name != "Paths"}


def _page(call: Call, member: str, items: Sequence[Any]) -> Reply:
    return page(call, member, items, 20, ("NextToken", "MaxResults"))


def _unit_id(world: World, parent: str) -> str | None:
    if parent != ROOT and parent not in world.units:
        raise AwsError("ParentNotFoundException", "We can't find a root or OU with the ParentId that you specified.")
    return None if parent == ROOT else parent


def _account(world: World, account: Account) -> dict[str, Any]:
    return {
        "Id": account.id,
        "Arn": _arn(world, "account", ID, account.id),
        "Email": _email(account.id),
        "Name": account.name,
        "Status": account.state if account.state in {"SUSPENDED", "PENDING_CLOSURE"} else "ACTIVE",
        "State": account.state,
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": _JOINED,
    }


def _unit(world: World, unit: Unit) -> dict[str, Any]:
    return {"Id": unit.id, "Arn": _arn(world, "ou", ID, unit.id), "Name": unit.name}


def _email(account: str) -> str:
    return f"{account}@example.com"


def _arn(world: World, *path: str) -> str:
    return f"arn:aws:organizations::{world.management}:{'/'.join(path)}"
