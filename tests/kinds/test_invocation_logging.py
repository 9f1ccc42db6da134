import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.kinds import invocation_logging
from bedaudit.model import Gap, Resource
from tests.replay import ABSENT, NOW, Replay

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/BedrockLogging"
GROUP = "/bedrock"
CONFIG = {
    "cloudWatchConfig": {
        "logGroupName": GROUP,
        "roleArn": ROLE,
        "largeDataDeliveryS3Config": {"bucketName": "large", "keyPrefix": "bodies"},
    },
    "s3Config": {"bucketName": "logs"},
    "textDataDeliveryEnabled": True,
    "imageDataDeliveryEnabled": False,
    "embeddingDataDeliveryEnabled": True,
}
HERE = {
    "StringEquals": {"aws:SourceAccount": ACCOUNT},
    "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:*"},
}


def documented(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def bucket_policy(parameters: Mapping[str, Any]) -> dict[str, Any]:
    path = f"AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/*"
    paths = {"large": f"large/bodies/{path}", "logs": f"logs/{path}"}
    return {
        "Policy": documented(
            Sid="AmazonBedrockLogsWrite",
            Principal={"Service": "bedrock.amazonaws.com"},
            Action=["s3:PutObject"],
            Resource=[f"arn:aws:s3:::{paths[parameters['Bucket']]}"],
            Condition=HERE,
        )
    }


AES256 = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
RECORDED: Mapping[str, Any] = {
    "bedrock:GetModelInvocationLoggingConfiguration": {"loggingConfig": CONFIG},
    "logs:DescribeLogGroups": {
        "logGroups": [
            {
                "logGroupName": GROUP,
                "retentionInDays": 365,
                "dataProtectionStatus": "ACTIVATED",
                "inheritedProperties": ["ACCOUNT_DATA_PROTECTION"],
            }
        ]
    },
    "logs:GetDataProtectionPolicy": {"logGroupIdentifier": GROUP},
    "logs:DescribeAccountPolicies": {"accountPolicies": []},
    "logs:DescribeMetricFilters": {"metricFilters": []},
    "logs:DescribeSubscriptionFilters": {"subscriptionFilters": []},
    "logs:ListTagsForResource": {"tags": {}},
    "logs:DescribeLogStreams": {"logStreams": []},
    "iam:GetRole": {
        "Role": {
            "Path": "/",
            "RoleName": "BedrockLogging",
            "RoleId": "AROAEXAMPLEROLEID0001",
            "Arn": ROLE,
            "CreateDate": NOW,
            "AssumeRolePolicyDocument": documented(
                Principal={"Service": "bedrock.amazonaws.com"}, Action="sts:AssumeRole", Condition=HERE
            ),
        }
    },
    "iam:ListRolePolicies": {"PolicyNames": ["write"]},
    "iam:ListAttachedRolePolicies": {"AttachedPolicies": []},
    "iam:GetRolePolicy": {
        "RoleName": "BedrockLogging",
        "PolicyName": "write",
        "PolicyDocument": documented(
            Action=["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{GROUP}:log-stream:aws/bedrock/modelinvocations",
        ),
    },
    "s3:HeadBucket": {"BucketRegion": "us-east-1"},
    "s3:GetBucketEncryption": {"ServerSideEncryptionConfiguration": AES256},
    "s3:GetBucketPolicy": bucket_policy,
    "s3:GetPublicAccessBlock": ABSENT,
    "s3control:GetPublicAccessBlock": ABSENT,
    "s3:GetBucketOwnershipControls": ABSENT,
    "s3:GetBucketVersioning": {},
    "s3:GetObjectLockConfiguration": ABSENT,
    "s3:GetBucketLifecycleConfiguration": ABSENT,
    "s3:GetBucketLogging": {},
    "s3:GetBucketTagging": ABSENT,
    "cloudwatch:ListMetrics": {"Metrics": []},
}


def without_tls(bucket: str) -> str:
    objects = f"arn:aws:s3:::{bucket}/AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/*"
    return f"the bucket policy does not deny s3:GetObject to anybody who comes without TLS on {objects}"


BUCKET = {
    "bucket": "logs",
    "exists": True,
    "owned_by_account": True,
    "region": "us-east-1",
    "same_region": True,
    "encryption": "aes256",
    "grants_bedrock": True,
    "grant_limited_to_account": True,
    "blocks_public_access": False,
    "public_because": "there is no public access block",
    "account_blocks_public_access": False,
    "account_public_because": "there is no public access block",
    "acls_disabled": False,
    "tls_only": False,
    "without_tls_because": without_tls("logs"),
    "versioning": "off",
    "expires_after_days": "never",
    "earliest_expiry_days": "never",
    "access_logging": False,
    "tags": {},
}
STATE = {
    "enabled": True,
    "destinations": ["cloudwatch", "s3"],
    "text": True,
    "image": False,
    "embedding": True,
    "cloudwatch": {
        "log_group": {
            "name": GROUP,
            "exists": True,
            "retention_days": 365,
            "retention_set_by": "group",
            "log_class": "standard",
            "deletion_protection": False,
            "metric_filters": [],
            "subscription_filters": [],
            "stored_bytes": 0,
            "tags": {},
        },
        "role": {
            "arn": ROLE,
            "exists": True,
            "trusts_bedrock": True,
            "trust_limited_to_account": True,
            "trust_limited_to_source": True,
            "can_write_logs": True,
            "excess_actions": [],
        },
        "large_data": BUCKET
        | {"bucket": "large", "prefix": "bodies", "without_tls_because": without_tls("large/bodies")},
    },
    "s3": BUCKET,
    "delivery": {"failures": 0, "successes": 0},
}
ARN = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:model-invocation-logging"
OFF = {"enabled": False, "destinations": []}


def read(recorded: Mapping[str, Any], **options: Any) -> Resource:
    aws = Replay({**RECORDED, **recorded}, operations=invocation_logging.KIND.operations, **options)
    (found,) = asyncio.run(invocation_logging.read(aws))
    return found


def configured(config: Mapping[str, Any]) -> dict[str, Any]:
    return {"bedrock:GetModelInvocationLoggingConfiguration": {"loggingConfig": config}}


def test_a_site_as_documented() -> None:
    found = read({})
    assert found == Resource("invocation_logging", "model-invocation-logging", ARN, STATE, CONFIG)


OFFS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("no_configuration", {}, OFF),
    ("empty_configuration", {"loggingConfig": {}}, OFF),
    (
        "no_destination",
        {"loggingConfig": {"textDataDeliveryEnabled": True}},
        {"enabled": True, "destinations": [], "text": True},
    ),
]


@pytest.mark.parametrize(("reply", "state"), [case[1:] for case in OFFS], ids=[case[0] for case in OFFS])
def test_an_empty_configuration_is_off_and_one_without_destination_delivers_nothing(
    reply: dict[str, Any], state: dict[str, Any]
) -> None:
    found = read({"bedrock:GetModelInvocationLoggingConfiguration": reply})
    raw = reply.get("loggingConfig", {})
    assert found == Resource("invocation_logging", "model-invocation-logging", ARN, state, raw)


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("sort", ["text", "image", "embedding", "video", "audio"])
def test_each_sort_of_data_is_on_off_or_not_said(sort: str, on: bool) -> None:
    found = read(configured({f"{sort}DataDeliveryEnabled": on}))
    assert found.state == {"enabled": True, "destinations": [], sort: on}


def test_cloudwatch_alone() -> None:
    found = read(configured({"cloudWatchConfig": {"logGroupName": GROUP, "roleArn": ROLE}}))
    assert found.state == {
        "enabled": True,
        "destinations": ["cloudwatch"],
        "cloudwatch": {name: STATE["cloudwatch"][name] for name in ("log_group", "role")},  # type: ignore[index]
        "delivery": STATE["delivery"],
    }


def test_s3_alone() -> None:
    found = read(configured({"s3Config": CONFIG["s3Config"]}))
    assert found.state == {name: STATE[name] for name in ("enabled", "s3", "delivery")} | {"destinations": ["s3"]}


def test_the_configuration_alone_costs_one_call() -> None:
    calls: list[Any] = []
    unread = {"gap": {"reason": "not_read"}}
    found = read({}, wanted=lambda part: False, calls=calls)
    assert found.state == STATE | {
        "cloudwatch": {"log_group": unread, "role": unread, "large_data": unread},
        "s3": unread,
        "delivery": unread,
    }
    assert [call[0] for call in calls] == ["bedrock:GetModelInvocationLoggingConfiguration"]


def test_one_part_alone_is_read_alone() -> None:
    calls: list[Any] = []
    wanted = {"cloudwatch.log_group", "cloudwatch.log_group.tags"}
    found = read({}, wanted=lambda part: part in wanted, calls=calls)
    assert found.state["cloudwatch"]["log_group"]["tags"] == {}
    assert [call[0] for call in calls] == [
        "bedrock:GetModelInvocationLoggingConfiguration",
        "logs:DescribeLogGroups",
        "logs:ListTagsForResource",
    ]


def gaps(value: Any, path: str = "") -> dict[str, str]:
    """Paths of the gaps in a state, and the operations that they name."""
    if not isinstance(value, dict):
        return {}
    if "gap" in value:
        return {path: value["gap"]["operation"]}
    return {name: gap for key, each in value.items() for name, gap in gaps(each, f"{path}.{key}".lstrip(".")).items()}


WRITE = {f"cloudwatch.role.{field}" for field in ("can_write_logs", "cannot_write_because", "excess_actions")}
LARGE, S3 = "cloudwatch.large_data", "s3"
SMALLEST: list[tuple[str, set[str]]] = [
    ("logs:DescribeLogGroups", {"cloudwatch.log_group"}),
    ("logs:GetDataProtectionPolicy", {"cloudwatch.log_group.masking"}),
    ("logs:DescribeAccountPolicies", {"cloudwatch.log_group.masking"}),
    ("logs:DescribeMetricFilters", {"cloudwatch.log_group.metric_filters"}),
    ("logs:DescribeSubscriptionFilters", {"cloudwatch.log_group.subscription_filters"}),
    ("logs:ListTagsForResource", {"cloudwatch.log_group.tags"}),
    ("logs:DescribeLogStreams", {"delivery.last_event_age"}),
    ("iam:GetRole", {"cloudwatch.role"}),
    ("iam:ListRolePolicies", WRITE),
    ("iam:GetRolePolicy", WRITE),
    ("s3:GetBucketEncryption", {f"{part}.{field}" for part in (LARGE, S3) for field in ("encryption", "kms_key")}),
    (
        "s3:GetBucketPolicy",
        {
            f"{part}.{field}"
            for part in (LARGE, S3)
            for field in (
                *("grants_bedrock", "does_not_grant_because", "grant_limited_to_account", "any_account_because"),
                *("tls_only", "without_tls_because"),
            )
        },
    ),
    ("s3:GetBucketVersioning", {f"{part}.versioning" for part in (LARGE, S3)}),
    ("s3:GetBucketTagging", {f"{part}.tags" for part in (LARGE, S3)}),
    (
        "cloudwatch:ListMetrics",
        {f"delivery.{field}" for field in ("flowing", "not_flowing_because", "failures", "successes")},
    ),
]


@pytest.mark.parametrize(("operation", "paths"), SMALLEST, ids=[case[0] for case in SMALLEST])
def test_a_denied_call_is_a_gap_of_the_smallest_part(operation: str, paths: set[str]) -> None:
    found = read({operation: Gap("denied", operation, "AccessDenied")})
    assert gaps(found.state) == dict.fromkeys(paths, operation)
