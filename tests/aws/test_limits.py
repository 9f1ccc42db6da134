from __future__ import annotations

import asyncio

import pytest

from bedaudit.aws.limits import Limits
from tests.aws.virtual import run


async def moments(operation: str, regions: tuple[str, ...], calls: int) -> list[float]:
    """When each of several calls gets its turn, in seconds of the loop's clock."""
    limits, clock = Limits(), asyncio.get_running_loop()

    async def one(number: int) -> float:
        await limits.turn("cloudwatch", operation, regions[number % len(regions)])
        return clock.time()

    return sorted(await asyncio.gather(*map(one, range(calls))))


@pytest.mark.parametrize(("operation", "rate"), [("PutMetricAlarm", 3), ("DeleteAlarms", 3), ("PutDashboard", 10)])
def test_no_second_sees_more_calls_than_a_full_bucket_and_what_drips_into_it(operation: str, rate: int) -> None:
    found = run(moments(operation, ("us-east-1",), 12 * rate))
    assert len(found) == 12 * rate
    within = [sum(start <= each < start + 1 for each in found) for start in found]
    assert max(within) <= 2 * rate
    assert found[-1] >= 11 - 0.01


def test_every_region_has_its_own_rate() -> None:
    assert run(moments("PutMetricAlarm", ("us-east-1", "eu-west-1"), 6))[-1] < 0.01
