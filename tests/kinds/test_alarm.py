"""The kind `alarm`: what its alarms are and what they watch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.kinds.alarm import COMPARISONS, EVALUATION_STATES, MISSING_DATA, STATES
from bedaudit.model import Gap
from bedaudit.reader import Unreadable
from tests.kinds.alarms import (
    TOPIC,
    UNREAD,
    arn,
    composite,
    expression,
    log,
    math,
    metric,
    read,
    replay,
    resources,
    stat,
)

BEDROCK = "AWS/Bedrock"
MODEL = [{"Name": "ModelId", "Value": "a.b"}]
BAND = [stat("m1", "Invocations", returned=True), expression("ad1", "ANOMALY_DETECTION_BAND(m1, 2)")]
WHICH_ACCOUNTS = Gap("failed", message="which accounts its Metrics Insights query leaves is not understood").as_fact()


def watch(of: str, **more: Any) -> dict[str, Any]:
    known = {"namespace": BEDROCK, "metric": of, "dimensions": {}, "model": "*", "stat": "Sum", "period": 300}
    return {**known, "sensible_stat": True, **more}


def selecting(query: str) -> dict[str, Any]:
    """An alarm on a Metrics Insights query."""
    return math("selecting", [expression("q1", f"SELECT {query}", Period=60)])


def no_part(part: str) -> bool:
    return False


def watches(*alarms: Mapping[str, Any]) -> Any:
    """What the first alarm watches."""
    return read(*alarms, wanted=no_part)[alarms[0]["AlarmName"]]["watches"]


def test_a_metric_alarm_is_read_whole() -> None:
    aws = replay(metric("throttles"))
    (one,) = resources(aws)
    assert one.state == {
        "name": "throttles",
        "type": "metric",
        "watches": [watch("InvocationThrottles")],
        "threshold": 5.0,
        "comparison": "GreaterThanThreshold",
        "evaluation_periods": 3,
        "datapoints_to_alarm": 2,
        "missing_data": "notBreaching",
        "anomaly": False,
        "state": "OK",
        "state_age": 5.0,
        "actions_enabled": True,
        "muted": False,
        "action_arns": [TOPIC],
        "actions": [{"arn": TOPIC, "type": "sns", "alive": True, "subscribers": 1, "can_publish": True}],
        "notifies": True,
        "can_fire": True,
        "shows_log_lines": False,
        "tags": {"team": "ai"},
    }
    assert (one.kind, one.id, one.arn) == ("alarm", "throttles", arn("throttles"))
    assert one.raw["StateUpdatedTimestamp"] == "2026-11-20T11:00:00+00:00"
    assert aws.calls[0] == (
        "cloudwatch:DescribeAlarms",
        None,
        {"AlarmTypes": ["MetricAlarm", "CompositeAlarm", "LogAlarm"]},
    )


def test_what_no_policy_mentions_is_not_read() -> None:
    aws = replay(metric("throttles"), wanted=no_part)
    (one,) = resources(aws)
    parts = ("muted", "can_fire", "notifies", "actions", "tags")
    assert {part: one.state[part] for part in parts} == dict.fromkeys(parts, UNREAD)
    assert [operation for operation, _, _ in aws.calls] == ["cloudwatch:DescribeAlarms"]


def test_actions_can_be_read_without_the_rest() -> None:
    state = read(metric("throttles"), wanted=lambda part: part == "actions")["throttles"]
    assert (state["notifies"], state["muted"]) == (UNREAD, UNREAD)
    assert [one["arn"] for one in state["actions"]] == [TOPIC]


def test_a_log_alarm_is_read_without_the_literals_of_its_query() -> None:
    (one,) = resources(replay(log("words", ActionLogLineCount=5)))
    assert {name: one.state.get(name) for name in ("type", "watches", "log_groups", "shows_log_lines", "can_fire")} == {
        "type": "log",
        "watches": [],
        "log_groups": ["/aws/bedrock/x"],
        "shows_log_lines": True,
        "can_fire": None,
    }
    assert (one.state["evaluation_periods"], one.state["datapoints_to_alarm"]) == (3, 2)
    assert "hush" not in repr(one)


@pytest.mark.parametrize(
    ("changed", "facts"),
    [
        *(({"TreatMissingData": word}, {"missing_data": word}) for word in MISSING_DATA),
        *(({"StateValue": word}, {"state": word}) for word in STATES),
        *(({"EvaluationState": word}, {"evaluation_state": word}) for word in EVALUATION_STATES),
        *(({"ComparisonOperator": word}, {"comparison": word}) for word in COMPARISONS),
        ({"ActionsEnabled": False}, {"actions_enabled": False}),
    ],
)
def test_aws_s_own_words_are_kept(changed: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    assert read(metric("one", **changed), wanted=no_part)["one"].items() >= facts.items()


@pytest.mark.parametrize(
    ("left_out", "facts"),
    [
        ("DatapointsToAlarm", {"datapoints_to_alarm": 3}),
        ("TreatMissingData", {"missing_data": "missing"}),
        ("StateTransitionedTimestamp", {"state_age": 1.0}),
        ("Threshold", {"threshold": None}),
        ("StateValue", {"state": UNREAD}),
    ],
)
def test_what_aws_leaves_out_has_its_default_or_is_missing(left_out: str, facts: Mapping[str, Any]) -> None:
    state = read(metric("one", **{left_out: None}), wanted=no_part)["one"]
    assert {name: state.get(name) for name in facts} == facts


@pytest.mark.parametrize(
    ("member", "field"),
    [
        ("StateValue", "state"),
        ("EvaluationState", "evaluation_state"),
        ("ComparisonOperator", "comparison"),
        ("TreatMissingData", "missing_data"),
    ],
)
def test_a_word_that_aws_added_is_a_gap(member: str, field: str) -> None:
    message = "POSTPONED is a value that AWS has added"
    gap = Gap("failed", "cloudwatch:DescribeAlarms", message=message).as_fact()
    assert read(metric("one", **{member: "POSTPONED"}), wanted=no_part)["one"][field] == gap


def test_a_series_of_no_statistic_says_nothing() -> None:
    (series,) = read(metric("one", Statistic=None), wanted=no_part)["one"]["watches"]
    assert ("stat" in series, series["sensible_stat"]) == (False, False)


@pytest.mark.parametrize(
    ("alarm", "watched"),
    [
        (
            metric("one", "InvocationLatency", Dimensions=MODEL, Statistic=None, ExtendedStatistic="p99"),
            [watch("InvocationLatency", dimensions={"ModelId": "a.b"}, model="a.b", stat="p99")],
        ),
        (metric("one", "InvocationLatency"), [watch("InvocationLatency", sensible_stat=False)]),
        (
            metric("one", "Invocations", Dimensions=[{"Name": "ModelId", "Value": "*"}]),
            [watch("Invocations", dimensions={"ModelId": "*"}, model="invalid:*")],
        ),
        (
            metric("one", "Inferences", Namespace="AWS/BedrockMantle", Dimensions=[{"Name": "Model", "Value": "a.b"}]),
            [watch("Inferences", namespace="AWS/BedrockMantle", dimensions={"Model": "a.b"}, model="a.b")],
        ),
        (
            math(
                "rate",
                [
                    expression("rate", "100 * errors / total"),
                    stat("errors", "InvocationServerErrors"),
                    expression("total", "ok + errors", returned=False),
                    stat("ok", "Invocations"),
                    stat("unused", "InvocationThrottles"),
                ],
            ),
            [watch("InvocationServerErrors"), watch("Invocations")],
        ),
        (
            math("theirs", [stat("m1", "Invocations", returned=True, AccountId="444455556666")]),
            [watch("Invocations", account="444455556666")],
        ),
        (
            selecting('SUM(Invocations) FROM SCHEMA("AWS/Bedrock", ModelId)'),
            [watch("Invocations", account="*", period=60)],
        ),
        (
            selecting("SUM(Invocations) FROM \"AWS/Bedrock\" WHERE ModelId IN ('a', 'b')"),
            [watch("Invocations", dimensions={"ModelId": one}, model=one, account="*", period=60) for one in "ab"],
        ),
        (
            selecting("SUM(Invocations) FROM \"AWS/Bedrock\" WHERE AWS.AccountId != '444455556666'"),
            [watch("Invocations", account=WHICH_ACCOUNTS, period=60)],
        ),
        (
            selecting("SUM(Invocations) FROM \"AWS/Bedrock\" WHERE AWS.AccountId = '444455556666'"),
            [watch("Invocations", account="444455556666", period=60)],
        ),
        (math("band", BAND), [watch("Invocations")]),
        (composite("any", "ALARM(a) OR ALARM(b) AND NOT ALARM(c)"), [watch("Invocations"), watch("InputTokenCount")]),
        (composite("above", "ALARM(inner)"), [watch("Invocations")]),
        (composite("circle", "ALARM(circle) OR ALARM(a)"), [watch("Invocations")]),
        (composite("gone", "ALARM(nobody)"), []),
        (metric("one", EvaluationCriteria={"PromQLCriteria": {"Query": "up == 0"}}), []),
    ],
)
def test_what_an_alarm_watches(alarm: Mapping[str, Any], watched: list[Mapping[str, Any]]) -> None:
    others = [
        metric("a", "Invocations"),
        metric("b", "InputTokenCount"),
        metric("c", "InvocationLatency"),
        composite("inner", "ALARM(a)"),
    ]
    assert watches(alarm, *others) == watched


def test_a_query_that_is_not_understood_is_a_gap() -> None:
    gap = Gap("failed", message="its Metrics Insights query is not understood").as_fact()
    assert watches(selecting("SUM(Invocations) FROM")) == gap


def test_a_rule_that_is_not_understood_is_a_gap() -> None:
    gap = Gap("failed", message="its rule is not understood").as_fact()
    assert watches(composite("odd", "SOMETIMES(a)")) == gap


def test_promql_about_bedrock_is_a_gap() -> None:
    promql = {"PromQLCriteria": {"Query": '{"Invocations", "@aws.namespace"="AWS/Bedrock"}'}}
    gap = Gap("failed", message="its PromQL query is not understood").as_fact()
    assert watches(metric("odd", EvaluationCriteria=promql)) == gap


def test_models_that_a_query_leaves_open_are_a_gap() -> None:
    (one,) = watches(selecting("SUM(Invocations) FROM \"AWS/Bedrock\" WHERE ModelId != 'a'"))
    assert one["model"] == Gap("failed", message="which models ModelId leaves is not understood").as_fact()


def test_a_band_has_no_threshold() -> None:
    changed = {"Threshold": None, "ThresholdMetricId": "ad1", "ComparisonOperator": "GreaterThanUpperThreshold"}
    state = read(math("band", BAND, **changed), wanted=no_part)["band"]
    assert (state["anomaly"], state.get("threshold"), state["comparison"]) == (True, None, "GreaterThanUpperThreshold")


def test_a_composite_alarm_has_no_threshold_of_its_own() -> None:
    state = read(composite("any", "ALARM(a)"), metric("a"), wanted=no_part)["any"]
    absent = ("threshold", "comparison", "evaluation_periods", "datapoints_to_alarm", "missing_data")
    assert (state["type"], state["anomaly"], [name for name in absent if name in state]) == ("composite", False, [])


def test_unreadable_tags_are_a_gap() -> None:
    gap = Gap("denied", "cloudwatch:ListTagsForResource", "AccessDenied")
    assert read(metric("one"), ListTagsForResource=gap)["one"]["tags"] == gap.as_fact()


def test_one_pass_reads_all_pages() -> None:
    assert list(read(metric("a"), composite("b", "ALARM(a)"), log("c"), wanted=no_part)) == ["a", "b", "c"]


def test_a_region_without_log_alarms_is_asked_for_the_others() -> None:
    def describe(parameters: Mapping[str, Any]) -> Any:
        if "LogAlarm" in parameters["AlarmTypes"]:
            return Gap("failed", "cloudwatch:DescribeAlarms", "ValidationError")
        return {"MetricAlarms": [metric("one")]}

    assert list(read(DescribeAlarms=describe, wanted=no_part)) == ["one"]


def test_alarms_that_cannot_be_described_are_a_gap_of_the_kind() -> None:
    denied = Gap("denied", "cloudwatch:DescribeAlarms", "AccessDenied")
    with pytest.raises(Unreadable) as raised:
        read(DescribeAlarms=denied)
    assert raised.value.gap == denied
