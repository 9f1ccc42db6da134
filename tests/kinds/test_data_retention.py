import asyncio

import pytest

from bedaudit.kinds import data_retention
from bedaudit.model import Gap, Resource
from bedaudit.reader import Unreadable
from tests.replay import NOW, Replay

OPERATION = "bedrock:GetAccountDataRetention"


def read(reply: object) -> list[Resource]:
    return list(asyncio.run(data_retention.read(Replay({OPERATION: reply}, operations=data_retention.KIND.operations))))


@pytest.mark.parametrize("mode", ["default", "none", "aws_review", "provider_data_share", "inherit"])
def test_the_mode_is_what_aws_says(mode: str) -> None:
    raw = {"mode": mode, "updatedAt": NOW.isoformat()}
    expected = Resource("data_retention", "data-retention", None, {"mode": mode}, raw)
    assert read({"mode": mode, "updatedAt": NOW}) == [expected]


def test_a_mode_that_aws_has_added_is_unknown() -> None:
    (found,) = read({"mode": "keep_some", "updatedAt": NOW})
    gap = Gap("failed", OPERATION, message="keep_some is a mode that AWS has added")
    assert found.state == {"mode": gap.as_fact()}


def test_a_mode_that_may_not_be_read_is_a_gap_of_the_kind() -> None:
    with pytest.raises(Unreadable):
        read(Gap("denied", OPERATION, "AccessDeniedException"))
