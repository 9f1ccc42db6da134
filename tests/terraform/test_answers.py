"""What the services will answer, by a plan that has one resource of each type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.validate import ParamValidator

from bedaudit.kinds import kinds
from bedaudit.model import Gap
from bedaudit.reader import Operation, Unreadable
from bedaudit.terraform.answers import ANSWERS, answer
from bedaudit.terraform.document import parse
from bedaudit.terraform.estate import Estate
from bedaudit.terraform.plan import plan as planned
from tests.replay import model
from tests.terraform.everything import EVERYTHING
from tests.terraform.plans import ACCOUNT, INLINE, KEY, REGION, ROLE, plan

CHAT = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:application-inference-profile/aws_bedrock_inference_profile.chat"
ANSWERED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "bedrock:GetGuardrail",
        {"guardrailIdentifier": "aws_bedrock_guardrail.main", "guardrailVersion": "1"},
        {
            "guardrailId": "aws_bedrock_guardrail.main",
            "guardrailArn": "arn:aws:bedrock:eu-central-1:111122223333:guardrail/aws_bedrock_guardrail.main",
            "name": "main",
            "status": "READY",
            "version": "1",
            "contentPolicy": {
                "filters": [{"inputStrength": "HIGH", "outputStrength": "NONE", "type": "PROMPT_ATTACK"}]
            },
            "topicPolicy": {"topics": [{"type": "DENY"}]},
            "sensitiveInformationPolicy": {"piiEntities": [{"action": "ANONYMIZE", "type": "EMAIL"}], "regexes": []},
            "kmsKeyArn": "arn:aws:kms:eu-central-1:111122223333:key/aws_kms_key.logs",
        },
    ),
    (
        "bedrock:GetModelInvocationLoggingConfiguration",
        {},
        {
            "loggingConfig": {
                "textDataDeliveryEnabled": True,
                "imageDataDeliveryEnabled": True,
                "embeddingDataDeliveryEnabled": True,
                "videoDataDeliveryEnabled": True,
                "cloudWatchConfig": {
                    "logGroupName": "/aws/bedrock/invocations",
                    "roleArn": "arn:aws:iam::111122223333:role/bedrock-logging",
                },
            }
        },
    ),
    (
        "bedrock:ListGuardrails",
        {},
        {
            "guardrails": [
                {
                    "id": "aws_bedrock_guardrail.main",
                    "arn": "arn:aws:bedrock:eu-central-1:111122223333:guardrail/aws_bedrock_guardrail.main",
                    "name": "main",
                    "status": "READY",
                    "version": "DRAFT",
                }
            ]
        },
    ),
    (
        "bedrock:ListInferenceProfiles",
        {},
        {
            "inferenceProfileSummaries": [
                {
                    "inferenceProfileName": "chat",
                    "inferenceProfileArn": CHAT,
                    "inferenceProfileId": "aws_bedrock_inference_profile.chat",
                    "models": [{"modelArn": "arn:aws:bedrock:eu-central-1::foundation-model/m"}],
                    "status": "ACTIVE",
                    "type": "APPLICATION",
                }
            ]
        },
    ),
    ("bedrock:ListTagsForResource", {"resourceARN": CHAT}, {"tags": [{"key": "team", "value": "ml"}]}),
    (
        "cloudtrail:DescribeTrails",
        {},
        {
            "trailList": [
                {
                    "Name": "org",
                    "TrailARN": "arn:aws:cloudtrail:eu-central-1:111122223333:trail/org",
                    "HomeRegion": "eu-central-1",
                    "IsMultiRegionTrail": True,
                    "IsOrganizationTrail": False,
                    "LogFileValidationEnabled": True,
                    "KmsKeyId": "arn:aws:kms:eu-central-1:111122223333:key/aws_kms_key.logs",
                    "S3BucketName": "trail-logs",
                }
            ]
        },
    ),
    (
        "cloudtrail:GetEventSelectors",
        {"TrailName": "arn:aws:cloudtrail:eu-central-1:111122223333:trail/org"},
        {
            "AdvancedEventSelectors": [
                {"Name": "all", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
            ]
        },
    ),
    (
        "cloudtrail:GetTrailStatus",
        {"Name": "arn:aws:cloudtrail:eu-central-1:111122223333:trail/org"},
        {"IsLogging": True},
    ),
    ("cloudtrail:ListTrails", {}, {"Trails": [{"TrailARN": "arn:aws:cloudtrail:eu-central-1:111122223333:trail/org"}]}),
    (
        "cloudwatch:DescribeAlarms",
        {},
        {
            "MetricAlarms": [
                {
                    "AlarmName": "bedrock-throttles",
                    "AlarmArn": "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:bedrock-throttles",
                    "ActionsEnabled": True,
                    "AlarmActions": ["arn:aws:sns:eu-central-1:111122223333:bedrock-alarms"],
                    "Namespace": "AWS/Bedrock",
                    "MetricName": "InvocationThrottles",
                    "Dimensions": [{"Name": "ModelId", "Value": "m"}],
                    "ComparisonOperator": "GreaterThanThreshold",
                    "EvaluationPeriods": 3,
                    "DatapointsToAlarm": 2,
                    "Threshold": 5,
                    "TreatMissingData": "notBreaching",
                    "Period": 300,
                    "Statistic": "Sum",
                },
                {
                    "AlarmName": "bedrock-errors",
                    "AlarmArn": "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:bedrock-errors",
                    "ActionsEnabled": True,
                    "AlarmActions": [],
                    "ComparisonOperator": "GreaterThanThreshold",
                    "EvaluationPeriods": 1,
                    "Threshold": 0.05,
                    "Metrics": [
                        {"Id": "e", "Expression": "a/b", "ReturnData": True},
                        {
                            "Id": "a",
                            "ReturnData": False,
                            "MetricStat": {
                                "Metric": {
                                    "Namespace": "AWS/Bedrock",
                                    "MetricName": "InvocationClientErrors",
                                    "Dimensions": [],
                                },
                                "Period": 60,
                                "Stat": "Sum",
                            },
                        },
                    ],
                },
            ],
            "CompositeAlarms": [
                {
                    "AlarmName": "bedrock-any",
                    "AlarmArn": "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:bedrock-any",
                    "ActionsEnabled": False,
                    "AlarmActions": [],
                    "AlarmRule": 'ALARM("bedrock-throttles")',
                }
            ],
        },
    ),
    (
        "cloudwatch:GetDashboard",
        {"DashboardName": "bedrock"},
        {"DashboardName": "bedrock", "DashboardBody": '{"widgets": []}'},
    ),
    ("cloudwatch:ListAlarmMuteRules", {}, {}),
    (
        "cloudwatch:ListDashboards",
        {},
        {
            "DashboardEntries": [
                {"DashboardName": "bedrock", "DashboardArn": "arn:aws:cloudwatch::111122223333:dashboard/bedrock"}
            ]
        },
    ),
    (
        "cloudwatch:ListTagsForResource",
        {"ResourceARN": "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:bedrock-throttles"},
        {"Tags": [{"Key": "team", "Value": "ml"}]},
    ),
    (
        "iam:GetPolicy",
        {"PolicyArn": "arn:aws:iam::111122223333:policy/write"},
        {"Policy": {"Arn": "arn:aws:iam::111122223333:policy/write", "DefaultVersionId": "v1"}},
    ),
    (
        "iam:GetPolicyVersion",
        {"PolicyArn": "arn:aws:iam::111122223333:policy/write", "VersionId": "v1"},
        {"PolicyVersion": {"Document": '{"Statement": []}', "VersionId": "v1"}},
    ),
    (
        "iam:GetRole",
        {"RoleName": "bedrock-logging"},
        {
            "Role": {
                "Path": "/",
                "RoleName": "bedrock-logging",
                "Arn": "arn:aws:iam::111122223333:role/bedrock-logging",
                "AssumeRolePolicyDocument": ROLE.values["assume_role_policy"],
            }
        },
    ),
    (
        "iam:GetRolePolicy",
        {"RoleName": "bedrock-logging", "PolicyName": "write"},
        {"RoleName": "bedrock-logging", "PolicyName": "write", "PolicyDocument": INLINE.values["policy"]},
    ),
    (
        "iam:ListAttachedRolePolicies",
        {"RoleName": "bedrock-logging"},
        {"AttachedPolicies": [{"PolicyArn": "arn:aws:iam::111122223333:policy/write"}]},
    ),
    ("iam:ListRolePolicies", {"RoleName": "bedrock-logging"}, {"PolicyNames": ["write"]}),
    (
        "kms:DescribeKey",
        {"KeyId": "alias/bedrock-logs"},
        {
            "KeyMetadata": {
                "KeyId": "aws_kms_key.logs",
                "Arn": "arn:aws:kms:eu-central-1:111122223333:key/aws_kms_key.logs",
                "KeyManager": "CUSTOMER",
                "KeyState": "Enabled",
                "KeySpec": "SYMMETRIC_DEFAULT",
                "KeyUsage": "ENCRYPT_DECRYPT",
                "MultiRegion": False,
            }
        },
    ),
    (
        "kms:GetKeyPolicy",
        {"KeyId": "arn:aws:kms:eu-central-1:111122223333:key/aws_kms_key.logs", "PolicyName": "default"},
        {"Policy": KEY.values["policy"]},
    ),
    (
        "kms:GetKeyRotationStatus",
        {"KeyId": "arn:aws:kms:eu-central-1:111122223333:key/aws_kms_key.logs"},
        {"KeyRotationEnabled": True},
    ),
    (
        "logs:DescribeAccountPolicies",
        {"policyType": "DATA_PROTECTION_POLICY"},
        {"accountPolicies": [{"policyDocument": '{"Statement": []}'}]},
    ),
    (
        "logs:DescribeLogGroups",
        {"logGroupNamePrefix": "/aws/bedrock/invocations"},
        {
            "logGroups": [
                {
                    "logGroupName": "/aws/bedrock/invocations",
                    "arn": "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/bedrock/invocations:*",
                    "logGroupArn": "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/bedrock/invocations",
                    "retentionInDays": 365,
                    "kmsKeyId": "arn:aws:kms:eu-central-1:111122223333:key/aws_kms_key.logs",
                    "dataProtectionStatus": "ACTIVATED",
                    "inheritedProperties": ["ACCOUNT_DATA_PROTECTION"],
                }
            ]
        },
    ),
    (
        "logs:DescribeMetricFilters",
        {},
        {
            "metricFilters": [
                {
                    "filterName": "blocked",
                    "filterPattern": '{ $.output = "secret" }',
                    "logGroupName": "/aws/bedrock/invocations",
                    "metricTransformations": [
                        {"metricName": "Blocked", "metricNamespace": "Bedrock/Logs", "metricValue": "1"}
                    ],
                }
            ]
        },
    ),
    (
        "logs:DescribeQueryDefinitions",
        {},
        {
            "queryDefinitions": [
                {
                    "queryDefinitionId": "aws_cloudwatch_query_definition.tokens",
                    "name": "bedrock/tokens",
                    "queryString": "stats count(*)",
                    "logGroupNames": ["/aws/bedrock/invocations"],
                }
            ]
        },
    ),
    (
        "logs:DescribeSubscriptionFilters",
        {"logGroupName": "/aws/bedrock/invocations"},
        {
            "subscriptionFilters": [
                {
                    "filterName": "archive",
                    "destinationArn": "arn:aws:lambda:x:y:z",
                    "logGroupName": "/aws/bedrock/invocations",
                }
            ]
        },
    ),
    (
        "logs:GetDataProtectionPolicy",
        {"logGroupIdentifier": "/aws/bedrock/invocations"},
        {"policyDocument": '{"Statement": []}'},
    ),
    ("logs:ListLogGroups", {}, {"logGroups": [{"logGroupName": "/aws/bedrock/invocations"}]}),
    (
        "logs:ListTagsForResource",
        {"resourceArn": "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/bedrock/invocations"},
        {"tags": {}},
    ),
    (
        "s3:GetBucketEncryption",
        {"Bucket": "bedrock-large-111122223333"},
        {
            "ServerSideEncryptionConfiguration": {
                "Rules": [
                    {
                        "ApplyServerSideEncryptionByDefault": {
                            "SSEAlgorithm": "aws:kms",
                            "KMSMasterKeyID": "alias/bedrock-logs",
                        },
                        "BucketKeyEnabled": True,
                    }
                ]
            }
        },
    ),
    (
        "s3:GetBucketLifecycleConfiguration",
        {"Bucket": "bedrock-large-111122223333"},
        {
            "Rules": [
                {
                    "ID": "expire",
                    "Status": "Enabled",
                    "Filter": {"And": {"Prefix": "AWSLogs/", "Tags": [{"Key": "a", "Value": "b"}]}},
                    "Expiration": {"Days": 365, "Date": datetime(2030, 1, 1, tzinfo=UTC)},
                }
            ]
        },
    ),
    (
        "s3:GetBucketLogging",
        {"Bucket": "bedrock-large-111122223333"},
        {"LoggingEnabled": {"TargetBucket": "access-logs", "TargetPrefix": "s3/"}},
    ),
    (
        "s3:GetBucketOwnershipControls",
        {"Bucket": "bedrock-large-111122223333"},
        {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
    ),
    ("s3:GetBucketPolicy", {"Bucket": "bedrock-large-111122223333"}, {"Policy": '{"Statement": []}'}),
    (
        "s3:GetBucketTagging",
        {"Bucket": "bedrock-large-111122223333"},
        {"TagSet": [{"Key": "team", "Value": "ml"}, {"Key": "by", "Value": "terraform"}]},
    ),
    ("s3:GetBucketVersioning", {"Bucket": "bedrock-large-111122223333"}, {"Status": "Enabled"}),
    (
        "s3:GetObjectLockConfiguration",
        {"Bucket": "bedrock-large-111122223333"},
        {
            "ObjectLockConfiguration": {
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}},
            }
        },
    ),
    (
        "s3:GetPublicAccessBlock",
        {"Bucket": "bedrock-large-111122223333"},
        {
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": False,
            }
        },
    ),
    ("s3:HeadBucket", {"Bucket": "bedrock-large-111122223333"}, {"BucketRegion": "eu-central-1"}),
    (
        "s3control:GetPublicAccessBlock",
        {"AccountId": "111122223333"},
        {
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "IgnorePublicAcls": False,
                "BlockPublicPolicy": False,
                "RestrictPublicBuckets": False,
            }
        },
    ),
    (
        "sns:GetTopicAttributes",
        {"TopicArn": "arn:aws:sns:eu-central-1:111122223333:bedrock-alarms"},
        {
            "Attributes": {
                "TopicArn": "arn:aws:sns:eu-central-1:111122223333:bedrock-alarms",
                "Policy": '{"Statement": []}',
            }
        },
    ),
    (
        "sns:ListSubscriptionsByTopic",
        {"TopicArn": "arn:aws:sns:eu-central-1:111122223333:bedrock-alarms"},
        {
            "Subscriptions": [
                {
                    "SubscriptionArn": "arn:aws:sns:eu-central-1:111122223333:bedrock-alarms:0",
                    "TopicArn": "arn:aws:sns:eu-central-1:111122223333:bedrock-alarms",
                }
            ]
        },
    ),
]


def estate(text: bytes) -> Estate:
    return Estate.of(planned(parse(text, "plan.json"), "plan.json"), ACCOUNT)


def asked(of: Estate, name: str, **parameters: Any) -> Any:
    service, _, operation = name.partition(":")
    return answer(of, Operation(service, operation), REGION, parameters)


@pytest.mark.parametrize(("operation", "parameters", "reply"), ANSWERED, ids=[each[0] for each in ANSWERED])
def test_operation_is_answered_as_aws_will_answer(
    operation: str, parameters: Mapping[str, Any], reply: Mapping[str, Any]
) -> None:
    assert asked(estate(plan(*EVERYTHING)), operation, **parameters) == reply


@pytest.mark.parametrize(("operation", "parameters", "reply"), ANSWERED, ids=[each[0] for each in ANSWERED])
def test_answer_has_the_shape_that_botocore_knows(
    operation: str, parameters: Mapping[str, Any], reply: Mapping[str, Any]
) -> None:
    service, _, name = operation.partition(":")
    shape = model(service).operation_model(name).output_shape
    assert shape is not None
    assert set(reply) <= set(shape.members)
    wrong = ParamValidator().validate(dict(reply), shape).generate_report().splitlines()
    assert [line for line in wrong if not line.startswith("Missing required parameter")] == []


def test_each_operation_that_is_answered_is_one_that_a_kind_calls_and_is_tried_here() -> None:
    declared = {str(operation) for kind in kinds().values() for operation in kind.operations}
    assert set(ANSWERS) == {operation for operation, _, _ in ANSWERED}
    assert set(ANSWERS) <= declared


@pytest.mark.parametrize(
    ("operation", "parameters", "gap"),
    [
        (
            "logs:DescribeLogStreams",
            {},
            Gap("unsupported", message="a plan does not tell what happens (logs:DescribeLogStreams)"),
        ),
        (
            "bedrock:ListEnforcedGuardrailsConfiguration",
            {},
            Gap(
                "not_read",
                message="a plan does not tell what bedrock:ListEnforcedGuardrailsConfiguration will say",
            ),
        ),
        ("s3:HeadBucket", {"Bucket": "b"}, Gap("not_read", message="the plan does not manage the bucket b")),
        ("s3:GetBucketPolicy", {"Bucket": "b"}, Gap("not_read", message="the plan does not manage the bucket b")),
        ("iam:GetRole", {"RoleName": "r"}, Gap("not_read", message="the plan does not manage the role r")),
        ("iam:GetPolicy", {"PolicyArn": "a"}, Gap("not_read", message="the plan does not manage the policy a")),
        ("kms:DescribeKey", {"KeyId": "k"}, Gap("not_read", message="the plan does not manage the KMS key k")),
        ("kms:GetKeyPolicy", {"KeyId": "k"}, Gap("not_read", message="the plan does not manage the KMS key k")),
        ("sns:GetTopicAttributes", {"TopicArn": "t"}, Gap("not_read", message="the plan does not manage the topic t")),
        (
            "logs:DescribeLogGroups",
            {"logGroupNamePrefix": "/g"},
            Gap("not_read", message="the plan does not manage the log group /g"),
        ),
        (
            "bedrock:GetModelInvocationLoggingConfiguration",
            {},
            Gap("not_read", message=f"the plan does not manage invocation logging in {REGION}"),
        ),
        ("cloudwatch:DescribeAlarms", {}, Gap("not_read", message=f"the plan does not manage alarms in {REGION}")),
    ],
)
def test_what_a_plan_does_not_manage_is_a_gap(operation: str, parameters: Mapping[str, Any], gap: Gap) -> None:
    with pytest.raises(Unreadable) as caught:
        asked(estate(plan()), operation, **parameters)
    assert caught.value.gap == gap
