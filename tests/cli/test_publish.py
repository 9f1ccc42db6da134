"""Findings in Security Hub."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from bedaudit.audit.publishing import batches
from bedaudit.aws.connection import connect
from bedaudit.aws.progress import Progress
from bedaudit.aws.security_hub import Batch, Imported, Refusal
from bedaudit.aws.security_hub import publish as publish_all
from bedaudit.aws.settings import Settings
from bedaudit.aws.targets import targets
from bedaudit.model import Gap
from bedaudit.sandbox import Rule, Sandbox
from tests.cli.run import Ran, bedaudit
from tests.report.sample import REPORT

MANAGEMENT, HEALTHY = "111111111111", "222222222222"
CONTROL = "invocation-logging-is-enabled-before-first-use"
ORG = ("--org", "--role", "BedauditReadOnly", "--account", MANAGEMENT, "--account", HEALTHY)


@pytest.fixture
def sandbox(organization: Sandbox) -> Iterator[Sandbox]:
    """The demo organisation, with no finding in Security Hub yet."""
    yield organization
    organization.faults.clear()


def hub(sandbox: Sandbox, account: str, region: str = "us-east-1") -> Any:
    keys = sandbox.environment(account)
    return boto3.client(
        "securityhub",
        endpoint_url=sandbox.url,
        region_name=region,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
    )


def publish(sandbox: Sandbox, at: Path, *more: str) -> Ran:
    options = ("--region", "us-east-1", "--region", "eu-west-1", "--publish", "security-hub", "--format", "json")
    return bedaudit("scan", *ORG, *options, *more, at=at, env=sandbox.environment())


def test_findings_go_to_the_hub_of_their_own_account_and_region(sandbox: Sandbox, tmp_path: Path) -> None:
    hubs = {
        (account, region): hub(sandbox, account, region)
        for account in (MANAGEMENT, HEALTHY)
        for region in ("us-east-1", "eu-west-1")
    }
    for each in hubs.values():
        each.enable_security_hub()
    ran = publish(sandbox, tmp_path)
    assert (ran.code, ran.err) == (1, "")
    assert not [each for each in ran.json["notices"] if "Security Hub" in each]
    reported = {
        (each["account"], each["region"], f"bedaudit/{each['id']}")
        for each in ran.json["findings"]
        if each["region"] in ("us-east-1", "eu-west-1")
    }
    taken = {
        (account, region, each["Id"])
        for (account, region), client in hubs.items()
        for page in client.get_paginator("get_findings").paginate()
        for each in page["Findings"]
    }
    assert reported <= taken
    assert publish(sandbox, tmp_path, "--control", CONTROL).code == 0


def test_a_site_without_security_hub_is_told_and_never_exit_0(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add(
        Rule(service="securityhub", region="eu-west-1", code="InvalidAccessException", message="not subscribed")
    )
    ran = publish(sandbox, tmp_path, "--control", CONTROL)
    assert (ran.code, ran.err) == (3, "")
    (notice,) = [each for each in ran.json["notices"] if "Security Hub" in each]
    assert notice.startswith(f"Security Hub did not take 2 findings of {MANAGEMENT} eu-west-1, {HEALTHY} eu-west-1: ")
    assert notice.endswith("(securityhub:BatchImportFindings InvalidAccessException): not subscribed")
    assert publish(sandbox, tmp_path, "--control", CONTROL, "--exit-zero").code == 0


def test_a_caller_who_may_not_publish_is_told_so(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add(Rule(service="securityhub", code="AccessDeniedException", message="no", status=403))
    ran = publish(sandbox, tmp_path, "--control", CONTROL)
    assert ran.code == 3
    assert [each.partition(": ")[2] for each in ran.json["notices"] if "Security Hub" in each] == [
        "denied (securityhub:BatchImportFindings AccessDeniedException): no"
    ]


def test_findings_are_taken_without_those_that_are_refused(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    hub(sandbox, MANAGEMENT).enable_security_hub()
    (good, *_), *_ = (batch.findings for batch in batches(REPORT))
    product = f"arn:aws:securityhub:us-east-1:{MANAGEMENT}:product/{MANAGEMENT}/default"
    own = {**good, "AwsAccountId": MANAGEMENT, "ProductArn": product}
    wrong = [{**own, "Id": "a", "AwsAccountId": HEALTHY}, {**own, "Id": "b", "AwsAccountId": HEALTHY}]

    async def run() -> Imported:
        async with connect(Settings("test"), Progress()) as aws:
            return await publish_all(aws, await targets(aws), [Batch(MANAGEMENT, "us-east-1", (own, *wrong))])

    imported = asyncio.run(run())
    why = f"AwsAccountId must be that of the caller, {MANAGEMENT}"
    assert imported == Imported(
        taken=1,
        refusals=[
            Refusal(MANAGEMENT, "us-east-1", 2, Gap("failed", "securityhub:BatchImportFindings", "InvalidInput", why))
        ],
    )


def test_a_snapshot_is_not_published(tmp_path: Path) -> None:
    ran = bedaudit("scan", "--from", "s.gz", "--publish", "security-hub", at=tmp_path)
    assert ran.code == 2
    assert "--publish has no meaning with --from" in ran.err
