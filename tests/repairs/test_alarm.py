from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from bedaudit.model import Call, Gap
from bedaudit.repairs.alarm import ALARM, SHOWN_ONLY
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


def put(raw: dict[str, Any], operation: str = "PutMetricAlarm") -> Call:
    """What AWS's reply says, but for what no call takes."""
    return Call("cloudwatch", operation, {name: value for name, value in raw.items() if name not in SHOWN_ONLY})


def known(parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The alarm as AWS describes it, with nothing that botocore does not know."""
    return {name: value for name, value in there(parameters, **more).items() if name != "Unheard"}


OTHER = "arn:aws:lambda:us-east-1:1:function:f"


@pytest.mark.parametrize(
    ("operation", "raw"),
    [
        ("PutMetricAlarm", known(THROTTLES, AlarmActions=[OTHER], EvaluateLowSampleCountPercentile="ignore")),
        ("PutMetricAlarm", known(LATENCY)),
        ("PutCompositeAlarm", known({"AlarmName": "throttles", "AlarmRule": "ALARM(a)"}, ActionsSuppressor="b")),
        (
            "PutLogAlarm",
            known(
                {
                    "AlarmName": "throttles",
                    "ScheduledQueryConfiguration": {
                        "QueryString": "fields @message",
                        "ScheduledQueryRoleARN": "arn:aws:iam::111122223333:role/reads",
                        "ScheduleConfiguration": {"ScheduleExpression": "rate(5 minutes)", "StartTimeOffset": 300},
                        "AggregationExpression": "count(*)",
                    },
                    "QueryResultsToEvaluate": 1,
                    "QueryResultsToAlarm": 1,
                    "Threshold": 1.0,
                    "ComparisonOperator": "GreaterThanThreshold",
                }
            ),
        ),
    ],
)
def test_an_action_is_added_and_the_alarm_stays_as_it_is(operation: str, raw: dict[str, Any]) -> None:
    after = {**raw, "AlarmActions": [*raw.get("AlarmActions", []), TOPIC]}
    wanted = {"action_arns": [TOPIC], "actions_enabled": True}
    assert edit(ALARM, FACTS, raw, wanted) == Edit(after, (put(after, operation),), (put(raw, operation),))


def test_an_action_is_added_to_an_alarm_that_is_switched_on_with_it() -> None:
    raw = known(THROTTLES, ActionsEnabled=False, AlarmActions=[OTHER])
    after = {**raw, "ActionsEnabled": True, "AlarmActions": [OTHER, TOPIC]}
    found = edit(ALARM, FACTS, raw, {"action_arns": (TOPIC,), "actions_enabled": True})
    assert found == Edit(after, (put(after),), (put(raw),))


def test_a_topic_of_another_region_is_no_action() -> None:
    topic = TOPIC.replace("us-east-1", "eu-west-1")
    found = edit(ALARM, FACTS, known(THROTTLES), {"action_arns": [topic]})
    assert found == Edit(known(THROTTLES), (), (), "manual", f"alarms of us-east-1 cannot notify {topic}")


ANOTHER = "it watches another series from then on, against a threshold that was chosen for the one that there is not"


def test_an_alarm_that_cannot_fire_is_put_on_what_was_meant() -> None:
    raw = known(THROTTLES, MetricName="ContentFilteredCount", OKActions=[OTHER], AlarmDescription="é")
    meant = {
        "Namespace": "AWS/Bedrock/Guardrails",
        "MetricName": "InvocationsIntervened",
        "Dimensions": [{"Name": "Operation", "Value": "ApplyGuardrail"}],
    }
    after = {**raw, **meant}
    found = edit(ALARM, FACTS, raw, {"can_fire": True})
    assert found == Edit(after, (put(after),), (put(raw),), "risky", ANOTHER)


def test_what_an_alarm_is_to_watch_instead_may_be_for_people_to_say() -> None:
    raw = known(THROTTLES, MetricName="Errors")
    reason = "what alarm throttles is to watch instead is for people to say"
    assert edit(ALARM, FACTS, raw, {"can_fire": True}) == Edit(raw, (), (), "manual", reason)


@pytest.mark.parametrize("name", ["MetricAlarm", "CompositeAlarm", "LogAlarm"])
def test_no_call_takes_what_an_alarm_shows_of_its_state(name: str) -> None:
    service: Any = botocore.session.get_session().get_service_model("cloudwatch")
    taken = service.operation_model(f"Put{name}").input_shape.members
    assert set(service.shape_for(name).members) - set(taken) <= set(SHOWN_ONLY)
    assert set(SHOWN_ONLY).isdisjoint(taken)


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
