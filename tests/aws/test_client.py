from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from botocore import exceptions as boto

from bedaudit.aws.client import Client
from bedaudit.aws.progress import Progress
from bedaudit.aws.transport import Request
from tests.aws.fake import FakeIdentity, FakeTransport, Script, refusal
from tests.aws.virtual import run

PAGE = "<!doctype html><title>500 Internal Server Error</title>"


def failing(*errors: BaseException) -> Script:
    left = list(errors)
    return lambda request: left.pop(0) if left else {"ok": True}


async def _attempts(transport: FakeTransport) -> tuple[Any, float]:
    client, loop = Client(transport, Progress(), 64), asyncio.get_running_loop()
    try:
        answer: Any = await client.send(FakeIdentity("1"), "logs", "DescribeLogGroups", "us-east-1", {})
    except Exception as error:  # its type is what the tests compare
        answer = type(error).__name__
    return answer, loop.time()


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (refusal("ThrottlingException"), 7),
        (refusal("SomethingNew", 429), 7),
        (refusal("InternalServerException", 500), 4),
        (refusal("503", 503, "Service Unavailable"), 4),
        (boto.ReadTimeoutError(endpoint_url="x"), 3),
        (boto.ConnectionClosedError(endpoint_url="x"), 4),
        (boto.EndpointConnectionError(endpoint_url="x", error="y"), 2),
        (boto.ConnectTimeoutError(endpoint_url="x"), 2),
        (refusal("AccessDeniedException"), 1),
        (refusal("ValidationException"), 1),
        (refusal("500", 500, PAGE), 1),
        (refusal("503", 503, PAGE), 1),
        (refusal("404", 404, PAGE), 1),
        (boto.UnknownServiceError(service_name="x", known_service_names="y"), 1),
        (RuntimeError("a bug"), 1),
    ],
)
def test_only_what_may_pass_is_tried_again(error: BaseException, sent: int) -> None:
    transport = FakeTransport(lambda request: error)
    answer, seconds = run(_attempts(transport))
    assert (answer, len(transport.requests)) == (type(error).__name__, sent)
    assert seconds < 0.06 if sent == 1 else seconds < 30


def test_a_throttled_call_succeeds_in_the_end() -> None:
    transport = FakeTransport(failing(*[refusal("ThrottlingException")] * 5))
    answer, _ = run(_attempts(transport))
    assert (answer, len(transport.requests)) == ({"ok": True}, 6)


@pytest.mark.parametrize(("asked", "waited"), [("7", 7.0), ("3600", 60.0)])
def test_retry_after_is_honoured_up_to_a_minute(asked: str, waited: float) -> None:
    transport = FakeTransport(failing(refusal("ThrottlingException", headers={"retry-after": asked})), latency=0)
    run(_attempts(transport))
    assert transport.times[1] - transport.times[0] == pytest.approx(waited, abs=0.01)


def test_patience_that_was_of_no_use_is_not_tried_on_every_call_to_come() -> None:
    throttled = True
    transport = FakeTransport(lambda request: refusal("ThrottlingException") if throttled else {})

    async def main() -> list[int]:
        nonlocal throttled
        client, who, sent = Client(transport, Progress(), 64), FakeIdentity("1"), []
        for passes, region in ((False, "r"), (False, "r"), (False, "other"), (True, "r"), (False, "r")):
            throttled, before = not passes, len(transport.requests)
            with contextlib.suppress(boto.ClientError):
                await client.send(who, "logs", "X", region, {})
            sent.append(len(transport.requests) - before)
        return sent

    assert run(main()) == [7, 2, 7, 1, 7]


def test_one_throttled_account_does_not_hold_up_another() -> None:
    def script(request: Request) -> Any:
        return refusal("ThrottlingException") if request.keys.access_key == "throttled" else {}

    async def main() -> float:
        client = Client(FakeTransport(script), Progress(), 2)
        throttled = FakeIdentity("throttled")
        waiting = [asyncio.create_task(client.send(throttled, "logs", "Describe", "r", {})) for _ in range(20)]
        await asyncio.sleep(1)
        before = asyncio.get_running_loop().time()
        for _ in range(5):
            await client.send(FakeIdentity("other"), "logs", "Describe", "r", {})
        waited = asyncio.get_running_loop().time() - before
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return waited

    assert run(main()) < 2


@pytest.mark.parametrize(
    ("service", "operation", "calls", "seconds"),
    [
        ("logs", "DescribeMetricFilters", 25, 4),
        ("cloudwatch", "DescribeAlarms", 27, 2),
        ("cloudwatch", "GetMetricData", 100, 0),
        ("xray", "GetGroups", 30, 2),
    ],
)
def test_calls_keep_within_the_documented_rates(service: str, operation: str, calls: int, seconds: float) -> None:
    transport = FakeTransport(lambda request: {}, latency=0)

    async def main() -> None:
        client, who = Client(transport, Progress(), 64), FakeIdentity("1")
        await asyncio.gather(*(client.send(who, service, operation, "us-east-1", {}) for _ in range(calls)))

    run(main())
    assert transport.times[-1] == pytest.approx(seconds, abs=0.01)


def test_accounts_and_regions_have_their_own_rates() -> None:
    transport = FakeTransport(lambda request: {}, latency=0)

    async def main() -> None:
        client = Client(transport, Progress(), 64)
        calls = [
            client.send(who, "logs", "DescribeMetricFilters", region, {})
            for who in (FakeIdentity("1"), FakeIdentity("2"))
            for region in ("us-east-1", "eu-west-1")
            for _ in range(5)
        ]
        await asyncio.gather(*calls)

    run(main())
    assert transport.times == pytest.approx([0.0] * 20, abs=0.001)


def test_concurrency_is_bounded_over_all_accounts() -> None:
    transport, progress = FakeTransport(lambda request: {}), Progress()

    async def main() -> None:
        client = Client(transport, progress, 7)
        await asyncio.gather(*(client.send(FakeIdentity(str(n)), "logs", "X", "r", {}) for n in range(50)))

    run(main())
    assert (transport.most, progress.calls) == (7, 50)


def test_expired_keys_are_renewed_once_and_the_call_repeated() -> None:
    def script(request: Request) -> Any:
        return refusal("ExpiredToken") if request.keys.token == "token-0" else {"token": request.keys.token}

    async def main() -> tuple[list[Any], int]:
        client, who = Client(FakeTransport(script), Progress(), 64), FakeIdentity("1")
        answers = await asyncio.gather(*(client.send(who, "logs", "X", "r", {}) for _ in range(5)))
        return list(answers), who.renewals

    assert run(main()) == ([{"token": "token-1"}] * 5, 1)


def test_keys_that_stay_expired_are_an_error_and_no_loop() -> None:
    transport = FakeTransport(lambda request: refusal("ExpiredToken"))
    assert (run(_attempts(transport))[0], len(transport.requests)) == ("ClientError", 2)


def test_a_dead_endpoint_is_not_asked_again_for_a_while() -> None:
    transport = FakeTransport(lambda request: boto.ConnectTimeoutError(endpoint_url=request.region), latency=5)

    async def main() -> list[int]:
        client, sent = Client(transport, Progress(), 64), []
        for pause, region in ((0, "dead"), (1, "dead"), (1, "other"), (60, "dead")):
            await asyncio.sleep(pause)
            with pytest.raises(boto.ConnectTimeoutError):
                await client.send(FakeIdentity("1"), "logs", "X", region, {})
            sent.append(len(transport.requests))
        return sent

    assert run(main()) == [2, 2, 4, 6]
