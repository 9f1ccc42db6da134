"""A CloudWatch Logs log group: what it keeps, for how long, who reads along and what is masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from bedaudit.model import Gap
from bedaudit.parts.kms_key import KmsKey
from bedaudit.state import Days, State

LogClass: TypeAlias = Literal["standard", "infrequent_access", "delivery", "essentials"]


class Masking(State):
    """What data protection does with sensitive data in a log group."""

    masks: tuple[str, ...]
    """Names of the data identifiers that are masked, as EmailAddress."""
    audits: bool
    """Whether findings of sensitive data are counted and reported."""
    set_by: Literal["group", "account"]
    """Whether the log group's own policy says so or only one of the account."""


class SubscriptionFilter(State):
    """Somebody to whom a log group's events are sent."""

    name: str
    """Name of the filter."""
    destination: str
    """ARN of the function, stream or destination that receives the events."""
    alive: bool | Gap | None = None
    """Whether the destination exists and can receive; missing where it belongs to another account."""


class LogGroup(State):
    """A CloudWatch Logs log group."""

    name: str
    """Its name."""
    exists: bool
    """Whether there is a log group of exactly this name."""
    retention_days: Days | None = None
    """How long events are kept."""
    retention_set_by: Literal["group", "account_policy", "nobody"] | None = None
    """Who decided the retention; an account policy overrides the log group."""
    kms_key: KmsKey | Gap | None = None
    """The KMS key that encrypts it; missing: CloudWatch Logs' own encryption."""
    log_class: LogClass | Gap | None = None
    """Its class; other classes than standard lack metric filters, subscription filters and more."""
    deletion_protection: bool | None = None
    """Whether it cannot be deleted by mistake."""
    masking: Masking | Gap | None = None
    """What data protection policies, its own and the account's, do in it; missing: there are none."""
    metric_filters: tuple[str, ...] | Gap | None = None
    """Names of its metric filters."""
    subscription_filters: tuple[SubscriptionFilter, ...] | Gap | None = None
    """Who receives its events."""
    stored_bytes: int | None = None
    """How much it holds, compressed; CloudWatch Logs counts with delay."""
    tags: Mapping[str, str] | Gap | None = None
    """Its tags."""
