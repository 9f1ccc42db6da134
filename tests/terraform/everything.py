"""One resource of each type that is understood, all of whose attributes are set or refer to each other."""

from __future__ import annotations

import json

from tests.terraform.plans import ACCOUNT, GROUP, INLINE, KEY, KEY_POLICY, LOGGING, REGION, ROLE, Made, refers

MANAGED = Made(
    "aws_iam_policy",
    "write",
    {"name": "write", "path": "/", "policy": '{"Statement": []}'},
    {"arn": True, "id": True},
)
ATTACHMENT = Made(
    "aws_iam_role_policy_attachment",
    "write",
    {"role": "bedrock-logging"},
    {"policy_arn": True},
    {"policy_arn": refers("aws_iam_policy.write.arn")},
)
ALIAS = Made(
    "aws_kms_alias",
    "logs",
    {"name": "alias/bedrock-logs"},
    {"target_key_id": True},
    {"target_key_id": refers("aws_kms_key.logs.key_id")},
)
KEY_POLICY_APART = Made(
    "aws_kms_key_policy",
    "logs",
    {"policy": json.dumps(KEY_POLICY)},
    {"key_id": True},
    {"key_id": refers("aws_kms_key.logs.id")},
)
PROTECTION = Made(
    "aws_cloudwatch_log_data_protection_policy",
    "invocations",
    {"log_group_name": "/aws/bedrock/invocations", "policy_document": '{"Statement": []}'},
)
ACCOUNT_POLICY = Made(
    "aws_cloudwatch_log_account_policy",
    "masking",
    {"policy_name": "masking", "policy_type": "DATA_PROTECTION_POLICY", "policy_document": '{"Statement": []}'},
)
METRIC_FILTER = Made(
    "aws_cloudwatch_log_metric_filter",
    "blocked",
    {
        "name": "blocked",
        "pattern": '{ $.output = "secret" }',
        "log_group_name": "/aws/bedrock/invocations",
        "metric_transformation": [{"name": "Blocked", "namespace": "Bedrock/Logs", "value": "1", "dimensions": {}}],
    },
    {"id": True},
)
SUBSCRIPTION_FILTER = Made(
    "aws_cloudwatch_log_subscription_filter",
    "archive",
    {"name": "archive", "log_group_name": "/aws/bedrock/invocations", "destination_arn": "arn:aws:lambda:x:y:z"},
)
QUERY = Made(
    "aws_cloudwatch_query_definition",
    "tokens",
    {"name": "bedrock/tokens", "query_string": "stats count(*)", "log_group_names": ["/aws/bedrock/invocations"]},
    {"query_definition_id": True, "id": True},
)
BUCKET = Made(
    "aws_s3_bucket",
    "large",
    {"bucket": f"bedrock-large-{ACCOUNT}", "tags": {"team": "ml"}, "tags_all": {"team": "ml", "by": "terraform"}},
    {"arn": True, "id": True, "policy": True, "server_side_encryption_configuration": True, "region": True},
)
_OF_BUCKET = {"bucket": refers("aws_s3_bucket.large.id")}


def _part(type_: str, **values: object) -> Made:
    return Made(f"aws_s3_bucket_{type_}", "large", values, {"bucket": True, "id": True}, _OF_BUCKET)


BUCKET_PARTS = (
    _part(
        "server_side_encryption_configuration",
        rule=[
            {
                "apply_server_side_encryption_by_default": [
                    {"sse_algorithm": "aws:kms", "kms_master_key_id": "alias/bedrock-logs"}
                ],
                "bucket_key_enabled": True,
            }
        ],
    ),
    _part("policy", policy='{"Statement": []}'),
    _part(
        "public_access_block",
        block_public_acls=True,
        ignore_public_acls=True,
        block_public_policy=True,
        restrict_public_buckets=False,
    ),
    _part("ownership_controls", rule=[{"object_ownership": "BucketOwnerEnforced"}]),
    _part("versioning", versioning_configuration=[{"status": "Enabled", "mfa_delete": None}]),
    _part("logging", target_bucket="access-logs", target_prefix="s3/"),
    _part(
        "object_lock_configuration",
        object_lock_enabled="Enabled",
        rule=[{"default_retention": [{"mode": "COMPLIANCE", "days": 365, "years": None}]}],
    ),
    _part(
        "lifecycle_configuration",
        rule=[
            {
                "id": "expire",
                "status": "Enabled",
                "filter": [
                    {
                        "prefix": "",
                        "object_size_greater_than": None,
                        "tag": [],
                        "and": [{"prefix": "AWSLogs/", "object_size_less_than": 0, "tags": {"a": "b"}}],
                    }
                ],
                "expiration": [{"days": 365, "date": "2030-01-01T00:00:00Z", "expired_object_delete_marker": None}],
            }
        ],
    ),
)
ACCOUNT_BLOCK = Made("aws_s3_account_public_access_block", "this", {"block_public_acls": True})
TOPIC = Made("aws_sns_topic", "alarms", {"name": "bedrock-alarms"}, {"arn": True, "id": True, "policy": True})
TOPIC_POLICY = Made(
    "aws_sns_topic_policy",
    "alarms",
    {"policy": '{"Statement": []}'},
    {"arn": True},
    {"arn": refers("aws_sns_topic.alarms.arn")},
)
SUBSCRIPTION = Made(
    "aws_sns_topic_subscription",
    "pager",
    {"protocol": "sqs", "endpoint": f"arn:aws:sqs:{REGION}:{ACCOUNT}:pager"},
    {"topic_arn": True},
    {"topic_arn": refers("aws_sns_topic.alarms.arn")},
)
ALARM = Made(
    "aws_cloudwatch_metric_alarm",
    "throttles",
    {
        "alarm_name": "bedrock-throttles",
        "namespace": "AWS/Bedrock",
        "metric_name": "InvocationThrottles",
        "dimensions": {"ModelId": "m"},
        "statistic": "Sum",
        "period": 300,
        "evaluation_periods": 3,
        "datapoints_to_alarm": 2,
        "threshold": 5,
        "comparison_operator": "GreaterThanThreshold",
        "treat_missing_data": "notBreaching",
        "actions_enabled": True,
        "alarm_actions": [None],
        "metric_query": [],
        "tags_all": {"team": "ml"},
    },
    {"arn": True, "id": True, "alarm_actions": [True], "metric_query": []},
    {"alarm_actions": refers("aws_sns_topic.alarms.arn")},
)
MATH_ALARM = Made(
    "aws_cloudwatch_metric_alarm",
    "errors",
    {
        "alarm_name": "bedrock-errors",
        "evaluation_periods": 1,
        "threshold": 0.05,
        "comparison_operator": "GreaterThanThreshold",
        "metric_query": [
            {"id": "e", "expression": "a/b", "return_data": True, "metric": []},
            {
                "id": "a",
                "expression": "",
                "return_data": None,
                "metric": [
                    {
                        "namespace": "AWS/Bedrock",
                        "metric_name": "InvocationClientErrors",
                        "period": 60,
                        "stat": "Sum",
                        "dimensions": {},
                    }
                ],
            },
        ],
    },
    {"arn": True, "id": True},
)
COMPOSITE = Made(
    "aws_cloudwatch_composite_alarm",
    "any",
    {"alarm_name": "bedrock-any", "alarm_rule": 'ALARM("bedrock-throttles")', "actions_enabled": False},
    {"arn": True, "id": True},
)
DASHBOARD = Made(
    "aws_cloudwatch_dashboard",
    "bedrock",
    {"dashboard_name": "bedrock", "dashboard_body": '{"widgets": []}'},
    {"dashboard_arn": True},
)
GUARDRAIL = Made(
    "aws_bedrock_guardrail",
    "main",
    {
        "name": "main",
        "content_policy_config": [
            {"filters_config": [{"type": "PROMPT_ATTACK", "input_strength": "HIGH", "output_strength": "NONE"}]}
        ],
        "sensitive_information_policy_config": [
            {"pii_entities_config": [{"type": "EMAIL", "action": "ANONYMIZE"}], "regexes_config": []}
        ],
        "topic_policy_config": [{"topics_config": [{"name": "secret plans", "type": "DENY", "definition": "secret"}]}],
        "word_policy_config": [],
        "contextual_grounding_policy_config": [],
    },
    {"guardrail_id": True, "guardrail_arn": True, "kms_key_arn": True},
    {"kms_key_arn": refers("aws_kms_key.logs.arn")},
)
VERSION = Made(
    "aws_bedrock_guardrail_version",
    "main",
    {},
    {"version": True, "guardrail_arn": True},
    {"guardrail_arn": refers("aws_bedrock_guardrail.main.guardrail_arn")},
)
PROFILE = Made(
    "aws_bedrock_inference_profile",
    "chat",
    {
        "name": "chat",
        "model_source": [{"copy_from": f"arn:aws:bedrock:{REGION}::foundation-model/m"}],
        "tags_all": {"team": "ml"},
    },
    {"id": True, "arn": True},
)
TRAIL = Made(
    "aws_cloudtrail",
    "org",
    {
        "name": "org",
        "s3_bucket_name": "trail-logs",
        "is_multi_region_trail": True,
        "enable_log_file_validation": True,
        "enable_logging": True,
        "event_selector": [],
        "advanced_event_selector": [
            {"name": "all", "field_selector": [{"field": "eventCategory", "equals": ["Management"], "not_equals": []}]}
        ],
    },
    {"arn": True, "id": True, "kms_key_id": True},
    {"kms_key_id": refers("aws_kms_key.logs.arn")},
)
EVERYTHING = (
    KEY,
    GROUP,
    ROLE,
    INLINE,
    LOGGING,
    MANAGED,
    ATTACHMENT,
    ALIAS,
    KEY_POLICY_APART,
    PROTECTION,
    ACCOUNT_POLICY,
    METRIC_FILTER,
    SUBSCRIPTION_FILTER,
    QUERY,
    BUCKET,
    *BUCKET_PARTS,
    ACCOUNT_BLOCK,
    TOPIC,
    TOPIC_POLICY,
    SUBSCRIPTION,
    ALARM,
    MATH_ALARM,
    COMPOSITE,
    DASHBOARD,
    GUARDRAIL,
    VERSION,
    PROFILE,
    TRAIL,
)
