import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.model import Gap
from bedaudit.parts.kms_key import KmsKey
from bedaudit.parts.log_group import OPERATIONS, LogGroup, read_log_group
from bedaudit.parts.masking import Masking
from bedaudit.parts.subscription_filter import SubscriptionFilter
from tests.replay import ABSENT, Replay

NAME = "/bedrock/invocations"
ARN = f"arn:aws:logs:us-east-1:111122223333:log-group:{NAME}"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1b2c3d4e-0000-1111-2222-333344445555"
KINESIS = "arn:aws:kinesis:us-east-1:111122223333:stream/siem"
GROUP = {
    "logGroupName": NAME,
    "arn": f"{ARN}:*",
    "logGroupArn": ARN,
    "retentionInDays": 365,
    "storedBytes": 1024,
    "logGroupClass": "STANDARD",
    "deletionProtectionEnabled": True,
    "dataProtectionStatus": "ACTIVATED",
    "inheritedProperties": ["ACCOUNT_DATA_PROTECTION"],
}
MASKED = {
    "Version": "2021-06-01",
    "Statement": [
        {
            "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress", "EmployeeId"],
            "Operation": {"Audit": {"FindingsDestination": {}}},
        },
        {
            "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress", "EmployeeId"],
            "Operation": {"Deidentify": {"MaskConfig": {}}},
        },
    ],
}
ACCOUNT_MASKS = {
    "Statement": [
        {
            "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/Ssn-US"],
            "Operation": {"Deidentify": {"MaskConfig": {}}},
        }
    ]
}
AUDITED = {"Statement": MASKED["Statement"][:1]}
RECORDED: Mapping[str, Any] = {
    "logs:DescribeLogGroups": {"logGroups": [GROUP]},
    "logs:GetDataProtectionPolicy": {"logGroupIdentifier": NAME},
    "logs:DescribeAccountPolicies": {"accountPolicies": []},
    "logs:DescribeMetricFilters": {"metricFilters": []},
    "logs:DescribeSubscriptionFilters": {"subscriptionFilters": []},
    "logs:ListTagsForResource": {"tags": {}},
}
STATE = LogGroup(
    name=NAME,
    exists=True,
    retention_days=365,
    retention_set_by="group",
    log_class="standard",
    deletion_protection=True,
    metric_filters=(),
    subscription_filters=(),
    stored_bytes=1024,
    tags={},
)


def read(recorded: Mapping[str, Any], **options: Any) -> LogGroup:
    return asyncio.run(read_log_group(Replay({**RECORDED, **recorded}, operations=OPERATIONS, **options), NAME))


def group(**members: Any) -> dict[str, Any]:
    return {
        "logs:DescribeLogGroups": {
            "logGroups": [{name: value for name, value in (GROUP | members).items() if value is not None}]
        }
    }


def policies(*documents: Any) -> list[dict[str, Any]]:
    """Two pages where there are two policies."""
    return [{"accountPolicies": [{"policyDocument": json.dumps(document)}]} for document in documents]


def subscribed(destination: str) -> dict[str, Any]:
    return {
        "logs:DescribeSubscriptionFilters": {
            "subscriptionFilters": [{"filterName": "siem", "destinationArn": destination}]
        }
    }


def receiver(destination: str, alive: bool | Gap | None) -> dict[str, Any]:
    return {"subscription_filters": (SubscriptionFilter(name="siem", destination=destination, alive=alive),)}


FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:siem"
FIREHOSE = "arn:aws:firehose:us-east-1:111122223333:deliverystream/siem"
THEIRS = "arn:aws:logs:us-east-1:444455556666:destination:siem"
OURS = "arn:aws:logs:us-east-1:111122223333:destination:siem"
QUEUE = "arn:aws:sqs:us-east-1:111122223333:siem"


def destinations(*targets: str) -> dict[str, Any]:
    """Two pages; the first has a destination that only begins like it."""
    other = {"destinationName": "siem-old", "targetArn": KINESIS}
    found = [{"destinationName": "siem", "targetArn": target} for target in targets]
    return {"logs:DescribeDestinations": [{"destinations": [other]}, {"destinations": found}]}


def stream(status: str) -> dict[str, Any]:
    return {
        "StreamDescriptionSummary": {
            "StreamName": "siem",
            "StreamARN": KINESIS,
            "StreamStatus": status,
            "RetentionPeriodHours": 24,
            "StreamCreationTimestamp": 0,
            "EnhancedMonitoring": [],
            "OpenShardCount": 1,
        }
    }


def delivery_stream(status: str) -> dict[str, Any]:
    return {
        "DeliveryStreamDescription": {
            "DeliveryStreamName": "siem",
            "DeliveryStreamARN": FIREHOSE,
            "DeliveryStreamStatus": status,
            "DeliveryStreamType": "DirectPut",
            "VersionId": "1",
            "Destinations": [],
            "HasMoreDestinations": False,
        }
    }


DENIED = Gap("denied", "logs:X", "AccessDeniedException")
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("a_group_as_it_should_be", {}, {}),
    ("no_retention_is_never", group(retentionInDays=None), {"retention_days": "never", "retention_set_by": "nobody"}),
    (
        "an_account_policy_decides_retention",
        group(retentionInDays=30, retentionPolicyName="all"),
        {"retention_days": 30, "retention_set_by": "account_policy"},
    ),
    (
        "an_account_policy_may_keep_for_ever",
        group(retentionInDays=None, retentionPolicyName="all"),
        {"retention_days": "never", "retention_set_by": "account_policy"},
    ),
    (
        "infrequent_access_knows_no_subscription_filters",
        group(logGroupClass="INFREQUENT_ACCESS") | {"logs:DescribeSubscriptionFilters": DENIED},
        {"log_class": "infrequent_access"},
    ),
    ("a_class_for_lambda_has_none_either", group(logGroupClass="DELIVERY"), {"log_class": "delivery"}),
    ("the_class_of_essentials", group(logGroupClass="ESSENTIALS"), {"log_class": "essentials"}),
    ("no_class_is_standard", group(logGroupClass=None), {"log_class": "standard"}),
    (
        "a_class_of_the_future",
        group(logGroupClass="NEXT"),
        {"log_class": Gap("failed", "logs:DescribeLogGroups", message="unknown log class NEXT")},
    ),
    ("no_deletion_protection", group(deletionProtectionEnabled=None), {"deletion_protection": False}),
    (
        "own_policy_masks_and_audits",
        {"logs:GetDataProtectionPolicy": {"policyDocument": json.dumps(MASKED)}},
        {"masking": Masking(masks=("EmailAddress", "EmployeeId"), audits=True, set_by="group")},
    ),
    (
        "own_policy_only_audits",
        {"logs:GetDataProtectionPolicy": {"policyDocument": json.dumps(AUDITED)}},
        {"masking": Masking(masks=(), audits=True, set_by="group")},
    ),
    (
        "own_policy_only_masks",
        {"logs:GetDataProtectionPolicy": {"policyDocument": json.dumps({"Statement": MASKED["Statement"][1:2]})}},
        {"masking": Masking(masks=("EmailAddress", "EmployeeId"), audits=False, set_by="group")},
    ),
    (
        "account_policy_masks",
        {"logs:DescribeAccountPolicies": policies(ACCOUNT_MASKS, AUDITED)},
        {"masking": Masking(masks=("Ssn-US",), audits=True, set_by="account")},
    ),
    (
        "both_policies_add_up",
        {
            "logs:GetDataProtectionPolicy": {"policyDocument": json.dumps(MASKED)},
            "logs:DescribeAccountPolicies": policies(ACCOUNT_MASKS),
        },
        {"masking": Masking(masks=("EmailAddress", "EmployeeId", "Ssn-US"), audits=True, set_by="group")},
    ),
    (
        "a_deleted_policy_masks_nothing",
        group(dataProtectionStatus="DELETED")
        | {"logs:GetDataProtectionPolicy": {"policyDocument": json.dumps(MASKED)}},
        {"masking": None},
    ),
    (
        "a_group_that_never_had_a_policy_is_not_asked_for_it",
        group(dataProtectionStatus=None) | {"logs:GetDataProtectionPolicy": DENIED},
        {"masking": None},
    ),
    ("no_policy_by_error", {"logs:GetDataProtectionPolicy": ABSENT}, {"masking": None}),
    (
        "a_policy_that_is_none",
        {"logs:GetDataProtectionPolicy": {"policyDocument": "{"}},
        {
            "masking": Gap(
                "failed", "logs:GetDataProtectionPolicy", message="the data protection policy is not what AWS documents"
            )
        },
    ),
    (
        "one_policy_of_two_is_none",
        {"logs:GetDataProtectionPolicy": {"policyDocument": "{"}, "logs:DescribeAccountPolicies": policies(AUDITED)},
        {
            "masking": Gap(
                "failed",
                "logs:GetDataProtectionPolicy",
                message="the data protection policy is not what AWS documents",
            )
        },
    ),
    (
        "a_group_that_inherits_no_policy_is_not_masked_by_the_account",
        group(inheritedProperties=[]) | {"logs:DescribeAccountPolicies": DENIED},
        {"masking": None},
    ),
    ("masking_is_denied", {"logs:DescribeAccountPolicies": DENIED}, {"masking": DENIED}),
    (
        "metric_filters_of_two_pages_but_not_those_of_other_groups",
        {
            "logs:DescribeMetricFilters": [
                {
                    "metricFilters": [
                        {"filterName": "b", "logGroupName": NAME},
                        {"filterName": "c", "logGroupName": "c"},
                    ]
                },
                {"metricFilters": [{"filterName": "a", "logGroupName": NAME}]},
            ]
        },
        {"metric_filters": ("a", "b")},
    ),
    ("metric_filters_are_denied", {"logs:DescribeMetricFilters": DENIED}, {"metric_filters": DENIED}),
    (
        "a_stream_receives",
        subscribed(KINESIS) | {"kinesis:DescribeStreamSummary": stream("ACTIVE")},
        receiver(KINESIS, True),
    ),
    ("a_stream_is_deleted", subscribed(KINESIS) | {"kinesis:DescribeStreamSummary": ABSENT}, receiver(KINESIS, False)),
    ("a_stream_is_denied", subscribed(KINESIS) | {"kinesis:DescribeStreamSummary": DENIED}, receiver(KINESIS, DENIED)),
    (
        "a_function_receives",
        subscribed(FUNCTION) | {"lambda:GetFunctionConfiguration": {"State": "Active"}},
        receiver(FUNCTION, True),
    ),
    (
        "a_function_is_deleted",
        subscribed(FUNCTION) | {"lambda:GetFunctionConfiguration": ABSENT},
        receiver(FUNCTION, False),
    ),
    (
        "a_delivery_stream_receives",
        subscribed(FIREHOSE) | {"firehose:DescribeDeliveryStream": delivery_stream("ACTIVE")},
        receiver(FIREHOSE, True),
    ),
    (
        "a_delivery_stream_goes",
        subscribed(FIREHOSE) | {"firehose:DescribeDeliveryStream": delivery_stream("DELETING")},
        receiver(FIREHOSE, False),
    ),
    (
        "a_delivery_stream_is_deleted",
        subscribed(FIREHOSE) | {"firehose:DescribeDeliveryStream": ABSENT},
        receiver(FIREHOSE, False),
    ),
    (
        "a_destination_leads_to_a_stream_that_receives",
        subscribed(OURS) | destinations(KINESIS) | {"kinesis:DescribeStreamSummary": stream("ACTIVE")},
        receiver(OURS, True),
    ),
    (
        "a_destination_leads_to_a_stream_that_is_deleted",
        subscribed(OURS) | destinations(KINESIS) | {"kinesis:DescribeStreamSummary": ABSENT},
        receiver(OURS, False),
    ),
    (
        "a_destination_leads_to_another_account",
        subscribed(OURS) | destinations(KINESIS.replace("111122223333", "444455556666")),
        receiver(OURS, None),
    ),
    ("a_destination_is_deleted", subscribed(OURS) | destinations(), receiver(OURS, False)),
    (
        "a_destination_is_denied",
        subscribed(OURS) | {"logs:DescribeDestinations": DENIED},
        receiver(OURS, DENIED),
    ),
    ("a_receiver_of_another_account", subscribed(THEIRS), receiver(THEIRS, None)),
    ("a_receiver_that_is_no_arn", subscribed("siem"), receiver("siem", None)),
    ("a_receiver_of_a_service_to_come", subscribed(QUEUE), receiver(QUEUE, None)),
    ("subscription_filters_are_denied", {"logs:DescribeSubscriptionFilters": DENIED}, {"subscription_filters": DENIED}),
    ("tags", {"logs:ListTagsForResource": {"tags": {"owner": "ml"}}}, {"tags": {"owner": "ml"}}),
    ("tags_are_denied", {"logs:ListTagsForResource": DENIED}, {"tags": DENIED}),
    (
        "a_key_that_is_gone",
        group(kmsKeyId=KEY) | {"kms:DescribeKey": ABSENT},
        {"kms_key": KmsKey(arn=KEY, exists=False, missing_because=f"there is no KMS key {KEY}")},
    ),
    ("a_key_that_is_denied", group(kmsKeyId=KEY) | {"kms:DescribeKey": DENIED}, {"kms_key": DENIED}),
]


@pytest.mark.parametrize(("recorded", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_states(recorded: dict[str, Any], expected: dict[str, Any]) -> None:
    assert read(recorded) == STATE.model_copy(update=expected)


def test_a_name_that_is_only_a_beginning_of_another_does_not_exist() -> None:
    assert read(group(logGroupName=f"{NAME}-dev")) == LogGroup(
        name=NAME, exists=False, missing_because=f"CloudWatch Logs has no log group named {NAME} here"
    )


def test_reading_stops_at_the_page_with_the_very_name() -> None:
    pages = {
        None: {"logGroups": [GROUP | {"logGroupName": f"{NAME}-dev"}], "nextToken": "1"},
        "1": {"logGroups": [GROUP], "nextToken": "2"},
    }
    recorded = {"logs:DescribeLogGroups": lambda parameters: pages[parameters.get("nextToken")]}
    assert read(recorded) == STATE


def test_what_no_policy_asks_for_is_not_read() -> None:
    calls: list[Any] = []
    unread = Gap("not_read")
    assert read(group(kmsKeyId=KEY), wanted=lambda part: False, calls=calls) == STATE.model_copy(
        update=dict.fromkeys(("kms_key", "masking", "metric_filters", "subscription_filters", "tags"), unread)
    )
    assert [call[0] for call in calls] == ["logs:DescribeLogGroups"]
