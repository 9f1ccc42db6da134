"""Which IAM actions allow which operations: the one table of those whose names differ, or that need a second action.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Enable-TransactionSearch.html
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

from bedaudit.reader import Operation

HAND_ROLE: Final = "iam:PassRole"

_LINKING: Final = ("cloudwatch:Link", "logs:Link", "xray:Link")
"""For each sort of telemetry that a link shares."""

_OF_WRITES: Final[Mapping[str, tuple[str, ...]]] = {
    "bedrock:PutModelInvocationLoggingConfiguration": (
        "bedrock:PutModelInvocationLoggingConfiguration",
        HAND_ROLE,
    ),
    "logs:PutDeliverySource": (
        "logs:PutDeliverySource",
        "bedrock:AllowVendedLogDeliveryForResource",
        "bedrock-agentcore:AllowVendedLogDeliveryForResource",
    ),
    "oam:CreateLink": ("oam:CreateLink", *_LINKING),
    "oam:UpdateLink": ("oam:UpdateLink", *_LINKING),
    "s3:DeleteBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:DeleteBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3:DeleteBucketOwnershipControls": ("s3:PutBucketOwnershipControls",),
    "s3:DeletePublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:PutBucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "s3:PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "xray:UpdateTraceSegmentDestination": (
        "xray:UpdateTraceSegmentDestination",
        "application-signals:StartDiscovery",
        "cloudtrail:CreateServiceLinkedChannel",
        "iam:CreateServiceLinkedRole",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutRetentionPolicy",
    ),
}

_RESOURCES: Final = (
    ("bedrock:*agResource", "arn:*:bedrock:*:*:application-inference-profile/*"),
    ("*:Link", "*"),
    ("cloudtrail:CreateServiceLinkedChannel", "*"),
    ("cloudtrail:*", "arn:*:cloudtrail:*:*:trail/*"),
    ("cloudwatch:PutCompositeAlarm", "*"),  # AWS refuses it under anything narrower
    ("cloudwatch:DeleteAlarms", "*"),  # so it does this, of a composite alarm
    ("cloudwatch:*Alarm*", "arn:*:cloudwatch:*:*:alarm:*"),
    ("cloudwatch:*Dashboard*", "arn:*:cloudwatch::*:dashboard/*"),
    ("iam:*", "arn:*:iam::*:role/*"),
    ("logs:*Deliver*", "*"),
    ("logs:*QueryDefinition", "*"),
    ("logs:*ResourcePolicy", "*"),
    ("logs:*", "arn:*:logs:*:*:log-group:*"),
    ("s3:*", "arn:*:s3:::*"),
)
"""The sort of resource that an action which changes something is about, by pattern of the action; first match."""


def of_read(operation: Operation) -> str:
    """The action that allows an operation that reads."""
    return operation.iam or str(operation)


def of_write(operation: str) -> tuple[str, ...]:
    """The actions that allow an operation that changes something, named `service:Operation`."""
    return _OF_WRITES.get(operation, (operation,))


def resource_of(action: str) -> str:
    """What an action that changes something may be limited to; `*` where it is about the account as a whole."""
    return next((arn for pattern, arn in _RESOURCES if fnmatchcase(action, pattern)), "*")
