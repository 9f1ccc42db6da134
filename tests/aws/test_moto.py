"""A scan of a plain moto server, over HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bedaudit.aws.connection import connect
from bedaudit.aws.engine import scan
from bedaudit.aws.entry import preview
from bedaudit.aws.progress import Progress
from bedaudit.aws.regions import Visit
from bedaudit.aws.scope import Account
from bedaudit.aws.settings import Settings
from bedaudit.aws.targets import targets
from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Mark, Record, Resource
from bedaudit.policy.model import Control
from bedaudit.policy.model import Test as Term
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

GROUPS = Operation("logs", "DescribeLogGroups")
MISSING = (
    Operation("bedrock", "ListGuardrails"),
    Operation("cloudwatch", "DescribeAnomalyDetectors"),
    Operation("xray", "GetEncryptionConfig"),
    Operation("oam", "ListSinks"),
    Operation("iam", "ListOpenIDConnectProviders"),
    Operation("sns", "ListOriginationNumbers"),
)


class Groups(State):
    """What a site has."""

    names: tuple[str, ...]
    gaps: tuple[str, ...]


async def groups(aws: Reader) -> Iterable[Resource]:
    pages = await aws.pages(GROUPS)
    names = tuple(group["logGroupName"] for page in pages for group in page["logGroups"])
    tried = [(each, await aws.attempt(aws.call(each))) for each in MISSING]
    gaps = tuple(f"{each}: {found.reason}" for each, found in tried if isinstance(found, Gap))
    return [resource("groups", "g", Groups(names=names, gaps=gaps))]


class Rules:
    def for_site(self, site: Any) -> tuple[Control, ...]:
        mark = Mark("policy.yaml", 1, 1, 1, 1)
        return (Control("c", "t", "low", "groups", "require", Term(("names",), "present", True), "w", "p", mark),)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    served = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    served.start()
    host, port = served.get_host_and_port()
    url = f"http://{host}:{port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    yield url
    served.stop()


def client(service: str, region: str, account: str | None = None) -> Any:
    if account is None:
        return boto3.client(service, region_name=region)  # type: ignore[call-overload]
    arn = f"arn:aws:iam::{account}:role/R"
    keys = client("sts", region).assume_role(RoleArn=arn, RoleSessionName="seed")["Credentials"]
    return boto3.client(  # type: ignore[call-overload]
        service,
        region_name=region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def test_an_organisation_on_plain_moto_is_read_account_by_account(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bedaudit.aws.client._PATIENCE", ())  # what a busy machine answers late is not asked for again
    organizations = client("organizations", "us-east-1")
    organizations.create_organization(FeatureSet="ALL")
    made = [
        organizations.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]["AccountId"]
        for name in ("one", "two", "gone")
    ]
    organizations.close_account(AccountId=made[2])
    for account in made[:2]:
        for region in ("us-east-1", "eu-west-1"):
            client("logs", region, account).create_log_group(logGroupName=f"{account}-{region}")
    records: list[Record] = []
    progress = Progress()
    settings = Settings("7", organization=True, role="R", regions=("us-east-1", "eu-west-1"))

    async def main() -> tuple[str, ...]:
        async with connect(settings, progress) as aws:
            found = await targets(aws)
            known = {"groups": Kind("groups", Groups, groups, (GROUPS, *MISSING))}
            rules: Any = Rules()
            await scan(aws, found, rules, on_record=records.append, known=known)
            return found.notices

    notices = asyncio.run(main())
    assert progress.calls < 60  # none of six missing operations is tried again, at any of six sites
    assert notices == (f"account {made[2]} (gone) is suspended and left out",)
    here = {
        (record.site.account, record.site.region): record.resources[0].state["names"]
        for record in records
        if record.site.region != "global" and record.site.account in made
    }
    assert here == {
        (account, region): [f"{account}-{region}"] for account in made[:2] for region in ("us-east-1", "eu-west-1")
    }
    read = [record.resources[0].state["gaps"] for record in records if record.site.region != "global"]
    assert {gap for gaps in read for gap in gaps} <= {f"{each}: not_implemented" for each in MISSING}
    assert {"bedrock:ListGuardrails: not_implemented", "oam:ListSinks: not_implemented"} <= set(read[0])


def test_without_the_account_service_regions_come_from_ec2(server: str) -> None:
    async def main() -> Any:
        async with connect(Settings("7"), Progress()) as aws:
            found = await targets(aws)
            return found.caller, await preview(aws, found)

    caller, visits = asyncio.run(main())
    visited = visits[Account(caller)]
    assert isinstance(visited, Visit)
    assert visited.notice is None
    assert {"us-east-1", "eu-central-1"} < set(visited.regions)
    assert "me-south-1" not in visited.regions
