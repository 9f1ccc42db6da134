"""A saved query, made where there is none of its name.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.kinds import saved_query
from bedaudit.kinds.saved_query import DESCRIBE_QUERIES
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.reader import Reader
from bedaudit.repairs.making import ANOTHER, CREATE, creation, made
from bedaudit.repairs.repair import Edit, Mount, Place, Repair, made_as


def _place(facts: Facts, site: Site) -> Place | None:
    name = facts.get("name")
    return Place(site.region, f"saved query {name}", {"name": name}) if isinstance(name, str) and name else None


async def _read(aws: Reader, place: Place) -> Raw | None:
    """The first of the name: AWS lets several have it."""
    name = place.parameters["name"]
    pages = await aws.pages(DESCRIBE_QUERIES, queryDefinitionNamePrefix=name)
    return next((each for page in pages for each in page.get("queryDefinitions", ()) if each.get("name") == name), None)


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    new = creation(saved_query.KIND, wanted)
    if new is None:
        return Edit(raw, (), ())
    undo = Call("logs", "DeleteQueryDefinition", {"queryDefinitionId": made_as("queryDefinitionId")})
    return made(raw, new.call, dict(new.call.parameters), undo, place)


QUERY = Repair(
    name="saved_query",
    does="Saves the query.",
    rated={"safe": "", "manual": ANOTHER},
    paths=(CREATE,),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(DESCRIBE_QUERIES,),
    writes=("logs:PutQueryDefinition", "logs:DeleteQueryDefinition"),
    volatile=(("lastModified",),),
)
MOUNTS = (Mount("saved_query", "", QUERY),)
