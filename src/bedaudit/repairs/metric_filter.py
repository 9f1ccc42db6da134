"""A metric filter, made where its log group has none of its name.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.kinds import metric_filter
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.parts.log_group import DESCRIBE_METRIC_FILTERS, read_metric_filters
from bedaudit.reader import Reader
from bedaudit.repairs.making import ANOTHER, CREATE, creation, made
from bedaudit.repairs.repair import Edit, Mount, Place, Repair


def _place(facts: Facts, site: Site) -> Place | None:
    group, name = facts.get("log_group"), facts.get("name")
    if not (isinstance(group, str) and isinstance(name, str) and group and name):
        return None
    return Place(site.region, f"metric filter {name} of log group {group}", {"logGroupName": group, "filterName": name})


async def _read(aws: Reader, place: Place) -> Raw | None:
    filters = await read_metric_filters(aws)
    return next((each for each in filters if place.parameters.items() <= each.items()), None)


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    new = creation(metric_filter.KIND, wanted)
    if new is None:
        return Edit(raw, (), ())
    undo = Call("logs", "DeleteMetricFilter", place.parameters)
    return made(raw, new.call, dict(new.call.parameters), undo, place)


FILTER = Repair(
    name="metric_filter",
    does="Makes the metric filter.",
    rated={"safe": "", "manual": ANOTHER},
    paths=(CREATE,),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(DESCRIBE_METRIC_FILTERS,),
    writes=("logs:PutMetricFilter", "logs:DeleteMetricFilter"),
    volatile=(("creationTime",),),
    after=("log_group.create",),
)
MOUNTS = (Mount("metric_filter", "", FILTER),)
