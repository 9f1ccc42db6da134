from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from botocore import exceptions as boto
from botocore.session import Session

from bedaudit.aws.catalogue import Catalogue
from bedaudit.aws.client import Client
from bedaudit.aws.credentials import NotEntered
from bedaudit.aws.diagnosis import Diagnosis
from bedaudit.aws.memo import Failure, Memo
from bedaudit.aws.progress import Progress
from bedaudit.aws.reader import Heard, KindReader
from bedaudit.aws.redact import digest
from bedaudit.aws.replies import Reply
from bedaudit.aws.transport import Request
from bedaudit.kinds.kind import Kind
from bedaudit.model import Facts, Gap, Mark, Reason
from bedaudit.policy.model import Control
from bedaudit.policy.model import Test as Term
from bedaudit.policy.needs import Needs
from bedaudit.reader import Operation, Reader, Unreadable
from bedaudit.state import Because, State
from tests.aws.fake import FakeIdentity, FakeTransport, Script, refusal
from tests.aws.virtual import run

CATALOGUE = Catalogue(Session())
GROUPS = Operation("logs", "DescribeLogGroups")
KEY = Operation("kms", "DescribeKey", absent=("NotFoundException",))
ROLE = Operation("iam", "GetRole")
ROLES = Operation("iam", "ListRoles")
HEAD = Operation("s3", "HeadBucket", absent=("404",))
POLICY = Operation("s3", "GetBucketPolicy")
OBJECTS = Operation("s3", "ListObjectVersions")
QUERIES = Operation("logs", "DescribeQueryDefinitions", tokens=("nextToken", "nextToken"))
SUBSCRIPTIONS = Operation("sns", "ListSubscriptionsByTopic")
GUARDRAILS = Operation("bedrock", "ListGuardrails")
GUARDRAIL = Operation("bedrock", "GetGuardrail")
DECLARED = (GROUPS, KEY, ROLE, ROLES, HEAD, POLICY, OBJECTS, QUERIES, SUBSCRIPTIONS, GUARDRAILS, GUARDRAIL)


class Part(State):
    """A part."""

    on: Annotated[bool | Gap, Because("off_because")]
    off_because: str | None = None


class Thing(State):
    """A thing."""

    part: Part | Gap


async def nothing(aws: Reader) -> list[Any]:
    return []


def needs(*paths: str) -> Needs:
    mark = Mark("policy.yaml", 1, 1, 1, 1)
    return Needs(
        Control(path, "t", "low", "thing", "require", Term(tuple(path.split(".")), "equals", True), "w", "p", mark)
        for path in paths
    )


class Readers:
    """Readers of several regions of one account."""

    def __init__(self, script: Script, wanted: Needs | None = None) -> None:
        self.transport = FakeTransport(script)
        client, who = Client(self.transport, Progress(), 64), FakeIdentity("111122223333")
        self.memo = Memo(
            client, CATALOGUE, who, Diagnosis(client, CATALOGUE, who, "aws", "us-east-1"), home="us-east-1"
        )
        self.needs = wanted or needs()

    def at(self, region: str, heard: Heard | None = None) -> KindReader:
        kind = Kind("thing", Thing, nothing, DECLARED)
        now = datetime(2026, 11, 20, tzinfo=UTC)
        return KindReader(
            "111122223333", region, "aws", now, "us-east-1", kind, self.needs, self.memo, heard or Heard()
        )


def read(script: Script, use: Callable[[Reader], Awaitable[Any]], region: str = "eu-west-1") -> tuple[Any, list[str]]:
    """What `use` gives, or its gap, and `region operation parameters` of all that was sent."""
    readers = Readers(script)

    async def main() -> Any:
        try:
            return await use(readers.at(region))
        except Unreadable as unreadable:
            return unreadable.gap

    result = run(main())
    return result, [f"{sent.region} {sent.operation} {dict(sent.parameters)}" for sent in readers.transport.requests]


def paged(*replies: dict[str, Any]) -> Script:
    left = list(replies)
    return lambda request: left.pop(0)


@pytest.mark.parametrize(
    ("operation", "parameters", "replies", "asked"),
    [
        (GROUPS, {}, [{"logGroups": [1], "nextToken": "b"}, {"logGroups": []}], [{}, {"nextToken": "b"}]),
        (GROUPS, {}, [{"logGroups": [], "nextToken": "b"}, {"logGroups": [1]}], [{}, {"nextToken": "b"}]),
        (KEY, {"KeyId": "k"}, [{"KeyMetadata": {}, "NextToken": "b"}], [{"KeyId": "k"}]),
        (ROLES, {}, [{"IsTruncated": True, "Marker": "b"}, {"IsTruncated": False}], [{}, {"Marker": "b"}]),
        (ROLES, {}, [{"IsTruncated": False, "Marker": "b"}], [{}]),
        (
            OBJECTS,
            {"Bucket": "b"},
            [{"IsTruncated": True, "NextKeyMarker": "k", "NextVersionIdMarker": "v"}, {"IsTruncated": False}],
            [{"Bucket": "b"}, {"Bucket": "b", "KeyMarker": "k", "VersionIdMarker": "v"}],
        ),
        (QUERIES, {"x": 2}, [{"nextToken": "b"}, {}], [{"x": 2}, {"x": 2, "nextToken": "b"}]),
    ],
)  # fmt: skip
def test_pages_are_followed_as_each_operation_does_it(
    operation: Operation, parameters: Any, replies: list[Any], asked: list[Any]
) -> None:
    pages, sent = read(paged(*replies), lambda aws: aws.pages(operation, **parameters))
    assert pages == tuple(replies)
    assert sent == [
        f"eu-west-1 {operation.name} {each}" if operation is not ROLES else f"us-east-1 ListRoles {each}"
        for each in asked
    ]


def test_a_token_that_comes_again_is_a_gap_and_no_endless_loop() -> None:
    gap, sent = read(lambda request: {"nextToken": "again"}, lambda aws: aws.pages(GROUPS))
    assert gap.reason == "failed"
    assert len(sent) == 2


def test_a_page_that_cannot_be_read_makes_the_whole_list_a_gap() -> None:
    def script(request: Request) -> Any:
        return refusal("AccessDeniedException") if request.parameters else {"nextToken": "b"}

    gap, _ = read(script, lambda aws: aws.pages(GROUPS))
    assert gap == Gap("denied", "logs:DescribeLogGroups", "AccessDeniedException", "no")


def test_replies_come_without_their_metadata() -> None:
    reply, _ = read(lambda request: {"Role": 1, "ResponseMetadata": {}}, lambda aws: aws.call(ROLE, RoleName="x"))
    assert reply == {"Role": 1}


def test_what_a_reply_lacks_is_a_gap_without_its_metadata_too() -> None:
    async def arn(aws: Reader) -> Any:
        return (await aws.call(ROLE, RoleName="x"))["Role"]["Arn"]

    async def attempted(aws: Reader) -> Any:
        return await aws.attempt(arn(aws))

    lacking = Gap("failed", "iam:GetRole", message="the reply lacks Role")
    answers = Reply({"ResponseMetadata": {}}, ROLE)
    assert [read(lambda request: answers, use)[0] for use in (arn, attempted)] == [lacking, lacking]


def test_the_same_question_is_asked_once_an_account_and_region_and_of_iam_once_an_account() -> None:
    readers = Readers(lambda request: {"Role": {}, "KeyMetadata": {}})

    async def main() -> None:
        for _ in range(2):
            for region in ("us-east-1", "eu-west-1"):
                aws = readers.at(region)
                await asyncio.gather(*(aws.call(ROLE, RoleName="x") for _ in range(5)))
                await asyncio.gather(*(aws.find(KEY, KeyId="k") for _ in range(5)))
                await aws.find(KEY, KeyId="k", at="us-east-1")

    run(main())
    asked = sorted((sent.region, sent.operation) for sent in readers.transport.requests)
    assert asked == [("eu-west-1", "DescribeKey"), ("us-east-1", "DescribeKey"), ("us-east-1", "GetRole")]


def test_a_failure_is_shared_like_a_reply() -> None:
    async def twice(aws: Reader) -> Any:
        return [await aws.attempt(aws.call(GROUPS)), await aws.attempt(aws.call(GROUPS))]

    gaps, sent = read(lambda request: refusal("AccessDeniedException"), twice)
    assert gaps == [Gap("denied", "logs:DescribeLogGroups", "AccessDeniedException", "no")] * 2
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refusal("NotFoundException"), None),
        (refusal("AccessDeniedException"), Gap("denied", "kms:DescribeKey", "AccessDeniedException", "no")),
        (
            refusal("NotFoundException", 404, "<!doctype html><title>t</title>"),
            Gap("not_implemented", "kms:DescribeKey", "NotFoundException", "t"),
        ),
    ],
)  # fmt: skip
def test_only_the_declared_codes_mean_that_there_is_no_such_thing(error: BaseException, expected: Gap | None) -> None:
    assert read(lambda request: error, lambda aws: aws.find(KEY, KeyId="k"))[0] == expected


def test_what_is_absent_is_a_gap_to_those_who_need_it() -> None:
    gap, _ = read(lambda request: refusal("NotFoundException"), lambda aws: aws.call(KEY, KeyId="k"))
    assert gap == Gap("failed", "kms:DescribeKey", "NotFoundException", "no")


def test_an_undeclared_operation_is_a_bug() -> None:
    with pytest.raises(RuntimeError, match="thing calls sts:GetCallerIdentity, which it does not declare"):
        read(lambda request: {}, lambda aws: aws.call(Operation("sts", "GetCallerIdentity")))


def test_parts_are_read_as_far_as_policies_look_at_them() -> None:
    readers = Readers(lambda request: {}, needs("a.b.c", "a.d"))

    async def inner(aws: Reader) -> Any:
        return {name: await aws.part(name, leaf) for name in ("b", "d", "e")}

    async def leaf(aws: Reader) -> str:
        return "read"

    async def broken(aws: Reader) -> Any:
        raise Unreadable(Gap("denied"))

    async def main() -> Any:
        aws = readers.at("us-east-1")
        return [await aws.part("a", inner), await aws.part("z", leaf), await aws.part("a", broken)]

    assert run(main()) == [{"b": "read", "d": "read", "e": Gap("not_read")}, Gap("not_read"), Gap("denied")]


def test_a_part_of_a_resource_that_nobody_cares_for_any_more_is_not_read() -> None:
    mark = Mark("policy.yaml", 1, 1, 1, 1)
    where = Term(("name",), "equals", "x")
    control = Control("c", "t", "low", "thing", "require", Term(("part",), "equals", 1), "w", "p", mark, where=where)
    readers = Readers(lambda request: {}, Needs([control]))

    async def leaf(aws: Reader) -> str:
        return "read"

    async def main() -> Any:
        aws = readers.at("us-east-1")
        return [await aws.part("part", leaf, {"name": name}) for name in ("x", "y")]

    assert run(main()) == ["read", Gap("not_read")]


@pytest.mark.parametrize(
    ("wanted", "facts", "expected"),
    [
        ("part.off_because", None, "read"),
        ("part.off_because", {"part": {}}, "read"),
        ("part.on", None, "read"),
        ("part.other", None, Gap("not_read")),
    ],
)
def test_who_asks_for_a_reason_asks_for_its_verdict(wanted: str, facts: Facts | None, expected: Any) -> None:
    async def leaf(aws: Reader) -> str:
        return "read"

    async def inner(aws: Reader) -> Any:
        return await aws.part("on", leaf, facts)

    async def main() -> Any:
        return await Readers(lambda request: {}, needs(wanted)).at("us-east-1").part("part", inner)

    assert run(main()) == expected


def test_a_bucket_is_read_in_its_own_region() -> None:
    def script(request: Request) -> Any:
        located = {"ResponseMetadata": {"HTTPHeaders": {"x-amz-bucket-region": "eu-central-1"}}}
        return located if request.operation == "HeadBucket" else {"Policy": "{}"}

    readers = Readers(script)

    async def main() -> None:
        for region in ("us-east-1", "eu-west-1"):
            await readers.at(region).find(HEAD, Bucket="b")
            await readers.at(region).call(POLICY, Bucket="b")

    run(main())
    asked = [(sent.region, sent.operation) for sent in readers.transport.requests]
    assert asked == [("us-east-1", "HeadBucket"), ("eu-central-1", "GetBucketPolicy")]


def test_a_bucket_that_one_region_cannot_reach_is_asked_for_in_the_next() -> None:
    def script(request: Request) -> Any:
        return boto.ReadTimeoutError(endpoint_url="x") if request.region == "us-east-1" else {"BucketRegion": "b"}

    readers = Readers(script)

    async def main() -> Any:
        first, second = readers.at("us-east-1"), readers.at("eu-west-1")
        gap = await first.attempt(first.find(HEAD, Bucket="b"))
        assert isinstance(gap, Gap)
        return [gap.reason, await second.find(HEAD, Bucket="b")]

    assert run(main()) == ["unreachable", {"BucketRegion": "b"}]


def test_secrets_do_not_leave() -> None:
    secret = "https://events.pagerduty.com/token"
    arn = "arn:aws:lambda:us-east-1:111122223333:function:f"
    reply = {"Subscriptions": [{"Endpoint": secret, "Protocol": "https"}, {"Endpoint": arn}]}
    pages, _ = read(lambda request: reply, lambda aws: aws.pages(SUBSCRIPTIONS, TopicArn="t"))
    assert pages == ({"Subscriptions": [{"Endpoint": digest(secret), "Protocol": "https"}, {"Endpoint": arn}]},)


@pytest.mark.parametrize(
    ("operation", "error", "works", "reason"),
    [
        (GROUPS, refusal("UnrecognizedClientException", 403), True, "failed"),
        (GROUPS, refusal("UnrecognizedClientException", 403), False, "expired_credentials"),
        (GUARDRAILS, refusal("ValidationException"), True, "unsupported"),
        (GUARDRAILS, refusal("UnknownOperationException", 404), True, "unsupported"),
        (GUARDRAIL, refusal("ValidationException"), True, "failed"),
        (GUARDRAIL, refusal("UnknownOperationException", 404), True, "unsupported"),
        (GROUPS, refusal("ValidationException"), True, "failed"),
        (
            GUARDRAILS,
            boto.EndpointConnectionError(endpoint_url="https://bedrock.ap-east-1.amazonaws.com/", error="dns"),
            True,
            "unsupported",
        ),
        (
            GROUPS,
            boto.EndpointConnectionError(endpoint_url="https://logs.ap-east-1.amazonaws.com/", error="dns"),
            True,
            "unreachable",
        ),
        (GUARDRAILS, boto.EndpointConnectionError(endpoint_url="http://127.0.0.1:1/", error="no"), True, "unreachable"),
    ],
)
def test_a_region_that_lacks_something_is_told_from_one_that_fails(
    operation: Operation, error: BaseException, works: bool, reason: str
) -> None:
    def script(request: Request) -> Any:
        asks = request.operation == "GetCallerIdentity"
        assert not asks or request.region == "us-east-1"
        return {} if asks and works else error

    named = {"guardrailIdentifier": "g"} if operation is GUARDRAIL else {}
    gap, _ = read(script, lambda aws: aws.attempt(aws.call(operation, **named)), "ap-east-1")
    assert gap.reason == reason


def test_a_role_that_cannot_be_assumed_any_more_is_the_gap_of_what_is_read_then() -> None:
    shut = Gap("denied", "sts:AssumeRole", "AccessDenied", "no")
    gap, _ = read(lambda request: NotEntered(shut), lambda aws: aws.attempt(aws.call(GROUPS)))
    assert gap == shut


def test_what_a_region_refuses_and_what_it_tells_is_heard() -> None:
    def script(request: Request) -> Any:
        answers = request.service in ("iam", "kms")
        return {} if answers else boto.EndpointConnectionError(endpoint_url="x", error="y")

    readers, heard = Readers(script), Heard()

    async def main() -> list[bool]:
        aws, seen = readers.at("eu-west-1", heard), []
        for reading in (aws.call(GROUPS), aws.call(ROLE, RoleName="x"), aws.call(KEY, KeyId="k", at="us-east-1")):
            await aws.attempt(reading)
            seen.append(heard.something)
        await aws.call(KEY, KeyId="k")
        return [*seen, heard.something]

    assert run(main()) == [False, False, False, True]
    assert heard.refusal is not None
    assert heard.refusal.reason == "unreachable"


def test_of_several_refusals_the_first_by_name_is_told_and_a_failure_is_none() -> None:
    heard = Heard()
    refusals: list[tuple[Reason, str]] = [("throttled", "logs:B"), ("denied", "cloudwatch:C"), ("denied", "kms:A")]
    for reason, operation in refusals:
        heard.add(Failure(Gap(reason, operation), None, "eu-west-1"))
    assert heard == Heard(something=False, refusal=Gap("denied", "cloudwatch:C"))
    heard.add(Failure(Gap("not_implemented", "a:A"), None, "eu-west-1"))
    assert heard.something
