"""CloudWatch dashboards, which belong to an account whatever the region."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard."""

    name: str
    arn: str
    body: str
    modified: datetime


@dataclass(slots=True)
class Dashboards:
    """The dashboards of an account by name."""

    by_name: dict[str, Dashboard] = field(default_factory=dict)


@operation("cloudwatch", "PutDashboard")
def put(call: Call) -> Reply:
    """Makes a dashboard or replaces it; its body must be JSON."""
    name, body = call.parameters["DashboardName"], call.parameters["DashboardBody"]
    try:
        json.loads(body)
    except ValueError as error:
        raise AwsError("InvalidParameterInput", "The field DashboardBody must be a valid JSON object") from error
    arn = f"arn:aws:cloudwatch::{call.account}:dashboard/{name}"
    call.everywhere(Dashboards).by_name[name] = Dashboard(name, arn, body, call.now)
    return {"DashboardValidationMessages": []}


@operation("cloudwatch", "GetDashboard")
def get(call: Call) -> Reply:
    """One dashboard with its body."""
    dashboard = _find(call, call.parameters["DashboardName"])
    return {"DashboardArn": dashboard.arn, "DashboardName": dashboard.name, "DashboardBody": dashboard.body}


@operation("cloudwatch", "ListDashboards")
def list_all(call: Call) -> Reply:
    """All dashboards without bodies, 1000 a page."""
    prefix = call.parameters.get("DashboardNamePrefix") or ""
    entries = [
        {"DashboardName": d.name, "DashboardArn": d.arn, "LastModified": d.modified, "Size": len(d.body.encode())}
        for name, d in sorted(call.everywhere(Dashboards).by_name.items())
        if name.startswith(prefix)
    ]
    return page(call, "DashboardEntries", entries, 1000)


@operation("cloudwatch", "DeleteDashboards")
def delete(call: Call) -> Reply:
    """Deletes dashboards, all or none."""
    for dashboard in [_find(call, name) for name in call.parameters["DashboardNames"]]:
        del call.everywhere(Dashboards).by_name[dashboard.name]
    return {}


def _find(call: Call, name: str) -> Dashboard:
    dashboard = call.everywhere(Dashboards).by_name.get(name)
    if dashboard is None:
        raise AwsError("ResourceNotFound", f"Dashboard {name} does not exist", 404)
    return dashboard
