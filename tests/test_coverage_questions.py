"""What people ask about alarms and dashboards, from AWS's replies to the shipped controls' answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from bedaudit.evaluate import judge
from bedaudit.kinds import kinds
from bedaudit.kinds.alarm import read as read_alarms
from bedaudit.kinds.dashboard import read as read_dashboards
from bedaudit.model import GLOBAL, Finding, Record, Resource, Site
from bedaudit.policy.load import load
from bedaudit.policy.rules import Rules
from bedaudit.reader import Reader
from tests.kinds.alarms import expression, math, metric, policy, replay, stat, topic
from tests.replay import NOW, Recorded, Replay

SITE = Site("111122223333", "us-east-1")
SHIPPED = Rules(tuple(load(["builtin:baseline", "builtin:alarms", "builtin:dashboards"])))
HAIKU, NOVA = "anthropic.claude-haiku", "amazon.nova-pro"
OPEN = policy({"Effect": "Allow", "Principal": "*", "Action": "SNS:Publish", "Resource": "*"})


async def _all(read: Any, aws: Reader) -> list[Resource]:
    return list(await read(aws))


def alarms(*given: Mapping[str, Any], **recorded: Recorded) -> list[Resource]:
    return asyncio.run(_all(read_alarms, replay(*given, **recorded)))


def dashboards(**graphs: list[Any]) -> list[Resource]:
    """Dashboards with one graph each."""
    entries = [
        {"DashboardName": name, "DashboardArn": f"arn:{name}", "LastModified": NOW, "Size": 1} for name in graphs
    ]
    bodies = {
        name: json.dumps({"widgets": [{"type": "metric", "properties": {"region": SITE.region, "metrics": rows}}]})
        for name, rows in graphs.items()
    }
    recorded: Mapping[str, Recorded] = {
        "cloudwatch:ListDashboards": {"DashboardEntries": entries},
        "cloudwatch:GetDashboard": lambda asked: {"DashboardBody": bodies[asked["DashboardName"]]},
    }
    return asyncio.run(_all(read_dashboards, Replay(recorded, region=GLOBAL)))


def asked(control: str, resources: Iterable[Resource], *models: str) -> list[Finding]:
    """What a control says of a site at which these models are called."""
    found = tuple(resources)
    kind = found[0].kind if found else "alarm"
    usage = {"in_use": True, "active_models": list(models), "guardrails_in_use": False}
    logging = {"enabled": False, "destinations": []}
    single = (Resource("usage", "usage", None, usage), Resource("invocation_logging", "logging", None, logging))
    own = found if kind == "alarm" else ()
    read = ("alarm", "invocation_logging", "telemetry_link", "usage")
    site = Record(SITE, NOW.isoformat(), read, (*single, *own), ())
    account = Record(
        Site(SITE.account, GLOBAL), NOW.isoformat(), ("dashboard",), found if kind == "dashboard" else (), ()
    )
    return [one for one in judge(SHIPPED, [account, site], kinds()).findings if one.control == control]


def answers(control: str, resources: Iterable[Resource], *models: str) -> dict[str | None, str]:
    """By model, or by name of the resource."""
    found = asked(control, resources, *models)
    return {one.each or (one.resource.id if one.resource else None): one.outcome for one in found}


def of_model(model: str) -> list[Mapping[str, str]]:
    return [{"Name": "ModelId", "Value": model}]


@pytest.mark.parametrize(
    ("alarm", "answer"),
    [
        (metric("slow", "InvocationLatency", Statistic="Maximum"), {HAIKU: "pass", NOVA: "pass"}),
        (
            metric("slow", "InvocationLatency", Dimensions=of_model(HAIKU)),
            {HAIKU: "pass", NOVA: "fail"},
        ),
        (metric("slow", "InvocationLatency", Dimensions=of_model("*")), {HAIKU: "fail", NOVA: "fail"}),
        (
            math(
                "slow",
                [expression("q", 'SELECT MAX(InvocationLatency) FROM SCHEMA("AWS/Bedrock", ModelId)', Period=60)],
            ),
            {HAIKU: "pass", NOVA: "pass"},
        ),
        (metric("slow", "Latency"), {HAIKU: "fail", NOVA: "fail"}),
    ],
)
def test_does_every_model_with_traffic_have_a_latency_alarm(
    alarm: Mapping[str, Any], answer: Mapping[str, str]
) -> None:
    assert answers("each-active-model-has-a-latency-alarm", alarms(alarm), HAIKU, NOVA) == answer


@pytest.mark.parametrize(
    ("graph", "answer"),
    [
        ([["AWS/Bedrock", "Invocations", "ModelId", HAIKU], ["...", NOVA]], {HAIKU: "pass", NOVA: "pass"}),
        ([["AWS/Bedrock", "Invocations", "ModelId", HAIKU]], {HAIKU: "pass", NOVA: "fail"}),
        ([["AWS/Bedrock", "Invocations"]], {HAIKU: "fail", NOVA: "fail"}),
        (
            [[{"expression": "SEARCH('{AWS/Bedrock,ModelId} MetricName=\"Invocations\"', 'Sum')"}]],
            {HAIKU: "pass", NOVA: "pass"},
        ),
        (
            [[{"expression": "SEARCH('{AWS/Bedrock,ModelId} MetricName=\"Invocations\" claude', 'Sum')"}]],
            {HAIKU: "unknown", NOVA: "unknown"},
        ),
        (
            [["AWS/Bedrock", "Invocations", "ModelId", HAIKU, {"region": "eu-west-1"}]],
            {HAIKU: "fail", NOVA: "fail"},
        ),
    ],
)
def test_does_every_model_with_traffic_have_a_place_on_a_dashboard(graph: list[Any], answer: Mapping[str, str]) -> None:
    assert answers("each-active-model-is-on-a-dashboard", dashboards(one=graph), HAIKU, NOVA) == answer


@pytest.mark.parametrize(
    ("recorded", "answer"),
    [
        ({"GetTopicAttributes": topic(confirmed="1", access=OPEN)}, "pass"),
        ({"GetTopicAttributes": topic(confirmed="0", access=OPEN)}, "fail"),
    ],
)
def test_would_an_alarm_reach_a_person(recorded: Mapping[str, Recorded], answer: str) -> None:
    assert answers("bedrock-alarms-are-heard", alarms(metric("one"), **recorded), HAIKU) == {"one": answer}


def test_which_alarms_name_metrics_that_do_not_exist() -> None:
    band = [stat("m1", "InputTokenCount", returned=True), expression("ad", "ANOMALY_DETECTION_BAND(m1, 2)")]
    given = [metric("good"), metric("dead", "ContentFilteredCount"), math("undrawn", band)]
    found = asked("bedrock-alarms-can-fire", alarms(*given, DescribeAnomalyDetectors={"AnomalyDetectors": []}), HAIKU)
    said = {one.resource.id if one.resource else "": [drift.because for drift in one.drift] for one in found}
    assert said == {
        "good": [],
        "dead": [
            (
                "AWS/Bedrock has no metric ContentFilteredCount; "
                "use InvocationsIntervened of AWS/Bedrock/Guardrails (by GuardrailPolicyType)"
            )
        ],
        "undrawn": ["no anomaly detector has learned InputTokenCount (Sum), so that its band is not drawn"],
    }


def test_which_dashboard_widgets_name_metrics_that_do_not_exist() -> None:
    given = dashboards(good=[["AWS/Bedrock", "Invocations"]], dead=[["AWS/Bedrock", "ContentFilteredCount"]])
    found = asked("dashboards-show-metrics-that-exist", given, HAIKU)
    named = {one.resource.id if one.resource else "": [drift.actual for drift in one.drift] for one in found}
    assert named == {
        "good": [],
        "dead": [[{"metric": "ContentFilteredCount", "region": "us-east-1", "can_show": False}]],
    }
