"""AWS's documented request rates, per account and region.

Sources: the quota pages of CloudWatch, CloudWatch Logs, OAM, CloudTrail and Organizations. Bedrock publishes none for
what a scan reads, and the pages of KMS, S3 and STS name far higher ones: these, like `DEFAULT`, are cautious guesses.
An operation that is not listed shares its service's bucket.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from aiolimiter import AsyncLimiter

DEFAULT = 10.0
"""Requests a second."""

RATES: Mapping[tuple[str, str | None], float] = {
    ("logs", "DescribeLogGroups"): 10,
    ("logs", "DescribeLogStreams"): 25,
    ("logs", "DescribeMetricFilters"): 5,
    ("logs", "DescribeSubscriptionFilters"): 5,
    ("logs", "GetDataProtectionPolicy"): 5,
    ("logs", "ListTagsForResource"): 5,
    ("cloudwatch", "DescribeAlarms"): 9,
    ("cloudwatch", "DescribeAlarmsForMetric"): 9,
    ("cloudwatch", "DescribeAlarmContributors"): 9,
    ("cloudwatch", "ListMetrics"): 25,
    ("cloudwatch", "ListDashboards"): 10,
    ("cloudwatch", "GetDashboard"): 10,
    ("cloudwatch", "DescribeAnomalyDetectors"): 10,
    ("cloudwatch", "GetMetricData"): 500,
    ("cloudwatch", "GetMetricStatistics"): 400,
    ("cloudwatch", "ListAlarmMuteRules"): 50,
    ("cloudwatch", "GetAlarmMuteRule"): 20,
    ("logs", "PutRetentionPolicy"): 5,
    ("logs", "CreateLogGroup"): 10,
    ("logs", "PutMetricFilter"): 5,
    ("cloudwatch", "PutMetricAlarm"): 3,
    ("cloudwatch", "PutCompositeAlarm"): 3,
    ("cloudwatch", "DeleteAlarms"): 3,
    ("cloudwatch", "PutDashboard"): 10,
    ("oam", None): 10,
    ("cloudtrail", None): 10,
    ("cloudtrail", "LookupEvents"): 2,
    ("observabilityadmin", "ListTelemetryRules"): 5,
    ("observabilityadmin", "GetTelemetryRule"): 5,
    ("organizations", "ListAccounts"): 8,
    ("organizations", "ListAccountsForParent"): 5,
    ("bedrock", None): 10,
    ("securityhub", "BatchImportFindings"): 10,
    ("kms", None): 100,
    ("s3", None): 100,
    ("sts", None): 100,
}


Down: TypeAlias = tuple[float, BaseException]
"""Until when, by the loop's clock, an endpoint counts as down, and how that showed."""


class Limits:
    """One account's token buckets, one per region and service, or operation with a rate of its own."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str, str | None], AsyncLimiter] = {}
        self.exhausted: set[tuple[str, str]] = set()
        """Service and region in which AWS throttled to the very last attempt, and no call has come through since."""
        self.down: dict[tuple[str, str], Down] = {}
        """Service and region that took this account's calls and never answered."""

    async def turn(self, service: str, operation: str, region: str) -> None:
        """Waits until one more request is within the rate."""
        own = operation if (service, operation) in RATES else None
        bucket = self._buckets.get((region, service, own))
        if bucket is None:
            bucket = AsyncLimiter(RATES.get((service, own), DEFAULT), 1)
            self._buckets[region, service, own] = bucket
        await bucket.acquire()
