"""What an alarm that can never fire was meant to watch, where AWS's documentation leaves no choice.

https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.documents import insights
from bedaudit.documents.catalogue import misnomer_of, namespaces, why_no_series, why_no_values
from bedaudit.documents.expressions import is_insights
from bedaudit.model import Raw


def corrected(alarm: Raw) -> Raw | None:
    """The alarm, as AWS describes it, on what it was meant to watch; None: that is for people to say."""
    if alarm.get("Metrics"):
        queries = [_query(query) for query in alarm["Metrics"]]
        known = [query for query in queries if query is not None]
        return {**alarm, "Metrics": known} if len(known) == len(queries) else None
    if "MetricName" not in alarm:
        return None
    series = _series(alarm)
    return (
        None if series is None else _measured(series, series, alarm.get("Statistic") or alarm.get("ExtendedStatistic"))
    )


def _query(query: Raw) -> Raw | None:
    stat = query.get("MetricStat")
    if stat is None:
        expression = query.get("Expression", "")
        selection = insights.parse(expression) if is_insights(expression) else None
        return None if selection is not None and isinstance(insights.why_no_data(selection), str) else query
    metric = _series(stat["Metric"])
    measured = None if metric is None else _measured(stat, metric, stat.get("Stat"))
    return None if measured is None else {**query, "MetricStat": {**measured, "Metric": metric}}


def _measured(asked: Raw, metric: Raw, stat: str | None) -> Raw | None:
    """What is asked of a metric, without a unit in which it has no values; None: there is no such statistic."""
    namespace, name, unit = metric.get("Namespace", ""), metric.get("MetricName", ""), asked.get("Unit")
    if isinstance(why_no_values(namespace, name, stat, None), str):
        return None
    wrong = unit is not None and isinstance(why_no_values(namespace, name, None, unit), str)
    return {member: value for member, value in asked.items() if member != "Unit"} if wrong else asked


def _series(metric: Raw) -> Raw | None:
    """Namespace, name and dimensions of a series that there is, and all else as it was."""
    namespace, name = metric.get("Namespace", ""), metric.get("MetricName", "")
    dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions") or ()}
    if not isinstance(why_no_series(namespace, name, dimensions), str):
        return metric
    there = {key: value for key, value in dimensions.items() if "*" not in value}
    meant = _meant(namespace, name, there)
    if why_no_series(*meant) is not None:
        return None
    listed = [{"Name": key, "Value": value} for key, value in meant[2].items()]
    return {**metric, "Namespace": meant[0], "MetricName": meant[1], "Dimensions": listed}


def _meant(namespace: str, name: str, dimensions: Mapping[str, str]) -> tuple[str, str, Mapping[str, str]]:
    known = _spelt(namespace, namespaces())
    if known is None:
        return namespace, name, dimensions
    metric = _spelt(name, known.metrics)
    if metric is not None:
        return known.name, metric.name, dimensions
    means = (misnomer_of(name) or {}).get("means", {})
    if known.name != "AWS/Bedrock" and means.get("namespace") == "AWS/Bedrock":
        return known.name, name, dimensions
    return means.get("namespace", known.name), means.get("metric", name), means.get("dimensions", dimensions)


def _spelt(name: str, known: Mapping[str, Any]) -> Any:
    """What has this name, whatever the case of its letters."""
    return next((each for spelt, each in known.items() if spelt.casefold() == name.casefold()), None)
