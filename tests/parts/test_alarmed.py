from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bedaudit.model import Gap
from bedaudit.parts.alarmed import OPERATIONS, read_alarmed
from tests.replay import Replay

MINE = {"AlarmName": "mine", "Namespace": "App/GenAI", "MetricName": "Refusals", "Statistic": "Sum", "Period": 60}
MATH = {
    "AlarmName": "math",
    "Metrics": [
        {"Id": "rate", "Expression": "m1 * 2"},
        {
            "Id": "m1",
            "ReturnData": False,
            "MetricStat": {
                "Metric": {"Namespace": "App/GenAI", "MetricName": "Refusals"},
                "Period": 60,
                "Stat": "Sum",
            },
        },
    ],
}
NOT_UNDERSTOOD = {"AlarmName": "odd", "Metrics": [{"Id": "q1", "Expression": "SELECT FROM WHERE"}]}
UNSURE = Gap("failed", message="its Metrics Insights query is not understood")


def theirs(account: str) -> dict[str, Any]:
    first, second = MATH["Metrics"]
    return {**MATH, "Metrics": [first, {**second, "AccountId": account}]}  # type: ignore[dict-item]


def watches(*pages: dict[str, Any], metric: str = "Refusals") -> bool | Gap:
    aws = Replay({"cloudwatch:DescribeAlarms": list(pages)}, operations=OPERATIONS)
    return asyncio.run(read_alarmed(aws)).watches("App/GenAI", metric)


@pytest.mark.parametrize(
    ("alarms", "expected"),
    [
        pytest.param([], False, id="there_is_no_alarm"),
        pytest.param([MINE], True, id="an_alarm_watches_it"),
        pytest.param([{**MINE, "Namespace": "App/Other"}], False, id="an_alarm_watches_its_namesake"),
        pytest.param([MATH], True, id="an_alarm_watches_it_through_metric_math"),
        pytest.param([theirs("111122223333")], True, id="an_alarm_names_this_very_account"),
        pytest.param([theirs("999999999999")], False, id="an_alarm_watches_that_of_another_account"),
        pytest.param([NOT_UNDERSTOOD], UNSURE, id="an_alarm_is_not_understood"),
        pytest.param([NOT_UNDERSTOOD, MINE], True, id="an_alarm_watches_it_whatever_another_does"),
    ],
)
def test_whether_an_alarm_watches_a_metric(alarms: list[dict[str, Any]], expected: bool | Gap) -> None:
    assert watches({"MetricAlarms": alarms}) == expected


def test_every_page_of_alarms_counts_and_composite_ones_count_through_their_children() -> None:
    composite = {"AlarmName": "all", "AlarmRule": "ALARM(mine)"}
    pages = {"CompositeAlarms": [composite], "NextToken": "1"}, {"MetricAlarms": [MINE]}
    assert watches(*pages) is True
    assert watches({"CompositeAlarms": [{"AlarmName": "all", "AlarmRule": "what"}]}) is False
