from __future__ import annotations

import asyncio
import socket
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore import exceptions as boto
from botocore.credentials import ReadOnlyCredentials
from botocore.parsers import ResponseParserError

from bedaudit import __version__
from bedaudit.aws.clients import Clients
from bedaudit.aws.gaps import gap_of
from bedaudit.aws.session import shared_session
from bedaudit.aws.settings import Timeouts
from bedaudit.aws.transport import Request
from bedaudit.model import Gap, Raw
from bedaudit.reader import Unreadable
from tests.aws.canned import Answer, Seen, serve
from tests.aws.wires import PATIENT, TRANSPORTS, transport

PAGE = b"<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>"
NO_REPLY = "a reply that is not of the service's protocol"


def request(service: str, operation: str, account: str = "AKIAONE", region: str = "us-east-1", **more: Any) -> Request:
    return Request(service, operation, region, more, ReadOnlyCredentials(account, "secret", "token"))


@pytest.fixture(params=TRANSPORTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def send(name: str, asked: Request, timeouts: Timeouts = PATIENT) -> Raw:
    async def main() -> Raw:
        async with transport(name, timeouts) as wire:
            return await wire.send(asked)

    return asyncio.run(main())


def test_accounts_share_a_client_and_never_each_others_keys(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(seen: Seen) -> Answer:
        return Answer(b'{"logGroups": [{"logGroupName": "%s"}]}' % seen.key.encode())

    async def main() -> list[tuple[str | None, str]]:
        async with transport(name) as wire:
            asked = [
                request("logs", "DescribeLogGroups", f"AKIA{number % 20}", region)
                for number in range(30)
                for region in ("us-east-1", "eu-west-1")
            ]
            replies = await asyncio.gather(*map(wire.send, asked))
        return [
            (sent.keys.access_key, reply["logGroups"][0]["logGroupName"])
            for sent, reply in zip(asked, replies, strict=True)
        ]

    with serve(answer) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert all(asked == answered for asked, answered in asyncio.run(main()))


def test_the_user_agent_names_the_product_and_its_version(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    agents: list[str] = []

    def answer(seen: Seen) -> Answer:
        agents.append(seen.headers["user-agent"])
        return Answer()

    with serve(answer) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        send(name, request("logs", "DescribeLogGroups"))
    assert agents[0].startswith(f"bedaudit/{__version__} ")


def test_a_bedrock_bearer_token_in_the_environment_does_not_answer_for_every_account(
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys: list[str] = []

    def answer(seen: Seen) -> Answer:
        keys.append(seen.key)
        return Answer()

    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bearer")
    with serve(answer) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        send(name, request("bedrock", "GetModelInvocationLoggingConfiguration", "AKIATWO"))
    assert keys == ["AKIATWO"]


@pytest.mark.parametrize(
    ("asked", "answer", "reason"),
    [
        (request("logs", "DescribeLogGroups"), Answer(PAGE, 500), "not_implemented"),
        (request("bedrock", "ListGuardrails"), Answer(PAGE, 500), "not_implemented"),
        (request("xray", "GetGroups"), Answer(PAGE, 404), "not_implemented"),
        (request("iam", "GetRole", RoleName="x"), Answer(PAGE, 500), "not_implemented"),
        (request("iam", "GetRole", RoleName="x"), Answer(PAGE, 404), "not_implemented"),
        (request("logs", "DescribeLogGroups"), Answer(PAGE), "not_implemented"),
        (request("bedrock", "ListGuardrails"), Answer(b"welcome to the airport"), "not_implemented"),
        (request("iam", "GetRole", RoleName="x"), Answer(b"welcome"), "not_implemented"),
        (request("logs", "DescribeLogGroups"), Answer(b'{"logGroups": 5}'), "not_implemented"),
        (request("logs", "DescribeLogGroups"), Answer(b'{"logGroups": [null]}'), "not_implemented"),
        (request("logs", "DescribeLogGroups"), Answer(b'{"logGroups": [{"logGroupName": 7}]}'), "not_implemented"),
        (request("logs", "DescribeLogGroups"), Answer(b'{"logGroups": [{"storedBytes": true}]}'), "not_implemented"),
        (request("logs", "DescribeLogGroups"), Answer(b'{"nextToken": {}}'), "not_implemented"),
        (request("logs", "DescribeLogGroups"), Answer(b'{"logGroups": [{"logGroupName": "a"'), "not_implemented"),
        (request("logs", "DescribeLogGroups"), Answer(b'{"error": "log in first"}'), "not_implemented"),
        (request("logs", "DescribeLogGroups"), Answer(b""), "not_implemented"),
        (request("bedrock", "ListGuardrails"), Answer(b'{"guardrails": []'), "not_implemented"),
        (request("iam", "GetRole", RoleName="x"), Answer(b"<GetRoleResponse><GetRoleResult>"), "not_implemented"),
        (request("iam", "GetRole", RoleName="x"), Answer(b""), "not_implemented"),
        (request("s3", "GetBucketVersioning", Bucket="x"), Answer(b""), "not_implemented"),
        (request("s3", "GetBucketVersioning", Bucket="x"), Answer(b"<VersioningConfiguration>"), "failed"),
        (request("logs", "ListTagsForResource", resourceArn="a"), Answer(b'{"tags": {"a": 1}}'), "not_implemented"),
        (
            request("bedrock", "ListEvaluationJobs"),
            Answer(b'{"jobSummaries": [{"creationTime": 1e300}]}'),
            "not_implemented",
        ),
        (request("bedrock", "GetModelInvocationLoggingConfiguration"), Answer(b'{"log', announced=90), "unreachable"),
        (request("logs", "NoSuchOperation"), Answer(), "not_implemented"),
        (request("nosuchservice", "GetIt"), Answer(), "not_implemented"),
        (request("logs", "DescribeLogGroups", nonsense=1), Answer(), "not_implemented"),
        (request("s3", "GetBucketPolicy", Bucket="not a bucket"), Answer(), "failed"),
    ],
)
def test_what_is_no_reply_is_never_an_empty_one(
    name: str, monkeypatch: pytest.MonkeyPatch, asked: Request, answer: Answer, reason: str
) -> None:
    with serve(lambda seen: answer) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises((boto.ClientError, boto.BotoCoreError, ResponseParserError)) as raised:
            send(name, asked)
    assert gap_of(raised.value, asked.service, asked.operation).reason == reason


@pytest.mark.parametrize(
    ("asked", "body", "told"),
    [
        (
            request("bedrock", "GetGuardrail", guardrailIdentifier="x"),
            b'{"name": "secret", "topicPolicy": {',
            f"{NO_REPLY}: JSON that was cut short, or that has no member of the operation",
        ),
        (request("logs", "DescribeLogGroups"), b"", f"{NO_REPLY}: nothing at all"),
        (
            request("sns", "ListSubscriptionsByTopic", TopicArn="x"),
            b"<A><Endpoint>https://secret</Endpoint>",
            "Unable to parse response (no element found: line 1, column 38), invalid XML received",
        ),
    ],
)
def test_nothing_is_told_of_a_reply_that_was_cut_short(
    name: str, monkeypatch: pytest.MonkeyPatch, asked: Request, body: bytes, told: str
) -> None:
    with serve(lambda seen: Answer(body)) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(ResponseParserError) as raised:
            send(name, asked)
    gap = gap_of(raised.value, asked.service, asked.operation)
    assert gap == Gap("not_implemented", f"{asked.service}:{asked.operation}", "ResponseParserError", told)


def test_a_server_without_tls_is_told_of_in_words_that_are_the_same_each_time(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(lambda seen: Answer()) as url:
        secure = url.replace("http:", "https:")
        monkeypatch.setenv("AWS_ENDPOINT_URL", secure)
        with pytest.raises(boto.SSLError) as raised:
            send(name, request("logs", "DescribeLogGroups"))
    gap = gap_of(raised.value, "logs", "DescribeLogGroups")
    assert str(gap.message).startswith(f"SSL validation failed for {secure}/ [SSL: WRONG_VERSION_NUMBER]")


def test_a_policy_document_of_iam_comes_as_what_it_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = (
        b"<GetRolePolicyResponse><GetRolePolicyResult><RoleName>r</RoleName><PolicyName>p</PolicyName>"
        b"<PolicyDocument>%7B%22Statement%22%3A%5B%5D%7D</PolicyDocument></GetRolePolicyResult></GetRolePolicyResponse>"
    )
    with serve(lambda seen: Answer(found)) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        reply = send(name, request("iam", "GetRolePolicy", RoleName="r", PolicyName="p"))
    assert reply["PolicyDocument"] == {"Statement": []}


def test_a_member_that_a_reply_lacks_is_a_gap_for_whoever_needs_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(lambda seen: Answer(b'{"logGroups": [{"storedBytes": 5}]}')) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        reply = send(name, request("logs", "DescribeLogGroups"))
    (group,) = reply["logGroups"]
    assert (group["storedBytes"], group.get("logGroupName"), "logGroupName" in group) == (5, None, False)
    with pytest.raises(Unreadable) as raised:
        group["logGroupName"]
    gap = Gap("failed", "logs:DescribeLogGroups", message="the reply lacks logGroupName")
    assert (raised.value.gap, gap_of(raised.value, "sts", "Other")) == (gap, gap)


def test_a_silent_endpoint_is_given_up_after_the_read_timeout(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    with serve(lambda seen: Answer(wait=never)) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(boto.ReadTimeoutError):  # long before the deadline, and before there is an answer
            send(name, request("logs", "DescribeLogGroups"), Timeouts(600, 0.2))
        never.set()


class Held(Timeouts):
    """Only the deadline can end a call."""

    @property
    def deadline(self) -> float:
        return 0.5


def test_a_reply_that_trickles_is_given_up_after_the_deadline(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def trickle() -> None:
        taken, _ = listening.accept()
        with taken:
            taken.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            while not done.wait(0.1):
                taken.sendall(b" ")  # all of it in 100 seconds

    thread = threading.Thread(target=trickle, daemon=True)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{listening.getsockname()[1]}")
    before = time.monotonic()
    with pytest.raises(boto.ReadTimeoutError):
        send(name, request("logs", "DescribeLogGroups"), Held(600, 600))
    waited = time.monotonic() - before
    done.set()
    thread.join()
    listening.close()
    assert waited >= 0.5


def test_an_endpoint_that_takes_no_connection_is_given_up_after_the_connect_timeout(
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    port = full.getsockname()[1]
    waiting = []
    for _ in range(4):  # fills the queue, so that the kernel drops what comes after
        waiting.append(socket.socket())
        waiting[-1].setblocking(False)
        waiting[-1].connect_ex(("127.0.0.1", port))
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    with pytest.raises(boto.ConnectTimeoutError):
        send(name, request("logs", "DescribeLogGroups"), Timeouts(0.3, 5))
    for each in (*waiting, full):
        each.close()


def test_a_refused_connection_is_told_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    with pytest.raises(boto.EndpointConnectionError):
        send(name, request("logs", "DescribeLogGroups"))


@pytest.mark.parametrize(
    ("variable", "value"), [("AWS_ENDPOINT_URL", "not a url"), ("AWS_CA_BUNDLE", "/nowhere/bundle.pem")]
)
def test_a_wrong_endpoint_or_bundle_is_an_error_of_botocore(
    name: str, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(boto.InvalidEndpointConfigurationError):
        send(name, request("logs", "DescribeLogGroups"))


def test_a_call_that_hangs_keeps_neither_the_loop_nor_the_program(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, never = threading.Event(), threading.Event()
    answered: list[str] = []

    def answer(seen: Seen) -> Answer:
        asked.set()
        never.wait(60)
        answered.append(seen.path)
        return Answer()

    async def main() -> None:
        async with transport(name, Timeouts(600, 600)) as wire:
            call = asyncio.create_task(wire.send(request("logs", "DescribeLogGroups")))
            await asyncio.to_thread(asked.wait)
            call.cancel()
            await call

    with serve(answer) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(main())
        assert answered == []
        assert all(thread.daemon for thread in threading.enumerate() if thread.name == "bedaudit-call")
        never.set()


BLOCKED = "/v20180820/configuration/publicAccessBlock"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (request("s3", "GetBucketPolicy", Bucket="my-bucket"), "/my-bucket?policy"),
        (request("s3control", "GetPublicAccessBlock", AccountId="111122223333"), BLOCKED),
    ],
)
def test_a_local_endpoint_gets_no_name_before_its_host(
    name: str, monkeypatch: pytest.MonkeyPatch, host: str, asked: Request, path: str
) -> None:
    seen: list[Seen] = []

    def answer(one: Seen) -> Answer:
        seen.append(one)
        return Answer(b"<?xml version='1.0'?><Error><Code>Nothing</Code></Error>", 404)

    with serve(answer) as url:
        netloc = url.removeprefix("http://").replace("127.0.0.1", host)
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{netloc}")
        with pytest.raises(boto.ClientError):
            send(name, asked)
    assert [(one.host, one.path) for one in seen] == [(netloc, path)]


def test_roles_are_assumed_at_the_regional_endpoint_whatever_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy")
    client = Clients(shared_session(None), 1, PATIENT).get("sts", "eu-west-1")
    assert client.meta.endpoint_url == "https://sts.eu-west-1.amazonaws.com"


def test_moments_are_utc(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(lambda seen: Answer(b'{"MetricAlarms": [{"StateUpdatedTimestamp": 1.5e9}]}')) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        reply = send(name, request("cloudwatch", "DescribeAlarms"))
    moment = reply["MetricAlarms"][0]["StateUpdatedTimestamp"]
    assert (moment, moment.tzinfo) == (datetime(2017, 7, 14, 2, 40, tzinfo=UTC), UTC)
