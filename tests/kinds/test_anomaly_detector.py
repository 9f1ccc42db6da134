"""Anomaly detectors of both types."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.kinds.anomaly_detector import KIND
from bedaudit.kinds.anomaly_detector import read as read_kind
from bedaudit.model import Gap, Resource
from bedaudit.reader import Unreadable
from tests.replay import Recorded, Replay

LATENCY = {
    "Namespace": "AWS/Bedrock",
    "MetricName": "InvocationLatency",
    "Dimensions": [{"Name": "ModelId", "Value": "a.b"}],
    "Stat": "p99",
}
QUERIES: list[dict[str, Any]] = [
    {"Id": "e1", "Expression": "m1 + m2", "ReturnData": True},
    *(
        {
            "Id": id_,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/Bedrock", "MetricName": name},
                "Period": 300,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }
        for id_, name in (("m1", "InputTokenCount"), ("m2", "OutputTokenCount"))
    ),
]


def single(**more: Any) -> Mapping[str, Any]:
    return {"SingleMetricAnomalyDetector": LATENCY, **LATENCY, "StateValue": "TRAINED", **more}


def math(queries: list[dict[str, Any]], **more: Any) -> Mapping[str, Any]:
    return {"MetricMathAnomalyDetector": {"MetricDataQueries": queries}, "StateValue": "TRAINED", **more}


def read(recorded: Recorded) -> list[Resource]:
    aws = Replay({"cloudwatch:DescribeAnomalyDetectors": recorded}, operations=KIND.operations)

    async def reading() -> list[Resource]:
        return list(await read_kind(aws))

    found = asyncio.run(reading())
    types = ["SINGLE_METRIC", "METRIC_MATH"]
    assert aws.calls == [("cloudwatch:DescribeAnomalyDetectors", None, {"AnomalyDetectorTypes": types})]
    return found


def watch(metric: str, stat: str, **more: Any) -> Mapping[str, Any]:
    known = {"namespace": "AWS/Bedrock", "metric": metric, "dimensions": {}, "model": "*", "stat": stat}
    return {**known, "sensible_stat": True, **more}


def test_a_detector_on_one_metric() -> None:
    (one,) = read({"AnomalyDetectors": [single()]})
    assert (one.id, one.raw) == ("AWS/Bedrock:InvocationLatency:ModelId=a.b:p99", single())
    assert one.state == {
        "type": "single_metric",
        "state": "TRAINED",
        "watches": [watch("InvocationLatency", "p99", dimensions={"ModelId": "a.b"}, model="a.b")],
    }


def test_a_detector_on_metric_math_watches_each_metric_of_it() -> None:
    one, same, other = read(
        [{"AnomalyDetectors": [math(QUERIES), math(QUERIES)]}, {"AnomalyDetectors": [math(QUERIES[1:2])]}]
    )
    assert one.state == {
        "type": "metric_math",
        "state": "TRAINED",
        "watches": [watch(name, "Sum", period=300) for name in ("InputTokenCount", "OutputTokenCount")],
    }
    assert one.id == same.id
    assert one.id.startswith("metric-math:")
    assert one.id != other.id


def test_a_detector_of_another_account_says_so() -> None:
    (one,) = read({"AnomalyDetectors": [{"SingleMetricAnomalyDetector": {**LATENCY, "AccountId": "444455556666"}}]})
    assert one.state["watches"][0]["account"] == "444455556666"
    assert one.id == "444455556666:AWS/Bedrock:InvocationLatency:ModelId=a.b:p99"


def test_the_older_form_is_a_detector_on_one_metric() -> None:
    (one,) = read({"AnomalyDetectors": [LATENCY]})
    assert (one.id, one.state["type"]) == ("AWS/Bedrock:InvocationLatency:ModelId=a.b:p99", "single_metric")


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ("TRAINED", "TRAINED"),
        ("PENDING_TRAINING", "PENDING_TRAINING"),
        ("TRAINED_INSUFFICIENT_DATA", "TRAINED_INSUFFICIENT_DATA"),
        (
            "RESTING",
            Gap(
                "failed", "cloudwatch:DescribeAnomalyDetectors", message="RESTING is a value that AWS has added"
            ).as_fact(),
        ),
    ],
)
def test_how_far_the_training_is(given: str, state: Any) -> None:
    (one,) = read({"AnomalyDetectors": [single(StateValue=given)]})
    assert one.state["state"] == state


def test_a_state_that_aws_does_not_tell_is_missing() -> None:
    (one,) = read({"AnomalyDetectors": [LATENCY]})
    assert "state" not in one.state


def test_a_query_that_is_not_understood_is_a_gap() -> None:
    query = {"Id": "q", "Expression": "SELECT WHAT", "ReturnData": True, "Period": 60}
    (one,) = read({"AnomalyDetectors": [math([query])]})
    assert one.state["watches"] == Gap("failed", message="its Metrics Insights query is not understood").as_fact()


def test_no_detectors_are_no_resources() -> None:
    assert read({}) == []


def test_unreadable_detectors_are_the_whole_kinds_gap() -> None:
    gap = Gap("denied", "cloudwatch:DescribeAnomalyDetectors", "AccessDenied")
    with pytest.raises(Unreadable) as raised:
        read(gap)
    assert raised.value.gap == gap
