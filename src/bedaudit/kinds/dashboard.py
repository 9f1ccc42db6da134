"""CloudWatch dashboards: which metrics, logs and alarms they show, and of which regions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bedaudit.kinds.kind import Kind
from bedaudit.model import Gap, Resource
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

LIST_DASHBOARDS = Operation("cloudwatch", "ListDashboards")
GET_DASHBOARD = Operation("cloudwatch", "GetDashboard", absent=("ResourceNotFound",))


class ShownMetric(State):
    """A metric that a dashboard shows."""

    namespace: str
    """The metric's namespace, as `AWS/Bedrock`."""
    metric: str
    """The metric's name; `*` where a search takes every metric of a namespace that is not Bedrock's."""
    dimensions: Mapping[str, str]
    """The dimensions that the series is pinned to."""
    region: str | None = None
    """The region that the widget shows."""
    account: str | None = None
    """The account that the metric belongs to, where that is not the dashboard's own."""
    stat: str | None = None
    """The statistic, as `Sum` or `p99`."""
    can_show: bool | None = None
    """Whether AWS publishes such a series; missing for metrics that are not Bedrock's and where it is not known."""


class ShownQuery(State):
    """A log query that a dashboard shows."""

    log_groups: tuple[str, ...]
    """The names of the log groups that it reads."""
    query: str
    """The query, its quoted literals replaced by their hashes."""
    region: str | None = None
    """The region that the widget shows."""
    account: str | None = None
    """The account that the log groups belong to, where that is not the dashboard's own."""


class Dashboard(State):
    """A CloudWatch dashboard."""

    name: str
    """The dashboard's name."""
    valid: bool | Gap
    """Whether its body is a dashboard body as CloudWatch documents it."""
    widgets: int | Gap
    """How many widgets it has."""
    metrics: tuple[ShownMetric, ...] | Gap
    """The metrics that its widgets show, with shorthand, searches and Metrics Insights resolved."""
    log_queries: tuple[ShownQuery, ...] | Gap
    """The log queries that its widgets show."""
    alarms: tuple[str, ...] | Gap
    """The ARNs of the alarms that it shows, alone or in a graph."""
    regions: tuple[str, ...] | Gap
    """The regions of its widgets that show Bedrock."""


async def read(aws: Reader) -> Iterable[Resource]:
    """Every dashboard of the account."""
    raise NotImplementedError


KIND = Kind(name="dashboard", state=Dashboard, read=read, operations=(LIST_DASHBOARDS, GET_DASHBOARD), scope="account")
