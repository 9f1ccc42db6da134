"""CloudWatch Transaction Search: where spans go, which of them are indexed, and that X-Ray may write them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Enable-TransactionSearch.html
https://docs.aws.amazon.com/xray/latest/api/API_UpdateTraceSegmentDestination.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bedaudit.documents.statements import Members, loaded, with_statement, written
from bedaudit.kinds.tracing import DEFAULT_RULE, DESCRIBE_POLICIES, GET_DESTINATION, GET_RULES, GROUPS, XRAY
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.reader import Reader
from bedaudit.repairs.repair import Edit, Mount, Place, Repair

POLICY_NAME = "BedrockTransactionSearch"
"""The resource policy in which X-Ray is let write spans."""
_ODD_POLICY = f"the resource policy {POLICY_NAME} is not what AWS documents"
_CHARGED = "CloudWatch Logs charges for all spans from then on"
_INDEXED = "X-Ray charges for what it indexes beyond the first percent"
_FEWER = "it would index fewer traces than now"
_FREE = 1
"""Percent."""


def _place(what: str, parameters: Mapping[str, Any]) -> Callable[[Facts, Site], Place | None]:
    return lambda facts, site: Place(site.region, what, parameters)


async def _read_policy(aws: Reader, place: Place) -> Raw | None:
    """The policy as text, and what the text holds."""
    policies = [each for page in await aws.pages(DESCRIBE_POLICIES) for each in page.get("resourcePolicies", ())]
    found = next((each for each in policies if each.get("policyName") == place.parameters["policyName"]), None)
    return None if found is None else {**found, "Document": loaded(found.get("policyDocument", ""))}


def _edit_policy(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    if wanted.get("may_write_spans") is not True:
        return Edit(raw, (), ())
    before: Members | None = None if raw is None else raw["Document"]
    if raw is not None and before is None:
        return Edit(raw, (), (), "manual", _ODD_POLICY)
    after = with_statement(before, _statement(site))
    if after == before:
        return Edit(raw, (), ())
    text = written(after)
    undo = Call("logs", "DeleteResourcePolicy", place.parameters) if raw is None else _put(place, raw["policyDocument"])
    told = {**(raw or place.parameters), "policyDocument": text, "Document": after}
    return Edit(told, (_put(place, text),), (undo,))


def _put(place: Place, text: str) -> Call:
    return Call("logs", "PutResourcePolicy", {**place.parameters, "policyDocument": text})


def _statement(site: Site) -> Members:
    """As the guide has it."""
    logs = f"arn:{site.partition}:logs:{site.region}:{site.account}:log-group"
    return {
        "Sid": "TransactionSearchXRayAccess",
        "Effect": "Allow",
        "Principal": {"Service": XRAY.name},
        "Action": "logs:PutLogEvents",
        "Resource": [f"{logs}:{group}:*" for group in GROUPS],
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:{site.partition}:xray:{site.region}:{site.account}:*"},
            "StringEquals": {"aws:SourceAccount": site.account},
        },
    }


async def _read_destination(aws: Reader, place: Place) -> Raw | None:
    return await aws.call(GET_DESTINATION)


def _edit_destination(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    asked = wanted.get("transaction_search") is True or wanted.get("destination") == "cloudwatch_logs"
    if raw is None or not asked or raw.get("Destination") == "CloudWatchLogs":
        return Edit(raw, (), ())
    after = {**raw, "Destination": "CloudWatchLogs"}
    there, back = (_send(to) for to in ("CloudWatchLogs", raw.get("Destination", "XRay")))
    return Edit(after, (there,), (back,), "risky", _CHARGED)


def _send(destination: str) -> Call:
    return Call("xray", "UpdateTraceSegmentDestination", {"Destination": destination})


async def _read_rule(aws: Reader, place: Place) -> Raw | None:
    rules = [each for page in await aws.pages(GET_RULES) for each in page.get("IndexingRules", ())]
    return next((each for each in rules if each.get("Name") == place.parameters["Name"]), None)


def _edit_rule(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    percentage, name = wanted.get("indexing_percentage"), "DesiredSamplingPercentage"
    probabilistic = (raw or {}).get("Rule", {}).get("Probabilistic", {})
    now = probabilistic.get(name)
    if raw is None or percentage is None or now is None or percentage == now:
        return Edit(raw, (), ())
    after = {**raw, "Rule": {**raw["Rule"], "Probabilistic": {**probabilistic, name: percentage}}}
    there, back = (_index(place, share) for share in (percentage, now))
    if percentage < now:
        return Edit(after, (there,), (back,), "manual", _FEWER)
    return Edit(after, (there,), (back,), *(("risky", _INDEXED) if percentage > _FREE else ("safe", "")))


def _index(place: Place, share: float) -> Call:
    rule = {"Probabilistic": {"DesiredSamplingPercentage": share}}
    return Call("xray", "UpdateIndexingRule", {**place.parameters, "Rule": rule})


POLICY = Repair(
    name="tracing.policy",
    does="Lets X-Ray write spans to CloudWatch Logs.",
    rated={"safe": "", "manual": _ODD_POLICY},
    paths=("may_write_spans",),
    place=_place(f"resource policy {POLICY_NAME} of CloudWatch Logs", {"policyName": POLICY_NAME}),
    read=_read_policy,
    edit=_edit_policy,
    reads=(DESCRIBE_POLICIES,),
    writes=("logs:PutResourcePolicy", "logs:DeleteResourcePolicy"),
    volatile=(("policyDocument",), ("lastUpdatedTime",), ("revisionId",)),
)
DESTINATION = Repair(
    name="tracing.destination",
    does="Sends spans to CloudWatch Logs.",
    rated={"risky": _CHARGED},
    paths=("transaction_search", "destination"),
    place=_place("destination of spans", {}),
    read=_read_destination,
    edit=_edit_destination,
    reads=(GET_DESTINATION,),
    writes=("xray:UpdateTraceSegmentDestination",),
    volatile=(("Status",),),
    after=("tracing.policy",),
)
INDEXING = Repair(
    name="tracing.indexing",
    does="Lets X-Ray index more traces.",
    rated={"safe": "", "risky": _INDEXED, "manual": _FEWER},
    paths=("indexing_percentage",),
    place=_place("indexing of traces", {"Name": DEFAULT_RULE}),
    read=_read_rule,
    edit=_edit_rule,
    reads=(GET_RULES,),
    writes=("xray:UpdateIndexingRule",),
    untold=("Name",),
    volatile=(("ModifiedAt",), ("Rule", "Probabilistic", "ActualSamplingPercentage")),
    after=("tracing.destination",),
)
MOUNTS = tuple(Mount("tracing", "", repair) for repair in (POLICY, DESTINATION, INDEXING))
