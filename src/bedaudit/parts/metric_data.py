"""The datapoints of metrics, in as few calls as CloudWatch lets them be asked for.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from bedaudit.model import Gap, Raw
from bedaudit.reader import Operation, Reader

GET_METRIC_DATA = Operation("cloudwatch", "GetMetricData")
MOST_QUERIES = 500
"""Queries that one call takes."""
_UNREAD = ("InternalError", "Forbidden")

Datapoints: TypeAlias = Mapping[datetime, float]
"""From the start of a period to its value; periods without data are left out."""


@dataclass(frozen=True, slots=True)
class Series:
    """A metric, by what and for how long at a time it is summed up."""

    metric: Raw
    """Its `Namespace`, `MetricName` and `Dimensions`."""
    stat: str
    period: int
    """Seconds."""

    def query(self, index: int) -> Mapping[str, Any]:
        """What GetMetricData is asked."""
        return {"Id": f"m{index}", "MetricStat": {"Metric": self.metric, "Period": self.period, "Stat": self.stat}}


async def read_datapoints(
    aws: Reader, wanted: Sequence[Series], start: datetime, end: datetime
) -> Sequence[Datapoints | Gap]:
    """Of each series what it has between the two times, or why CloudWatch did not give it."""
    found: list[Datapoints | Gap] = []
    for first in range(0, len(wanted), MOST_QUERIES):
        queries = [one.query(index) for index, one in enumerate(wanted[first : first + MOST_QUERIES])]
        pages = await aws.pages(GET_METRIC_DATA, MetricDataQueries=queries, StartTime=start, EndTime=end)
        results = [result for page in pages for result in page.get("MetricDataResults", [])]
        found += [_datapoints([one for one in results if one.get("Id") == query["Id"]]) for query in queries]
    return found


def _datapoints(results: Sequence[Raw]) -> Datapoints | Gap:
    """What the pages hold of one series."""
    failed = next((result["StatusCode"] for result in results if result.get("StatusCode") in _UNREAD), None)
    if failed or not results:
        return Gap("failed", str(GET_METRIC_DATA), failed, "CloudWatch did not give a metric")
    points = (zip(one.get("Timestamps", []), one.get("Values", []), strict=False) for one in results)
    return {moment: value for each in points for moment, value in each}
