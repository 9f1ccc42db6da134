"""A link by which a site shares its telemetry with a monitoring account: that there is one, and what it shares.

https://docs.aws.amazon.com/OAM/latest/APIReference/API_CreateLink.html
https://docs.aws.amazon.com/OAM/latest/APIReference/API_UpdateLink.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.documents.arn import parse as parse_arn
from bedaudit.documents.link_filter import admits
from bedaudit.kinds import telemetry_link
from bedaudit.kinds.telemetry_link import FILTERED, GET_LINK, LIST_LINKS, LOG_GROUPS, METRICS
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.parts.bedrock_log_groups import GET_LOGGING, read_invocation_group
from bedaudit.parts.traffic import BEDROCK
from bedaudit.reader import Reader
from bedaudit.repairs.making import CREATE, creation, kept, united
from bedaudit.repairs.repair import Edit, Mount, Place, Repair, made_as

_SEES_MORE = "account {account} sees more of this one's telemetry from then on"
_ODD_FILTER = "the filter of the link to account {account} is not what AWS documents"
_GROUP = "logGroupName"
"""Beside what AWS says of the link: the log group that its filter has to let through."""


def _place(facts: Facts, site: Site) -> Place | None:
    account = facts.get("sink_account")
    return Place(site.region, f"link to account {account}", {"account": account}) if isinstance(account, str) else None


async def _read(aws: Reader, place: Place) -> Raw | None:
    links = [link for page in await aws.pages(LIST_LINKS) for link in page.get("Items", ())]
    found = next((link for link in links if parse_arn(link["SinkArn"]).account == place.parameters["account"]), None)
    if found is None:
        return None
    return {**await aws.call(GET_LINK, Identifier=found["Arn"]), _GROUP: await read_invocation_group(aws)}


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    new = creation(telemetry_link.KIND, wanted)
    if new is not None and raw is not None:
        return kept(raw, {"ResourceTypes": new.call.parameters["ResourceTypes"]}, place)
    if new is not None:
        return _create(new.call, place)
    if raw is None:
        return Edit(raw, (), ())
    names: dict[str, str | None] = {METRICS: BEDROCK if wanted.get("shares_bedrock_metrics") is True else None}
    names[LOG_GROUPS] = raw.get(_GROUP) if wanted.get("shares_invocation_logs") is True else None
    asked = (*(wanted.get("resource_types") or ()), *(type_ for type_, name in names.items() if name))
    after: Raw = {**raw, "ResourceTypes": united(raw.get("ResourceTypes", ()), asked)}
    for type_, name in names.items():
        admitting = _admitting(after, type_, name) if name else after
        if admitting is None:
            return Edit(raw, (), (), "manual", _ODD_FILTER.format(**place.parameters))
        after = admitting
    if after == raw:
        return Edit(raw, (), ())
    return Edit(after, (_update(after),), (_update(raw),), "risky", _SEES_MORE.format(**place.parameters))


def _create(call: Call, place: Place) -> Edit:
    given = {name: value for name, value in call.parameters.items() if name != "SinkIdentifier"}
    after = {**given, "SinkArn": call.parameters["SinkIdentifier"]}
    undo = Call("oam", "DeleteLink", {"Identifier": made_as("Arn")})
    return Edit(after, (call,), (undo,), "risky", _SEES_MORE.format(**place.parameters))


def _admitting(link: Raw, type_: str, name: str) -> Raw | None:
    """With a filter that lets the name through too, if there is one that does not; None: it is not understood."""
    configuration, key = FILTERED[type_]
    filters = link.get("LinkConfiguration") or {}
    text = filters.get(configuration, {}).get("Filter", "*")
    if admits(text, key, name):
        return link
    wider = f"{text} OR {key} = '{name}'"
    if not admits(wider, key, name):
        return None
    widened = {**filters[configuration], "Filter": wider}
    return {**link, "LinkConfiguration": {**filters, configuration: widened}}


def _update(link: Raw) -> Call:
    filters = {"LinkConfiguration": link["LinkConfiguration"]} if link.get("LinkConfiguration") else {}
    types = {"ResourceTypes": link.get("ResourceTypes", [])}
    return Call("oam", "UpdateLink", {"Identifier": link["Arn"], **types, **filters})


LINK = Repair(
    name="telemetry_link",
    does="Makes the link to the monitoring account, or lets it share more.",
    rated={"risky": _SEES_MORE.format(account="that monitors"), "manual": _ODD_FILTER.format(account="that monitors")},
    paths=(CREATE, "resource_types", "shares_bedrock_metrics", "shares_invocation_logs"),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(LIST_LINKS, GET_LINK, GET_LOGGING),
    writes=("oam:CreateLink", "oam:DeleteLink", "oam:UpdateLink"),
    volatile=((_GROUP,),),
    after=("invocation_logging",),
    joins={"resource_types": united},
)
MOUNTS = (Mount("telemetry_link", "", LINK),)
