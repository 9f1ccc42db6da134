"""A CloudWatch Logs log group: what it keeps, for how long, who reads along and what is masked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from bedaudit.model import Gap, Raw
from bedaudit.parts import kms_key, masking, subscription_filter
from bedaudit.parts.kms_key import KmsKey, read_kms_key
from bedaudit.parts.masking import Masking, read_masking
from bedaudit.parts.subscription_filter import SubscriptionFilter, read_subscription_filters
from bedaudit.reader import Known, Operation, Reader
from bedaudit.state import Because, Days, State

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
    exists: Annotated[bool, Because("missing_because")]
    """Whether there is a log group of exactly this name."""
    missing_because: str | None = None
    """Which log group there is not."""
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
_WITHOUT_SUBSCRIPTIONS = ("infrequent_access", "delivery")
_UNREAD = Gap("not_read")

AnyLogGroup = TypeVar("AnyLogGroup", bound=LogGroup)


async def read_log_group(aws: Reader, name: str) -> LogGroup:
    """The log group of exactly this name in the site."""
    group = await find_log_group(aws, name)
    if group is None:
        return LogGroup(name=name, exists=False, missing_because=f"CloudWatch Logs has no log group named {name} here")
    return await read_parts(aws, group, described(group))


def described(group: Raw) -> LogGroup:
    """What DescribeLogGroups itself says of a log group; its parts are not read."""
    return LogGroup(
        name=group["logGroupName"],
        exists=True,
        retention_days=group.get("retentionInDays", "never"),
        retention_set_by=_retention_set_by(group),
        kms_key=_UNREAD if "kmsKeyId" in group else None,
        log_class=_log_class(group.get("logGroupClass", "STANDARD")),
        deletion_protection=group.get("deletionProtectionEnabled", False),
        masking=_UNREAD,
        metric_filters=_UNREAD,
        subscription_filters=_UNREAD,
        stored_bytes=group.get("storedBytes", 0),
        tags=_UNREAD,
    )


async def read_parts(aws: Reader, group: Raw, state: AnyLogGroup, facts: Known = None) -> AnyLogGroup:
    """The state with its parts; `facts` where it is a resource of its own, whose state so far they are."""
    name = state.name
    arn = f"arn:{aws.partition}:logs:{aws.region}:{aws.account}:log-group:{name}"
    readings: Mapping[str, Callable[[Reader], Awaitable[Any]]] = {
        "kms_key": lambda aws: read_kms_key(aws, group["kmsKeyId"], log_group=arn),
        "masking": lambda aws: read_masking(aws, group),
        "metric_filters": lambda aws: _metric_filters(aws, name),
        "subscription_filters": lambda aws: _subscription_filters(aws, state),
        "tags": lambda aws: _tags(aws, arn),
    }
    parts = {
        part: await aws.part(part, reading, facts=facts)
        for part, reading in readings.items()
        if part != "kms_key" or "kmsKeyId" in group
    }
    return state.model_copy(update=parts)


async def find_log_group(aws: Reader, name: str) -> Raw | None:
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


async def read_metric_filters(aws: Reader) -> tuple[Raw, ...]:
    """The metric filters of all log groups of the site: the same few pages for whoever asks."""
    pages = await aws.pages(DESCRIBE_METRIC_FILTERS)
    return tuple(each for page in pages for each in page.get("metricFilters", []))


async def _metric_filters(aws: Reader, name: str) -> tuple[str, ...]:
    filters = await read_metric_filters(aws)
    return tuple(sorted(each["filterName"] for each in filters if each.get("logGroupName") == name))


async def _subscription_filters(aws: Reader, state: LogGroup) -> tuple[SubscriptionFilter, ...]:
    """Those of a class that can have any."""
    if state.log_class in _WITHOUT_SUBSCRIPTIONS:
        return ()
    return await read_subscription_filters(aws, state.name)


async def _tags(aws: Reader, arn: str) -> Mapping[str, str]:
    tags: Mapping[str, str] = (await aws.call(LIST_TAGS, resourceArn=arn)).get("tags", {})
    return tags
