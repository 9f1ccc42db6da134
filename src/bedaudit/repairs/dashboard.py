"""A dashboard, made where it is missing.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.documents.statements import loaded
from bedaudit.kinds import dashboard
from bedaudit.kinds.dashboard import GET_DASHBOARD
from bedaudit.model import GLOBAL, Call, Facts, Raw, Site
from bedaudit.reader import Reader
from bedaudit.repairs.making import CREATE, creation, made
from bedaudit.repairs.repair import Edit, Mount, Place, Repair


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
    shown = {name: new.call.parameters[name] for name in ("DashboardName", "DashboardBody")}
    undo = Call("cloudwatch", "DeleteDashboards", {"DashboardNames": [place.parameters["DashboardName"]]})
    after = _told(shown)
    if raw is not None:
        after = {name: value for name, value in after.items() if name != "DashboardBody"}
    return made(raw, new.call, after, undo, place)


DASHBOARD = Repair(
    name="dashboard",
    paths=(CREATE,),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(GET_DASHBOARD,),
    writes=("cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"),
    volatile=(("DashboardBody",),),
)
MOUNTS = (Mount("dashboard", "", DASHBOARD),)
