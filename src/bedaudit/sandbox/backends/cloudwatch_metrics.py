"""CloudWatch metrics: what was put in, listed for two weeks and summed up by period.

Unlike AWS, namespaces that begin with `AWS/` can be written, since nobody else does here. Expressions give no values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bedaudit.sandbox.call import Call, Reply, operation, page

LISTED = timedelta(days=14)
_RECENT = timedelta(hours=3)

Dimensions = tuple[tuple[str, str], ...]
Series = tuple[str, str, Dimensions]


@dataclass(frozen=True, slots=True)
class Sample:
    """What was measured at one moment."""

    at: datetime
    total: float
    count: float
    least: float
    most: float


@dataclass(slots=True)
class Metrics:
    """Samples by namespace, name and dimensions."""

    series: dict[Series, list[Sample]] = field(default_factory=dict)

    def add(self, series: Series, samples: Iterable[Sample]) -> None:
        """Put samples in."""
        self.series.setdefault(series, []).extend(samples)


@operation("cloudwatch", "PutMetricData")
def put_metric_data(call: Call) -> Reply:
    """Takes measurements."""
    metrics = call.here(Metrics)
    for datum in call.parameters.get("MetricData") or ():
        series = (call.parameters["Namespace"], datum["MetricName"], dimensions(datum.get("Dimensions")))
        metrics.add(series, [_sample(datum, call.now)])
    return {}


@operation("cloudwatch", "ListMetrics")
def list_metrics(call: Call) -> Reply:
    """The metrics with data of the last two weeks (or three hours), 500 a page."""
    since = call.now - (_RECENT if call.parameters.get("RecentlyActive") else LISTED)
    found = [
        {"Namespace": series[0], "MetricName": series[1], "Dimensions": _as_list(series[2])}
        for series, samples in sorted(call.here(Metrics).series.items())
        if _selected(series, call.parameters) and any(sample.at >= since for sample in samples)
    ]
    return page(call, "Metrics", found, 500)


@operation("cloudwatch", "GetMetricData")
def get_metric_data(call: Call) -> Reply:
    """Values by period, newest first unless asked otherwise."""
    queries = [query for query in call.parameters["MetricDataQueries"] if query.get("ReturnData", True)]
    return {"MetricDataResults": [_result(call, query) for query in queries]}


def _result(call: Call, query: Mapping[str, Any]) -> dict[str, Any]:
    points: list[tuple[datetime, float]] = []
    label = query.get("Label") or query.get("Expression") or query["MetricStat"]["Metric"]["MetricName"]
    if wanted := query.get("MetricStat"):
        metric = wanted["Metric"]
        series = (metric["Namespace"], metric["MetricName"], dimensions(metric.get("Dimensions")))
        start, end = _aware(call.parameters["StartTime"]), _aware(call.parameters["EndTime"])
        samples = [s for s in call.here(Metrics).series.get(series, ()) if start <= s.at < end]
        points = _by_period(samples, int(wanted["Period"]), wanted["Stat"])
    points.sort(reverse=call.parameters.get("ScanBy") != "TimestampAscending")
    return {
        "Id": query["Id"],
        "Label": label,
        "Timestamps": [at for at, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": "Complete",
    }


def _by_period(samples: Iterable[Sample], period: int, statistic: str) -> list[tuple[datetime, float]]:
    periods: dict[int, list[Sample]] = {}
    for sample in samples:
        periods.setdefault(int(sample.at.timestamp()) // period * period, []).append(sample)
    return [(datetime.fromtimestamp(at, UTC), _statistic(statistic, held)) for at, held in periods.items()]


def _statistic(name: str, samples: list[Sample]) -> float:
    total, count = sum(s.total for s in samples), sum(s.count for s in samples)
    values = {
        "Sum": total,
        "SampleCount": count,
        "Average": total / count if count else 0.0,
        "Minimum": min(s.least for s in samples),
    }
    return values.get(name, max(s.most for s in samples))


def _sample(datum: Mapping[str, Any], now: datetime) -> Sample:
    at = _aware(datum.get("Timestamp") or now)
    if statistics := datum.get("StatisticValues"):
        return Sample(at, *(float(statistics[name]) for name in ("Sum", "SampleCount", "Minimum", "Maximum")))
    values = [float(value) for value in datum.get("Values") or [datum.get("Value", 0.0)]]
    counts = [float(count) for count in datum.get("Counts") or [1.0] * len(values)]
    total = sum(value * count for value, count in zip(values, counts, strict=True))
    return Sample(at, total, sum(counts), min(values), max(values))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def dimensions(given: Iterable[Mapping[str, str]] | None) -> Dimensions:
    """Dimensions as a key: order does not matter."""
    return tuple(sorted((dimension["Name"], dimension["Value"]) for dimension in given or ()))


def _as_list(given: Dimensions) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in given]


def _selected(series: Series, wanted: Mapping[str, Any]) -> bool:
    namespace, name, held = series
    if wanted.get("Namespace", namespace) != namespace or wanted.get("MetricName", name) != name:
        return False
    values = dict(held)
    filters = wanted.get("Dimensions") or ()
    return all(f["Name"] in values and f.get("Value", values[f["Name"]]) == values[f["Name"]] for f in filters)
