from __future__ import annotations

from typing import Any

import pytest

from bedaudit.documents.correction import corrected

BEDROCK, GUARDRAILS = "AWS/Bedrock", "AWS/Bedrock/Guardrails"


def listed(**dimensions: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def plain(metric: str, namespace: str = BEDROCK, *, unit: str | None = None, **dimensions: str) -> dict[str, Any]:
    measured = {"Statistic": "Sum", **({"Unit": unit} if unit else {})}
    return {"Namespace": namespace, "MetricName": metric, "Dimensions": listed(**dimensions), "Kept": 1, **measured}


def math(metric: dict[str, Any], *more: Any, **stat: Any) -> dict[str, Any]:
    return {"Metrics": [{"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum", **stat}}, *more]}


SUM = {"Id": "e", "Expression": "m * 2"}
INTERVENED = plain("InvocationsIntervened", GUARDRAILS, Operation="ApplyGuardrail")
RIGHT = plain("Invocations", ModelId="a.b")


@pytest.mark.parametrize(
    ("alarm", "expected"),
    [
        (RIGHT, RIGHT),
        (plain("ContentFilteredCount"), INTERVENED),
        (plain("ModelInvocationThrottles", ModelId="a.b"), plain("InvocationThrottles", ModelId="a.b")),
        (plain("invocationlatency", "aws/bedrock"), plain("InvocationLatency")),
        (plain("InvocationServerErrors", ModelId="*"), plain("InvocationServerErrors")),
        (plain("Invocations", unit="Seconds", ModelId="a.b"), RIGHT),
        (math(plain("Throttles"), SUM), math(plain("InvocationThrottles"), SUM)),
        (math(RIGHT, SUM, Unit="Bytes"), math(RIGHT, SUM)),
    ],
)
def test_an_alarm_is_put_on_what_was_meant(alarm: dict[str, Any], expected: dict[str, Any]) -> None:
    assert corrected(alarm) == expected


INSIGHTS = {"Id": "q", "Expression": 'SELECT SUM(ContentFilteredCount) FROM SCHEMA("AWS/Bedrock", ModelId)'}


@pytest.mark.parametrize(
    "alarm",
    [
        plain("ErrorCount"),
        plain("Invocations", ModelId="a.b", Team="x"),
        plain("Throttles", GUARDRAILS),
        {**RIGHT, "Statistic": "Most"},
        plain("Invocations", "aws/bedrocks", ModelId="*"),
        math({**RIGHT, "MetricName": "ErrorCount"}, SUM),
        math(RIGHT, Stat="Most"),
        math(RIGHT, INSIGHTS),
        {"AlarmRule": "ALARM(a)"},
    ],
)
def test_where_there_is_a_choice_people_choose(alarm: dict[str, Any]) -> None:
    assert corrected(alarm) is None
