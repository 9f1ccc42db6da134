"""Answers the calls of the kinds as AWS will once a plan is applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from bedaudit.model import Gap, Raw
from bedaudit.reader import Operation, Unreadable
from bedaudit.terraform import bedrock, cloudtrail, cloudwatch, iam, kms, logs, s3, sns
from bedaudit.terraform.estate import Asked, Estate
from bedaudit.terraform.value import Reply, reply

Answer: TypeAlias = Callable[[Estate, Asked], Raw | None]
"""The reply, all on one page; None where AWS will say that there is no such thing. Raises Unreadable."""

ANSWERS: Final[Mapping[str, Answer]] = {
    "bedrock:GetGuardrail": bedrock.guardrail,
    "bedrock:GetModelInvocationLoggingConfiguration": bedrock.logging,
    "bedrock:ListGuardrails": bedrock.guardrails,
    "bedrock:ListInferenceProfiles": bedrock.profiles,
    "bedrock:ListTagsForResource": bedrock.tags,
    "cloudtrail:DescribeTrails": cloudtrail.trails,
    "cloudtrail:GetEventSelectors": cloudtrail.selectors,
    "cloudtrail:GetTrailStatus": cloudtrail.status,
    "cloudtrail:ListTrails": cloudtrail.names,
    "cloudwatch:DescribeAlarms": cloudwatch.alarms,
    "cloudwatch:GetDashboard": cloudwatch.dashboard,
    "cloudwatch:ListAlarmMuteRules": cloudwatch.nothing,
    "cloudwatch:ListDashboards": cloudwatch.dashboards,
    "cloudwatch:ListTagsForResource": cloudwatch.tags,
    "iam:GetPolicy": iam.policy,
    "iam:GetPolicyVersion": iam.version,
    "iam:GetRole": iam.role,
    "iam:GetRolePolicy": iam.inline,
    "iam:ListAttachedRolePolicies": iam.attached,
    "iam:ListRolePolicies": iam.inline_names,
    "kms:DescribeKey": kms.key,
    "kms:GetKeyPolicy": kms.policy,
    "kms:GetKeyRotationStatus": kms.rotation,
    "logs:DescribeAccountPolicies": logs.account_policies,
    "logs:DescribeLogGroups": logs.groups,
    "logs:DescribeMetricFilters": logs.metric_filters,
    "logs:DescribeQueryDefinitions": logs.queries,
    "logs:DescribeSubscriptionFilters": logs.subscriptions,
    "logs:GetDataProtectionPolicy": logs.protection,
    "logs:ListLogGroups": logs.names,
    "logs:ListTagsForResource": logs.tags,
    "s3:GetBucketEncryption": s3.encryption,
    "s3:GetBucketLifecycleConfiguration": s3.lifecycle,
    "s3:GetBucketLogging": s3.logging,
    "s3:GetBucketOwnershipControls": s3.ownership,
    "s3:GetBucketPolicy": s3.policy,
    "s3:GetBucketTagging": s3.tags,
    "s3:GetBucketVersioning": s3.versioning,
    "s3:GetObjectLockConfiguration": s3.object_lock,
    "s3:GetPublicAccessBlock": s3.public_access,
    "s3:HeadBucket": s3.head,
    "s3control:GetPublicAccessBlock": s3.account_block,
    "sns:GetTopicAttributes": sns.topic,
    "sns:ListSubscriptionsByTopic": sns.subscriptions,
}

_HAPPENS: Final = frozenset(
    {
        "cloudwatch:DescribeAnomalyDetectors",
        "cloudwatch:GetMetricData",
        "cloudwatch:ListMetrics",
        "logs:DescribeLogStreams",
    }
)
"""Operations that tell what happens, and not what is set up."""


def answer(estate: Estate, operation: Operation, region: str, parameters: Mapping[str, Any]) -> Reply | None:
    """The reply, all on one page; None where AWS will say that there is no such thing.

    Raises:
        Unreadable: the plan does not tell.
    """
    name = str(operation)
    if name in _HAPPENS:
        raise Unreadable(Gap("unsupported", message=f"a plan does not tell what happens ({name})"))
    if name not in ANSWERS:
        raise Unreadable(Gap("not_read", message=f"a plan does not tell what {name} will say"))
    found = ANSWERS[name](estate, Asked(region, parameters))
    return found if found is None or isinstance(found, Reply) else reply(found)
