"""Custom metrics of pipelines that evaluate models."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bedaudit.kinds.quality_metric import KIND
from bedaudit.kinds.quality_metric import read as read_kind
from bedaudit.model import Facts, Gap, Resource
from bedaudit.parts.quality import MOST_PAGES, is_quality
from bedaudit.reader import Unreadable
from tests.kinds.alarms import expression, math, metric
from tests.replay import NOW, Recorded, Replay

DENIED = Gap("denied", "x:Y", "AccessDenied")


def listed(name: str, namespace: str = "LLM/Judge", **dimensions: str) -> dict[str, Any]:
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": named}


def result(index: int, *hours: float, **more: Any) -> Mapping[str, Any]:
    times = [NOW - timedelta(hours=hour) for hour in hours]
    return {"Id": f"m{index}", "Timestamps": times, "Values": [1.0] * len(times), "StatusCode": "Complete", **more}


QUIET: Mapping[str, Recorded] = {
    "cloudwatch:ListMetrics": {"Metrics": [listed("Helpfulness", Model="a.b"), listed("Invocations", "AWS/Bedrock")]},
    "cloudwatch:GetMetricData": {"MetricDataResults": [result(0, 30, 3)]},
    "cloudwatch:DescribeAlarms": {"MetricAlarms": []},
}


def resources(aws: Replay) -> list[Resource]:
    async def reading() -> list[Resource]:
        return list(await read_kind(aws))

    return asyncio.run(reading())


def read(wanted: Any = lambda part: True, **recorded: Recorded) -> list[Facts]:
    replies = {**QUIET, **{f"cloudwatch:{name}": reply for name, reply in recorded.items()}}
    return [one.state for one in resources(Replay(replies, operations=KIND.operations, wanted=wanted))]


STATE = {
    "namespace": "LLM/Judge",
    "metric": "Helpfulness",
    "dimensions": {"Model": "a.b"},
    "last_datapoint_age": 3.0,
    "alarmed": False,
}


def test_a_quality_metric_that_is_fresh() -> None:
    aws = Replay(QUIET, operations=KIND.operations)
    raw = listed("Helpfulness", Model="a.b")
    assert resources(aws) == [Resource("quality_metric", "LLM/Judge:Helpfulness:Model=a.b", None, STATE, raw)]
    (query,) = aws.calls[1][2]["MetricDataQueries"]
    assert query == {"Id": "m0", "MetricStat": {"Metric": raw, "Period": 3600, "Stat": "SampleCount"}}


@pytest.mark.parametrize(
    ("alarm", "alarmed"),
    [
        (metric("one", "Helpfulness", Namespace="LLM/Judge"), True),
        (metric("one", "Helpfulness", Namespace="Mine"), False),
        (metric("one", "Harm", Namespace="LLM/Judge"), False),
        (math("one", [expression("q", 'SELECT AVG(Helpfulness) FROM "LLM/Judge"', Period=60)]), True),
    ],
)
def test_an_alarm_listens_or_does_not(alarm: Mapping[str, Any], alarmed: bool) -> None:
    assert read(DescribeAlarms={"MetricAlarms": [alarm]}) == [{**STATE, "alarmed": alarmed}]


def test_a_metric_without_data_of_two_weeks_has_no_age() -> None:
    (state,) = read(GetMetricData={"MetricDataResults": [result(0)]})
    assert state == {name: value for name, value in STATE.items() if name != "last_datapoint_age"}


def test_ages_are_found_on_any_page() -> None:
    names = ["Harm", "Helpfulness"]
    pages = [{"MetricDataResults": [result(1, 9)]}, {"MetricDataResults": [result(1, 5), result(0, 7)]}]
    states = read(ListMetrics={"Metrics": [listed(name) for name in names]}, GetMetricData=pages)
    assert [state["last_datapoint_age"] for state in states] == [7.0, 5.0]


def test_a_metric_that_cloudwatch_does_not_give_is_a_gap() -> None:
    (state,) = read(GetMetricData={"MetricDataResults": [result(0, StatusCode="Forbidden")]})
    gap = Gap("failed", "cloudwatch:GetMetricData", "Forbidden", "CloudWatch did not give a metric")
    assert state == {**STATE, "last_datapoint_age": gap.as_fact()}


def test_unreadable_parts_are_gaps_of_their_own() -> None:
    assert read(GetMetricData=DENIED) == [{**STATE, "last_datapoint_age": DENIED.as_fact()}]
    assert read(DescribeAlarms=DENIED) == [{**STATE, "alarmed": DENIED.as_fact()}]


def test_parts_that_nobody_asks_for_cost_nothing() -> None:
    aws = Replay(QUIET, operations=KIND.operations, wanted=lambda part: False)
    resources(aws)
    assert aws.calls == [("cloudwatch:ListMetrics", None, {})]


def test_a_site_without_such_metrics_costs_one_call() -> None:
    aws = Replay({"cloudwatch:ListMetrics": {"Metrics": []}}, operations=KIND.operations)
    assert resources(aws) == []
    assert aws.calls == [("cloudwatch:ListMetrics", None, {})]


def test_all_pages_are_listed() -> None:
    def page(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        if "NextToken" in parameters:
            return {"Metrics": [listed("Helpfulness", Model="a.b")]}
        return {"Metrics": [listed("CPUUtilization", "AWS/EC2")], "NextToken": "more"}

    assert read(ListMetrics=page) == [STATE]


def test_what_a_very_large_site_leaves_unlisted_is_a_gap() -> None:
    aws = Replay({**QUIET, "cloudwatch:ListMetrics": {"Metrics": [], "NextToken": "more"}}, operations=KIND.operations)
    (one,) = resources(aws)
    message = f"the site has more than {MOST_PAGES} pages of metrics, of which no more were listed"
    gap = Gap("failed", "cloudwatch:ListMetrics", message=message).as_fact()
    assert (one.id, one.state) == ("unlisted", dict.fromkeys(STATE, gap))
    assert len(aws.calls) == MOST_PAGES


def test_unreadable_metrics_are_the_whole_kinds_gap() -> None:
    with pytest.raises(Unreadable) as raised:
        read(ListMetrics=DENIED)
    assert raised.value.gap == DENIED


@pytest.mark.parametrize(
    ("namespace", "expected"),
    [
        ("LLM/Judge", True),
        ("MyBedrockEvals", True),
        ("my-genai-quality", True),
        ("GenAI", True),
        ("acme/RAG", True),
        ("AcmeLLMQuality", True),
        ("Ragas", True),
        ("acme/ai-quality", True),
        ("Bedrock-AgentCore/Evaluations", True),
        ("bedrock-agentcore", False),
        ("AWS/Bedrock", False),
        ("AWS/EC2", False),
        ("Storage", False),
        ("CWAgent", False),
        ("dragon/retrieval", False),
        ("medieval", False),
    ],
)
def test_namespaces_speak_of_quality(namespace: str, expected: bool) -> None:
    assert is_quality(namespace) is expected
