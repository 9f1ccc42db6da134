"""Whether an alarm can fire: whether AWS publishes what it watches, and its band, if it has one, is drawn.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Anomaly_Detection_Alarm.html
"""

from __future__ import annotations

from dataclasses import dataclass

from bedaudit.documents.catalogue import UNDECIDED, Verdict, worst
from bedaudit.model import EVERY_ACCOUNT, Gap, Raw
from bedaudit.parts import detectors
from bedaudit.parts.composite import Alarms
from bedaudit.parts.detectors import read_why_no_band
from bedaudit.parts.traffic import LIST_METRICS, list_metrics
from bedaudit.parts.watch import Series, Watched
from bedaudit.reader import Reader

OPERATIONS = (LIST_METRICS, *detectors.OPERATIONS)


@dataclass(frozen=True, slots=True)
class Firing:
    """Whether an alarm can fire, and why not; None: it watches nothing of Bedrock's."""

    can_fire: bool | Gap | None
    because: str | None = None


async def read_firing(aws: Reader, alarms: Alarms, name: str) -> Firing:
    """Whether the alarm of this name can fire."""
    return await _composite(aws, alarms, name) if name in alarms.rules else await _single(aws, alarms, name)


async def _single(aws: Reader, alarms: Alarms, name: str) -> Firing:
    watched = alarms.watched(name)
    verdicts = [await _verdict(aws, series) for series in watched.series if series.covered]
    firing = judged(watched, verdicts)
    if not watched.anomaly or firing.can_fire is None or firing.can_fire is False:
        return firing
    why_not = await aws.attempt(read_why_no_band(aws, watched))
    if isinstance(why_not, str):
        return Firing(can_fire=False, because=why_not)
    return Firing(why_not) if isinstance(why_not, Gap) and firing.can_fire is True else firing


def documented(watched: Watched) -> Firing:
    """Whether an alarm that watches this can fire, by AWS's documentation alone."""
    firing = judged(watched, [worst((one.no_series, one.no_values)) for one in watched.series if one.covered])
    return Firing(Gap("not_read")) if watched.anomaly and firing.can_fire is True else firing


def judged(watched: Watched, verdicts: list[Verdict | Gap]) -> Firing:
    """What the verdicts on the covered series say of the alarm."""
    reasons = [verdict for verdict in verdicts if isinstance(verdict, str)]
    if reasons and (len(reasons) == len(watched.series) or not watched.tolerant):
        return Firing(can_fire=False, because="; ".join(dict.fromkeys(reasons)))
    if watched.gap is not None:
        return Firing(watched.gap)
    if reasons:
        message = f"its expression may do without the series that has no data: {reasons[0]}"
        return Firing(Gap("failed", message=message))
    gap = next((verdict for verdict in verdicts if isinstance(verdict, Gap)), None)
    if gap is None and UNDECIDED in verdicts:
        gap = Gap("failed", message="AWS does not document such a series, and none was seen in the last two weeks")
    if gap is not None:
        return Firing(gap)
    return Firing(can_fire=True if verdicts and len(verdicts) == len(watched.series) else None)


async def _verdict(aws: Reader, series: Series) -> Verdict | Gap:
    """By the documentation; a series that was seen exists, whatever the documentation says."""
    no_series = series.no_series
    if no_series is not None and series.watch.account in (None, EVERY_ACCOUNT, aws.account):
        seen = await aws.attempt(_is_seen(aws, series))
        if isinstance(seen, Gap):
            return series.no_values if isinstance(series.no_values, str) else seen
        no_series = None if seen else no_series
    return worst((no_series, series.no_values))


async def _is_seen(aws: Reader, series: Series) -> bool:
    """Whether CloudWatch lists the series; what is not listed may still come, so that says nothing."""
    watch = series.watch
    metrics = await list_metrics(aws, watch.namespace)
    return any(metric.get("MetricName") == watch.metric and _is_one_of(metric, series) for metric in metrics)


def _is_one_of(metric: Raw, series: Series) -> bool:
    dimensions = {dimension["Name"]: dimension["Value"] for dimension in metric.get("Dimensions", ())}
    exact = series.names is None or dimensions.keys() == series.names
    return exact and series.watch.dimensions.items() <= dimensions.items()


async def _composite(aws: Reader, alarms: Alarms, name: str) -> Firing:
    """Through the alarms at the bottom of the tree of composite alarms."""
    rule = alarms.rules[name]
    if rule is None:
        return Firing(Gap("failed", message="its rule is not understood"))
    leaves = {leaf: await _leaf(aws, alarms, leaf) for leaf in alarms.leaves(name)}
    if not alarms.can_hold(name, {leaf for leaf, firing in leaves.items() if firing.can_fire is False}):
        reasons = [f"{leaf}: {firing.because}" for leaf, firing in leaves.items() if firing.because]
        return Firing(can_fire=False, because="; ".join(reasons) or "its rule never holds")
    return _of_children([firing.can_fire for firing in leaves.values()])


async def _leaf(aws: Reader, alarms: Alarms, name: str) -> Firing:
    if name not in alarms.by_name:
        return Firing(can_fire=False, because="there is no such alarm")
    return await _single(aws, alarms, name)


def _of_children(values: list[bool | Gap | None]) -> Firing:
    gap = next((value for value in values if isinstance(value, Gap)), None)
    if gap is not None:
        return Firing(gap)
    return Firing(can_fire=None if None in values or not values else True)
