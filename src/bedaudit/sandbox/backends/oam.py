"""CloudWatch's Observability Access Manager: sinks that receive telemetry, and links that share it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bedaudit.sandbox import grants
from bedaudit.sandbox.backends import organizations
from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page

_SUMMARY = ("Arn", "Id", "Label", "ResourceTypes", "SinkArn")


@dataclass(slots=True)
class Telemetry:
    """The sink and the links of an account and region, as they are shown, by ARN."""

    sinks: dict[str, dict[str, Any]] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    """By the ARN of the sink."""
    links: dict[str, dict[str, Any]] = field(default_factory=dict)


@operation("oam", "CreateSink")
def create_sink(call: Call) -> Reply:
    """Makes the sink; a region has one."""
    telemetry, name = call.here(Telemetry), call.parameters["Name"]
    if telemetry.sinks:
        raise AwsError("ConflictException", "The account already has a sink in this region", 409)
    sink = {**_identity(call, "sink", name), "Name": name, "Tags": call.parameters.get("Tags") or {}}
    telemetry.sinks[sink["Arn"]] = sink
    return sink


@operation("oam", "ListSinks")
def list_sinks(call: Call) -> Reply:
    """The sinks, of which there is at most one."""
    shown = [{name: sink[name] for name in ("Arn", "Id", "Name")} for sink in call.here(Telemetry).sinks.values()]
    return page(call, "Items", shown, 100, ("NextToken", "MaxResults"))


@operation("oam", "GetSink")
def get_sink(call: Call) -> Reply:
    """One sink."""
    return _sink(call, call.parameters["Identifier"])


@operation("oam", "DeleteSink")
def delete_sink(call: Call) -> Reply:
    """Deletes a sink that nobody is linked to."""
    arn = _sink(call, call.parameters["Identifier"])["Arn"]
    if _attached(call, arn):
        raise AwsError("ConflictException", "Links are attached to the sink", 409)
    del call.here(Telemetry).sinks[arn]
    return {}


@operation("oam", "PutSinkPolicy")
def put_sink_policy(call: Call) -> Reply:
    """Says who may link to the sink."""
    sink = _sink(call, call.parameters["SinkIdentifier"])
    call.here(Telemetry).policies[sink["Arn"]] = call.parameters["Policy"]
    return get_sink_policy(call)


@operation("oam", "GetSinkPolicy")
def get_sink_policy(call: Call) -> Reply:
    """Who may link to the sink; an error where nobody may."""
    sink = _sink(call, call.parameters["SinkIdentifier"])
    policy = call.here(Telemetry).policies.get(sink["Arn"])
    if policy is None:
        raise _not_found(f"The sink {sink['Arn']} has no policy")
    return {"SinkArn": sink["Arn"], "SinkId": sink["Id"], "Policy": policy}


@operation("oam", "CreateLink")
def create_link(call: Call) -> Reply:
    """Links to a sink, if its policy lets the account; at most five."""
    telemetry, sink = call.here(Telemetry), call.parameters["SinkIdentifier"]
    owner = _there(call, sink)
    if sink not in owner.sinks:
        raise AwsError("InvalidParameterException", f"There is no sink {sink}")
    context = {"aws:PrincipalOrgID": organizations.ID} if call.account in call.world.accounts else {}
    if not grants.allows(owner.policies.get(sink), call.principal, "oam:CreateLink", context):
        raise call.denied(sink, status=403)
    if len(telemetry.links) >= 5:
        raise AwsError("ServiceQuotaExceededException", "A source account has at most five links", 429)
    template = call.parameters["LabelTemplate"]
    link = {
        **_identity(call, "link", sink),
        "Label": template.replace("$AccountName", call.world.account(call.account).name),
        "LabelTemplate": template,
        "SinkArn": sink,
        "Tags": call.parameters.get("Tags") or {},
        **call.given("ResourceTypes", "LinkConfiguration"),
    }
    telemetry.links[link["Arn"]] = link
    return link


@operation("oam", "UpdateLink")
def update_link(call: Call) -> Reply:
    """Changes what a link shares; the filter `*` takes a filter away."""
    link = _link(call)
    link.update(call.given("ResourceTypes", "LinkConfiguration"))
    filters = link.get("LinkConfiguration", {})
    link["LinkConfiguration"] = {name: each for name, each in filters.items() if each["Filter"] != "*"}
    return link


@operation("oam", "GetLink")
def get_link(call: Call) -> Reply:
    """One link, with its filters."""
    return _link(call)


@operation("oam", "ListLinks")
def list_links(call: Call) -> Reply:
    """The links, five a page, without their filters."""
    shown = [{name: link[name] for name in _SUMMARY} for link in call.here(Telemetry).links.values()]
    return page(call, "Items", shown, 5, ("NextToken", "MaxResults"))


@operation("oam", "DeleteLink")
def delete_link(call: Call) -> Reply:
    """Deletes a link."""
    del call.here(Telemetry).links[_link(call)["Arn"]]
    return {}


@operation("oam", "ListAttachedLinks")
def list_attached_links(call: Call) -> Reply:
    """The links of all accounts to a sink."""
    sink = _sink(call, call.parameters["SinkIdentifier"])
    return page(call, "Items", _attached(call, sink["Arn"]), 1000, ("NextToken", "MaxResults"))


def _identity(call: Call, kind: str, name: str) -> dict[str, str]:
    id_ = str(uuid5(NAMESPACE_URL, f"{call.account}/{call.region}/{kind}/{name}"))
    return {"Arn": call.arn(f"{kind}/{id_}"), "Id": id_}


def _sink(call: Call, arn: str) -> dict[str, Any]:
    sink = call.here(Telemetry).sinks.get(arn)
    if sink is None:
        raise _not_found(f"There is no sink {arn}")
    return sink


def _link(call: Call) -> dict[str, Any]:
    arn = call.parameters["Identifier"]
    link = call.here(Telemetry).links.get(arn)
    if link is None:
        raise _not_found(f"There is no link {arn}")
    return link


def _there(call: Call, sink: str) -> Telemetry:
    parts = sink.split(":")
    if len(parts) != 6 or parts[3] != call.region:
        raise AwsError("InvalidParameterException", f"{sink} is not a sink of this region")
    return call.world.state(Telemetry, parts[4], call.region)


def _attached(call: Call, sink: str) -> list[dict[str, Any]]:
    sources = dict.fromkeys((call.account, *call.world.accounts))
    links = (call.world.state(Telemetry, account, call.region).links.values() for account in sources)
    return [
        {"LinkArn": link["Arn"], "Label": link["Label"], "ResourceTypes": link["ResourceTypes"]}
        for link in chain.from_iterable(links)
        if link["SinkArn"] == sink
    ]


def _not_found(message: str) -> AwsError:
    return AwsError("ResourceNotFoundException", message, 404)
