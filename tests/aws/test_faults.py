"""A scan of many accounts in which AWS fails now and then: slower and with gaps, and never with anything wrong."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest
from botocore import exceptions as boto

from bedaudit.aws.transport import Request
from bedaudit.model import Raw
from tests.aws.fake import FakeTransport, Script, refusal
from tests.aws.test_engine import HOME, Run, aws

ACCOUNTS = (HOME, *(f"{number:012}" for number in range(300000000000, 300000000150)))
REGIONS = ("us-east-1", "ap-south-1", *(f"us-west-{number}" for number in range(2, 17)))
DENIED, DARK = ACCOUNTS[7], "ap-south-1"

ONCE = 15.0
"""Seconds that a region which takes no connection costs until it is known as such, however many accounts there are."""

SECONDS: dict[type[BaseException], float] = {boto.ReadTimeoutError: 20.0, boto.ConnectTimeoutError: 5.0}
"""How long these take to show."""


class Failing(FakeTransport):
    """Silence takes its time."""

    async def send(self, request: Request, /) -> Raw:
        self.requests.append(request)
        answer = self.script(request)
        await asyncio.sleep(SECONDS.get(type(answer), self.latency))
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, dict)
        return answer


def faulty(
    *,
    throttled: float = 0.0,
    broken: float = 0.0,
    reset: float = 0.0,
    silent: float = 0.0,
    dark: str = "",
    denied: str = "",
) -> Script:
    """AWS where shares of the calls go wrong, a region takes no connection, and an account lets nobody in."""
    drawn = random.Random(7)
    sometimes: tuple[tuple[float, Callable[[], BaseException]], ...] = (
        (throttled, lambda: refusal("ThrottlingException")),
        (broken, lambda: refusal("InternalFailure", 500)),
        (reset, lambda: boto.ConnectionClosedError(endpoint_url="x")),
        (silent, lambda: boto.ReadTimeoutError(endpoint_url="x")),
    )

    def script(request: Request) -> Any:
        if request.region == dark:
            return boto.ConnectTimeoutError(endpoint_url="x")
        if request.operation == "AssumeRole" and denied and f"::{denied}:" in request.parameters["RoleArn"]:
            return refusal("AccessDenied", 403)
        at = drawn.random()
        for share, fault in sometimes:
            if at < share:
                return fault()
            at -= share
        return aws(request)

    return script


def scanned(script: Script, accounts: tuple[str, ...] = ACCOUNTS) -> Run:
    random.seed(7)  # how long is waited before a call is made again is drawn, and to be the same in each run
    return Run(script, accounts=accounts, regions=REGIONS, transport=Failing, concurrency=16)


SHARES = {"throttled": 0.05, "broken": 0.01, "reset": 0.01, "silent": 0.005}


@pytest.fixture(scope="module")
def well() -> Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIACALLER")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        return scanned(aws)


@pytest.mark.parametrize("faults", [SHARES, {**SHARES, "denied": DENIED}, {**SHARES, "denied": DENIED, "dark": DARK}])
def test_faults_cost_some_calls_and_time_and_make_nothing_wrong(faults: dict[str, Any], well: Run) -> None:
    run = scanned(faulty(**faults))
    told, right = run.seen, well.seen
    assert told.keys() - {(DENIED, region) for region in REGIONS} <= right.keys()
    for place, (kinds, resources, gaps) in told.items():
        # What was read is what is there; all else says that it could not be read.
        assert set(resources) <= set(right[place][1]) or place[0] == DENIED
        assert gaps or (kinds, resources) == right[place][:2]
    lost = [
        place
        for place, (_, _, gaps) in told.items()
        if gaps and place[0] != DENIED and place[1] not in (DARK, "global")
    ]
    assert len(lost) <= (0.02 if "dark" in faults else 0.01) * len(told)
    assert len(run.transport.requests) <= 1.3 * len(well.transport.requests)
    outage = ONCE if "dark" in faults else 0.0
    assert run.seconds <= 2 * well.seconds + outage


def test_an_account_that_is_throttled_all_the_time_holds_up_no_other(well: Run) -> None:
    slow = ACCOUNTS[3]

    def script(request: Request) -> Any:
        mine = request.operation != "AssumeRole" and request.keys.access_key == slow
        return refusal("ThrottlingException") if mine else aws(request)

    run = scanned(script)
    others = {place: found for place, found in run.seen.items() if place[0] != slow}
    assert others == {place: found for place, found in well.seen.items() if place[0] != slow}
    assert all(gaps for place, (_, _, gaps) in run.seen.items() if place[0] == slow)
