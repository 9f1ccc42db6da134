from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.credentials import ReadOnlyCredentials

from bedaudit.aws.client import Client
from bedaudit.aws.credentials import NotEntered, Role, RoleRequest, session_name
from bedaudit.aws.progress import Progress
from bedaudit.aws.transport import Request
from bedaudit.model import Gap
from tests.aws.fake import FakeIdentity, FakeTransport, Script, refusal
from tests.aws.virtual import run

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def sts(clock: Clock, given: list[str]) -> Script:
    def answer(request: Request) -> Any:
        given.append(f"key-{len(given)}")
        expires = clock.now + timedelta(hours=1)
        keys = {"AccessKeyId": given[-1], "SecretAccessKey": "s", "SessionToken": "t", "Expiration": expires}
        return {"Credentials": keys}

    return answer


def role(transport: FakeTransport, clock: Clock, external_id: str | None = None) -> Role:
    asked = RoleRequest("aws-us-gov", "path/Auditor", "bedaudit-7", "us-gov-west-1", external_id)
    client = Client(transport, Progress(), 64)
    return Role("111122223333", asked, client, FakeIdentity("caller"), clock)


def keys(name: str) -> ReadOnlyCredentials:
    return ReadOnlyCredentials(name, "s", "t")


@pytest.mark.parametrize(
    ("external_id", "more"), [(None, {}), ("tell-me", {"ExternalId": "tell-me"})], ids=["without", "with"]
)
def test_a_role_is_assumed_as_the_caller_in_the_regional_endpoint(external_id: str | None, more: Any) -> None:
    transport = FakeTransport(sts(Clock(), []))

    async def main() -> None:
        await role(transport, Clock(), external_id).keys()

    run(main())
    caller = ReadOnlyCredentials("caller", "secret", "token-0")
    parameters = {
        "RoleArn": "arn:aws-us-gov:iam::111122223333:role/path/Auditor",
        "RoleSessionName": "bedaudit-7",
        "DurationSeconds": 3600,
        **more,
    }
    assert transport.requests == [Request("sts", "AssumeRole", "us-gov-west-1", parameters, caller)]


def test_a_role_is_assumed_once_for_all_who_wait_and_again_before_it_expires() -> None:
    clock, given = Clock(), list[str]()

    async def main() -> list[list[ReadOnlyCredentials]]:
        who, seen = role(FakeTransport(sts(clock, given)), clock), []
        for minutes in (0, 54, 2, 54):
            clock.now += timedelta(minutes=minutes)
            seen.append(list(await asyncio.gather(*(who.keys() for _ in range(10)))))
        return seen

    first, second = [keys("key-0")] * 10, [keys("key-1")] * 10
    assert run(main()) == [first, first, second, second]
    assert given == ["key-0", "key-1"]


def test_refused_keys_are_replaced_once() -> None:
    clock, given = Clock(), list[str]()

    async def main() -> ReadOnlyCredentials:
        who = role(FakeTransport(sts(clock, given)), clock)
        refused = await who.keys()
        assert await asyncio.gather(*(who.renewed(refused) for _ in range(5))) == [True] * 5
        return await who.keys()

    assert (run(main()), given) == (keys("key-1"), ["key-0", "key-1"])


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            refusal("AccessDenied", 403, "not authorized"),
            Gap(
                "denied",
                "sts:AssumeRole",
                "AccessDenied",
                "not authorized (no role path/Auditor here, or its trust policy or external ID does not let the "
                "caller in)",
            ),
        ),
        (
            refusal("AccessDenied", 403, "with an explicit deny in a service control policy"),
            Gap("denied_by_scp", "sts:AssumeRole", "AccessDenied", "with an explicit deny in a service control policy"),
        ),
        (refusal("Throttling", 400, "slow"), Gap("throttled", "sts:AssumeRole", "Throttling", "slow")),
        (refusal("ExpiredToken", 403, "old"), Gap("expired_credentials", "sts:AssumeRole", "ExpiredToken", "old")),
    ],
)
def test_a_role_that_cannot_be_assumed_is_a_gap(error: BaseException, expected: Gap) -> None:
    async def main() -> Gap:
        with pytest.raises(NotEntered) as refused:
            await role(FakeTransport(lambda request: error), Clock()).keys()
        return refused.value.gap

    assert run(main()) == expected


@pytest.mark.parametrize(
    ("scan", "expected"),
    [("20261120-ab", "bedaudit-20261120-ab"), ("a b/ü", "bedaudit-a-b--"), ("x" * 80, f"bedaudit-{'x' * 55}")],
)
def test_the_session_name_is_one_that_aws_takes(scan: str, expected: str) -> None:
    assert session_name(scan) == expected
