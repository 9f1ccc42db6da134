"""How much of a quota is used: the metrics that say it, and the most that they said in a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from bedaudit.documents.arn import parse
from bedaudit.documents.quota_name import Routing, is_of, routing_of
from bedaudit.model import Gap, Raw
from bedaudit.parts.application_profiles import model_of, read_application_profiles
from bedaudit.parts.metric_data import GET_METRIC_DATA, Datapoints, Series, read_datapoints
from bedaudit.parts.traffic import BEDROCK, read_traffic
from bedaudit.parts.watch import Watch
from bedaudit.reader import Reader

OPERATIONS = (GET_METRIC_DATA,)

TOKENS_PER_MINUTE = "EstimatedTPMQuotaUsage"
_HOURS = 24
_MINUTE = 60
_UNITS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400}


@dataclass(frozen=True, slots=True)
class Caller:
    """What is called in the place of a model, and the model that answers."""

    name: str
    """The value of the ModelId dimension."""
    model: str
    routing: Routing


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric series that says how much of a quota is used."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    stat: str
    period: int
    model: str | None = None
    """The model or profile that it is of."""
    rate: float = 1.0
    """What a value counts in the quota's own terms."""

    def is_named(self, watch: Watch) -> bool:
        """Whether something watches the metric, be it another series of it."""
        return (watch.namespace, watch.metric) == (self.namespace, self.metric)

    def is_watched(self, watch: Watch) -> bool:
        """Whether something watches this series, or for a model that of all of them."""
        if not self.is_named(watch):
            return False
        if self.model is not None:
            return watch.model in ("*", self.model)
        return dict(self.dimensions).items() >= watch.dimensions.items()

    def series(self) -> Series:
        """What is asked of CloudWatch."""
        dimensions = [{"Name": name, "Value": value} for name, value in self.dimensions]
        metric = {"Namespace": self.namespace, "MetricName": self.metric, "Dimensions": dimensions}
        return Series(metric, self.stat, self.period)


Peaks: TypeAlias = Callable[[Sequence[Measured]], float | None]
"""The most that series came to at one time, together; None where there is nothing of any."""


async def read_callers(aws: Reader) -> tuple[Caller, ...] | Gap:
    """The models and profiles with traffic. Profiles are read only where one of them was called."""
    seen = await read_traffic(aws)
    if isinstance(seen, Gap):
        return seen
    names = sorted(model for model, hours in seen.invocations.items() if model and hours)
    own = any("." not in _id(name) for name in names)
    summaries = await read_application_profiles(aws) if own else []
    profiles = {summary["inferenceProfileId"]: summary for summary in summaries}
    return tuple(_caller(name, profiles.get(_id(name))) for name in names)


def _id(name: str) -> str:
    return name.rpartition("/")[2]


def _caller(name: str, profile: Raw | None) -> Caller:
    if profile is None:
        return Caller(name, _id(name), routing_of(_id(name)))
    regions = {parse(model["modelArn"]).region for model in profile["models"]}
    own: Routing = "on-demand" if len(regions) == 1 else "cross-region"
    # A profile that is answered anywhere names the model also without a region.
    return Caller(name, model_of(profile), "global cross-region" if "" in regions else own)


def measures_of(quota: Raw, callers: Iterable[Caller]) -> tuple[Measured, ...]:
    """What says how much of the quota is used; nothing for one that this site does not draw on or nobody measures."""
    name = quota.get("QuotaName", "")
    models = tuple(
        Measured(BEDROCK, TOKENS_PER_MINUTE, (("ModelId", caller.name),), "Sum", _MINUTE, caller.name)
        for caller in callers
        if is_of(name, caller.model, caller.routing)
    )
    return models or _own_measure(quota)


def _own_measure(quota: Raw) -> tuple[Measured, ...]:
    metric = quota.get("UsageMetric") or {}
    if "MetricNamespace" not in metric or "MetricName" not in metric:
        return ()
    dimensions = tuple(sorted(metric.get("MetricDimensions", {}).items()))
    stat = metric.get("MetricStatisticRecommendation", "Maximum")
    seconds = _seconds(quota)
    period = max(seconds, _MINUTE)
    rate = seconds / period if stat == "Sum" and seconds else 1.0
    return (Measured(metric["MetricNamespace"], metric["MetricName"], dimensions, stat, period, rate=rate),)


def _seconds(quota: Raw) -> int:
    """The time that the quota counts over; 0 where it is no rate. No metric has values for less than a minute."""
    period = quota.get("Period") or {}
    return int(period.get("PeriodValue", 1) * _UNITS.get(period.get("PeriodUnit", ""), 0))


async def read_peaks(aws: Reader, measured: Sequence[Measured]) -> Peaks | Gap:
    """What was used of each in the last day."""
    end = aws.now.replace(second=0, microsecond=0)
    start = end - timedelta(hours=_HOURS)
    found = await read_datapoints(aws, [one.series() for one in measured], start, end)
    values: dict[Measured, Datapoints] = {}
    for one, points in zip(measured, found, strict=True):
        if isinstance(points, Gap):
            return points
        values[one] = points

    def peak(of: Sequence[Measured]) -> float | None:
        at: dict[datetime, float] = defaultdict(float)
        for one in of:
            for moment, value in values.get(one, {}).items():
                at[moment] += one.rate * value
        return max(at.values(), default=None)

    return peak
