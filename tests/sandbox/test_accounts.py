"""Who may call as whom: STS, Organizations, regions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bedaudit.sandbox import Sandbox
from bedaudit.sandbox.world import Account, Unit
from tests.sandbox.conftest import ONCE, Client, plain, session

MANAGEMENT, MEMBER, ADMIN, LONER = "111111111111", "222222222222", "333333333333", "999999999999"
ROLE = f"arn:aws:iam::{MEMBER}:role/Auditor"


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def trust(principal: str, external_id: str | None = None) -> str:
    condition = {"Condition": {"StringEquals": {"sts:ExternalId": external_id}}} if external_id else {}
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def members(sandbox: Sandbox) -> Sandbox:
    """Twenty-four accounts, so that listings take two pages."""
    world = sandbox.world
    world.units.update({"ou-1": Unit("ou-1", "Top"), "ou-2": Unit("ou-2", "Below", "ou-1")})
    for account in (Account(MANAGEMENT, "management"), Account(MEMBER, "one", "ou-2", opted_in=frozenset())):
        world.accounts[account.id] = account
    world.accounts[ADMIN] = Account(ADMIN, "admin", "ou-1", state="SUSPENDED")
    for number in range(21):
        world.accounts[f"8{number:011d}"] = Account(f"8{number:011d}", f"more-{number}")
    world.delegated_administrators.add(ADMIN)
    return sandbox


def test_the_access_key_says_the_account(client: Client) -> None:
    assert client("sts", account=MEMBER).get_caller_identity()["Arn"] == f"arn:aws:iam::{MEMBER}:user/sandbox"
    assert client("sts").get_caller_identity()["Account"] == MANAGEMENT


def test_a_session_belongs_to_the_role_and_its_account(sandbox: Sandbox, client: Client) -> None:
    client("iam", account=MEMBER).create_role(RoleName="Auditor", AssumeRolePolicyDocument=trust(MANAGEMENT, "secret"))
    wanted = {"RoleArn": ROLE, "RoleSessionName": "scan"}
    credentials = client("sts").assume_role(ExternalId="secret", **wanted)["Credentials"]
    keys = (credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])
    assumed = session(*keys)
    sts = assumed.client("sts", endpoint_url=sandbox.url, config=ONCE)
    assert plain(sts.get_caller_identity())["Arn"] == f"arn:aws:sts::{MEMBER}:assumed-role/Auditor/scan"
    with pytest.raises(ClientError) as caught:
        sts.assume_role(DurationSeconds=7200, **wanted)
    assert code(caught) == "AccessDenied"
    logs = assumed.client("logs", endpoint_url=sandbox.url)
    logs.create_log_group(logGroupName="theirs")
    assert client("logs", account=MEMBER).describe_log_groups()["logGroups"][0]["logGroupName"] == "theirs"
    sts.close()
    logs.close()


@pytest.mark.parametrize(
    ("principal", "required", "given"),
    [
        (None, None, None),
        (ADMIN, None, None),
        (MANAGEMENT, "secret", None),
        (MANAGEMENT, "secret", "guess"),
        (f"arn:aws:iam::{MANAGEMENT}:user/other", None, None),
    ],
    ids=["no such role", "trusts another", "external id left out", "wrong external id", "trusts another user"],
)
def test_a_role_that_does_not_trust_the_caller_is_denied(
    client: Client, principal: str | None, required: str | None, given: str | None
) -> None:
    if principal:
        document = trust(principal, required)
        client("iam", account=MEMBER).create_role(RoleName="Auditor", AssumeRolePolicyDocument=document)
    extra = {"ExternalId": given} if given else {}
    with pytest.raises(ClientError, match="is not authorized to perform: sts:AssumeRole on resource") as caught:
        client("sts").assume_role(RoleArn=ROLE, RoleSessionName="scan", **extra)
    assert code(caught) == "AccessDenied"


@pytest.mark.usefixtures("members")
def test_the_management_account_lists_accounts_by_twenty(client: Client) -> None:
    pages = list(client("organizations").get_paginator("list_accounts").paginate())
    assert [len(page["Accounts"]) for page in pages] == [20, 4]
    states = {account["Name"]: (account["State"], account["Status"]) for account in pages[0]["Accounts"][:3]}
    assert states == {"management": ("ACTIVE",) * 2, "one": ("ACTIVE",) * 2, "admin": ("SUSPENDED",) * 2}


@pytest.mark.usefixtures("members")
def test_a_delegated_administrator_lists_accounts_and_a_member_may_not(client: Client) -> None:
    assert len(client("organizations", account=ADMIN).list_accounts()["Accounts"]) == 20
    with pytest.raises(ClientError) as caught:
        client("organizations", account=MEMBER).list_accounts()
    assert code(caught) == "AccessDeniedException"
    described = client("organizations", account=MEMBER).describe_organization()
    assert described["Organization"]["MasterAccountId"] == MANAGEMENT
    with pytest.raises(ClientError) as caught:
        client("organizations", account=LONER).describe_organization()
    assert code(caught) == "AWSOrganizationsNotInUseException"


@pytest.mark.usefixtures("members")
def test_the_tree_of_units_can_be_walked_both_ways(client: Client) -> None:
    api = client("organizations")
    root = api.list_roots()["Roots"][0]["Id"]
    units = api.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
    assert [unit["Name"] for unit in units] == ["Top"]
    below = api.list_organizational_units_for_parent(ParentId="ou-1")["OrganizationalUnits"]
    assert [unit["Id"] for unit in below] == ["ou-2"]
    assert [a["Id"] for a in api.list_accounts_for_parent(ParentId="ou-2")["Accounts"]] == [MEMBER]
    parents: dict[str, Any] = {
        child: api.list_parents(ChildId=child)["Parents"][0] for child in (MEMBER, "ou-2", "ou-1")
    }
    assert parents == {
        MEMBER: {"Id": "ou-2", "Type": "ORGANIZATIONAL_UNIT"},
        "ou-2": {"Id": "ou-1", "Type": "ORGANIZATIONAL_UNIT"},
        "ou-1": {"Id": root, "Type": "ROOT"},
    }
    assert api.describe_organizational_unit(OrganizationalUnitId="ou-2")["OrganizationalUnit"]["Name"] == "Below"
    assert api.describe_account(AccountId=MEMBER)["Account"]["Name"] == "one"
    admins = api.list_delegated_administrators()["DelegatedAdministrators"]
    assert [admin["Id"] for admin in admins] == [ADMIN]


@pytest.mark.usefixtures("members")
def test_regions_are_told_as_the_account_has_enabled_them(client: Client) -> None:
    def regions(account: str, **parameters: Any) -> dict[str, str]:
        pages = client("account", account=account).get_paginator("list_regions").paginate(**parameters)
        return {region["RegionName"]: region["RegionOptStatus"] for page in pages for region in page["Regions"]}

    default = dict.fromkeys(("us-east-1", "us-west-2", "eu-west-1"), "ENABLED_BY_DEFAULT")
    assert regions(MANAGEMENT) == {**default, "eu-south-1": "ENABLED"}
    assert regions(MEMBER, MaxResults=2) == {**default, "eu-south-1": "DISABLED"}
    assert regions(MEMBER, RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"]) == default
    assert regions(MANAGEMENT, AccountId=MEMBER)["eu-south-1"] == "DISABLED"
    status = client("account").get_region_opt_status(RegionName="eu-south-1")
    assert plain(status) == {"RegionName": "eu-south-1", "RegionOptStatus": "ENABLED"}
    with pytest.raises(ClientError) as caught:
        regions(MEMBER, AccountId=MANAGEMENT)
    assert code(caught) == "AccessDeniedException"
    described = client("ec2", account=MEMBER).describe_regions(AllRegions=True)["Regions"]
    assert {r["RegionName"]: r["OptInStatus"] for r in described}["eu-south-1"] == "not-opted-in"
    assert len(client("ec2", account=MEMBER).describe_regions()["Regions"]) == 3


@pytest.mark.usefixtures("members")
@pytest.mark.parametrize(
    ("service", "method", "expected"),
    [
        ("logs", "describe_log_groups", "UnrecognizedClientException"),
        ("bedrock", "get_model_invocation_logging_configuration", "UnrecognizedClientException"),
        ("sns", "list_topics", "InvalidClientTokenId"),
        ("ec2", "describe_regions", "AuthFailure"),
    ],
)
def test_a_region_that_is_not_enabled_knows_nobody(client: Client, service: str, method: str, expected: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client(service, "eu-south-1", MEMBER), method)()
    assert code(caught) == expected


def test_a_test_may_have_more_regions(sandbox: Sandbox, client: Client) -> None:
    sandbox.world.regions = tuple(f"xx-test-{number}" for number in range(60))
    pages = list(client("account").get_paginator("list_regions").paginate())
    assert [len(page["Regions"]) for page in pages] == [50, 10]
