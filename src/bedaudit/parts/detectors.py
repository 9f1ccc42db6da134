"""CloudWatch anomaly detectors: which series each has learned, and how far it is.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bedaudit.model import Gap, Raw
from bedaudit.parts.watch import Series, Watched, watched_by
from bedaudit.reader import Operation, Reader

DESCRIBE_DETECTORS = Operation("cloudwatch", "DescribeAnomalyDetectors")
OPERATIONS = (DESCRIBE_DETECTORS,)

DetectorType: TypeAlias = Literal["single_metric", "metric_math"]
Learned: TypeAlias = tuple[str, str, frozenset[tuple[str, str]], str | None, str | Gap | None]
"""Namespace, name, dimensions, statistic and other account of a series."""

_TYPES = ["SINGLE_METRIC", "METRIC_MATH"]
_TRAINED = "TRAINED"


@dataclass(frozen=True, slots=True)
class Detector:
    """An anomaly detector."""

    type: DetectorType
    watched: Watched
    raw: Raw

    @property
    def state(self) -> str | None:
        """How far its training is, in AWS's own words."""
        state: str | None = self.raw.get("StateValue")
        return state


async def read_detectors(aws: Reader) -> tuple[Detector, ...]:
    """Every anomaly detector of the site; AWS gives those on metric math only to whoever names the type."""
    pages = await aws.pages(DESCRIBE_DETECTORS, AnomalyDetectorTypes=_TYPES)
    return tuple(detector(raw) for page in pages for raw in page.get("AnomalyDetectors", ()))


def detector(raw: Raw) -> Detector:
    """A detector as AWS describes it, or by the parameters that make it."""
    math = raw.get("MetricMathAnomalyDetector")
    if math is not None:
        return Detector("metric_math", watched_by({"Metrics": math.get("MetricDataQueries", [])}), raw)
    single = raw.get("SingleMetricAnomalyDetector") or raw
    (series,) = watched_by({"MetricName": "", **single, "Statistic": single.get("Stat")}).series
    account = single.get("AccountId")
    watch = series.watch.model_copy(update={"account": account})
    return Detector("single_metric", Watched((Series(watch, series.no_series, series.no_values, series.names),)), raw)


async def read_why_no_band(aws: Reader, watched: Watched) -> str | Gap | None:
    """Why the band of an alarm that watches this is not drawn now; None: it is."""
    wanted = _series(watched.series, aws.account)
    detectors = await read_detectors(aws)
    own = [one for one in detectors if one.watched.gap is None and _series(one.watched.series, aws.account) == wanted]
    if any(one.state == _TRAINED for one in own):
        return None
    if own:
        state = own[0].state
        return f"its anomaly detector is not trained (it is {state})" if state else Gap("failed", message=_NO_STATE)
    if len(watched.series) > 1 and any(one.type == "metric_math" for one in detectors):
        return Gap("failed", message="which anomaly detector draws its band is not understood")
    return f"no anomaly detector has learned {_named(watched)}, so that its band is not drawn"


_NO_STATE = "AWS does not say how far the training of its anomaly detector is"


def _series(series: Iterable[Series], account: str) -> frozenset[Learned]:
    watches = (one.watch for one in series)
    return frozenset(
        (
            watch.namespace,
            watch.metric,
            frozenset(watch.dimensions.items()),
            watch.stat,
            None if watch.account == account else watch.account,
        )
        for watch in watches
    )


def _named(watched: Watched) -> str:
    watches = [series.watch for series in watched.series]
    if len(watches) != 1:
        return "its expression"
    (watch,) = watches
    by = f" of {' and '.join(watch.dimensions.values())}" if watch.dimensions else ""
    return f"{watch.metric} ({watch.stat}){by}"
