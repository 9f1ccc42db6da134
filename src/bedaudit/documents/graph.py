"""The metrics that a dashboard's graph shows: its rows with their shorthand, its searches and its queries.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bedaudit.documents import insights, search
from bedaudit.documents.catalogue import Verdict, model_dimension, why_no_series, why_no_set
from bedaudit.documents.expressions import is_insights, is_summed, reachable
from bedaudit.documents.variables import Regions
from bedaudit.model import EVERY_ACCOUNT, Gap
from bedaudit.state import State

_OPEN = Gap("failed", message="which accounts its Metrics Insights query leaves is not understood")


class ShownMetric(State):
    """A metric that a dashboard shows."""

    namespace: str
    """The metric's namespace, as `AWS/Bedrock`."""
    metric: str
    """The metric's name; `*` where a search takes every metric of a namespace that is not Bedrock's."""
    dimensions: Mapping[str, str]
    """The dimensions that the series is pinned to."""
    model: str | Gap | None = None
    """The model that the series belongs to; `*` where each model has its own line; missing where no line is of one
    model alone."""
    region: str | None = None
    """The region that the widget shows."""
    account: str | Gap | None = None
    """The account that the metric belongs to, where that is not the dashboard's own; `*` where a search or a Metrics
    Insights query takes the metrics of every account that shares them with the dashboard's own."""
    stat: str | None = None
    """The statistic, as `Sum` or `p99`."""
    can_show: bool | None = None
    """Whether AWS publishes such a series; missing for metrics that are not Bedrock's and where it is not known."""


@dataclass(frozen=True, slots=True)
class _Row:
    tokens: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def expression(self) -> str | None:
        expression = self.options.get("expression")
        return expression if isinstance(expression, str) else None

    def text(self, option: str, properties: Mapping[str, Any]) -> str | None:
        """An option of the row, or else of its widget."""
        value = self.options.get(option, properties.get(option))
        return value if isinstance(value, str) and value else None


def is_well_formed(properties: Mapping[str, Any]) -> bool:
    """Whether the `metrics` of a widget are rows of text, each perhaps with options at its end."""
    metrics = properties.get("metrics", [])
    return isinstance(metrics, list) and all(_is_row(row) for row in metrics)


def _is_row(row: Any) -> bool:
    if not isinstance(row, list) or not row:
        return False
    *tokens, last = row
    return all(isinstance(token, str) for token in tokens) and isinstance(last, str | dict)


def shown_by(properties: Mapping[str, Any], regions: Regions) -> Iterator[ShownMetric]:
    """The metrics that a widget with these properties shows."""
    metrics = properties.get("metrics")
    rows = _visible(_rows([row for row in metrics if _is_row(row)] if isinstance(metrics, list) else []))
    for row in rows:
        account = row.text("accountId", properties) or (EVERY_ACCOUNT if row.expression else None)
        for region in regions.of(row.text("region", properties)):
            for shown in _shown(row, row.text("stat", properties)):
                of = {"region": region, "account": shown.account or account}
                yield shown.model_copy(update=of)


def _rows(rows: Sequence[Sequence[Any]]) -> list[_Row]:
    found: list[_Row] = []
    before: tuple[str, ...] = ()
    for row in rows:
        options = row[-1] if isinstance(row[-1], dict) else {}
        tokens = _expanded(tuple(token for token in row if isinstance(token, str)), before)
        before = tokens or before
        found.append(_Row(tokens, options))
    return found


def _expanded(tokens: tuple[str, ...], before: tuple[str, ...]) -> tuple[str, ...]:
    """A row with `.` (what stands there in the row before) and `...` (all that stands there) written out."""
    if "..." in tokens:
        at = tokens.index("...")
        rest = tokens[at + 1 :]
        tokens = (*tokens[:at], *before[at : max(at, len(before) - len(rest))], *rest)
    return tuple(
        before[at] if token == "." and at < len(before) else token  # noqa: S105 - a mark, no password
        for at, token in enumerate(tokens)
    )


def _visible(rows: list[_Row]) -> list[_Row]:
    """The rows that are drawn, or that a drawn expression is made of."""
    ids = [row.options["id"] if isinstance(row.options.get("id"), str) else f"#{at}" for at, row in enumerate(rows)]
    drawn = [id_ for id_, row in zip(ids, rows, strict=True) if row.options.get("visible") is not False]
    needed = set(reachable({id_: row.expression for id_, row in zip(ids, rows, strict=True)}, drawn))
    return [row for id_, row in zip(ids, rows, strict=True) if id_ in needed]


def _shown(row: _Row, stat: str | None) -> Iterator[ShownMetric]:
    if row.expression is not None:
        yield from _queried(row.expression) if is_insights(row.expression) else _searched(row.expression)
    elif len(row.tokens) >= 2:
        namespace, metric, *rest = row.tokens
        dimensions = dict(zip(rest[::2], rest[1::2], strict=False))
        can_show = _can(why_no_series(namespace, metric, dimensions))
        yield ShownMetric(
            namespace=namespace,
            metric=metric,
            dimensions=dimensions,
            model=dimensions.get(model_dimension(namespace)),
            stat=stat,
            can_show=can_show,
        )


def _searched(expression: str) -> Iterator[ShownMetric]:
    summed = is_summed(expression)
    for one in search.parse(expression):
        for found in one.found:
            yield ShownMetric(
                namespace=found.namespace,
                metric=found.metric,
                dimensions=found.dimensions,
                model=_of_each(
                    found.namespace,
                    found.dimensions,
                    each=frozenset() if summed else found.each,
                    leaves_out=found.open,
                ),
                account=found.account,
                stat=one.stat,
                can_show=_can(why_no_set(found.namespace, found.metric, found.dimensions, exact=False)),
            )


def _queried(expression: str) -> Iterator[ShownMetric]:
    query = insights.parse(expression)
    if query is None:
        return
    for one in query.filters:
        dimensions = {label: value for label, value in one.pinned.items() if label in query.labels}
        yield ShownMetric(
            namespace=query.namespace,
            metric=query.metric,
            dimensions=dimensions,
            model=_of_each(
                query.namespace,
                dimensions,
                each=frozenset(query.group_by),
                leaves_out=bool(one.open - {insights.ACCOUNT}),
            ),
            account=_OPEN if insights.ACCOUNT in one.open else one.pinned.get(insights.ACCOUNT),
            stat=query.stat,
            can_show=_can(insights.why_no_data(query)),
        )


def _of_each(
    namespace: str, dimensions: Mapping[str, str], *, each: frozenset[str] | None, leaves_out: bool
) -> str | Gap | None:
    """The model of the series that are found."""
    name = model_dimension(namespace)
    if name in dimensions or (each is not None and name not in each):
        return dimensions.get(name)
    return Gap("failed", message=f"for which {name} it shows a line is not understood") if leaves_out else "*"


def _can(verdict: Verdict) -> bool | None:
    if isinstance(verdict, str):
        return False
    return True if verdict is None else None
