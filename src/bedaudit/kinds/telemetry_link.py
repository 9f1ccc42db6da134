"""CloudWatch cross-account observability: links that share telemetry, and the sinks that receive it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from bedaudit.documents.arn import parse as parse_arn
from bedaudit.documents.iam import parse
from bedaudit.documents.iam_conditions import Context
from bedaudit.documents.iam_evaluate import Principal, Request, allows
from bedaudit.documents.iam_reasons import plain
from bedaudit.documents.kleene import some
from bedaudit.documents.link_filter import admits
from bedaudit.kinds.kind import Creation, Kind, resource
from bedaudit.kinds.usage import NAMESPACES
from bedaudit.model import Call, Gap, Raw, Resource
from bedaudit.parts.bedrock_log_groups import GET_LOGGING, read_invocation_group
from bedaudit.parts.service_request import OTHER_ACCOUNT, WhyNot, decided, is_so, times, told
from bedaudit.parts.traffic import BEDROCK
from bedaudit.reader import Operation, Reader
from bedaudit.state import Because, State

LIST_SINKS = Operation("oam", "ListSinks")
GET_SINK_POLICY = Operation("oam", "GetSinkPolicy", absent=("ResourceNotFoundException",))
LIST_ATTACHED_LINKS = Operation("oam", "ListAttachedLinks")
LIST_LINKS = Operation("oam", "ListLinks")
GET_LINK = Operation("oam", "GetLink")

METRICS, LOG_GROUPS, TRACES = "AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace"
_ANYBODY = Principal("AWS", f"arn:aws:iam::{OTHER_ACCOUNT}:root")
_OTHER_ORGANIZATION = "o-0000000000"


class TelemetryLink(State):
    """A link by which a site shares its telemetry, or a sink by which it receives that of others."""

    name: str
    """The link's label, or the sink's name."""
    role: Literal["source", "monitoring"]
    """Whether the site shares (a link of its own), or receives (a sink)."""
    resource_types: tuple[str, ...] | Gap
    """The sorts of telemetry that the link shares, or that links to the sink share, as `AWS::CloudWatch::Metric`."""
    sink_account: str | None = None
    """The account that receives."""
    shares_bedrock_metrics: Annotated[bool | Gap | None, Because("metrics_stay_because")] = None
    """Whether metrics of AWS/Bedrock pass the link, its filter read; missing for a sink."""
    metrics_stay_because: str | None = None
    """That the link shares no metrics, or its filter."""
    unshared_namespaces: tuple[str, ...] | Gap | None = None
    """Bedrock's metric namespaces that do not pass the link; missing for a sink."""
    shares_invocation_logs: Annotated[bool | Gap | None, Because("logs_stay_because")] = None
    """Whether the log group of invocation logs passes the link; missing for a sink, and where there is none."""
    logs_stay_because: str | None = None
    """That the link shares no log groups, or its filter."""
    sources: tuple[str, ...] | Gap | None = None
    """The accounts with links to the sink; missing for a link."""
    open_to_anyone: bool | Gap | None = None
    """Whether the sink's policy lets any account link, of whatever organization; missing for a link."""


async def read(aws: Reader) -> Iterable[Resource]:
    """The site's sinks and links."""
    sinks = [sink for page in await aws.pages(LIST_SINKS) for sink in page["Items"]]
    links = [link for page in await aws.pages(LIST_LINKS) for link in page["Items"]]
    return await asyncio.gather(*(_sink(aws, sink) for sink in sinks), *(_link(aws, link) for link in links))


async def _sink(aws: Reader, sink: Raw) -> Resource:
    arn = sink["Arn"]
    state = TelemetryLink(
        name=sink.get("Name", ""),
        role="monitoring",
        resource_types=await aws.part("resource_types", lambda aws: _received(aws, arn)),
        sink_account=parse_arn(arn).account,
        sources=await aws.part("sources", lambda aws: _sources(aws, arn)),
        open_to_anyone=await aws.part("open_to_anyone", lambda aws: _open_to_anyone(aws, arn)),
    )
    return resource("telemetry_link", f"sink/{state.name}", state, arn=arn, raw=sink)


async def _received(aws: Reader, sink: str) -> tuple[str, ...]:
    return tuple(sorted({each for link in await _attached(aws, sink) for each in link.get("ResourceTypes", [])}))


async def _sources(aws: Reader, sink: str) -> tuple[str, ...]:
    return tuple(sorted({parse_arn(link["LinkArn"]).account for link in await _attached(aws, sink)}))


async def _attached(aws: Reader, sink: str) -> list[Raw]:
    return [link for page in await aws.pages(LIST_ATTACHED_LINKS, SinkIdentifier=sink) for link in page["Items"]]


async def _open_to_anyone(aws: Reader, sink: str) -> bool | Gap:
    """A sink without a policy lets nobody link."""
    reply = await aws.find(GET_SINK_POLICY, SinkIdentifier=sink)
    if reply is None:
        return False
    policy = parse(reply.get("Policy"))
    known = {
        "aws:PrincipalAccount": OTHER_ACCOUNT,
        "aws:PrincipalArn": _ANYBODY.name,
        "aws:PrincipalOrgID": _OTHER_ORGANIZATION,
        "aws:PrincipalOrgPaths": f"{_OTHER_ORGANIZATION}/",
        "aws:RequestedRegion": aws.region,
        "aws:SecureTransport": "true",
        **times(aws),
    }
    contexts = (Context({**known, "oam:ResourceTypes": type_}) for type_ in (METRICS, LOG_GROUPS, TRACES))
    requests = (Request("oam:CreateLink", sink, _ANYBODY, context) for context in contexts)
    return decided(some(allows((policy,), request) for request in requests), GET_SINK_POLICY)


async def _link(aws: Reader, link: Raw) -> Resource:
    """An account has one sink in a region, and another one link to it: so its number tells links apart."""
    arn, types = link["Arn"], tuple(sorted(link.get("ResourceTypes", [])))
    metrics = await aws.part("shares_bedrock_metrics", lambda aws: _why_not(aws, arn, types, METRICS, BEDROCK))
    group = await aws.part("shares_invocation_logs", read_invocation_group)
    logs = group if not isinstance(group, str) else await aws.attempt(_why_not(aws, arn, types, LOG_GROUPS, group))
    state = TelemetryLink(
        name=link.get("Label", ""),
        role="source",
        resource_types=types,
        sink_account=parse_arn(link["SinkArn"]).account,
        shares_bedrock_metrics=is_so(metrics),
        metrics_stay_because=told(metrics),
        unshared_namespaces=await aws.part("unshared_namespaces", lambda aws: _unshared(aws, arn, types)),
        shares_invocation_logs=None if group is None else is_so(logs),
        logs_stay_because=told(logs),
    )
    return resource("telemetry_link", f"link/{state.sink_account}", state, arn=arn, raw=link)


async def _unshared(aws: Reader, link: str, types: tuple[str, ...]) -> tuple[str, ...] | Gap:
    reasons = {name: await _why_not(aws, link, types, METRICS, name) for name in NAMESPACES}
    unread = next((reason for reason in reasons.values() if isinstance(reason, Gap)), None)
    return unread or tuple(name for name, reason in reasons.items() if reason is not None)


FILTERED = {METRICS: ("MetricConfiguration", "Namespace"), LOG_GROUPS: ("LogGroupConfiguration", "LogGroupName")}
"""By type, the member of a link's configuration that filters it, and what that calls a name."""


async def _why_not(aws: Reader, link: str, types: tuple[str, ...], type_: str, name: str) -> WhyNot:
    """Why telemetry of this type and name does not pass; only GetLink tells the filters."""
    if type_ not in types:
        return f"the link does not share {type_}"
    configuration, key = FILTERED[type_]
    filters = (await aws.call(GET_LINK, Identifier=link)).get("LinkConfiguration", {})
    text = filters.get(configuration, {}).get("Filter", "*")
    match admits(text, key, name):
        case True:
            return None
        case False:
            return f"its filter is {plain(text)}"
        case None:
            message = f"the filter of the link is not what AWS documents: {plain(text)}"
            return Gap("failed", str(GET_LINK), message=message)


def create(parameters: Mapping[str, Any]) -> Creation:
    """CreateLink; what passes its filters is not decided by the call alone where it has any."""
    types, sink = tuple(sorted(parameters.get("ResourceTypes", ()))), str(parameters.get("SinkIdentifier", ""))
    unread = Gap("not_read")
    shared: bool | Gap = unread if "LinkConfiguration" in parameters and METRICS in types else METRICS in types
    state = TelemetryLink(
        name=str(parameters.get("LabelTemplate", "")),
        role="source",
        resource_types=types,
        sink_account=parse_arn(sink).account or None,
        shares_bedrock_metrics=shared,
        unshared_namespaces=unread,
        shares_invocation_logs=unread,
    )
    return Creation(Call("oam", "CreateLink", parameters), state.facts())


KIND = Kind(
    name="telemetry_link",
    state=TelemetryLink,
    read=read,
    create=create,
    operations=(LIST_SINKS, GET_SINK_POLICY, LIST_ATTACHED_LINKS, LIST_LINKS, GET_LINK, GET_LOGGING),
)
