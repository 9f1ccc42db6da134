import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bedaudit.kinds.usage import KIND, Usage, read
from bedaudit.model import Gap
from tests.replay import NOW, Replay

DENIED = Gap("denied", "x:Y", "AccessDenied")
HAIKU = "anthropic.claude-haiku-4-5-20251001-v1:0"
NOVA = "eu.amazon.nova-lite-v1:0"
HERE = "arn:aws:bedrock:us-east-1:111122223333"
PROFILE = f"{HERE}:application-inference-profile/a1b2c3d4e5f6"
OWNED = tuple(f"{HERE}:{sort}/abc" for sort in ("provisioned-model", "custom-model-deployment", "imported-model"))
BEDROCK, GUARDRAILS, AGENTS = "AWS/Bedrock", "AWS/Bedrock/Guardrails", "AWS/Bedrock/Agents"
MANTLE, AGENTCORE = "AWS/BedrockMantle", "AWS/Bedrock-AgentCore"


def metric(name: str, **dimensions: str) -> dict[str, Any]:
    return {"MetricName": name, "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()]}


@dataclass(frozen=True)
class ListMetrics:
    """What ListMetrics says: of all namespaces on a page, or of each, where one page does not hold them all."""

    namespaces: Mapping[str, Any]
    large: bool

    def __call__(self, parameters: Mapping[str, Any]) -> Any:
        if "Namespace" in parameters:
            assert self.large
            found = self.namespaces.get(parameters["Namespace"], [])
            return found if isinstance(found, Gap) else [{"Metrics": found[:1]}, {"Metrics": found[1:]}]
        if self.large:
            return {"Metrics": [{"Namespace": "AWS/EC2", "MetricName": "CPUUtilization"}], "NextToken": "more"}
        return {"Metrics": [{"Namespace": name, **one} for name, found in self.namespaces.items() for one in found]}


_ALL = {
    name.removeprefix("AWS/").replace("/", "_").replace("-", "_"): name
    for name in (BEDROCK, GUARDRAILS, AGENTS, MANTLE, AGENTCORE)
}


def listed(**namespaces: Sequence[Any] | Gap) -> dict[str, Any]:
    """Metrics by namespace, without `AWS/`; a Gap where it is unreadable, which takes a site that is asked for it."""
    found = {_ALL[name]: metrics for name, metrics in namespaces.items()}
    return {"cloudwatch:ListMetrics": ListMetrics(found, any(isinstance(one, Gap) for one in found.values()))}


def sums(hours: Mapping[tuple[str, ...], Mapping[float, float]]) -> dict[str, Any]:
    """What GetMetricData says: sums by how many hours ago, by the values of the dimensions."""

    def reply(parameters: Mapping[str, Any]) -> Any:
        assert parameters["EndTime"] == NOW + timedelta(hours=1)
        assert parameters["StartTime"] == parameters["EndTime"] - timedelta(days=14)
        results = []
        for query in parameters["MetricDataQueries"]:
            found = hours[tuple(each["Value"] for each in query["MetricStat"]["Metric"]["Dimensions"])]
            moments = [NOW - timedelta(hours=ago) for ago in found]
            results.append({"Id": query["Id"], "Timestamps": moments, "Values": list(found.values())})
        return [{"MetricDataResults": results[:1]}, {"MetricDataResults": results[1:]}]

    return {"cloudwatch:GetMetricData": reply}


JOB = {
    "jobArn": "arn:aws:bedrock:us-east-1:111122223333:evaluation-job/abcdefghijkl",
    "jobName": "weekly",
    "status": "Completed",
    "creationTime": datetime(2026, 11, 1, tzinfo=UTC),
    "jobType": "Automated",
    "evaluationTaskTypes": ["Custom"],
}
RECORDED: Mapping[str, Any] = {**listed(), "bedrock:ListEvaluationJobs": {}}
STATE = Usage(
    in_use=False,
    invocations=0,
    active_models=(),
    models_on_demand=(),
    mantle_in_use=False,
    unlogged_models=(),
    guardrails_in_use=False,
    agents_in_use=False,
    agentcore_in_use=False,
    evaluations_last_30_days=0,
)
TRAFFIC = listed(
    Bedrock=[metric("Invocations", ModelId=HAIKU), metric("Invocations", ModelId=NOVA), metric("Invocations")]
)

CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("a_quiet_site", {}, {}),
    (
        "models_with_traffic",
        TRAFFIC | sums({(): {2: 15, 5: 3}, (HAIKU,): {2: 10, 5: 3}, (NOVA,): {2: 5}}),
        {
            "in_use": True,
            "invocations": 18,
            "active_models": (HAIKU, NOVA),
            "models_on_demand": (HAIKU, NOVA),
            "last_invocation_age": 2.0,
        },
    ),
    (
        "a_model_without_invocations_is_not_active",
        TRAFFIC | sums({(): {2: 5}, (HAIKU,): {1: 0}, (NOVA,): {2: 5}}),
        {
            "in_use": True,
            "invocations": 5,
            "active_models": (NOVA,),
            "models_on_demand": (NOVA,),
            "last_invocation_age": 2.0,
        },
    ),
    (
        "the_models_count_where_there_is_no_sum_of_all",
        listed(Bedrock=[metric("Invocations", ModelId=HAIKU)]) | sums({(HAIKU,): {1: 7}}),
        {
            "in_use": True,
            "invocations": 7,
            "active_models": (HAIKU,),
            "models_on_demand": (HAIKU,),
            "last_invocation_age": 1.0,
        },
    ),
    (
        "a_series_of_more_dimensions_counts_only_where_there_is_no_other",
        listed(
            Bedrock=[
                metric("Invocations", ModelId=HAIKU, ContextWindow="200K"),
                metric("Invocations", ModelId=HAIKU),
                metric("Invocations", ModelId=NOVA, ContextWindow="1M"),
                metric("Invocations", ContextWindow="1M"),
            ]
        )
        | sums({(HAIKU,): {1: 7}, (NOVA, "1M"): {3: 2}}),
        {
            "in_use": True,
            "invocations": 9,
            "active_models": (HAIKU, NOVA),
            "models_on_demand": (HAIKU, NOVA),
            "last_invocation_age": 1.0,
        },
    ),
    (
        "models_of_the_accounts_own_are_not_charged_by_the_call",
        listed(Bedrock=[metric("Invocations", ModelId=model) for model in (HAIKU, PROFILE, *OWNED)])
        | sums({(model,): {1: 1} for model in (HAIKU, PROFILE, *OWNED)}),
        {
            "in_use": True,
            "invocations": 5,
            "active_models": tuple(sorted((HAIKU, PROFILE, *OWNED))),
            "models_on_demand": (HAIKU, PROFILE),
            "last_invocation_age": 1.0,
        },
    ),
    ("errors_alone_are_use_without_invocations", listed(Bedrock=[metric("InvocationClientErrors")]), {"in_use": True}),
    ("mantle", listed(BedrockMantle=[metric("Inferences")]), {"in_use": True, "mantle_in_use": True}),
    (
        "models_of_mantle",
        listed(
            BedrockMantle=[
                metric("Inferences", Project="default", Model=NOVA),
                metric("Inferences", Model=NOVA),
                metric("InferenceClientErrors", Model=HAIKU),
                metric("Inferences", Project="default"),
            ]
        ),
        {"in_use": True, "mantle_in_use": True, "unlogged_models": (HAIKU, NOVA)},
    ),
    ("guardrails", listed(Bedrock_Guardrails=[metric("Invocations")]), {"in_use": True, "guardrails_in_use": True}),
    ("agents", listed(Bedrock_Agents=[metric("InvocationCount")]), {"in_use": True, "agents_in_use": True}),
    (
        "agentcore",
        listed(Bedrock_AgentCore=[metric("Invocations")]),
        {"in_use": True, "agents_in_use": True, "agentcore_in_use": True},
    ),
    (
        "bedrock_unread_and_nothing_else_seen",
        listed(Bedrock=DENIED),
        {
            "in_use": DENIED,
            "invocations": DENIED,
            "active_models": DENIED,
            "models_on_demand": DENIED,
            "last_invocation_age": DENIED,
        },
    ),
    (
        "bedrock_unread_but_guardrails_seen",
        listed(Bedrock=DENIED, Bedrock_Guardrails=[metric("Invocations")]),
        {
            "in_use": True,
            "guardrails_in_use": True,
            "invocations": DENIED,
            "active_models": DENIED,
            "models_on_demand": DENIED,
            "last_invocation_age": DENIED,
        },
    ),
    (
        "mantle_unread",
        listed(BedrockMantle=DENIED),
        {"in_use": DENIED, "mantle_in_use": DENIED, "unlogged_models": DENIED},
    ),
    (
        "mantle_unread_is_no_matter_for_use",
        listed(Bedrock=[metric("X")], BedrockMantle=DENIED),
        {"in_use": True, "mantle_in_use": DENIED, "unlogged_models": DENIED},
    ),
    (
        "agents_unread_but_agentcore_seen",
        listed(Bedrock_Agents=DENIED, Bedrock_AgentCore=[metric("Invocations")]),
        {"in_use": True, "agents_in_use": True, "agentcore_in_use": True},
    ),
    (
        "sums_are_denied",
        TRAFFIC | {"cloudwatch:GetMetricData": DENIED},
        {
            "in_use": True,
            "invocations": DENIED,
            "active_models": DENIED,
            "models_on_demand": DENIED,
            "last_invocation_age": DENIED,
        },
    ),
    (
        "evaluations_of_two_pages",
        {"bedrock:ListEvaluationJobs": [{"jobSummaries": [JOB, JOB]}, {"jobSummaries": [JOB]}]},
        {"evaluations_last_30_days": 3},
    ),
    ("evaluations_are_denied", {"bedrock:ListEvaluationJobs": DENIED}, {"evaluations_last_30_days": DENIED}),
]


@pytest.mark.parametrize(("recorded", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_states(recorded: dict[str, Any], expected: dict[str, Any]) -> None:
    aws = Replay({**RECORDED, **recorded}, operations=KIND.operations)
    (found,) = asyncio.run(read(aws))
    assert found.state == STATE.model_copy(update=expected).facts()


@pytest.mark.parametrize(("recorded", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_states_are_the_same_where_there_are_many_other_metrics(
    recorded: dict[str, Any], expected: dict[str, Any]
) -> None:
    replies = {**RECORDED, **recorded}
    replies["cloudwatch:ListMetrics"] = replace(replies["cloudwatch:ListMetrics"], large=True)
    (found,) = asyncio.run(read(Replay(replies, operations=KIND.operations)))
    assert found.state == STATE.model_copy(update=expected).facts()


def test_what_is_unread_when_no_metrics_can_be_listed() -> None:
    aws = Replay({**RECORDED, "cloudwatch:ListMetrics": DENIED}, operations=KIND.operations)
    (found,) = asyncio.run(read(aws))
    assert {name for name, fact in found.state.items() if fact != DENIED.as_fact()} == {
        "lookback_days",
        "evaluations_last_30_days",
    }


def test_traffic_on_one_namespace_is_enough_to_know_of_use() -> None:
    many = {"cloudwatch:ListMetrics": replace(TRAFFIC["cloudwatch:ListMetrics"], large=True)}
    aws = Replay({**RECORDED, **many}, operations=KIND.operations, wanted=lambda part: part == "in_use")
    asyncio.run(read(aws))
    assert [call[2] for call in aws.calls] == [{}, {"Namespace": BEDROCK}]


@pytest.mark.parametrize(
    ("large", "asked"),
    [(False, {None}), (True, {None, BEDROCK, GUARDRAILS, AGENTS, MANTLE, AGENTCORE})],
    ids=["few_metrics", "many_metrics"],
)
def test_a_quiet_site_is_asked_for_the_metrics_that_it_lists_and_no_data(large: bool, asked: set[str | None]) -> None:
    aws = Replay({**RECORDED, "cloudwatch:ListMetrics": ListMetrics({}, large)}, operations=KIND.operations)
    asyncio.run(read(aws))
    assert {call[2].get("Namespace") for call in aws.calls if call[0] == "cloudwatch:ListMetrics"} == asked
    assert {call[0] for call in aws.calls} == {"cloudwatch:ListMetrics", "bedrock:ListEvaluationJobs"}


def test_very_many_models_are_asked_for_in_turn() -> None:
    models = [f"model-{index}" for index in range(501)]
    recorded = listed(Bedrock=[metric("Invocations", ModelId=model) for model in models])
    recorded |= sums({(model,): {1: 1} for model in models})
    aws = Replay({**RECORDED, **recorded}, operations=KIND.operations, wanted=lambda part: part == "invocations")
    (found,) = asyncio.run(read(aws))
    assert found.state["invocations"] == 501
    asked = [len(call[2]["MetricDataQueries"]) for call in aws.calls if call[0] == "cloudwatch:GetMetricData"]
    assert asked == [500, 1]


def test_evaluations_are_those_of_the_last_30_days() -> None:
    aws = Replay(RECORDED, operations=KIND.operations, wanted=lambda part: part == "evaluations_last_30_days")
    asyncio.run(read(aws))
    assert aws.calls == [("bedrock:ListEvaluationJobs", None, {"creationTimeAfter": NOW - timedelta(days=30)})]


def test_a_policy_may_ask_when_it_is_in_use() -> None:
    assert KIND.single
