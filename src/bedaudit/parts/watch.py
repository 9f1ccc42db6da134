"""The metric series that an alarm or an anomaly detector watches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bedaudit.documents import insights
from bedaudit.documents.catalogue import (
    Verdict,
    covers,
    is_sensible,
    model_dimension,
    why_no_series,
    why_no_values,
)
from bedaudit.documents.expressions import is_band, is_insights, may_do_without, reachable
from bedaudit.model import EVERY_ACCOUNT, Gap, Raw
from bedaudit.state import State


class Watch(State):
    """A metric series that is watched."""

    namespace: str
    """The metric's namespace, as `AWS/Bedrock`."""
    metric: str
    """The metric's name."""
    dimensions: Mapping[str, str]
    """The dimensions that the series is pinned to; a Metrics Insights query pins those that it filters by equality."""
    model: str | Gap | None = None
    """The value of the ModelId dimension; `*` where the series covers all models; a value with a literal `*`, which
    no model has, reads `invalid:` and the value."""
    stat: str | None = None
    """The statistic, as `Sum` or `p99`."""
    period: int | None = None
    """Seconds that one data point covers."""
    account: str | Gap | None = None
    """The account that the metric belongs to, where that is not the alarm's own; `*` where a Metrics Insights query
    takes the metrics of every account that shares them with the alarm's own."""
    sensible_stat: bool | None = None
    """Whether the statistic says something about this metric, as Sum does of a count; missing for metrics that are
    not Bedrock's."""


@dataclass(frozen=True, slots=True)
class Series:
    """A watched series, and what decides whether it can have data."""

    watch: Watch
    no_series: Verdict
    """Why AWS never publishes it."""
    no_values: Verdict
    """Why it has no values, if it is published, in the way it is asked for."""
    names: frozenset[str] | None = None
    """The exact set of its dimensions; None: those that it is pinned to, and perhaps others."""

    @property
    def covered(self) -> bool:
        """Whether the catalogue has anything to say about it."""
        return covers(self.watch.namespace, self.watch.metric)


@dataclass(frozen=True, slots=True)
class Watched:
    """All that one alarm watches."""

    series: tuple[Series, ...] = ()
    anomaly: bool = False
    tolerant: bool = False
    """Whether its expression may have a value though one of its series has none."""
    gap: Gap | None = None
    """Why it cannot be said."""


def _not_understood(what: str) -> Gap:
    return Gap("failed", message=f"{what} is not understood")


def watched_by(alarm: Raw) -> Watched:
    """What a metric alarm watches, from AWS's description of it or from the parameters that make it."""
    promql = alarm.get("EvaluationCriteria", {}).get("PromQLCriteria", {}).get("Query")
    if promql is not None:
        # Only a query that may be about Bedrock is worth a gap.
        return Watched(gap=_not_understood("its PromQL query") if "bedrock" in promql.lower() else None)
    queries = alarm.get("Metrics")
    if queries:
        return _by_queries(queries)
    if "MetricName" not in alarm:
        return Watched()
    stat = alarm.get("Statistic") or alarm.get("ExtendedStatistic")
    return Watched((_series(alarm, stat=stat, period=alarm.get("Period"), unit=alarm.get("Unit")),))


def _by_queries(queries: Iterable[Raw]) -> Watched:
    by_id = {query["Id"]: query for query in queries}
    expressions = {id_: query.get("Expression") for id_, query in by_id.items()}
    used = reachable(expressions, [id_ for id_, query in by_id.items() if query.get("ReturnData", True)])
    series: list[Series] = []
    gap: Gap | None = None
    for query in (by_id[id_] for id_ in used):
        found = _by_query(query)
        gap = gap or (found if isinstance(found, Gap) else None)
        series += [] if isinstance(found, Gap) else found
    texts = [text for id_ in used if (text := expressions[id_]) is not None]
    return Watched(
        series=tuple(series),
        anomaly=any(is_band(text) for text in texts),
        tolerant=any(may_do_without(text) for text in texts),
        gap=gap,
    )


def _by_query(query: Raw) -> list[Series] | Gap:
    account, metric, expression = query.get("AccountId"), query.get("MetricStat"), query.get("Expression", "")
    if metric is not None:
        stat, period, unit = metric.get("Stat"), metric.get("Period"), metric.get("Unit")
        return [_series(metric["Metric"], stat=stat, period=period, unit=unit, account=account)]
    if not is_insights(expression):
        return []
    selection = insights.parse(expression)
    if selection is None:
        return _not_understood("its Metrics Insights query")
    return [_selected(selection, one, query.get("Period"), account) for one in selection.filters]


def _series(
    metric: Raw, *, stat: str | None, period: int | None, unit: str | None, account: str | None = None
) -> Series:
    namespace, name = metric.get("Namespace", ""), metric.get("MetricName", "")
    dimensions = {dimension["Name"]: dimension["Value"] for dimension in metric.get("Dimensions") or ()}
    watch = Watch(
        namespace=namespace,
        metric=name,
        dimensions=dimensions,
        model=_model(namespace, dimensions),
        stat=stat,
        period=period,
        account=account,
        sensible_stat=is_sensible(namespace, name, stat),
    )
    return Series(
        watch,
        no_series=why_no_series(namespace, name, dimensions),
        no_values=why_no_values(namespace, name, stat, unit),
        names=frozenset(dimensions),
    )


def _selected(query: insights.Query, one: insights.Filter, period: int | None, account: str | None) -> Series:
    dimensions = {label: value for label, value in one.pinned.items() if label in query.labels}
    leaving = one.open - {insights.ACCOUNT}
    unsure = Gap("failed", message=f"which models {', '.join(sorted(leaving))} leaves is not understood")
    watch = Watch(
        namespace=query.namespace,
        metric=query.metric,
        dimensions=dimensions,
        model=unsure
        if leaving and model_dimension(query.namespace) not in dimensions
        else _model(query.namespace, dimensions),
        stat=query.stat,
        period=period,
        account=_account(one, account),
        sensible_stat=is_sensible(query.namespace, query.metric, query.stat),
    )
    names = None if query.schema is None else frozenset(query.schema)
    return Series(watch, no_series=insights.why_no_data(query), no_values=None, names=names)


def _account(one: insights.Filter, account: str | None) -> str | Gap:
    if insights.ACCOUNT in one.open:
        return Gap("failed", message="which accounts its Metrics Insights query leaves is not understood")
    return one.pinned.get(insights.ACCOUNT, account or EVERY_ACCOUNT)


def _model(namespace: str, dimensions: Mapping[str, str]) -> str:
    model = dimensions.get(model_dimension(namespace), "*")
    return f"invalid:{model}" if "*" in model and model_dimension(namespace) in dimensions else model
