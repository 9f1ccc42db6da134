"""The kind `metric_filter`, read from recorded replies."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.kinds.kind import Creation
from bedaudit.kinds.metric_filter import KIND, MetricFilter
from bedaudit.model import Call, Gap, Resource
from bedaudit.reader import Unreadable
from tests.replay import Replay

INVOCATIONS = "/bedrock/invocations"
LOGGING = {"loggingConfig": {"cloudWatchConfig": {"logGroupName": INVOCATIONS, "roleArn": "arn:aws:iam::1:role/logs"}}}
ALARM = {"AlarmName": "refusals", "Namespace": "App/GenAI", "MetricName": "Refusals", "Statistic": "Sum", "Period": 60}
DENIED = Gap("denied", "x:Y", "AccessDeniedException")
STATE = MetricFilter(
    name="refusals",
    log_group=INVOCATIONS,
    purpose="invocation_logs",
    pattern="{ $.errorCode = * }",
    namespace="App/GenAI",
    metric="Refusals",
    alarmed=False,
)


def metric_filter(name: str = "refusals", group: str = INVOCATIONS, **members: Any) -> dict[str, Any]:
    return {
        "filterName": name,
        "filterPattern": "{ $.errorCode = * }",
        "logGroupName": group,
        "metricTransformations": [{"metricNamespace": "App/GenAI", "metricName": "Refusals", "metricValue": "1"}],
        **members,
    }


def read(*pages: list[Mapping[str, Any]], more: Mapping[str, Any] | None = None, **options: Any) -> list[Resource]:
    recorded = {
        "bedrock:GetModelInvocationLoggingConfiguration": LOGGING,
        "logs:DescribeMetricFilters": [{"metricFilters": page} for page in pages],
        "cloudwatch:DescribeAlarms": {},
        **(more or {}),
    }
    return list(asyncio.run(_read(Replay(recorded, operations=KIND.operations, **options))))


async def _read(aws: Replay) -> Any:
    return await KIND.read(aws)


def test_the_metric_filters_of_bedrocks_log_groups_are_found_on_every_page() -> None:
    found = read(
        [metric_filter(), metric_filter("theirs", "/aws/lambda/x")],
        [metric_filter("spans", "aws/spans"), metric_filter("core", "/aws/bedrock-agentcore/runtimes/x")],
        [metric_filter("agents", "/aws/vendedlogs/bedrock/agents"), metric_filter("old", "/aws/bedrock/old")],
        [metric_filter("docs", "/aws/vendedlogs/bedrock/knowledge-base/x")],
    )
    assert {(one.id, one.state["purpose"]) for one in found} == {
        (f"{INVOCATIONS}:refusals", "invocation_logs"),
        ("aws/spans:spans", "spans"),
        ("/aws/bedrock-agentcore/runtimes/x:core", "agentcore"),
        ("/aws/vendedlogs/bedrock/agents:agents", "agents"),
        ("/aws/bedrock/old:old", "other"),
        ("/aws/vendedlogs/bedrock/knowledge-base/x:docs", "knowledge_bases"),
    }


def test_a_metric_filter_publishes_a_metric_that_nobody_may_watch() -> None:
    assert read([metric_filter()]) == [
        Resource("metric_filter", f"{INVOCATIONS}:refusals", None, STATE.facts(), metric_filter())
    ]


@pytest.mark.parametrize(
    ("alarms", "alarmed"),
    [
        pytest.param({"MetricAlarms": [ALARM]}, True, id="an_alarm_watches_its_metric"),
        pytest.param({"MetricAlarms": [{**ALARM, "Namespace": "App"}]}, False, id="an_alarm_watches_its_namesake"),
        pytest.param(DENIED, DENIED, id="the_alarms_are_not_readable"),
    ],
)
def test_whether_an_alarm_listens(alarms: Any, alarmed: bool | Gap) -> None:
    (one,) = read([metric_filter()], more={"cloudwatch:DescribeAlarms": alarms})
    assert one.state == STATE.model_copy(update={"alarmed": alarmed}).facts()


def test_a_filter_without_a_pattern_takes_every_event() -> None:
    (one,) = read([metric_filter(filterPattern="")])
    assert one.state["pattern"] == ""


def test_there_may_be_none() -> None:
    assert read([]) == []


@pytest.mark.parametrize("operation", ["bedrock:GetModelInvocationLoggingConfiguration", "logs:DescribeMetricFilters"])
def test_a_list_that_may_be_short_is_a_gap_of_the_kind(operation: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read([metric_filter("spans", "aws/spans")], more={operation: DENIED})
    assert caught.value.gap == DENIED


def test_alarms_are_read_only_if_a_policy_asks_whether_they_listen() -> None:
    calls: list[Any] = []
    (one,) = read([metric_filter()], calls=calls, wanted=lambda part: False)
    assert one.state["alarmed"] == Gap("not_read").as_fact()
    assert [call[0] for call in calls] == [
        "bedrock:GetModelInvocationLoggingConfiguration",
        "logs:DescribeMetricFilters",
    ]


def test_a_metric_filter_that_is_made_is_known_but_for_whose_logs_it_filters_and_who_listens() -> None:
    assert KIND.create is not None
    unread = Gap("not_read")
    made = STATE.model_copy(update={"purpose": unread, "alarmed": unread})
    assert KIND.create(metric_filter()) == Creation(Call("logs", "PutMetricFilter", metric_filter()), made.facts())
