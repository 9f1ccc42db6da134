"""The types of Terraform resources that make what is judged, and the kinds that are read from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KINDS: Final[Mapping[str, str]] = {
    "aws_bedrock_guardrail": "guardrail",
    "aws_bedrock_inference_profile": "inference_profile",
    "aws_bedrock_model_invocation_logging_configuration": "invocation_logging",
    "aws_cloudtrail": "trail",
    "aws_cloudwatch_composite_alarm": "alarm",
    "aws_cloudwatch_dashboard": "dashboard",
    "aws_cloudwatch_log_group": "log_group",
    "aws_cloudwatch_log_metric_filter": "metric_filter",
    "aws_cloudwatch_metric_alarm": "alarm",
    "aws_cloudwatch_query_definition": "saved_query",
}
"""The kind of which a resource of this type is one."""

PARTS: Final = frozenset(
    {
        "aws_bedrock_guardrail_version",
        "aws_cloudwatch_log_account_policy",
        "aws_cloudwatch_log_data_protection_policy",
        "aws_cloudwatch_log_subscription_filter",
        "aws_iam_policy",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_iam_role_policy_attachment",
        "aws_kms_alias",
        "aws_kms_key",
        "aws_kms_key_policy",
        "aws_s3_account_public_access_block",
        "aws_s3_bucket",
        "aws_s3_bucket_lifecycle_configuration",
        "aws_s3_bucket_logging",
        "aws_s3_bucket_object_lock_configuration",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
        "aws_sns_topic",
        "aws_sns_topic_policy",
        "aws_sns_topic_subscription",
    }
)
"""The types of what those resources refer to, or of parts of it."""

OBSERVED: Final = frozenset(KINDS) | PARTS
"""The types of resources by which Bedrock is observed."""

REFERRING: Final = frozenset(
    {
        "alarm_actions",
        "arn",
        "bucket",
        "bucket_name",
        "cloud_watch_logs_group_arn",
        "cloud_watch_logs_role_arn",
        "copy_from",
        "dashboard_name",
        "destination_arn",
        "guardrail_arn",
        "key_id",
        "kms_key_arn",
        "kms_key_id",
        "kms_master_key_id",
        "log_group_name",
        "log_group_names",
        "permissions_boundary",
        "policy_arn",
        "role",
        "role_arn",
        "s3_bucket_name",
        "target_bucket",
        "target_key_id",
        "topic_arn",
    }
)
"""Attributes that name another resource and hold nothing besides, so that a reference is their whole value."""
