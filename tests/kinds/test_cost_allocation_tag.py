from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from bedaudit.kinds.cost_allocation_tag import KIND, read
from bedaudit.model import Gap, Resource
from bedaudit.reader import Unreadable
from tests.replay import ABSENT, Replay

ACCOUNT, PAYER = "111122223333", "999988887777"
TEAM = {"TagKey": "team", "Type": "UserDefined", "Status": "Active", "LastUsedDate": "2026-11-01T00:00:00Z"}
CREATOR = {"TagKey": "aws:createdBy", "Type": "AWSGenerated", "Status": "Inactive"}
TAGS = [{"CostAllocationTags": [TEAM], "NextToken": "2"}, {"CostAllocationTags": [CREATOR]}, {}]


def organization(payer: str) -> dict[str, Any]:
    return {"Organization": {"Id": "o-abcdefghij", "MasterAccountId": payer}}


def tags(of: Any, listed: Any = TAGS, partition: str = "aws") -> Iterable[Resource] | Gap:
    recorded = {"organizations:DescribeOrganization": of, "ce:ListCostAllocationTags": listed}
    return asyncio.run(read(Replay(recorded, operations=KIND.operations, region="global", partition=partition)))


@pytest.mark.parametrize(
    "of", [pytest.param(organization(ACCOUNT), id="of_an_organisation"), pytest.param(ABSENT, id="of_itself")]
)
def test_who_pays_knows_the_tags(of: Any) -> None:
    found = tags(of)
    assert not isinstance(found, Gap)
    assert [(one.id, one.state) for one in found] == [
        ("team", {"key": "team", "type": "UserDefined", "active": True}),
        ("aws:createdBy", {"key": "aws:createdBy", "type": "AWSGenerated", "active": False}),
    ]


def test_a_member_points_at_who_pays_and_is_not_asked() -> None:
    found = tags(organization(PAYER), listed=None)
    told = f"only account {PAYER}, which pays, has it"
    assert found == Gap("not_read", "organizations:DescribeOrganization", message=told, owner=PAYER)


def test_no_bill_is_written_in_govcloud() -> None:
    assert tags(None, partition="aws-us-gov") == Gap("unsupported", "ce:ListCostAllocationTags")


@pytest.mark.parametrize(
    ("of", "listed"),
    [
        pytest.param(Gap("denied", "organizations:DescribeOrganization"), TAGS, id="who_pays"),
        pytest.param(organization(ACCOUNT), Gap("denied", "ce:ListCostAllocationTags"), id="its_tags"),
    ],
)
def test_what_is_denied_is_the_whole_kinds_gap(of: Any, listed: Any) -> None:
    with pytest.raises(Unreadable):
        tags(of, listed)


def test_tags_are_read_and_judged_once_an_account() -> None:
    assert (KIND.scope, KIND.judged) == ("account", "account")
