"""Whether alarms can fire at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.model import Facts, Gap
from tests.kinds.alarms import composite, expression, log, math, metric, read, replay, resources, stat

DENIED = Gap("denied", "cloudwatch:ListMetrics", "AccessDenied")
UNDOCUMENTED = Gap(
    "failed", message="AWS does not document such a series, and none was seen in the last two weeks"
).as_fact()
AGENTCORE = {"Namespace": "AWS/Bedrock-AgentCore", "MetricName": "Latency"}
DEAD = "ContentFilteredCount"
WHY_DEAD = (
    "AWS/Bedrock has no metric ContentFilteredCount; "
    "use InvocationsIntervened of AWS/Bedrock/Guardrails (by GuardrailPolicyType)"
)


def fires(*alarms: Mapping[str, Any], **recorded: Any) -> tuple[Any, Any]:
    """What is said of the first alarm."""
    state = read(*alarms, wanted=lambda part: part == "can_fire", **recorded)[alarms[0]["AlarmName"]]
    return state.get("can_fire"), state.get("cannot_fire_because")


def unsaid(gap: Facts) -> tuple[Facts, Facts]:
    """What is unreadable has no other reason."""
    return gap, gap


def dimension(name: str, value: str) -> list[Mapping[str, str]]:
    return [{"Name": name, "Value": value}]


@pytest.mark.parametrize(
    ("alarm", "because"),
    [
        (metric("one", DEAD), WHY_DEAD),
        (
            metric("one", "ModelInvocationThrottles"),
            "AWS/Bedrock has no metric ModelInvocationThrottles; use InvocationThrottles",
        ),
        (
            metric("one", "Invocations", Dimensions=dimension("ModelId", "*")),
            (
                "ModelId is '*', and CloudWatch takes * literally; leave the dimension out, "
                'or use a Metrics Insights query on SCHEMA("AWS/Bedrock", ModelId)'
            ),
        ),
        (
            metric("one", "ModelInvocationLogsS3DeliveryFailure", Dimensions=dimension("ModelId", "a.b")),
            "AWS/Bedrock never publishes ModelInvocationLogsS3DeliveryFailure by ModelId; it does without dimensions",
        ),
        (
            metric("one", "InvocationLatency", Unit="Seconds"),
            "InvocationLatency is published in Milliseconds, and asking for Seconds finds nothing; leave the unit out",
        ),
        (
            metric("one", "Invocations", Namespace="aws/bedrock"),
            "there is no namespace aws/bedrock; it is spelt AWS/Bedrock",
        ),
        (math("one", [expression("q1", f'SELECT SUM({DEAD}) FROM "AWS/Bedrock"', Period=60)]), WHY_DEAD),
        (
            math("one", [expression("e", "100 * m1 / m2"), stat("m1", DEAD), stat("m2", "Invocations")]),
            WHY_DEAD,
        ),
        (math("one", [expression("e", "FILL(m1, 0)"), stat("m1", DEAD)]), WHY_DEAD),
        (
            math("one", [stat("m1", DEAD, returned=True), expression("ad1", "ANOMALY_DETECTION_BAND(m1, 2)")]),
            WHY_DEAD,
        ),
    ],
)
def test_an_alarm_on_what_aws_never_publishes_cannot_fire(alarm: Mapping[str, Any], because: str) -> None:
    assert fires(alarm) == (False, because)


@pytest.mark.parametrize(
    "alarm",
    [
        metric("one"),
        metric("one", "InvocationLatency", Dimensions=dimension("ModelId", "a.b"), Unit="Milliseconds"),
        metric(
            "one",
            "Invocations",
            Namespace="AWS/Bedrock/Guardrails",
            Dimensions=dimension("Operation", "ApplyGuardrail"),
        ),
        math("one", [expression("q1", 'SELECT SUM(Invocations) FROM SCHEMA("AWS/Bedrock", ModelId)', Period=60)]),
        math("one", [expression("e", "m1 / m2"), stat("m1", "InvocationServerErrors"), stat("m2", "Invocations")]),
    ],
)
def test_an_alarm_on_what_aws_documents_can_fire_and_costs_no_call(alarm: Mapping[str, Any]) -> None:
    aws = replay(alarm, wanted=lambda part: part == "can_fire")
    (one,) = resources(aws)
    assert one.state["can_fire"] is True
    assert [operation for operation, _, _ in aws.calls] == ["cloudwatch:DescribeAlarms"]


@pytest.mark.parametrize(
    "alarm",
    [
        metric("one", "Errors", Namespace="AWS/Lambda"),
        metric("one", "IncomingBytes", Namespace="AWS/Logs"),
        metric("one", "Invocations", Namespace="mine"),
        metric("one", EvaluationCriteria={"PromQLCriteria": {"Query": "up == 0"}}),
        log("one"),
        composite("one", "TRUE"),
        math("one", [expression("e", "m1 + m2"), stat("m1", "Invocations"), stat("m2", "Errors", namespace="mine")]),
    ],
)
def test_of_what_is_not_bedrock_s_nothing_is_said(alarm: Mapping[str, Any]) -> None:
    assert fires(alarm) == (None, None)


def test_what_was_seen_can_fire_whatever_is_documented() -> None:
    new = {"Namespace": "AWS/Bedrock", "MetricName": "QuiteNew", "Dimensions": dimension("ModelId", "a.b")}
    alarm = metric("one", "QuiteNew", Dimensions=dimension("ModelId", "a.b"))
    assert fires(alarm, ListMetrics={"Metrics": [new]}) == (True, None)


def test_what_was_seen_among_many_metrics_can_fire_too() -> None:
    def many(asked: Mapping[str, Any]) -> Any:
        if asked == {"Namespace": "AWS/Bedrock"}:
            return [{"Metrics": []}, {"Metrics": [{"Namespace": "AWS/Bedrock", "MetricName": "QuiteNew"}]}]
        return {"Metrics": [], "NextToken": "more"}

    assert fires(metric("one", "QuiteNew"), ListMetrics=many) == (True, None)
    other = metric("one", "QuiteNew", Dimensions=dimension("ModelId", "a.b"))
    assert fires(other, ListMetrics=many)[0] is False


def test_it_must_have_been_seen_with_the_same_dimensions() -> None:
    new = {"Namespace": "AWS/Bedrock", "MetricName": "QuiteNew", "Dimensions": dimension("ModelId", "other")}
    assert fires(metric("one", "QuiteNew"), ListMetrics={"Metrics": [new]})[0] is False


def test_a_query_finds_what_was_seen() -> None:
    seen = {**AGENTCORE, "Dimensions": [*dimension("Service", "x"), *dimension("Resource", "y")]}
    query = "SELECT SUM(Latency) FROM \"AWS/Bedrock-AgentCore\" WHERE Service = 'x'"
    alarm = math("one", [expression("q1", query, Period=60)])
    assert fires(alarm, ListMetrics={"Metrics": [seen]}) == (True, None)


def test_a_query_on_other_dimensions_does_not() -> None:
    seen = {**AGENTCORE, "Dimensions": dimension("Service", "x")}
    query = 'SELECT SUM(Latency) FROM SCHEMA("AWS/Bedrock-AgentCore", Service, Resource)'
    alarm = math("one", [expression("q1", query, Period=60)])
    assert fires(alarm, ListMetrics={"Metrics": [seen]}) == unsaid(UNDOCUMENTED)


def test_a_wrong_unit_is_wrong_for_what_was_seen_too() -> None:
    seen = {"Namespace": "AWS/Bedrock", "MetricName": "InvocationLatency", "Dimensions": []}
    assert fires(metric("one", "InvocationLatency", Unit="Seconds"), ListMetrics={"Metrics": [seen]})[0] is False


def test_what_is_not_documented_and_was_not_seen_is_undecided() -> None:
    assert fires(metric("one", **AGENTCORE)) == unsaid(UNDOCUMENTED)


def test_unreadable_metrics_leave_it_open() -> None:
    assert fires(metric("one", DEAD), ListMetrics=DENIED) == unsaid(DENIED.as_fact())
    assert fires(metric("one", **AGENTCORE), ListMetrics=DENIED) == unsaid(DENIED.as_fact())
    assert fires(metric("one"), ListMetrics=DENIED) == (True, None)


def test_metrics_are_listed_as_usage_lists_them() -> None:
    aws = replay(metric("one", DEAD), wanted=lambda part: part == "can_fire")
    resources(aws)
    assert aws.calls[-1] == ("cloudwatch:ListMetrics", None, {})


def test_an_expression_that_may_do_without_is_undecided() -> None:
    queries = [expression("e", "SUM([m1,m2])"), stat("m1", DEAD), stat("m2", "Invocations")]
    message = f"its expression may do without the series that has no data: {WHY_DEAD}"
    assert fires(math("one", queries)) == unsaid(Gap("failed", message=message).as_fact())


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ALARM(good)", (True, None)),
        ("ALARM(good) OR ALARM(dead)", (True, None)),
        ("ALARM(good) AND ALARM(dead)", (False, f"dead: {WHY_DEAD}")),
        ("ALARM(dead)", (False, f"dead: {WHY_DEAD}")),
        ("ALARM(nobody)", (False, "nobody: there is no such alarm")),
        ("FALSE", (False, "its rule never holds")),
        ("ALARM(good) AND NOT ALARM(dead)", (True, None)),
        ("ALARM(above)", (False, f"dead: {WHY_DEAD}")),
        ("ALARM(good) OR ALARM(unsure)", unsaid(UNDOCUMENTED)),
        ("ALARM(good) OR ALARM(other)", (None, None)),
        ("ALARM(one) OR ALARM(good)", (True, None)),
        ("NOT OK(good)", (True, None)),
        ("SOMETIMES(good)", unsaid(Gap("failed", message="its rule is not understood").as_fact())),
    ],
)
def test_a_composite_alarm_fires_through_its_children(
    rule: str, expected: tuple[Facts | bool | None, Facts | str | None]
) -> None:
    children = [
        metric("good"),
        metric("dead", DEAD),
        metric("unsure", **AGENTCORE),
        metric("other", "Errors", Namespace="AWS/Lambda"),
        composite("above", "ALARM(dead)"),
    ]
    assert fires(composite("one", rule), *children) == expected


BAND = math(
    "one",
    [
        stat("m1", "InvocationLatency", returned=True),
        expression("ad1", "ANOMALY_DETECTION_BAND(m1, 2)"),
    ],
    ThresholdMetricId="ad1",
    Threshold=None,
    ComparisonOperator="GreaterThanUpperThreshold",
)
MATH_BAND = math(
    "one",
    [
        stat("m1", "InputTokenCount"),
        stat("m2", "OutputTokenCount"),
        expression("e1", "m1 + m2"),
        expression("ad1", "ANOMALY_DETECTION_BAND(e1, 2)"),
    ],
)


def learned(name: str = "InvocationLatency", state: str | None = "TRAINED", **more: Any) -> Mapping[str, Any]:
    """A detector on one metric."""
    of = {"Namespace": "AWS/Bedrock", "MetricName": name, "Dimensions": [], "Stat": "Sum", **more}
    return {"SingleMetricAnomalyDetector": of, **({"StateValue": state} if state else {})}


def learned_math(*queries: Mapping[str, Any], state: str = "TRAINED") -> Mapping[str, Any]:
    return {"MetricMathAnomalyDetector": {"MetricDataQueries": list(queries)}, "StateValue": state}


SUM = learned_math(stat("a", "InputTokenCount"), stat("b", "OutputTokenCount"), expression("c", "a + b"))
NOT_LEARNED = "no anomaly detector has learned InvocationLatency (Sum), so that its band is not drawn"


@pytest.mark.parametrize(
    ("alarm", "detectors", "expected"),
    [
        (BAND, [learned()], (True, None)),
        (BAND, [learned(AccountId="111122223333")], (True, None)),
        (BAND, [learned(Stat="p99"), learned()], (True, None)),
        (BAND, [], (False, NOT_LEARNED)),
        (BAND, [learned(Stat="p99")], (False, NOT_LEARNED)),
        (BAND, [learned(Namespace="Mine")], (False, NOT_LEARNED)),
        (BAND, [learned("Invocations")], (False, NOT_LEARNED)),
        (BAND, [learned(Dimensions=dimension("ModelId", "a.b"))], (False, NOT_LEARNED)),
        (BAND, [learned(AccountId="444455556666")], (False, NOT_LEARNED)),
        (
            BAND,
            [learned(state="PENDING_TRAINING")],
            (False, "its anomaly detector is not trained (it is PENDING_TRAINING)"),
        ),
        (
            BAND,
            [learned(state="TRAINED_INSUFFICIENT_DATA")],
            (False, "its anomaly detector is not trained (it is TRAINED_INSUFFICIENT_DATA)"),
        ),
        (
            BAND,
            [learned(state=None)],
            unsaid(Gap("failed", message="AWS does not say how far the training of its anomaly detector is").as_fact()),
        ),
        (MATH_BAND, [SUM], (True, None)),
        (
            MATH_BAND,
            [learned()],
            (False, "no anomaly detector has learned its expression, so that its band is not drawn"),
        ),
        (
            MATH_BAND,
            [learned_math(stat("a", "Invocations", returned=True))],
            unsaid(Gap("failed", message="which anomaly detector draws its band is not understood").as_fact()),
        ),
        (composite("one", "ALARM(band)"), [], (False, f"band: {NOT_LEARNED}")),
    ],
)
def test_a_band_is_drawn_by_a_trained_detector(
    alarm: Mapping[str, Any], detectors: list[Any], expected: tuple[Any, Any]
) -> None:
    band = {**BAND, "AlarmName": "band"}
    assert fires(alarm, band, DescribeAnomalyDetectors={"AnomalyDetectors": detectors}) == expected


def test_unreadable_detectors_leave_a_band_open() -> None:
    gap = Gap("denied", "cloudwatch:DescribeAnomalyDetectors", "AccessDenied")
    assert fires(BAND, DescribeAnomalyDetectors=gap) == unsaid(gap.as_fact())
    dead = math("one", [stat("m1", DEAD, returned=True), expression("ad1", "ANOMALY_DETECTION_BAND(m1, 2)")])
    assert fires(dead, DescribeAnomalyDetectors=gap) == (False, WHY_DEAD)


def test_detectors_are_read_once_and_only_for_bands() -> None:
    aws = replay(
        metric("plain"), BAND, wanted=lambda part: part == "can_fire", DescribeAnomalyDetectors={"AnomalyDetectors": []}
    )
    resources(aws)
    assert [operation for operation, _, _ in aws.calls] == [
        "cloudwatch:DescribeAlarms",
        "cloudwatch:DescribeAnomalyDetectors",
    ]
