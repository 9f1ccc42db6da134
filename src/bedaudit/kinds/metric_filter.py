"""Metric filters on the log groups of Bedrock, and whether an alarm listens to what they count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bedaudit.kinds.kind import Creation, Kind, resource
from bedaudit.model import Call, Gap, Raw, Resource
from bedaudit.parts import alarmed
from bedaudit.parts.alarmed import read_alarmed
from bedaudit.parts.bedrock_log_groups import GET_LOGGING, Purpose, purpose_of, read_invocation_group
from bedaudit.parts.log_group import DESCRIBE_METRIC_FILTERS, read_metric_filters
from bedaudit.reader import Reader
from bedaudit.state import State


class MetricFilter(State):
    """A metric filter on a log group of Bedrock."""

    name: str
    """Its name."""
    log_group: str
    """The name of the log group that it filters."""
    purpose: Purpose | Gap
    """Whose logs that log group holds."""
    pattern: str
    """What it looks for, quoted texts and regular expressions replaced by their hashes; empty: every event."""
    namespace: str
    """The namespace of the metric that it publishes."""
    metric: str
    """The name of that metric."""
    alarmed: bool | Gap
    """Whether an alarm of the site watches that metric."""


async def read(aws: Reader) -> Iterable[Resource]:
    """Every metric filter of those log groups; without the logging configuration one might be left out."""
    named = await read_invocation_group(aws)
    filters = await read_metric_filters(aws)
    purposes = ((each, purpose_of(each.get("logGroupName", ""), named)) for each in filters)
    return [await _metric_filter(aws, each, purpose) for each, purpose in purposes if purpose is not None]


async def _metric_filter(aws: Reader, raw: Raw, purpose: Purpose) -> Resource:
    state = _stated(raw, purpose)
    heard = await aws.part("alarmed", lambda aws: _alarmed(aws, state), facts=state.facts)
    state = state.model_copy(update={"alarmed": heard})
    return resource("metric_filter", f"{state.log_group}:{state.name}", state, raw=raw)


def _stated(raw: Raw, purpose: Purpose | Gap) -> MetricFilter:
    """What AWS's description says by itself, or the parameters that make it."""
    published: Raw = next(iter(raw["metricTransformations"]), {})
    return MetricFilter(
        name=raw["filterName"],
        log_group=raw["logGroupName"],
        purpose=purpose,
        pattern=raw.get("filterPattern", ""),
        namespace=published.get("metricNamespace", ""),
        metric=published.get("metricName", ""),
        alarmed=Gap("not_read"),
    )


async def _alarmed(aws: Reader, state: MetricFilter) -> bool | Gap:
    return (await read_alarmed(aws)).watches(state.namespace, state.metric)


def create(parameters: Mapping[str, Any]) -> Creation:
    """PutMetricFilter."""
    return Creation(Call("logs", "PutMetricFilter", parameters), _stated(parameters, Gap("not_read")).facts())


KIND = Kind(
    name="metric_filter",
    state=MetricFilter,
    read=read,
    operations=(GET_LOGGING, DESCRIBE_METRIC_FILTERS, *alarmed.OPERATIONS),
    create=create,
)
