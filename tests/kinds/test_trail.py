import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.kinds import trail
from bedaudit.model import GLOBAL, Gap, Resource
from tests.replay import NOW, Replay

ACCOUNT, OWNER = "111122223333", "999988887777"
ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/audit"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
DENIED = Gap("denied", "cloudtrail:GetEventSelectors", "AccessDeniedException")
OF_OBJECTS = {
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ]
}
TRAIL = {
    "Name": "audit",
    "TrailARN": ARN,
    "HomeRegion": "us-east-1",
    "S3BucketName": "trails",
    "IsMultiRegionTrail": True,
    "IsOrganizationTrail": False,
    "LogFileValidationEnabled": True,
    "KmsKeyId": KEY,
    "CloudWatchLogsLogGroupArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:trails:*",
}
RECORDED: Mapping[str, Any] = {
    "cloudtrail:DescribeTrails": {"trailList": [TRAIL]},
    "cloudtrail:ListTrails": [{"Trails": [{"TrailARN": ARN, "Name": "audit", "HomeRegion": "us-east-1"}]}],
    "cloudtrail:GetTrailStatus": {"IsLogging": True, "LatestDeliveryTime": NOW, "LatestDeliveryError": ""},
    "cloudtrail:GetEventSelectors": {
        "TrailARN": ARN,
        "AdvancedEventSelectors": [
            {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
            {
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Data"]},
                    {"Field": "resources.type", "Equals": ["AWS::Bedrock::Guardrail"]},
                ]
            },
            {
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Data"]},
                    {"Field": "resources.type", "Equals": ["AWS::Bedrock::KnowledgeBase"]},
                    {"Field": "readOnly", "Equals": ["false"]},
                ]
            },
        ],
    },
    "kms:DescribeKey": {
        "KeyMetadata": {
            "KeyId": "1",
            "Arn": KEY,
            "KeyManager": "CUSTOMER",
            "KeyState": "Enabled",
            "KeySpec": "SYMMETRIC_DEFAULT",
        }
    },
    "kms:GetKeyRotationStatus": {"KeyRotationEnabled": True},
}
STATE = {
    "name": "audit",
    "owner": ACCOUNT,
    "home_region": "us-east-1",
    "multi_region": True,
    "organization": False,
    "logging": True,
    "records_bedrock": True,
    "records_management_events": True,
    "data_event_types": ["AWS::Bedrock::Guardrail"],
    "partial_data_event_types": ["AWS::Bedrock::KnowledgeBase"],
    "log_file_validation": True,
    "kms_key": {
        "arn": KEY,
        "exists": True,
        "customer_managed": True,
        "state": "enabled",
        "usable": True,
        "rotation": True,
        "multi_region": False,
    },
    "bucket": "trails",
    "log_group": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:trails:*",
}


def replay(**recorded: Any) -> Replay:
    named = {f"cloudtrail:{name}": reply for name, reply in recorded.items()}
    return Replay({**RECORDED, **named}, operations=trail.KIND.operations, region=GLOBAL)


def resources(aws: Replay) -> list[Resource]:
    return list(asyncio.run(trail.read(aws)))


def state(**recorded: Any) -> Mapping[str, Any]:
    (found,) = resources(replay(**recorded))
    return found.state


def described(**members: Any) -> dict[str, Any]:
    trail = {name: value for name, value in {**TRAIL, **members}.items() if value is not None}
    return {"trailList": [trail]}


def test_a_trail_is_its_settings_status_selectors_and_key() -> None:
    assert resources(replay()) == [Resource("trail", f"us-east-1:{ACCOUNT}:trail/audit", ARN, STATE, TRAIL)]


@pytest.mark.parametrize(
    ("recorded", "fields"),
    [
        ({"DescribeTrails": described(IsMultiRegionTrail=False)}, {"multi_region": False}),
        ({"DescribeTrails": described(HomeRegion=None)}, {}),
        ({"DescribeTrails": described(LogFileValidationEnabled=None)}, {"log_file_validation": False}),
        ({"DescribeTrails": described(S3BucketName=None)}, {"bucket": None}),
        ({"DescribeTrails": described(CloudWatchLogsLogGroupArn=None)}, {"log_group": None}),
        ({"DescribeTrails": described(KmsKeyId=None)}, {"kms_key": None}),
        ({"GetTrailStatus": {"IsLogging": False}}, {"logging": False}),
        (
            {
                "GetTrailStatus": {
                    "IsLogging": True,
                    "LatestDeliveryError": "AccessDenied",
                    "LatestCloudWatchLogsDeliveryError": "no such group",
                    "LatestDigestDeliveryError": "NoSuchBucket",
                }
            },
            {
                "last_delivery_error": "AccessDenied",
                "last_log_group_delivery_error": "no such group",
                "last_digest_delivery_error": "NoSuchBucket",
            },
        ),
        (
            {"GetTrailStatus": DENIED},
            {
                "logging": DENIED.as_fact(),
                "last_delivery_error": DENIED.as_fact(),
                "last_log_group_delivery_error": DENIED.as_fact(),
                "last_digest_delivery_error": DENIED.as_fact(),
            },
        ),
        (
            {"GetEventSelectors": {"TrailARN": ARN, "EventSelectors": [{"ReadWriteType": "WriteOnly"}]}},
            {"records_management_events": False, "data_event_types": [], "partial_data_event_types": []},
        ),
        (
            {"GetEventSelectors": {"TrailARN": ARN, "AdvancedEventSelectors": [OF_OBJECTS]}},
            {
                "records_bedrock": False,
                "records_management_events": False,
                "data_event_types": [],
                "partial_data_event_types": [],
            },
        ),
        (
            {"GetEventSelectors": DENIED},
            {
                "records_bedrock": DENIED.as_fact(),
                "records_management_events": DENIED.as_fact(),
                "data_event_types": DENIED.as_fact(),
                "partial_data_event_types": DENIED.as_fact(),
            },
        ),
    ],
)
def test_each_field_comes_from_what_aws_says(recorded: dict[str, Any], fields: dict[str, Any]) -> None:
    expected = {name: value for name, value in {**STATE, **fields}.items() if value is not None}
    assert state(**recorded) == expected


def test_a_key_that_may_not_be_read_is_a_gap_of_the_key_alone() -> None:
    gap = Gap("denied", "kms:DescribeKey", "AccessDeniedException")
    aws = Replay({**RECORDED, "kms:DescribeKey": gap}, operations=trail.KIND.operations, region=GLOBAL)
    (found,) = resources(aws)
    assert found.state == {**STATE, "kms_key": gap.as_fact()}


def test_an_organizations_trail_is_asked_for_by_its_full_arn_in_its_home_region() -> None:
    arn = f"arn:aws:cloudtrail:eu-west-1:{OWNER}:trail/audit"
    aws = replay(
        DescribeTrails=described(TrailARN=arn, HomeRegion="eu-west-1", IsOrganizationTrail=True),
        ListTrails=[{"Trails": []}],
        GetEventSelectors=DENIED,
    )
    (found,) = resources(aws)
    assert (found.id, found.arn) == (f"eu-west-1:{OWNER}:trail/audit", arn)
    assert {name: found.state[name] for name in ("owner", "organization", "logging", "data_event_types")} == {
        "owner": OWNER,
        "organization": True,
        "logging": True,
        "data_event_types": DENIED.as_fact(),
    }
    asked = {(operation, at, *parameters.values()) for operation, at, parameters in aws.calls[2:]}
    assert {each for each in asked if each[0].startswith("cloudtrail:")} == {
        ("cloudtrail:GetTrailStatus", "eu-west-1", arn),
        ("cloudtrail:GetEventSelectors", "eu-west-1", arn),
    }


def test_trails_that_do_not_reach_the_home_region_are_described_in_theirs() -> None:
    arn = f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/local"
    local = {"Name": "local", "TrailARN": arn, "HomeRegion": "eu-west-1"}
    aws = replay(
        DescribeTrails=lambda parameters: {"trailList": [local] if parameters else [TRAIL]},
        ListTrails=[*RECORDED["cloudtrail:ListTrails"], {"Trails": [local]}],
    )
    assert [each.id for each in resources(aws)] == [
        f"us-east-1:{ACCOUNT}:trail/audit",
        f"eu-west-1:{ACCOUNT}:trail/local",
    ]
    assert ("cloudtrail:DescribeTrails", "eu-west-1", {"trailNameList": [arn]}) in aws.calls


def test_an_account_may_have_none() -> None:
    assert resources(replay(DescribeTrails={"trailList": []}, ListTrails=[{"Trails": []}])) == []


def test_only_what_is_wanted_is_read() -> None:
    aws = Replay(RECORDED, operations=trail.KIND.operations, region=GLOBAL, wanted=lambda part: part == "logging")
    resources(aws)
    assert [call[0] for call in aws.calls] == [
        "cloudtrail:DescribeTrails",
        "cloudtrail:ListTrails",
        "cloudtrail:GetTrailStatus",
    ]
