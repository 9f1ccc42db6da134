from __future__ import annotations

from typing import Any

import pytest

from bedaudit.model import Call, Gap
from bedaudit.repairs.alarm import ALARM
from bedaudit.repairs.repair import Edit, settled
from tests.repairs.editing import ACCOUNT, SITE, edit, read

TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:oncall"
THROTTLES: dict[str, Any] = {
    "AlarmName": "throttles",
    "Namespace": "AWS/Bedrock",
    "MetricName": "InvocationThrottles",
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 5,
    "ComparisonOperator": "GreaterThanThreshold",
    "AlarmActions": [TOPIC],
}
LATENCY: dict[str, Any] = {
    "AlarmName": "throttles",
    "EvaluationPeriods": 1,
    "ComparisonOperator": "GreaterThanUpperThreshold",
    "ThresholdMetricId": "band",
    "Metrics": [
        {"Id": "m", "MetricStat": {"Metric": {"MetricName": "InvocationLatency"}, "Period": 300, "Stat": "p90"}},
        {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m, 2)"},
    ],
}
FACTS = {"name": "throttles"}
NAMED = {"AlarmNames": ["throttles"]}
STATE = {"StateValue": "OK", "StateReason": "new", "StateUpdatedTimestamp": 1, "AlarmConfigurationUpdatedTimestamp": 1}
ENABLED = {"actions_enabled": True}


def there(parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The alarm as AWS describes it."""
    return {**parameters, "ActionsEnabled": True, "AlarmArn": "arn:x", "Unheard": {"of": 1}, **STATE, **more}


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("PutMetricAlarm", THROTTLES),
        ("PutMetricAlarm", LATENCY),
        ("PutCompositeAlarm", {"AlarmName": "throttles", "AlarmRule": "ALARM(a) OR ALARM(b)", "AlarmActions": [TOPIC]}),
    ],
)
def test_a_missing_alarm_is_made_and_taken_away_again(operation: str, parameters: dict[str, Any]) -> None:
    tagged = {**parameters, "Tags": [{"Key": "team", "Value": "ai"}]}
    assert edit(ALARM, FACTS, None, {"create": tagged}) == Edit(
        parameters,
        (Call("cloudwatch", operation, tagged),),
        (Call("cloudwatch", "DeleteAlarms", NAMED),),
    )


@pytest.mark.parametrize("parameters", [THROTTLES, LATENCY])
def test_an_alarm_that_is_there_already_is_not_made_again(parameters: dict[str, Any]) -> None:
    raw = there(parameters)
    assert edit(ALARM, FACTS, raw, {"create": parameters}) == Edit(raw, (), ())


@pytest.mark.parametrize(
    "raw",
    [
        there(THROTTLES, Threshold=50.0),
        there(THROTTLES, AlarmActions=[TOPIC, "arn:another"]),
        there({name: value for name, value in THROTTLES.items() if name != "AlarmActions"}),
        there({"AlarmName": "throttles", "AlarmRule": "ALARM(a)"}),
    ],
)
def test_another_alarm_of_the_name_is_left_to_people(raw: dict[str, Any]) -> None:
    reason = "there is another alarm throttles already, which making this one would replace"
    assert edit(ALARM, FACTS, raw, {"create": THROTTLES}) == Edit(raw, (), (), "manual", reason)


@pytest.mark.parametrize("name", ["AlarmActions", "OKActions", "InsufficientDataActions"])
def test_an_alarm_cannot_notify_a_topic_of_another_region(name: str) -> None:
    topic = TOPIC.replace("us-east-1", "eu-west-1")
    found = edit(ALARM, FACTS, None, {"create": {**THROTTLES, name: [topic]}})
    assert found == Edit(None, (), (), "manual", f"alarms of us-east-1 cannot notify {topic}")


def test_an_alarm_that_is_switched_off_is_switched_on_and_off_again() -> None:
    raw = there(THROTTLES, ActionsEnabled=False)
    assert edit(ALARM, FACTS, raw, ENABLED) == Edit(
        {**raw, "ActionsEnabled": True},
        (Call("cloudwatch", "EnableAlarmActions", NAMED),),
        (Call("cloudwatch", "DisableAlarmActions", NAMED),),
    )


@pytest.mark.parametrize("raw", [None, there(THROTTLES), THROTTLES])
def test_there_is_nothing_to_switch_on(raw: dict[str, Any] | None) -> None:
    assert edit(ALARM, FACTS, raw, ENABLED) == Edit(raw, (), ())


@pytest.mark.parametrize("enabled", [False, None])
def test_an_alarm_is_never_switched_off(enabled: bool | None) -> None:
    assert edit(ALARM, FACTS, there(THROTTLES), {"actions_enabled": enabled}).calls == ()


def test_the_state_of_an_alarm_is_no_part_of_it() -> None:
    alarming = {**there(THROTTLES), "StateValue": "ALARM", "StateReason": "5 datapoints", "EvaluationState": "x"}
    assert settled(alarming, ALARM.volatile) == settled(there(THROTTLES), ALARM.volatile)
    assert settled(there(THROTTLES), ALARM.volatile) != settled(there(THROTTLES, Threshold=6), ALARM.volatile)


@pytest.mark.parametrize("name", ["MetricAlarms", "CompositeAlarms", "LogAlarms"])
def test_an_alarm_is_read_whatever_its_type(name: str) -> None:
    raw = {"AlarmName": "throttles", "ActionsEnabled": False}
    assert read(ALARM, FACTS, {"cloudwatch:DescribeAlarms": {name: [raw]}}) == raw


def test_there_is_no_alarm() -> None:
    assert read(ALARM, FACTS, {"cloudwatch:DescribeAlarms": {"MetricAlarms": []}}) is None


def test_a_region_without_log_alarms_is_asked_for_the_others() -> None:
    def answer(parameters: Any) -> Any:
        refused = "LogAlarm" in parameters["AlarmTypes"]
        return Gap("failed", code="ValidationError") if refused else {"MetricAlarms": [{"AlarmName": "throttles"}]}

    assert read(ALARM, FACTS, {"cloudwatch:DescribeAlarms": answer}) == {"AlarmName": "throttles"}


@pytest.mark.parametrize("facts", [{}, {"name": ""}, {"name": {"gap": {"reason": "not_read"}}}])
def test_without_a_name_there_is_no_place(facts: dict[str, Any]) -> None:
    assert ALARM.place(facts, SITE) is None
