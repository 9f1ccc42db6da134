"""A KMS key that encrypts what Bedrock or CloudWatch Logs write."""

from __future__ import annotations

from bedaudit.model import Gap
from bedaudit.state import State


class KmsKey(State):
    """A KMS key."""

    arn: str
    """The key's ARN; what the resource names it by, where there is no such key."""
    exists: bool
    """Whether there is such a key."""
    customer_managed: bool | None = None
    """Whether the customer, and not AWS, controls the key."""
    state: str | None = None
    """Its state in KMS: enabled, disabled, pending_deletion, pending_import, unavailable and so on."""
    usable: bool | None = None
    """Whether it is enabled and a symmetric encryption key, as S3 and CloudWatch Logs need."""
    rotation: bool | Gap | None = None
    """Whether KMS rotates its key material every year or at a period of the customer's choice."""
    multi_region: bool | None = None
    """Whether it is one of several keys in several regions with the same key material."""
    allows_logs_service: bool | Gap | None = None
    """Whether its policy lets CloudWatch Logs encrypt this log group; missing for a key of something else."""
    allows_bedrock: bool | Gap | None = None
    """Whether its policy lets Bedrock of the site encrypt with it; missing for a key that Bedrock does not use."""
