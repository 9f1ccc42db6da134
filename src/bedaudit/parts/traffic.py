"""Invocations of models, and deliveries of their logs, hour by hour over the last two weeks.

Asked for once a site, and only for what ListMetrics knows, so that a quiet site costs one call, or a call for each
namespace where it has more metrics than fit on a page.
https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from bedaudit.model import Gap, Raw
from bedaudit.parts.metric_data import GET_METRIC_DATA, Series, read_datapoints
from bedaudit.reader import Operation, Reader

LIST_METRICS = Operation("cloudwatch", "ListMetrics")
OPERATIONS = (LIST_METRICS, GET_METRIC_DATA)

BEDROCK = "AWS/Bedrock"
LOOKBACK_DAYS = 14
"""As far back as ListMetrics looks."""
TO_CLOUDWATCH = "ModelInvocationLogsCloudWatchDelivery"
TO_S3 = "ModelInvocationLogsS3Delivery"
LARGE_DATA_TO_S3 = "ModelInvocationLargeDataS3Delivery"
_DELIVERIES = tuple(
    f"{target}{outcome}" for target in (TO_CLOUDWATCH, TO_S3, LARGE_DATA_TO_S3) for outcome in ("Success", "Failure")
)
_HOUR = 3600

HourlySums: TypeAlias = Mapping[datetime, float]
"""From the start of an hour to the sum of what happened in it; hours without anything are left out."""
Dimensions: TypeAlias = Sequence[Mapping[str, str]]
_Named: TypeAlias = tuple[str, str]
"""A metric's name, and a model's or nothing."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Sums by hour."""

    invocations: Mapping[str, HourlySums]
    """By model; under the empty name the series of all models together, where CloudWatch has it."""
    deliveries: Mapping[str, HourlySums]
    """By name of the metric."""


async def list_metrics(aws: Reader, namespace: str) -> Sequence[Raw]:
    """The metrics of a namespace that had data in the last two weeks.

    Most sites have no more metrics of all namespaces than fit on a page: one call, the same for every namespace, tells
    of all. Where there is more, CloudWatch searches faster than it lists, so that each namespace is asked for.
    """
    first = await aws.call(LIST_METRICS)
    if not first.get("NextToken"):
        return [metric for metric in first.get("Metrics", []) if metric.get("Namespace") == namespace]
    pages = await aws.pages(LIST_METRICS, Namespace=namespace)
    return [metric for page in pages for metric in page.get("Metrics", [])]


async def read_traffic(aws: Reader) -> Traffic | Gap:
    """The traffic of the site."""
    series = _series(await list_metrics(aws, BEDROCK))
    end = aws.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    start = end - timedelta(days=LOOKBACK_DAYS)
    wanted = [Series(_metric(name, dimensions), "Sum", _HOUR) for name, dimensions in series.items()]
    sums: dict[_Named, HourlySums] = {}
    for name, points in zip(series, await read_datapoints(aws, wanted, start, end), strict=True):
        if isinstance(points, Gap):
            return points
        sums[name] = {hour: value for hour, value in points.items() if value > 0}
    return Traffic(
        invocations={model: hours for (metric, model), hours in sums.items() if metric == "Invocations"},
        deliveries={metric: hours for (metric, _), hours in sums.items() if metric != "Invocations"},
    )


def _series(metrics: Iterable[Raw]) -> Mapping[_Named, Dimensions]:
    """The dimensions by which to ask for each metric and model: the fewest, which count the most."""
    series: dict[_Named, Dimensions] = {}
    for metric in metrics:
        name = (metric.get("MetricName", ""), _model(metric))
        dimensions: Dimensions = metric.get("Dimensions", [])
        wanted = name[0] in _DELIVERIES or (name[0] == "Invocations" and (name[1] or not dimensions))
        if wanted and (name not in series or len(dimensions) < len(series[name])):
            series[name] = dimensions
    return dict(sorted(series.items()))


def _model(metric: Raw) -> str:
    named: Iterable[str] = (each["Value"] for each in metric.get("Dimensions", []) if each["Name"] == "ModelId")
    return next(iter(named), "")


def _metric(name: _Named, dimensions: Dimensions) -> Raw:
    return {"Namespace": BEDROCK, "MetricName": name[0], "Dimensions": list(dimensions)}
