"""A dashboard, made where it is missing; one of the name that is there is given the widgets that it lacks.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bedaudit.documents.splice import with_elements
from bedaudit.documents.statements import loaded
from bedaudit.kinds import dashboard
from bedaudit.kinds.dashboard import GET_DASHBOARD
from bedaudit.model import GLOBAL, Call, Facts, Raw, Site
from bedaudit.reader import Reader
from bedaudit.repairs.making import CREATE, creation, holds
from bedaudit.repairs.repair import Edit, Mount, Place, Repair

_PLACE = ("x", "y")
"""Members of a widget that say where it stands."""


def _place(facts: Facts, site: Site) -> Place | None:
    name = facts.get("name")
    return Place(GLOBAL, f"dashboard {name}", {"DashboardName": name}) if isinstance(name, str) and name else None


async def _read(aws: Reader, place: Place) -> Raw | None:
    """The body as text, and what the text holds: AWS is free to write it in another way."""
    reply = await aws.find(GET_DASHBOARD, **place.parameters)
    return None if reply is None else _told(reply)


def _told(reply: Raw) -> Raw:
    text = reply.get("DashboardBody", "")
    body = loaded(text)
    return {**reply, "Body": text if body is None else body}


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    new = creation(dashboard.KIND, wanted)
    if new is None:
        return Edit(raw, (), ())
    if raw is not None:
        return _with_widgets(raw, _widgets(_told(new.call.parameters)) or ())
    undo = Call("cloudwatch", "DeleteDashboards", {"DashboardNames": [place.parameters["DashboardName"]]})
    shown = {name: new.call.parameters[name] for name in ("DashboardName", "DashboardBody")}
    return Edit(_told(shown), (new.call,), (undo,))


def _with_widgets(raw: Raw, wanted: Iterable[Any]) -> Edit:
    """With those widgets that it lacks, below all others."""
    there = _widgets(raw)
    if there is None:
        return Edit(
            raw, (), (), "manual", f"the body of dashboard {raw.get('DashboardName')} is not what AWS documents"
        )
    missing = [each for each in wanted if not any(_shows(other, each) for other in there)]
    if not missing:
        return Edit(raw, (), ())
    after = _told({**raw, "DashboardBody": with_elements(raw["DashboardBody"], "widgets", _below(there, missing))})
    return Edit(after, (_put(after),), (_put(raw),))


def _widgets(raw: Raw) -> list[Any] | None:
    body = raw.get("Body")
    widgets = body.get("widgets") if isinstance(body, Mapping) else None
    return widgets if isinstance(widgets, list) else None


def _shows(there: Any, wanted: Any) -> bool:
    """Whether a widget shows all that another one does, wherever it stands."""
    said = {name: value for name, value in wanted.items() if name not in _PLACE} if isinstance(wanted, dict) else wanted
    return holds(there, said)


def _below(there: Iterable[Any], added: Iterable[Any]) -> Iterator[Any]:
    ends = (each.get("y", 0) + each.get("height", 0) for each in there if isinstance(each, dict))
    end = max((end for end in ends if isinstance(end, int)), default=0)
    for each in added:
        yield {**each, "y": each["y"] + end} if isinstance(each.get("y"), int) else each


def _put(raw: Raw) -> Call:
    return Call("cloudwatch", "PutDashboard", {name: raw[name] for name in ("DashboardName", "DashboardBody")})


def _joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The widgets of two dashboards in one; None where they differ in more."""
    first, second = one.get("DashboardBody"), other.get("DashboardBody")
    if not (isinstance(first, Mapping) and isinstance(second, Mapping)) or not _differ_in_widgets(first, second):
        return None
    there = list(first.get("widgets", ()))
    missing = [each for each in second.get("widgets", ()) if not any(_shows(known, each) for known in there)]
    return {**one, "DashboardBody": {**first, "widgets": [*there, *_below(there, missing)]}}


def _differ_in_widgets(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return {**one, "widgets": ()} == {**other, "widgets": ()}


DASHBOARD = Repair(
    name="dashboard",
    does="Makes the dashboard, or adds to the one of that name the widgets that it lacks.",
    rated={"safe": "", "manual": "the body of the dashboard is not what AWS documents"},
    paths=(CREATE,),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(GET_DASHBOARD,),
    writes=("cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"),
    volatile=(("DashboardBody",),),
    joins={CREATE: _joined},
)
MOUNTS = (Mount("dashboard", "", DASHBOARD),)
