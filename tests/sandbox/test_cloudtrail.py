"""CloudTrail: trails as their region, other regions and the members of an organization see them."""

from __future__ import annotations

from typing import Any

import pytest

from bedaudit.sandbox import Sandbox
from bedaudit.sandbox.world import Account
from tests.sandbox.conftest import Client, plain
from tests.sandbox.test_logs import code

OWNER, MEMBER = "111111111111", "222222222222"
DATA = [
    {
        "Name": "agents",
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::Bedrock::AgentAlias"]},
        ],
    }
]
ALL = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]


@pytest.fixture
def trail(client: Client) -> Any:
    """Makes a trail."""
    client("s3").create_bucket(Bucket="trails")

    def make(name: str, region: str = "us-east-1", **settings: Any) -> str:
        api = client("cloudtrail", region)
        arn: str = api.create_trail(Name=name, S3BucketName="trails", **settings)["TrailARN"]
        api.start_logging(Name=arn)
        return arn

    return make


def names(client: Client, region: str, account: str | None = None, **wanted: Any) -> list[str]:
    found = client("cloudtrail", region, account).describe_trails(**wanted)["trailList"]
    return [each["Name"] for each in found]


def test_a_trail_shows_its_settings(client: Client, trail: Any) -> None:
    arn = trail("audit", IsMultiRegionTrail=True, EnableLogFileValidation=True, KmsKeyId="alias/trails")
    assert client("cloudtrail").describe_trails()["trailList"] == [
        {
            "Name": "audit",
            "TrailARN": arn,
            "HomeRegion": "us-east-1",
            "S3BucketName": "trails",
            "IncludeGlobalServiceEvents": True,
            "IsMultiRegionTrail": True,
            "IsOrganizationTrail": False,
            "LogFileValidationEnabled": True,
            "KmsKeyId": "alias/trails",
            "HasCustomEventSelectors": False,
            "HasInsightSelectors": False,
        }
    ]


def test_a_region_sees_its_own_trails_and_those_that_reach_it(client: Client, trail: Any) -> None:
    trail("everywhere", IsMultiRegionTrail=True)
    arn = trail("here", "us-west-2")
    assert names(client, "us-east-1") == ["everywhere"]
    assert names(client, "us-west-2") == ["everywhere", "here"]
    assert names(client, "us-west-2", includeShadowTrails=False) == ["here"]
    assert names(client, "us-west-2", trailNameList=[arn]) == ["here"]
    listed = client("cloudtrail").list_trails()["Trails"]
    assert [(each["Name"], each["HomeRegion"]) for each in listed] == [
        ("everywhere", "us-east-1"),
        ("here", "us-west-2"),
    ]


def test_a_trail_is_named_in_its_home_region(client: Client, trail: Any) -> None:
    arn, there = trail("audit", IsMultiRegionTrail=True), client("cloudtrail", "us-west-2")
    assert client("cloudtrail").get_trail_status(Name="audit")["IsLogging"] is True
    assert client("cloudtrail").get_trail_status(Name=arn)["IsLogging"] is True
    assert code(there.get_trail_status, Name=arn) == "TrailNotFoundException"
    assert code(there.get_event_selectors, TrailName="audit") == "TrailNotFoundException"


def test_members_see_an_organizations_trail_but_not_what_it_selects(
    sandbox: Sandbox, client: Client, trail: Any
) -> None:
    for account in (OWNER, MEMBER):
        sandbox.world.accounts[account] = Account(account, account)
    arn = trail("audit", IsMultiRegionTrail=True, IsOrganizationTrail=True)
    member = client("cloudtrail", account=MEMBER)
    assert [each["TrailARN"] for each in member.describe_trails()["trailList"]] == [arn]
    assert member.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert member.list_trails()["Trails"] == []
    assert member.get_trail_status(Name=arn)["IsLogging"] is True
    assert code(member.get_trail_status, Name="audit") == "TrailNotFoundException"
    assert code(member.get_event_selectors, TrailName=arn) == "AccessDeniedException"
    assert names(client, "us-west-2", MEMBER) == ["audit"]
    assert names(client, "us-west-2", "333333333333") == []


def test_selectors_of_one_sort_replace_those_of_the_other(client: Client, trail: Any) -> None:
    arn, api = trail("audit"), client("cloudtrail")
    assert plain(api.get_event_selectors(TrailName="audit")) == {"TrailARN": arn, "EventSelectors": ALL}
    api.put_event_selectors(TrailName="audit", AdvancedEventSelectors=DATA)
    assert plain(api.get_event_selectors(TrailName="audit")) == {"TrailARN": arn, "AdvancedEventSelectors": DATA}
    reads = [{**ALL[0], "ReadWriteType": "ReadOnly"}]
    api.put_event_selectors(TrailName="audit", EventSelectors=reads)
    assert plain(api.get_event_selectors(TrailName=arn)) == {"TrailARN": arn, "EventSelectors": reads}
    assert code(api.put_event_selectors, TrailName="audit") == "InvalidEventSelectorsException"


def test_a_trail_can_be_stopped_and_its_bucket_can_go(client: Client, trail: Any) -> None:
    trail("audit")
    api = client("cloudtrail")
    api.stop_logging(Name="audit")
    client("s3").delete_bucket(Bucket="trails")
    status = api.get_trail_status(Name="audit")
    assert (status["IsLogging"], status["LatestDeliveryError"]) == (False, "NoSuchBucket")
