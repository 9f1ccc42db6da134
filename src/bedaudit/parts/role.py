"""The IAM role with which Bedrock writes invocation logs to CloudWatch Logs."""

from __future__ import annotations

from bedaudit.model import Gap
from bedaudit.state import State


class Role(State):
    """The IAM role with which Bedrock writes to a log group."""

    arn: str
    """Its ARN."""
    exists: bool
    """Whether there is such a role."""
    trusts_bedrock: bool | Gap | None = None
    """Whether its trust policy lets Bedrock of this account and region assume it."""
    trust_limited_to_account: bool | Gap | None = None
    """Whether its trust policy refuses Bedrock when it acts for another account."""
    trust_limited_to_source: bool | Gap | None = None
    """Whether its trust policy refuses a source ARN (aws:SourceArn) that is not of this account."""
    can_write_logs: bool | Gap | None = None
    """Whether its policies and permissions boundary allow what Bedrock needs on exactly its log stream."""
    excess_actions: tuple[str, ...] | Gap | None = None
    """Actions, as its policies write them, that it is allowed beyond those two that Bedrock needs."""
    permissions_boundary: str | None = None
    """ARN of the managed policy that bounds it."""
