"""How an alarm is made, and what that alone decides."""

from __future__ import annotations

from typing import Any

import pytest

from bedaudit.kinds.alarm import KIND, Alarm
from bedaudit.kinds.kind import Creation
from bedaudit.model import Call
from tests.kinds.alarms import TOPIC, UNREAD
from tests.replay import assert_fits

THROTTLES: dict[str, Any] = {
    "AlarmName": "bedrock-throttles",
    "Namespace": "AWS/Bedrock",
    "MetricName": "InvocationThrottles",
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 5,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
    "AlarmActions": [TOPIC],
}


def create(parameters: dict[str, Any]) -> Creation:
    assert KIND.create is not None
    return KIND.create(parameters)


def test_a_metric_alarm_says_what_it_will_be() -> None:
    made = create(THROTTLES)
    assert_fits("cloudwatch", "PutMetricAlarm", made.call.parameters, [])
    assert made == Creation(
        Call("cloudwatch", "PutMetricAlarm", THROTTLES),
        {
            "name": "bedrock-throttles",
            "type": "metric",
            "watches": [
                {
                    "namespace": "AWS/Bedrock",
                    "metric": "InvocationThrottles",
                    "dimensions": {},
                    "model": "*",
                    "stat": "Sum",
                    "period": 300,
                    "sensible_stat": True,
                }
            ],
            "threshold": 5.0,
            "comparison": "GreaterThanThreshold",
            "evaluation_periods": 3,
            "datapoints_to_alarm": 2,
            "missing_data": "notBreaching",
            "anomaly": False,
            "state": UNREAD,
            "actions_enabled": True,
            "muted": UNREAD,
            "action_arns": [TOPIC],
            "actions": [{"arn": TOPIC, "type": "sns", "alive": UNREAD}],
            "notifies": UNREAD,
            "not_heard_because": UNREAD,
            "can_fire": True,
            "shows_log_lines": False,
            "tags": {},
        },
    )


@pytest.mark.parametrize(
    ("changed", "facts"),
    [
        ({"AlarmActions": []}, {"notifies": False, "not_heard_because": "it has no action that anybody hears"}),
        ({"ActionsEnabled": False}, {"notifies": False, "not_heard_because": "it is switched off"}),
        ({"MetricName": "InvocationCount"}, {"can_fire": False}),
        ({"Tags": [{"Key": "team", "Value": "ai"}]}, {"tags": {"team": "ai"}}),
        ({"AlarmActions": [object()]}, {"actions": UNREAD, "notifies": UNREAD}),
        ({"Threshold": object()}, {"threshold": UNREAD, "evaluation_periods": 3}),
        ({"EvaluationPeriods": object()}, {"evaluation_periods": UNREAD, "datapoints_to_alarm": UNREAD}),
        ({"Dimensions": [{"Name": "ModelId", "Value": object()}]}, {"watches": UNREAD, "can_fire": UNREAD}),
        ({"Dimensions": 7}, {"watches": UNREAD, "name": UNREAD}),
        ({"Period": "long"}, {"watches": UNREAD, "type": "metric"}),
    ],
)
def test_what_the_call_leaves_open_is_a_gap(changed: dict[str, Any], facts: dict[str, Any]) -> None:
    made = create({**THROTTLES, **changed})
    assert {name: made.facts.get(name) for name in facts} == facts
    assert made.facts.keys() <= Alarm.model_fields.keys()


@pytest.mark.parametrize(
    ("open_parameter", "reason"),
    [
        ("AlarmActions", "not_heard_because"),
        ("ActionsEnabled", "not_heard_because"),
        ("MetricName", "cannot_fire_because"),
    ],
)
def test_of_what_is_open_the_reason_is_open_too(open_parameter: str, reason: str) -> None:
    assert create({**THROTTLES, open_parameter: object()}).facts[reason] == UNREAD


def test_a_rule_makes_a_composite_alarm() -> None:
    parameters = {"AlarmName": "any", "AlarmRule": "ALARM(a) OR ALARM(b)", "AlarmActions": [TOPIC]}
    made = create(parameters)
    assert_fits("cloudwatch", "PutCompositeAlarm", parameters, [])
    assert made.call == Call("cloudwatch", "PutCompositeAlarm", parameters)
    assert (made.facts["type"], made.facts["watches"], made.facts["can_fire"]) == ("composite", UNREAD, UNREAD)


def test_a_query_makes_a_log_alarm() -> None:
    parameters = {
        "AlarmName": "words",
        "ScheduledQueryConfiguration": {
            "QueryString": "fields @message",
            "LogGroupIdentifiers": ["/aws/bedrock/x"],
            "ScheduledQueryRoleARN": "arn:aws:iam::111122223333:role/x",
            "ScheduleConfiguration": {"ScheduleExpression": "rate(5 minutes)", "StartTimeOffset": 300},
            "AggregationExpression": "count(*)",
        },
        "QueryResultsToEvaluate": 3,
        "QueryResultsToAlarm": 2,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    made = create(parameters)
    assert_fits("cloudwatch", "PutLogAlarm", parameters, [])
    assert made.call == Call("cloudwatch", "PutLogAlarm", parameters)
    assert (made.facts["type"], made.facts["evaluation_periods"], made.facts["log_groups"]) == (
        "log",
        3,
        ["/aws/bedrock/x"],
    )


def test_whether_a_band_will_be_drawn_is_for_its_detector_to_say() -> None:
    metric = {"Metric": {"Namespace": "AWS/Bedrock", "MetricName": "InputTokenCount"}, "Period": 3600, "Stat": "Sum"}
    band = {"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "ReturnData": True}
    common = {name: THROTTLES[name] for name in ("AlarmName", "EvaluationPeriods", "TreatMissingData", "AlarmActions")}
    parameters = {
        **common,
        "Metrics": [{"Id": "m1", "MetricStat": metric, "ReturnData": True}, band],
        "ThresholdMetricId": "ad1",
        "ComparisonOperator": "GreaterThanUpperThreshold",
    }
    assert_fits("cloudwatch", "PutMetricAlarm", parameters, [])
    facts = create(parameters).facts
    assert (facts["anomaly"], facts["can_fire"]) == (True, UNREAD)
