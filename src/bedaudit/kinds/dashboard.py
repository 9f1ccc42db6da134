"""CloudWatch dashboards: which metrics, logs and alarms they show, and of which regions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any

from bedaudit.documents.dashboard import ShownQuery, parse
from bedaudit.documents.graph import ShownMetric
from bedaudit.kinds.kind import Creation, Kind, resource
from bedaudit.model import Call, Gap, Raw, Resource
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

LIST_DASHBOARDS = Operation("cloudwatch", "ListDashboards")
GET_DASHBOARD = Operation("cloudwatch", "GetDashboard", absent=("ResourceNotFound",))


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
    pages = await aws.pages(LIST_DASHBOARDS)
    entries = [entry for page in pages for entry in page.get("DashboardEntries", ())]
    read = await asyncio.gather(*(_dashboard(aws, entry) for entry in entries))
    return [one for one in read if one is not None]


async def _dashboard(aws: Reader, entry: Raw) -> Resource | None:
    """One dashboard; None if it was deleted since it was listed."""
    name = entry["DashboardName"]
    reply = await aws.attempt(aws.find(GET_DASHBOARD, DashboardName=name))
    if reply is None:
        return None
    state = _unread(name, reply) if isinstance(reply, Gap) else _state(name, reply.get("DashboardBody", ""))
    # A body may hold what nobody should read twice; of it only the state goes on.
    known = ("DashboardName", "DashboardArn", "LastModified", "Size")
    raw = {member: entry[member] for member in known if member in entry}
    return resource("dashboard", name, state, arn=entry.get("DashboardArn"), raw=raw)


def _unread(name: str, gap: Gap) -> Dashboard:
    return Dashboard(name=name, valid=gap, widgets=gap, metrics=gap, log_queries=gap, alarms=gap, regions=gap)


def _state(name: str, text: str) -> Dashboard:
    body = parse(text)
    return Dashboard(
        name=name,
        valid=body.valid,
        widgets=body.widgets,
        metrics=body.metrics,
        log_queries=body.queries,
        alarms=body.alarms,
        regions=body.regions,
    )


def create(parameters: Mapping[str, Any]) -> Creation:
    """PutDashboard, with the body given as a mapping."""
    body = parameters.get("DashboardBody", {})
    text = body if isinstance(body, str) else json.dumps(body, separators=(",", ":"))
    call = Call("cloudwatch", "PutDashboard", {**parameters, "DashboardBody": text})
    return Creation(call, _state(str(parameters.get("DashboardName", "")), text).facts())


KIND = Kind(
    name="dashboard",
    state=Dashboard,
    read=read,
    operations=(LIST_DASHBOARDS, GET_DASHBOARD),
    scope="account",
    of_accounts=("metrics", "log_queries"),
    create=create,
)
