from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore import exceptions as boto

from bedaudit.aws.connection import connect
from bedaudit.aws.entry import preview
from bedaudit.aws.progress import Progress
from bedaudit.aws.regions import Visit
from bedaudit.aws.replies import Reply
from bedaudit.aws.settings import Settings
from bedaudit.aws.targets import Account, Targets, targets
from bedaudit.aws.transport import Request
from bedaudit.errors import TargetError
from bedaudit.model import Gap
from bedaudit.reader import Operation
from tests.aws.fake import FakeTransport, refusal
from tests.aws.virtual import run

PARENT, CHILD, OTHER, GONE = "111111111111", "222222222222", "333333333333", "444444444444"

Answers = Mapping[str, Any]
"""By operation: a reply, an exception, or a function of the request."""


def listed(account: str, name: str, **more: str) -> dict[str, str]:
    return {"Id": account, "Name": name, **more}


ACCOUNTS = [
    listed(OTHER, "other", State="ACTIVE"),
    listed(PARENT, "payer", Status="ACTIVE"),
    listed(CHILD, "child", State="ACTIVE", Status="SUSPENDED"),
    listed(GONE, "gone", State="PENDING_CLOSURE", Status="ACTIVE"),
]
TREE: Mapping[str, tuple[list[str], list[str]]] = {
    "r-root": ([PARENT], ["ou-a"]),
    "ou-a": ([CHILD], ["ou-b"]),
    "ou-b": ([OTHER, GONE], []),
}
ORGANIZATION: Answers = {
    "ListAccounts": lambda request: (
        {"Accounts": ACCOUNTS[1:]}
        if request.parameters.get("NextToken") == "2"
        else {"Accounts": [], "NextToken": "2"}
        if request.parameters
        else {"Accounts": ACCOUNTS[:1], "NextToken": "1"}
    ),
    "ListRoots": {"Roots": [{"Id": "r-root"}]},
    "ListAccountsForParent": lambda request: {
        "Accounts": [{"Id": each} for each in TREE[request.parameters["ParentId"]][0]]
    },
    "ListOrganizationalUnitsForParent": lambda request: {
        "OrganizationalUnits": [{"Id": each} for each in TREE[request.parameters["ParentId"]][1]]
    },
}


def identity(partition: str = "aws") -> Answers:
    return {"GetCallerIdentity": {"Account": PARENT, "Arn": f"arn:{partition}:iam::{PARENT}:user/x"}}


def script(answers: Answers) -> Callable[[Request], Any]:
    def answer(request: Request) -> Any:
        found = answers[request.operation]
        return found(request) if callable(found) else found

    return answer


def find(settings: Settings, answers: Answers) -> Targets:
    async def main() -> Targets:
        async with connect(settings, Progress(), FakeTransport(script({**identity(), **answers}))) as aws:
            return await targets(aws)

    return run(main())


def refused(settings: Settings, answers: Answers) -> str:
    with pytest.raises(TargetError) as error:
        find(settings, answers)
    return str(error.value)


ALONE = Settings("7")


def test_without_a_choice_it_is_the_callers_account_and_all_of_bedrocks_regions() -> None:
    found = find(ALONE, {})
    assert dataclasses.replace(found, regions=()) == Targets(
        f"arn:aws:iam::{PARENT}:user/x", PARENT, "aws", "us-east-1", (Account(PARENT),), ()
    )
    assert {"us-east-1", "eu-central-1", "us-west-1"} < set(found.regions)
    assert "ap-east-1" not in found.regions


@pytest.mark.parametrize(
    ("settings", "expected", "notices"),
    [
        (
            Settings("7", organization=True, role="R"),
            (Account(PARENT, "payer"), Account(CHILD, "child"), Account(OTHER, "other")),
            (f"account {GONE} (gone) is pending_closure and left out",),
        ),
        (
            Settings("7", organization=True, role="R", exclude_accounts=(OTHER,)),
            (Account(PARENT, "payer"), Account(CHILD, "child")),
            (
                f"account {OTHER} (other) is excluded by the configuration",
                f"account {GONE} (gone) is pending_closure and left out",
            ),
        ),
        (
            Settings("7", organization=True, role="R", organizational_units=("ou-a",)),
            (Account(CHILD, "child", ("r-root", "ou-a")), Account(OTHER, "other", ("r-root", "ou-a", "ou-b"))),
            (f"account {GONE} (gone) is pending_closure and left out",),
        ),
        (Settings("7", organization=True, role="R", accounts=(CHILD,)), (Account(CHILD, "child"),), ()),
        (Settings("7", organization=True, accounts=(PARENT,)), (Account(PARENT, "payer"),), ()),
        (Settings("7", role="R", accounts=(OTHER, CHILD)), (Account(CHILD), Account(OTHER)), ()),
    ],
    ids=["organization", "excluded", "units", "one of it", "own of it", "named"],
)
def test_accounts_are_those_asked_for(
    settings: Settings, expected: tuple[Account, ...], notices: tuple[str, ...]
) -> None:
    found = find(settings, ORGANIZATION)
    assert (found.accounts, found.notices) == (expected, notices)


def test_units_are_read_only_if_asked_for_and_without_a_walk_if_aws_tells_them() -> None:
    paths = {"Paths": [f"o-x/r-root/ou-z/{PARENT}/"]}
    wire = FakeTransport(script({**identity(), "ListAccounts": {"Accounts": [{**listed(PARENT, "payer"), **paths}]}}))

    async def main() -> Targets:
        async with connect(Settings("7", organization=True, read_units=True), Progress(), wire) as aws:
            return await targets(aws)

    found = run(main())
    assert found.accounts == (Account(PARENT, "payer", ("r-root", "ou-z")),)
    assert wire.operations == ["sts:GetCallerIdentity", "organizations:ListAccounts"]


@pytest.mark.parametrize(
    ("configured", "partition", "home", "regions"),
    [
        ("us-gov-east-1", "aws-us-gov", "us-gov-east-1", ("us-gov-east-1", "us-gov-west-1")),
        ("eu-west-1", "aws-us-gov", "us-gov-west-1", ("us-gov-east-1", "us-gov-west-1")),
    ],
)
def test_each_partition_has_its_own_home_and_regions(
    monkeypatch: pytest.MonkeyPatch, configured: str, partition: str, home: str, regions: tuple[str, ...]
) -> None:
    monkeypatch.setenv("AWS_REGION", configured)
    found = find(ALONE, identity(partition))
    assert (found.partition, found.home_region, found.regions) == (partition, home, regions)


@pytest.mark.parametrize(
    ("settings", "answers", "told"),
    [
        (ALONE, identity("aws-cn"), "Amazon Bedrock has no region in the partition aws-cn"),
        (Settings("7", accounts=("123",)), {}, "'123' is not an account ID: these have 12 digits"),
        (
            Settings("7", regions=("eu-centrall-1",)),
            {},
            "'eu-centrall-1' is not a region of the partition aws; did you mean eu-central-1?",
        ),
        (Settings("7", regions=("us-gov-west-1",)), {}, "'us-gov-west-1' is not a region of the partition aws"),
        (
            Settings("7", accounts=(CHILD, OTHER)),
            {},
            f"to read account {CHILD} and 1 more, name the role to assume there with --role",
        ),
        (Settings("7", role="arn:aws:iam::1:role/x"), {}, "is not the name of a role: give the name, not the ARN"),
        (Settings("7", organizational_units=("ou-a",)), {}, "add --org"),
        (
            Settings("7", organization=True, role="R", organizational_units=("ou-zz",)),
            ORGANIZATION,
            "no active account is in these organizational units: ou-zz",
        ),
        (Settings("7", organization=True, role="R", accounts=(GONE,)), ORGANIZATION, f"scanned: {GONE}"),
        (Settings("7", exclude_accounts=(PARENT,)), {}, "there is no account to scan"),
        (
            Settings("7", organization=True),
            {"ListAccounts": refusal("AWSOrganizationsNotInUseException")},
            "organizations:ListAccounts: the caller's account is in no organisation: scan it without --org",
        ),
        (
            Settings("7", organization=True),
            {"ListAccounts": refusal("AccessDeniedException")},
            "organizations:ListAccounts is denied: run from the management account or a delegated administrator",
        ),
        (Settings("7", organization=True), {"ListAccounts": {"Accounts": []}}, "lists no account"),
        (
            ALONE,
            {"GetCallerIdentity": refusal("ExpiredToken", 403, "old")},
            "sts:GetCallerIdentity: the AWS credentials have expired: renew them and run again (ExpiredToken: old)",
        ),
        (
            ALONE,
            {"GetCallerIdentity": refusal("InvalidClientTokenId", 403)},
            "sts:GetCallerIdentity: AWS does not know these credentials",
        ),
        (
            ALONE,
            {"GetCallerIdentity": boto.EndpointConnectionError(endpoint_url="http://127.0.0.1:1/", error="refused")},
            "sts:GetCallerIdentity: nobody answered: check the network, the proxy settings and AWS_ENDPOINT_URL",
        ),
        (
            ALONE,
            {"GetCallerIdentity": Reply({}, Operation("sts", "GetCallerIdentity"))},
            "sts:GetCallerIdentity: this did not work (the reply lacks Arn)",
        ),
        (
            ALONE,
            {"GetCallerIdentity": {"Arn": "nobody", "Account": PARENT}},
            "sts:GetCallerIdentity: 'nobody' is not the ARN of a caller",
        ),
        (
            ALONE,
            {"GetCallerIdentity": boto.UnauthorizedSSOTokenError()},
            "the single sign-on session is missing or has expired: run `aws sso login`",
        ),
    ],
)
def test_what_stops_a_scan_is_told_in_one_sentence(settings: Settings, answers: Answers, told: str) -> None:
    message = refused(settings, answers)
    assert told in message
    assert "\n" not in message


def test_no_credentials_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert refused(ALONE, {}).startswith("no AWS credentials were found: set AWS_PROFILE")


def test_a_profile_that_is_not_is_told() -> None:
    assert "there is no such profile" in refused(Settings("7", profile="nobody"), {})


def test_a_broken_configuration_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("no section\n")
    assert refused(ALONE, {}).startswith("the AWS configuration file cannot be read")


def test_an_unknown_configured_region_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "mars-north-1")
    assert refused(ALONE, {}) == "the configured region 'mars-north-1' is not one of AWS's: check AWS_REGION"


OPTED: Answers = {
    "ListRegions": {
        "Regions": [
            {"RegionName": "us-east-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"},
            {"RegionName": "eu-south-1", "RegionOptStatus": "ENABLED"},
            {"RegionName": "me-south-1", "RegionOptStatus": "DISABLED"},
            {"RegionName": "ap-east-1", "RegionOptStatus": "ENABLED"},
        ]
    }
}
DESCRIBED: Answers = {
    "ListRegions": refusal("AccessDeniedException"),
    "DescribeRegions": {
        "Regions": [
            {"RegionName": "us-east-1", "OptInStatus": "opt-in-not-required"},
            {"RegionName": "eu-south-1", "OptInStatus": "opted-in"},
            {"RegionName": "me-south-1", "OptInStatus": "not-opted-in"},
        ]
    },
}
DARK: Answers = {"ListRegions": refusal("AccessDenied"), "DescribeRegions": refusal("UnauthorizedOperation", 403, "no")}
UNSURE = "the enabled regions cannot be read (UnauthorizedOperation: no); all of Bedrock's are tried"


@pytest.mark.parametrize(
    ("regions", "answers", "expected"),
    [
        ((), OPTED, Visit(("eu-south-1", "us-east-1"))),
        ((), DESCRIBED, Visit(("eu-south-1", "us-east-1"))),
        (("us-east-1", "me-south-1"), OPTED, Visit(("us-east-1",), ("me-south-1",))),
        (("us-east-1", "me-south-1"), DESCRIBED, Visit(("us-east-1",), ("me-south-1",))),
        (("ap-east-1", "sa-east-1"), OPTED, Visit(("ap-east-1", "sa-east-1"))),
        (("us-east-1", "me-south-1"), DARK, Visit(("me-south-1", "us-east-1"))),
    ],
)
def test_regions_are_bedrocks_or_those_asked_for_as_far_as_they_are_enabled(
    regions: tuple[str, ...], answers: Answers, expected: Visit
) -> None:
    wire = FakeTransport(script({**identity(), **answers}))

    async def main() -> Mapping[Account, Visit | Gap]:
        async with connect(Settings("7", regions=regions), Progress(), wire) as aws:
            return await preview(aws, await targets(aws))

    assert run(main()) == {Account(PARENT): expected}


def test_unreadable_region_lists_are_noticed_and_all_regions_tried() -> None:
    async def main() -> bool:
        async with connect(ALONE, Progress(), FakeTransport(script({**identity(), **DARK}))) as aws:
            found = await targets(aws)
            return await preview(aws, found) == {Account(PARENT): Visit(found.regions, notice=UNSURE)}

    assert run(main())


def test_shards_have_every_account_once_whatever_else_there_is() -> None:
    parts = [find(Settings("7", organization=True, role="R", shard=(part, 5)), ORGANIZATION) for part in range(1, 6)]
    whole = find(Settings("7", organization=True, role="R"), ORGANIZATION)
    assert sorted((each for part in parts for each in part.accounts), key=lambda each: each.id) == list(whole.accounts)
    alone = [find(Settings("7", role="R", accounts=(OTHER,), shard=(part, 5)), {}) for part in range(1, 6)]
    assert [bool(part.accounts) for part in alone] == [Account(OTHER, "other") in part.accounts for part in parts]
