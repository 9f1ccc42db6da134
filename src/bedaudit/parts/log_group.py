"""A CloudWatch Logs log group: what it keeps, for how long, who reads along and what is masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from bedaudit.model import Gap, Raw
from bedaudit.parts import kms_key, masking, subscription_filter
from bedaudit.parts.kms_key import KmsKey, read_kms_key
from bedaudit.parts.masking import Masking, read_masking
from bedaudit.parts.subscription_filter import SubscriptionFilter, read_subscription_filters
from bedaudit.reader import Operation, Reader
from bedaudit.state import Days, State

DESCRIBE_GROUPS = Operation("logs", "DescribeLogGroups")
DESCRIBE_METRIC_FILTERS = Operation("logs", "DescribeMetricFilters")
LIST_TAGS = Operation("logs", "ListTagsForResource")
OPERATIONS = (
    DESCRIBE_GROUPS,
    DESCRIBE_METRIC_FILTERS,
    LIST_TAGS,
    *masking.OPERATIONS,
    *subscription_filter.OPERATIONS,
    *kms_key.OPERATIONS,
)

LogClass: TypeAlias = Literal["standard", "infrequent_access", "delivery", "essentials"]


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


_CLASSES: Mapping[str, LogClass] = {
    "STANDARD": "standard",
    "INFREQUENT_ACCESS": "infrequent_access",
    "DELIVERY": "delivery",
    "ESSENTIALS": "essentials",
}


async def read_log_group(aws: Reader, name: str) -> LogGroup:
    """The log group of exactly this name in the site."""
    group = await _find(aws, name)
    return LogGroup(name=name, exists=False) if group is None else await log_group_state(aws, group)


async def log_group_state(aws: Reader, group: Raw) -> LogGroup:
    """The state of a log group, from what DescribeLogGroups says of it."""
    name = group["logGroupName"]
    arn = f"arn:{aws.partition}:logs:{aws.region}:{aws.account}:log-group:{name}"
    key = group.get("kmsKeyId")
    return LogGroup(
        name=name,
        exists=True,
        retention_days=group.get("retentionInDays", "never"),
        retention_set_by=_retention_set_by(group),
        kms_key=await aws.part("kms_key", lambda aws: read_kms_key(aws, key, log_group=arn)) if key else None,
        log_class=_log_class(group.get("logGroupClass", "STANDARD")),
        deletion_protection=group.get("deletionProtectionEnabled", False),
        masking=await aws.part("masking", lambda aws: read_masking(aws, group)),
        metric_filters=await aws.part("metric_filters", lambda aws: _metric_filters(aws, name)),
        subscription_filters=await aws.part("subscription_filters", lambda aws: read_subscription_filters(aws, name)),
        stored_bytes=group.get("storedBytes", 0),
        tags=await aws.part("tags", lambda aws: _tags(aws, arn)),
    )


async def _find(aws: Reader, name: str) -> Raw | None:
    """AWS finds by prefix and sorts by name, so that the very name, if there, comes on an early page."""
    token: dict[str, str] = {}
    while True:
        page = await aws.call(DESCRIBE_GROUPS, logGroupNamePrefix=name, **token)
        groups: list[Raw] = page.get("logGroups", [])
        for group in groups:
            if group.get("logGroupName") == name:
                return group
        if not page.get("nextToken"):
            return None
        token = {"nextToken": page["nextToken"]}


def _retention_set_by(group: Raw) -> Literal["group", "account_policy", "nobody"]:
    if "retentionPolicyName" in group:
        return "account_policy"
    return "group" if "retentionInDays" in group else "nobody"


def _log_class(name: str) -> LogClass | Gap:
    return _CLASSES.get(name) or Gap("failed", str(DESCRIBE_GROUPS), message=f"unknown log class {name}")


async def _metric_filters(aws: Reader, name: str) -> tuple[str, ...]:
    pages = await aws.pages(DESCRIBE_METRIC_FILTERS, logGroupName=name)
    return tuple(sorted(each["filterName"] for page in pages for each in page.get("metricFilters", [])))


async def _tags(aws: Reader, arn: str) -> Mapping[str, str]:
    tags: Mapping[str, str] = (await aws.call(LIST_TAGS, resourceArn=arn)).get("tags", {})
    return tags
