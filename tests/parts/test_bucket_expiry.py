import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bedaudit.model import Gap
from bedaudit.parts.bucket_expiry import GET_LIFECYCLE, earliest_expiry, expiry
from tests.replay import ABSENT, Replay

PATH = "AWSLogs/111122223333/BedrockModelInvocationLogs/"
DENIED = Gap("denied", "s3:X", "AccessDenied")


def days(number: int) -> dict[str, Any]:
    return {"Expiration": {"Days": number}}


def rules(*rules: Mapping[str, Any]) -> dict[str, Any]:
    return {"Rules": [{"Status": "Enabled", **rule} for rule in rules]}


CASES: list[tuple[str, Any, object, object]] = [
    ("no_rules", ABSENT, "never", "never"),
    ("all_expires", rules(days(400)), 400, 400),
    ("the_shortest_rule_counts", rules(days(400), {"Prefix": "bedrock/", **days(365)}), 365, 365),
    ("a_filter_that_covers", rules({"Filter": {"Prefix": "bedrock/AWSLogs"}, **days(30)}), 30, 30),
    (
        "only_large_data_expires",
        rules({"Filter": {"Prefix": f"bedrock/{PATH}us-east-1/data/"}, **days(7)}),
        "never",
        7,
    ),
    (
        "only_large_objects_expire",
        rules({"Filter": {"And": {"Prefix": "", "ObjectSizeGreaterThan": 1}}, **days(7)}),
        "never",
        7,
    ),
    ("another_prefix_expires", rules({"Filter": {"Prefix": "other/"}, **days(7)}), "never", "never"),
    (
        "tagged_objects_expire",
        rules({"Filter": {"Tag": {"Key": "a", "Value": "b"}}, **days(7)}),
        "never",
        "never",
    ),
    (
        "tagged_objects_of_a_prefix_expire",
        rules({"Filter": {"And": {"Prefix": "bedrock/", "Tags": [{"Key": "a", "Value": "b"}]}}, **days(7)}),
        "never",
        "never",
    ),
    ("a_rule_that_is_off", rules({"Status": "Disabled", **days(7)}), "never", "never"),
    (
        "a_rule_that_moves_only",
        rules({"Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]}),
        "never",
        "never",
    ),
    ("a_date_that_has_passed", rules({"Expiration": {"Date": datetime(2026, 1, 1, tzinfo=UTC)}}), 0, 0),
    (
        "a_date_to_come",
        rules({"Expiration": {"Date": datetime(2027, 1, 1, tzinfo=UTC)}}),
        "never",
        "never",
    ),
    ("lifecycle_is_denied", DENIED, DENIED, DENIED),
]


@pytest.mark.parametrize(("reply", "whole", "first"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_when_deliveries_expire(reply: Any, whole: object, first: object) -> None:
    aws = Replay({"s3:GetBucketLifecycleConfiguration": reply}, operations=(GET_LIFECYCLE,))
    paths = (f"bedrock/{PATH}",)
    assert asyncio.run(aws.attempt(expiry(aws, "logs", "us-east-1", paths))) == whole
    assert asyncio.run(aws.attempt(earliest_expiry(aws, "logs", "us-east-1", paths))) == first


EITHER = [
    ("a_rule_that_covers_only_one_of_two_possible_paths", "bedrock//", "never", 7),
    ("a_rule_that_covers_both", "bedrock/", 7, 7),
    ("a_rule_that_covers_none", "bedrock/data", "never", "never"),
]


@pytest.mark.parametrize(("prefix", "whole", "first"), [case[1:] for case in EITHER], ids=[case[0] for case in EITHER])
def test_where_it_is_not_known_which_of_two_paths_is_used(prefix: str, whole: object, first: object) -> None:
    reply = rules({"Filter": {"Prefix": prefix}, **days(7)})
    aws = Replay({"s3:GetBucketLifecycleConfiguration": reply}, operations=(GET_LIFECYCLE,))
    paths = (f"bedrock//{PATH}", f"bedrock/{PATH}")
    assert asyncio.run(expiry(aws, "logs", "us-east-1", paths)) == whole
    assert asyncio.run(earliest_expiry(aws, "logs", "us-east-1", paths)) == first
