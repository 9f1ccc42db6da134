"""Dashboard bodies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedaudit.documents.dashboard import Body, ShownQuery, parse
from bedaudit.documents.graph import ShownMetric
from bedaudit.model import Gap

BEDROCK = "AWS/Bedrock"
WHICH = Gap("failed", message="for which ModelId it shows a line is not understood")


def body(*widgets: Any, **more: Any) -> Body:
    return parse(json.dumps({"widgets": widgets, **more}))


def graph(metrics: Sequence[Any], **properties: Any) -> Mapping[str, Any]:
    return {"type": "metric", "properties": {"region": "us-east-1", "metrics": metrics, **properties}}


def shown(metric: str, region: str = "us-east-1", **more: Any) -> ShownMetric:
    given = {"namespace": BEDROCK, "dimensions": {}, "can_show": True, **more}
    given.setdefault("model", given["dimensions"].get("ModelId"))
    return ShownMetric(metric=metric, region=region, **given)


@pytest.mark.parametrize(
    ("widget", "metrics"),
    [
        (graph([[BEDROCK, "Invocations"]]), [shown("Invocations")]),
        (graph([[BEDROCK, "Invocations"]], region="eu-west-1"), [shown("Invocations", "eu-west-1")]),
        (graph([[BEDROCK, "Invocations", {"region": "eu-west-1"}]]), [shown("Invocations", "eu-west-1")]),
        (graph([[BEDROCK, "Invocations"]], stat="Sum"), [shown("Invocations", stat="Sum")]),
        (graph([[BEDROCK, "Invocations", {"stat": "p99"}]], stat="Sum"), [shown("Invocations", stat="p99")]),
        (
            graph([[BEDROCK, "Invocations", {"accountId": "444455556666"}]], accountId="111122223333"),
            [shown("Invocations", account="444455556666")],
        ),
        (graph([[BEDROCK, "Invocations"]], accountId="444455556666"), [shown("Invocations", account="444455556666")]),
        (
            graph(
                [
                    [BEDROCK, "Invocations", "ModelId", "a", {"stat": "Sum"}],
                    [".", "InvocationLatency", ".", "."],
                    ["...", "b"],
                    [".", "InvocationThrottles"],
                ]
            ),
            [
                shown("Invocations", dimensions={"ModelId": "a"}, stat="Sum"),
                shown("InvocationLatency", dimensions={"ModelId": "a"}),
                shown("InvocationLatency", dimensions={"ModelId": "b"}),
                shown("InvocationThrottles"),
            ],
        ),
        (
            graph([["Mine", "x"], [{"expression": "SUM(METRICS())"}], ["..."]]),
            [ShownMetric(namespace="Mine", metric="x", dimensions={}, region="us-east-1")],
        ),
        (
            graph([[{"expression": "SEARCH('{AWS/Bedrock,ModelId} MetricName=\"InvocationLatency\"', 'p99')"}]]),
            [shown("InvocationLatency", stat="p99", model="*", account="*")],
        ),
        (
            graph([[{"expression": "SUM(SEARCH('{AWS/Bedrock,ModelId} MetricName=\"Invocations\"', 'Sum'))"}]]),
            [shown("Invocations", stat="Sum", account="*")],
        ),
        (
            graph([[{"expression": "SEARCH('{AWS/Bedrock,ModelId} MetricName=\"Invocations\" claude', 'Sum')"}]]),
            [shown("Invocations", stat="Sum", model=WHICH, account="*")],
        ),
        (
            graph([[{"expression": 'SELECT SUM(Invocations) FROM SCHEMA("AWS/Bedrock", ModelId) GROUP BY ModelId'}]]),
            [shown("Invocations", stat="Sum", model="*", account="*")],
        ),
        (
            graph([["AWS/BedrockMantle", "Inferences", "Model", "a"]]),
            [shown("Inferences", namespace="AWS/BedrockMantle", dimensions={"Model": "a"}, model="a")],
        ),
        (graph([[{"expression": "SEARCH('{AWS/Bedrock,ModelID} MetricName=\"InvocationLatency\"', 'p99')"}]]), []),
        (
            graph([[{"expression": 'SELECT SUM(OutputTokenCount) FROM SCHEMA("AWS/Bedrock", ModelId)'}]]),
            [shown("OutputTokenCount", stat="Sum", account="*")],
        ),
        (
            graph([[{"expression": 'SELECT SUM(ContentFilteredCount) FROM "AWS/Bedrock"', "region": "eu-west-1"}]]),
            [shown("ContentFilteredCount", "eu-west-1", stat="Sum", can_show=False, account="*")],
        ),
        (
            graph([[BEDROCK, "ContentFilteredCount", "ModelId", "*"]]),
            [shown("ContentFilteredCount", dimensions={"ModelId": "*"}, can_show=False)],
        ),
        (
            graph([["AWS/Bedrock-AgentCore", "Latency", "Agent", "x"]]),
            [shown("Latency", namespace="AWS/Bedrock-AgentCore", dimensions={"Agent": "x"}, can_show=None)],
        ),
        (
            graph(
                [
                    [BEDROCK, "Invocations", {"id": "all", "visible": False}],
                    [BEDROCK, "InvocationThrottles", {"id": "bad", "visible": False}],
                    [BEDROCK, "InvocationLatency", {"visible": False}],
                    [{"expression": "100 * bad / all"}],
                ]
            ),
            [shown("Invocations"), shown("InvocationThrottles")],
        ),
        (graph([[BEDROCK, "Invocations"], [BEDROCK, "Invocations"]]), [shown("Invocations")]),
        ({"type": "text", "properties": {"markdown": BEDROCK}}, []),
        ({"type": "custom", "properties": {"endpoint": "arn:aws:lambda:us-east-1:111122223333:function:x"}}, []),
        ({"type": "explorer", "properties": {"metrics": [{"metricName": "CPUUtilization"}]}}, []),
        ({"type": "yet to come"}, []),
    ],
)
def test_graphs_show_metrics(widget: Mapping[str, Any], metrics: Sequence[ShownMetric]) -> None:
    assert body(widget) == Body(valid=True, widgets=1, metrics=tuple(metrics))


@pytest.mark.parametrize(
    ("variables", "regions"),
    [
        ([], ("us-east-1",)),
        (
            [{"type": "property", "property": "region", "values": [{"value": "eu-west-1"}, {"value": "us-west-2"}]}],
            ("eu-west-1", "us-west-2"),
        ),
        ([{"type": "property", "property": "region", "defaultValue": "eu-west-1"}], ("eu-west-1",)),
        ([{"type": "property", "property": "ModelId", "values": [{"value": "a"}]}], ("us-east-1",)),
        (
            [{"type": "pattern", "pattern": "us-east-1", "values": [{"value": "us-east-1"}, {"value": "eu-west-1"}]}],
            ("eu-west-1", "us-east-1"),
        ),
        ("nonsense", ("us-east-1",)),
        ([7, {"property": "region", "values": [7, {"value": 7}]}], ("us-east-1",)),
    ],
)
def test_variables_choose_the_region(variables: Any, regions: tuple[str, ...]) -> None:
    assert body(graph([[BEDROCK, "Invocations"]]), variables=variables).regions == regions


def test_only_regions_of_bedrock_count() -> None:
    widgets = [
        graph([["AWS/EC2", "CPUUtilization"]], region="ap-south-1"),
        graph([["AWS/Bedrock/Guardrails", "Invocations", "Operation", "ApplyGuardrail"]], region="eu-west-1"),
        {"type": "log", "properties": {"region": "us-west-2", "query": "SOURCE '/aws/bedrock/x' | fields y"}},
        {"type": "log", "properties": {"region": "sa-east-1", "query": "SOURCE '/aws/lambda/x' | fields y"}},
        graph([[BEDROCK, "Invocations"]], region=7),
    ]
    assert body(*widgets).regions == ("eu-west-1", "us-west-2")


def test_log_widgets_show_queries_without_their_literals() -> None:
    query = "SOURCE '/aws/bedrock/x' | SOURCE '/b' | filter m = 'hush'"
    read = body({"type": "log", "properties": {"region": "us-east-1", "accountId": "444455556666", "query": query}})
    digest = hashlib.sha256(b"'hush'").hexdigest()
    assert read.queries == (
        ShownQuery(
            log_groups=("/aws/bedrock/x", "/b"),
            query=f"SOURCE '/aws/bedrock/x' | SOURCE '/b' | filter m = \"sha256:{digest}\"",
            region="us-east-1",
            account="444455556666",
        ),
    )


def test_a_query_may_leave_its_log_groups_to_whoever_looks() -> None:
    read = body({"type": "log", "properties": {"region": "us-east-1", "query": "fields modelId"}})
    assert read.queries == (ShownQuery(log_groups=(), query="fields modelId", region="us-east-1"),)


def test_a_query_may_leave_the_account_open() -> None:
    sql = "SELECT SUM(Invocations) FROM \"AWS/Bedrock\" WHERE AWS.AccountId != '111122223333'"
    (metric,) = body(graph([[{"expression": sql}]])).metrics
    message = "which accounts its Metrics Insights query leaves is not understood"
    assert metric.account == Gap("failed", message=message)


def test_alarms_are_shown_alone_or_in_a_graph() -> None:
    one, other = (f"arn:aws:cloudwatch:us-east-1:111122223333:alarm:{name}" for name in "ab")
    read = body(
        {"type": "alarm", "properties": {"alarms": [one]}},
        {"type": "metric", "properties": {"annotations": {"alarms": [other, one]}, "region": "us-east-1"}},
    )
    assert read == Body(valid=True, widgets=2, alarms=(one, other))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Body(valid=False)),
        ("{", Body(valid=False)),
        ("[]", Body(valid=False)),
        ("{}", Body(valid=False)),
        ('{"widgets": 1}', Body(valid=False)),
        ("[" * 100_000, Body(valid=False)),
        ('{"widgets": [1]}', Body(valid=False, widgets=1)),
        ('{"widgets": [{"type": "metric"}]}', Body(valid=False, widgets=1)),
        ('{"widgets": [{"type": "metric", "properties": 1}]}', Body(valid=False, widgets=1)),
        ('{"widgets": [{"type": "metric", "properties": {"metrics": 1}}]}', Body(valid=False, widgets=1)),
        ('{"widgets": [{"type": "log", "properties": {}}]}', Body(valid=False, widgets=1)),
        ('{"widgets": [{"type": "alarm", "properties": {}}]}', Body(valid=False, widgets=1)),
        ('{"widgets": [{"type": "alarm", "properties": {"alarms": ["a", 1]}}]}', Body(False, 1, alarms=("a",))),
        (
            json.dumps({"widgets": [graph([[BEDROCK, "Invocations"], 1, [1], []])]}),
            Body(valid=False, widgets=1, metrics=(shown("Invocations"),)),
        ),
        ('{"widgets": []}', Body(valid=True)),
    ],
)
def test_of_a_malformed_body_what_can_be_made_out(text: str, expected: Body) -> None:
    assert parse(text) == expected


def test_half_of_a_surrogate_pair_does_no_harm() -> None:
    text = json.dumps({"widgets": [graph([[BEDROCK, "\ud800", "\udfff", "x"]])]})
    (metric,) = parse(text).metrics
    assert (metric.metric, metric.dimensions) == ("?", {"?": "x"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
NAMES = ("metrics", "region", "accountId", "stat", "query", "alarms", "annotations", "expression", "id", "visible")
PROPERTIES = st.dictionaries(st.sampled_from(NAMES), JSON | st.lists(st.lists(st.text() | JSON)))
WIDGETS = st.fixed_dictionaries({"type": st.sampled_from(["metric", "log", "alarm"]), "properties": PROPERTIES})
VARIABLES = st.lists(st.dictionaries(st.sampled_from(["property", "pattern", "values", "defaultValue"]), JSON))


@given(st.text() | JSON.map(json.dumps))
def test_no_text_breaks_it(text: str) -> None:
    assert isinstance(parse(text), Body)


@given(st.lists(WIDGETS | JSON), VARIABLES)
def test_no_widget_breaks_it(widgets: list[Any], variables: list[Any]) -> None:
    read = body(*widgets, variables=variables)
    assert read.widgets == len(widgets)
    assert json.dumps([item.facts() for item in (*read.metrics, *read.queries)])
