"""Seeds the dashboard of those who operate: errors, delivery, guardrails, and a line for each model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bedaudit.sandbox.organization.coverage_plan import DASHBOARD, UNTITLED, lacking
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.organization.site_setup import Setup
from bedaudit.sandbox.organization.traffic import called

_HEIGHT = 6


def seed(sites: Iterable[tuple[Site, Setup]]) -> None:
    """Makes the dashboards of one account, with a row for each of its sites that have traffic."""
    used = [(site, setup) for site, setup in sites if setup.traffic]
    widgets = [widget for row, (site, setup) in enumerate(used) for widget in _row(row, site, setup)]
    if widgets:
        _put(used[0][0], DASHBOARD, widgets)
    for site, _ in used:
        if "broken-dashboard" in lacking(site):
            graph = _graph(0, 0, site, "Invocations", [["AWS/Bedrock", "Invocations"]])
            _put(site, UNTITLED, [graph, {"type": "metric", "properties": {"metrics": "AWS/Bedrock"}}])
        if "model-on-no-dashboard" in lacking(site):
            _sum_up(site)


def _put(site: Site, name: str, widgets: list[dict[str, Any]]) -> None:
    site("cloudwatch", "PutDashboard", DashboardName=name, DashboardBody=json.dumps({"widgets": widgets}))


def _row(row: int, site: Site, setup: Setup) -> list[dict[str, Any]]:
    without = lacking(site)
    graphs = {"Errors and throttles": [] if "errors-not-shown" in without else _errors()}
    graphs["Log delivery"] = [] if "delivery-not-shown" in without else _delivery()
    graphs["Guardrail interventions"] = [] if "interventions-not-shown" in without else _interventions()
    graphs["Blocked"] = [["AWS/Bedrock", "ContentFilteredCount"]] if "graph-of-nothing" in without else []
    models = called(setup)
    shown = models[:1] if "model-on-no-dashboard" in without else models
    graphs["Time to first token"] = [["AWS/Bedrock", "TimeToFirstToken", "ModelId", model] for model in shown]
    return [_graph(row, column, site, title, lines) for column, (title, lines) in enumerate(graphs.items()) if lines]


def _errors() -> list[list[Any]]:
    names = ("InvocationServerErrors", "InvocationClientErrors", "InvocationThrottles")
    return [["AWS/Bedrock", name] for name in names]


def _delivery() -> list[list[Any]]:
    names = ("LogsCloudWatchDelivery", "LogsS3Delivery", "LargeDataS3Delivery")
    return [["AWS/Bedrock", f"ModelInvocation{name}Failure"] for name in names]


def _interventions() -> list[list[Any]]:
    expression = "SEARCH('{AWS/Bedrock/Guardrails,GuardrailPolicyType} MetricName=\"InvocationsIntervened\"', 'Sum')"
    return [[{"expression": expression}]]


def _graph(row: int, column: int, site: Site, title: str, lines: list[list[Any]]) -> dict[str, Any]:
    properties = {"title": title, "region": site.region, "stat": "Sum", "metrics": lines}
    place = {"x": 4 * column, "y": _HEIGHT * row, "width": 4, "height": _HEIGHT}
    return {"type": "metric", **place, "properties": properties}


def _sum_up(site: Site) -> None:
    """Has the other dashboard show the sum of all models of this region."""
    reply = site("cloudwatch", "GetDashboard", DashboardName="bedrock")
    widgets: list[dict[str, Any]] = json.loads(reply["DashboardBody"])["widgets"]
    _put(site, "bedrock", [_summed(widget) if _is_of(widget, site) else widget for widget in widgets])


def _is_of(widget: Mapping[str, Any], site: Site) -> bool:
    return bool(widget["properties"]["region"] == site.region)


def _summed(widget: Mapping[str, Any]) -> dict[str, Any]:
    properties = widget["properties"]
    return {**widget, "properties": {**properties, "metrics": [properties["metrics"][0][:2]]}}
