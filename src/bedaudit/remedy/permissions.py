"""The IAM actions that applying steps needs.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bedaudit.remedy.plan import Step

_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "bedrock:PutModelInvocationLoggingConfiguration": (
        "bedrock:PutModelInvocationLoggingConfiguration",
        "iam:PassRole",
    ),
    "s3:DeleteBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:DeleteBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3:DeleteBucketOwnershipControls": ("s3:PutBucketOwnershipControls",),
    "s3:DeletePublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:HeadBucket": ("s3:ListBucket",),
    "s3:PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:PutBucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "s3:PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
}
"""Of operations whose action has another name, or that need a second one."""


def permissions(steps: Iterable[Step]) -> tuple[str, ...]:
    """What whoever applies the steps must be allowed, besides what a scan reads; sorted."""
    made = {f"{call.service}:{call.operation}" for step in steps for call in step.calls}
    read = {operation.iam or str(operation) for step in steps for operation in step.document.repair.reads}
    return tuple(sorted(read | {action for name in made for action in _ACTIONS.get(name, (name,))}))
