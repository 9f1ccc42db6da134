import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.kinds import telemetry_link
from bedaudit.kinds.usage import NAMESPACES
from bedaudit.model import Gap, Resource
from tests.replay import ABSENT, Replay

ACCOUNT, OTHER = "111122223333", "444455556666"
SINK = f"arn:aws:oam:us-east-1:{ACCOUNT}:sink/s-1"
LINK = f"arn:aws:oam:us-east-1:{ACCOUNT}:link/l-1"
DENIED = Gap("denied", "oam:GetLink", "AccessDeniedException")
TYPES = ["AWS::XRay::Trace", "AWS::Logs::LogGroup", "AWS::CloudWatch::Metric"]
SUMMARY = {
    "Arn": LINK,
    "Id": "l-1",
    "Label": "prod",
    "ResourceTypes": TYPES,
    "SinkArn": f"arn:aws:oam:us-east-1:{OTHER}:sink/s-2",
}


def policy(principal: Any, **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": ["oam:CreateLink", "oam:UpdateLink"]}
    statement |= {"Resource": "*", **({"Condition": condition} if condition else {})}
    return {"SinkArn": SINK, "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}


OWN_ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
LOGGED = {
    "loggingConfig": {"cloudWatchConfig": {"logGroupName": "/bedrock", "roleArn": f"arn:aws:iam::{ACCOUNT}:role/r"}}
}
NONE: Mapping[str, Any] = {"oam:ListSinks": [{"Items": []}], "oam:ListLinks": [{"Items": []}]}
OF_A_SOURCE: Mapping[str, Any] = {
    **NONE,
    "oam:ListLinks": [{"Items": [SUMMARY]}],
    "oam:GetLink": {"Arn": LINK},
    "bedrock:GetModelInvocationLoggingConfiguration": LOGGED,
}
OF_A_MONITOR: Mapping[str, Any] = {
    **NONE,
    "oam:ListSinks": [{"Items": [{"Arn": SINK, "Id": "s-1", "Name": "central"}]}],
    "oam:GetSinkPolicy": policy("*", **OWN_ORGANIZATION),
    "oam:ListAttachedLinks": [
        {"Items": [{"LinkArn": f"arn:aws:oam:us-east-1:{OTHER}:link/l-2", "ResourceTypes": TYPES[:2]}]},
        {"Items": [{"LinkArn": f"arn:aws:oam:us-east-1:{OTHER}:link/l-3", "ResourceTypes": TYPES[2:]}]},
    ],
}
SOURCE = {
    "name": "prod",
    "role": "source",
    "resource_types": sorted(TYPES),
    "sink_account": OTHER,
    "shares_bedrock_metrics": True,
    "unshared_namespaces": [],
    "shares_invocation_logs": True,
}
MONITOR = {
    "name": "central",
    "role": "monitoring",
    "resource_types": sorted(TYPES),
    "sink_account": ACCOUNT,
    "sources": [OTHER],
    "open_to_anyone": False,
}
METRICS = ("shares_bedrock_metrics", "metrics_stay_because", "unshared_namespaces")
LOGS = ("shares_invocation_logs", "logs_stay_because")


def resources(aws: Replay) -> list[Resource]:
    return list(asyncio.run(telemetry_link.read(aws)))


def state(recorded: Mapping[str, Any], **other: Any) -> Mapping[str, Any]:
    named = {f"{'bedrock' if 'Logging' in name else 'oam'}:{name}": reply for name, reply in other.items()}
    (found,) = resources(Replay({**recorded, **named}, operations=telemetry_link.KIND.operations))
    return found.state


def without(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if value is not None}


def filtered(metrics: str = "*", groups: str = "*") -> dict[str, Any]:
    configuration = {"MetricConfiguration": {"Filter": metrics}, "LogGroupConfiguration": {"Filter": groups}}
    return {"Arn": LINK, "LinkConfiguration": configuration}


def test_a_site_may_have_no_link_and_no_sink() -> None:
    assert resources(Replay(NONE, operations=telemetry_link.KIND.operations)) == []


def test_a_site_may_share_and_receive() -> None:
    both = {**OF_A_SOURCE, **{name: OF_A_MONITOR[name] for name in OF_A_MONITOR if name != "oam:ListLinks"}}
    sink = {"Arn": SINK, "Id": "s-1", "Name": "central"}
    assert resources(Replay(both, operations=telemetry_link.KIND.operations)) == [
        Resource("telemetry_link", "sink/central", SINK, MONITOR, sink),
        Resource("telemetry_link", f"link/{OTHER}", LINK, SOURCE, SUMMARY),
    ]


@pytest.mark.parametrize(
    ("recorded", "fields"),
    [
        ({"GetLink": filtered()}, {}),
        (
            {"GetLink": filtered("Namespace NOT LIKE 'AWS/%'")},
            {
                "shares_bedrock_metrics": False,
                "metrics_stay_because": "its filter is Namespace NOT LIKE 'AWS/%'",
                "unshared_namespaces": list(NAMESPACES),
            },
        ),
        (
            {"GetLink": filtered("Namespace IN ('AWS/Bedrock', 'AWS/EC2')")},
            {"unshared_namespaces": [name for name in NAMESPACES if name != "AWS/Bedrock"]},
        ),
        ({"GetLink": filtered(groups="LogGroupName LIKE '/bed%'")}, {}),
        (
            {"GetLink": filtered(groups="LogGroupName NOT IN ('/bedrock')")},
            {
                "shares_invocation_logs": False,
                "logs_stay_because": "its filter is LogGroupName NOT IN ('/bedrock')",
            },
        ),
        (
            {"ListLinks": [{"Items": [{**SUMMARY, "ResourceTypes": ["AWS::XRay::Trace"]}]}], "GetLink": DENIED},
            {
                "resource_types": ["AWS::XRay::Trace"],
                "shares_bedrock_metrics": False,
                "metrics_stay_because": "the link does not share AWS::CloudWatch::Metric",
                "unshared_namespaces": list(NAMESPACES),
                "shares_invocation_logs": False,
                "logs_stay_because": "the link does not share AWS::Logs::LogGroup",
            },
        ),
        (
            {"GetLink": DENIED},
            dict.fromkeys((*METRICS, *LOGS), DENIED.as_fact()),
        ),
        ({"GetModelInvocationLoggingConfiguration": {}}, {"shares_invocation_logs": None}),
        ({"GetModelInvocationLoggingConfiguration": DENIED}, dict.fromkeys(LOGS, DENIED.as_fact())),
        (
            {"GetLink": filtered("Namespace ~ 'AWS/Bedrock'")},
            dict.fromkeys(
                METRICS,
                Gap(
                    "failed",
                    "oam:GetLink",
                    message="the filter of the link is not what AWS documents: Namespace ~ 'AWS/Bedrock'",
                ).as_fact(),
            ),
        ),
    ],
)
def test_a_link_shares_what_its_types_and_filters_let_pass(recorded: dict[str, Any], fields: dict[str, Any]) -> None:
    assert state(OF_A_SOURCE, **recorded) == without({**SOURCE, **fields})


@pytest.mark.parametrize(
    ("recorded", "fields"),
    [
        ({"GetSinkPolicy": ABSENT}, {"open_to_anyone": False}),
        ({"GetSinkPolicy": policy("*")}, {"open_to_anyone": True}),
        ({"GetSinkPolicy": policy({"AWS": [OTHER]})}, {"open_to_anyone": False}),
        (
            {"GetSinkPolicy": policy("*", **{"ForAllValues:StringEquals": {"oam:ResourceTypes": [TYPES[1]]}})},
            {"open_to_anyone": True},
        ),
        (
            {
                "GetSinkPolicy": policy(
                    "*",
                    **OWN_ORGANIZATION,
                    **{"ForAllValues:StringEquals": {"oam:ResourceTypes": TYPES}},
                )
            },
            {"open_to_anyone": False},
        ),
        ({"GetSinkPolicy": DENIED}, {"open_to_anyone": DENIED.as_fact()}),
        ({"ListAttachedLinks": [{"Items": []}]}, {"sources": [], "resource_types": []}),
        ({"ListAttachedLinks": DENIED}, {"sources": DENIED.as_fact(), "resource_types": DENIED.as_fact()}),
    ],
)
def test_a_sink_has_sources_and_a_policy(recorded: dict[str, Any], fields: dict[str, Any]) -> None:
    assert state(OF_A_MONITOR, **recorded) == without({**MONITOR, **fields})


def test_only_what_is_wanted_is_read() -> None:
    aws = Replay({**OF_A_SOURCE}, operations=telemetry_link.KIND.operations, wanted=lambda part: False)
    resources(aws)
    assert [call[0] for call in aws.calls] == ["oam:ListSinks", "oam:ListLinks"]
