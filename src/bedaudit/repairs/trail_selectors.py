"""The event selectors of a CloudTrail trail, which AWS replaces as a whole: Bedrock's are put beside those there.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bedaudit.documents.event_selectors import recorded
from bedaudit.kinds.trail import GET_SELECTORS
from bedaudit.model import Call, Raw, Site
from bedaudit.reader import Reader
from bedaudit.repairs.making import united
from bedaudit.repairs.repair import Edit, Mount, Place, Repair
from bedaudit.repairs.trail import theirs, trail_place

_ADVANCED, _CLASSIC = "AdvancedEventSelectors", "EventSelectors"
_CHARGED = "CloudTrail charges for data events"
_NARROWED = "the trail records some management events only, and which is for people to say"
_CLASSIC_DATA = "its classic selectors of data events would have to be written anew as advanced ones"
_ALL: Mapping[str, Any] = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}


async def _read(aws: Reader, place: Place) -> Raw | None:
    return await aws.call(GET_SELECTORS, at=place.region, TrailName=place.parameters["Name"])


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    if raw is None:
        return Edit(raw, (), ())
    now = recorded(raw)
    types = [type_ for type_ in wanted.get("data_event_types") or () if type_ not in now.data]
    management = wanted.get("records_management_events") is True and not now.management
    if not types and not management:
        return Edit(raw, (), ())
    if (other := theirs(raw, place, site, "changed")) is not None:
        return other
    if management and _some_management(raw):
        return Edit(raw, (), (), "manual", _NARROWED)
    after = _with_data(_with_management(raw) if management else raw, types)
    if after is None:
        return Edit(raw, (), (), "manual", _CLASSIC_DATA)
    return Edit(after, (_put(place, after),), (_put(place, raw),), *(("risky", _CHARGED) if types else ("safe", "")))


def _some_management(raw: Raw) -> bool:
    return any(_is_management(each) for each in raw.get(_ADVANCED) or ()) or any(
        each.get("IncludeManagementEvents", True) for each in raw.get(_CLASSIC) or ()
    )


def _is_management(selector: Raw) -> bool:
    fields = selector.get("FieldSelectors", ())
    return any(each.get("Field") == "eventCategory" and "Management" in each.get("Equals", ()) for each in fields)


def _with_management(raw: Raw) -> Raw:
    if raw.get(_ADVANCED):
        return {**raw, _ADVANCED: [*raw[_ADVANCED], _advanced("Management")]}
    return {**raw, _CLASSIC: [*(raw.get(_CLASSIC) or ()), dict(_ALL)]}


def _with_data(raw: Raw, types: Iterable[str]) -> Raw | None:
    """With a selector for each type; None where what is there cannot stand beside them."""
    added = [_advanced("Data", {"Field": "resources.type", "Equals": [type_]}) for type_ in types]
    if not added:
        return raw
    if raw.get(_ADVANCED):
        return {**raw, _ADVANCED: [*raw[_ADVANCED], *added]}
    classic = raw.get(_CLASSIC) or [dict(_ALL)]
    if any(each.get("DataResources") for each in classic):
        return None
    kept = [_as_advanced(each) for each in classic if each.get("IncludeManagementEvents", True)]
    return {**{name: value for name, value in raw.items() if name != _CLASSIC}, _ADVANCED: [*kept, *added]}


def _as_advanced(selector: Raw) -> Raw:
    """A classic selector of management events, which may not stand beside advanced ones, as one of them."""
    excluded = selector.get("ExcludeManagementEventSources") or []
    read_only = {"ReadOnly": "true", "WriteOnly": "false"}.get(selector.get("ReadWriteType", "All"))
    fields = [{"Field": "eventSource", "NotEquals": excluded}] if excluded else []
    return _advanced("Management", *fields, *([{"Field": "readOnly", "Equals": [read_only]}] if read_only else []))


def _advanced(category: str, *fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"FieldSelectors": [{"Field": "eventCategory", "Equals": [category]}, *fields]}


def _put(place: Place, raw: Raw) -> Call:
    """Trails have selectors of one sort."""
    held = {name: raw[name] for name in (_ADVANCED, _CLASSIC) if raw.get(name)} or {_CLASSIC: [dict(_ALL)]}
    return Call("cloudtrail", "PutEventSelectors", {"TrailName": place.parameters["Name"], **held})


SELECTORS = Repair(
    name="trail.selectors",
    does="Adds the events to what the trail records.",
    rated={"safe": "", "risky": _CHARGED, "manual": f"{_NARROWED}, or {_CLASSIC_DATA}"},
    paths=("data_event_types", "records_management_events"),
    place=trail_place("event selectors"),
    read=_read,
    edit=_edit,
    reads=(GET_SELECTORS,),
    writes=("cloudtrail:PutEventSelectors",),
    joins={"data_event_types": united},
)
MOUNTS = (Mount("trail", "", SELECTORS),)
