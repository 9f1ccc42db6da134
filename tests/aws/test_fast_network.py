"""What the fast transport does on the wire beside requests and replies: proxies, clocks, names, what it hands on."""

from __future__ import annotations

import asyncio
import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore import exceptions as boto
from botocore.credentials import ReadOnlyCredentials

from bedaudit.aws.clients import Clients
from bedaudit.aws.fast.transport import FastTransport
from bedaudit.aws.session import shared_session
from bedaudit.aws.transport import Request
from bedaudit.model import Raw
from tests.aws.canned import Answer, Seen, serve
from tests.aws.wires import PATIENT, TRANSPORTS, transport

KEYS = ReadOnlyCredentials("AKIAONE", "secret", "token")
GROUPS = Request("logs", "DescribeLogGroups", "eu-west-1", {}, KEYS)


def send(name: str, *asked: Request) -> list[Raw]:
    async def main() -> list[Raw]:
        async with transport(name) as wire:
            return [await wire.send(each) for each in asked]

    return asyncio.run(main())


@contextmanager
def proxy() -> Iterator[tuple[str, list[str]]]:
    """A proxy that refuses every tunnel, its address, and what it was asked."""
    asked: list[str] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        while True:
            try:
                taken, _ = listening.accept()
            except OSError:
                return
            with taken:
                asked.append(taken.recv(65536).decode())
                taken.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}", asked
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


@pytest.mark.parametrize("name", TRANSPORTS)
@pytest.mark.parametrize("prefix", ["http://", ""])
def test_https_goes_through_the_proxy_of_the_environment(
    name: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy() as (address, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"{prefix}me:p%40ss@{address}")
        with pytest.raises(boto.ProxyConnectionError):
            send(name, GROUPS)
    lines = {line.lower() for line in asked[0].split("\r\n")}
    credentials = base64.b64encode(b"me:p@ss").decode().lower()
    assert "connect logs.eu-west-1.amazonaws.com:443 http/1.1" in {
        line.replace("http/1.0", "http/1.1") for line in lines
    }
    assert f"proxy-authorization: basic {credentials}" in lines
    assert not any(line.startswith(("authorization", "x-amz-")) for line in lines)


@pytest.mark.parametrize("name", TRANSPORTS)
def test_who_needs_no_proxy_is_asked_without_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy() as (address, asked), serve(lambda seen: Answer()) as url:
        monkeypatch.setenv("HTTP_PROXY", f"http://{address}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        send(name, GROUPS)
    assert asked == []


def test_a_clock_that_is_wrong_is_put_right_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    signed: list[str] = []

    def answer(seen: Seen) -> Answer:
        signed.append(seen.headers["x-amz-date"])
        if signed[-1] < "20261128T125000Z":
            body = b'{"__type": "InvalidSignatureException", "message": "Signature expired"}'
            return Answer(body, 400)
        return Answer()

    async def main() -> None:
        clients, nobody = Clients(shared_session(None), 1, PATIENT), _Nobody()
        wire = FastTransport(clients, nobody, PATIENT, lambda: now)
        await wire.send(GROUPS)
        await wire.send(GROUPS)
        await wire.close()

    monkeypatch.setattr(
        "http.server.BaseHTTPRequestHandler.date_time_string", lambda *_: "Sat, 28 Nov 2026 13:00:00 GMT"
    )
    with serve(answer) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        asyncio.run(main())
    assert signed == ["20261128T120000Z", "20261128T130000Z", "20261128T130000Z"]


@pytest.mark.parametrize(
    ("code", "ahead"), [("InvalidSignatureException", 1), ("AccessDeniedException", 60), ("SignatureDoesNotMatch", 3)]
)
def test_a_refusal_that_is_not_for_the_clock_is_one(code: str, ahead: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Seen] = []

    def answer(one: Seen) -> Answer:
        seen.append(one)
        return Answer(b'{"__type": "%s"}' % code.encode(), 400)

    told = (datetime.now(UTC) + timedelta(minutes=ahead)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    monkeypatch.setattr("http.server.BaseHTTPRequestHandler.date_time_string", lambda *_: told)
    with serve(answer) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(boto.ClientError):
            send("fast", GROUPS)
    assert len(seen) == 1


class _Nobody:
    """In place of boto3's transport."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    async def send(self, request: Request, /) -> Raw:
        self.asked.append(request)
        return {}

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("logs", "PutRetentionPolicy", {"logGroupName": "g", "retentionInDays": 1}),
        ("logs", "NoSuchOperation", {}),
        ("s3", "GetObject", {"Bucket": "b", "Key": "k"}),
        ("s3", "HeadBucket", {"Bucket": "b--use1-az4--x-s3"}),
        ("s3", "GetBucketPolicy", {"Bucket": "arn:aws:s3:us-east-1:111122223333:accesspoint/a"}),
    ],
)
def test_writes_and_what_is_not_known_go_to_boto3(service: str, operation: str, parameters: dict[str, Any]) -> None:
    boto3 = _Nobody()

    async def main() -> None:
        wire = FastTransport(Clients(shared_session(None), 1, PATIENT), boto3, PATIENT)
        await wire.send(Request(service, operation, "us-east-1", parameters, KEYS))
        await wire.close()

    asyncio.run(main())
    assert [asked.operation for asked in boto3.asked] == [operation]


def test_a_handler_that_is_not_known_sends_the_operation_to_boto3() -> None:
    session, boto3 = shared_session(None), _Nobody()
    session.register("before-call.logs.DescribeLogGroups", lambda **event: None)

    async def main() -> None:
        wire = FastTransport(Clients(session, 1, PATIENT), boto3, PATIENT)
        await wire.send(GROUPS)
        await wire.close()

    asyncio.run(main())
    assert boto3.asked == [GROUPS]


@pytest.mark.parametrize("name", TRANSPORTS)
def test_a_name_that_nobody_knows_is_told_as_such(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://nobody.invalid")
    with pytest.raises(boto.EndpointConnectionError):
        send(name, GROUPS)


@pytest.mark.parametrize("name", TRANSPORTS)
def test_a_connection_that_breaks_is_told_as_such(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            taken, _ = listening.accept()
            taken.recv(100)
            taken.close()

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(boto.ConnectionClosedError):
            send(name, GROUPS)
        thread.join()


@pytest.mark.parametrize("name", TRANSPORTS)
def test_a_reply_that_is_no_http_is_unreachable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def babble() -> None:
            taken, _ = listening.accept()
            taken.recv(100)
            taken.sendall(b"220 smtp.example.com ESMTP\r\n\r\n")
            taken.close()

        thread = threading.Thread(target=babble, daemon=True)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises((boto.HTTPClientError, boto.ConnectionError)):
            send(name, GROUPS)
        thread.join()
