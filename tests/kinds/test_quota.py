from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bedaudit.kinds.quota import KIND, Quota, read
from bedaudit.model import Gap, Resource
from tests.replay import NOW, Replay

DENIED = Gap("denied", "x:Y", "AccessDeniedException")
UNREAD = DENIED.as_fact()
NOVA, SONNET = "amazon.nova-pro-v1:0", "anthropic.claude-sonnet-4-5-20250929-v1:0"
PROFILE = "a1b2c3d4e5f6"
PER_MINUTE = "{} model inference tokens per minute for {}"


def quota(code: str, name: str, value: float = 1000.0, **members: Any) -> dict[str, Any]:
    arn = f"arn:aws:servicequotas:us-east-1:111122223333:bedrock/{code}"
    return {"QuotaCode": code, "QuotaName": name, "QuotaArn": arn, "Value": value, "Adjustable": True, **members}


NOVA_HERE = quota("L-1", PER_MINUTE.format("On-demand", "Amazon Nova Pro"))
NOVA_ABROAD = quota("L-2", PER_MINUTE.format("Cross-region", "Amazon Nova Pro"))
NOVA_ANYWHERE = quota("L-3", PER_MINUTE.format("Global cross-region", "Amazon Nova Pro"))
UNUSED = quota("L-4", PER_MINUTE.format("On-demand", "Amazon Nova Lite"))
UNMEASURED = quota("L-5", "Guardrails per account")


def measured(stat: str = "Maximum", **members: Any) -> dict[str, Any]:
    metric = {"MetricNamespace": "AWS/Usage", "MetricName": "CallCount", "MetricDimensions": {"Service": "Bedrock"}}
    return quota("L-6", "Calls", UsageMetric={**metric, "MetricStatisticRecommendation": stat}, **members)


def traffic(*models: str) -> list[dict[str, Any]]:
    invocations = {"Namespace": "AWS/Bedrock", "MetricName": "Invocations"}
    return [{"Metrics": [{**invocations, "Dimensions": [{"Name": "ModelId", "Value": model}]} for model in models]}]


def data(used: Mapping[str, Mapping[int, float]]) -> Any:
    """What GetMetricData says: one invocation of each model an hour ago, and usage by minutes ago."""

    def reply(parameters: Mapping[str, Any]) -> Any:
        results = []
        for query in parameters["MetricDataQueries"]:
            metric = query["MetricStat"]["Metric"]
            (value,) = [each["Value"] for each in metric["Dimensions"]]
            found = {60: 1.0} if metric["MetricName"] == "Invocations" else used.get(value, {})
            moments = [NOW - timedelta(minutes=ago) for ago in found]
            results.append({"Id": query["Id"], "Timestamps": moments, "Values": list(found.values())})
        return [{"MetricDataResults": results[:1]}, {"MetricDataResults": results[1:]}]

    return reply


def profile(*regions: str) -> dict[str, Any]:
    summary = {
        "inferenceProfileName": "chat",
        "inferenceProfileArn": f"arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/{PROFILE}",
        "models": [{"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{NOVA}"} for region in regions],
        "inferenceProfileId": PROFILE,
        "status": "ACTIVE",
        "type": "APPLICATION",
    }
    return {"inferenceProfileSummaries": [summary]}


def alarm(model: str | None = None, metric: str = "EstimatedTPMQuotaUsage", **members: Any) -> dict[str, Any]:
    dimensions = [{"Name": "ModelId", "Value": model}] if model else []
    watched = {"Namespace": "AWS/Bedrock", "MetricName": metric, "Dimensions": dimensions}
    name = f"{metric}-{model}"
    return {"AlarmName": name, "Statistic": "Sum", "Period": 60, **watched, **members}


def alarms(*found: dict[str, Any]) -> dict[str, Any]:
    return {"cloudwatch:DescribeAlarms": {"MetricAlarms": list(found)}}


def unwatched(model: str) -> dict[str, Any]:
    return {"alarmed": False, "not_alarmed_because": f"no alarm watches EstimatedTPMQuotaUsage of {model}"}


RECORDED: Mapping[str, Any] = {
    "cloudwatch:ListMetrics": traffic(NOVA),
    "cloudwatch:GetMetricData": data({NOVA: {5: 200.0, 6: 250.0}}),
    "cloudwatch:DescribeAlarms": {"MetricAlarms": []},
    "service-quotas:ListServiceQuotas": [{"Quotas": [UNUSED, NOVA_HERE]}, {"Quotas": [UNMEASURED, NOVA_ABROAD]}],
}
STATE = {
    "code": "L-1",
    "name": "On-demand model inference tokens per minute for Amazon Nova Pro",
    "value": 1000.0,
    "adjustable": True,
    "models": [NOVA],
    "usage": 250.0,
    "used_percent": 25.0,
    **unwatched(NOVA),
}
WATCHED = {**{name: value for name, value in STATE.items() if name != "not_alarmed_because"}, "alarmed": True}
CALLS = {
    **STATE,
    "code": "L-6",
    "name": "Calls",
    "models": [],
    "not_alarmed_because": "no alarm watches CallCount",
}
UNKNOWN_PROFILE = {"cloudwatch:ListMetrics": traffic(PROFILE)}
NOT_UNDERSTOOD = {"AlarmName": "odd", "Metrics": [{"Id": "q1", "Expression": "SELECT FROM WHERE"}]}
UNSURE = Gap("failed", message="its Metrics Insights query is not understood")
ELSEWHERE = {
    "AlarmName": "theirs",
    "Metrics": [
        {
            "Id": "m1",
            "AccountId": "999988887777",
            "MetricStat": {
                "Metric": {"Namespace": "AWS/Bedrock", "MetricName": "EstimatedTPMQuotaUsage"},
                "Period": 60,
                "Stat": "Sum",
            },
        }
    ],
}


def with_gap(gap: Gap) -> dict[str, Any]:
    """The state where it is not known whether the usage is alarmed, nor why not."""
    return dict(Quota(**{**WATCHED, "alarmed": gap}).facts())


def only(*quotas: dict[str, Any]) -> dict[str, Any]:
    return {"service-quotas:ListServiceQuotas": {"Quotas": list(quotas)}}


CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("of_a_model_with_traffic_alone", {}, STATE),
    (
        "that_nobody_can_ask_for_more_of",
        only({**NOVA_HERE, "Adjustable": False}),
        {**STATE, "adjustable": False},
    ),
    (
        "calls_to_other_regions_have_a_quota_of_their_own",
        {
            "cloudwatch:ListMetrics": traffic(f"us.{NOVA}"),
            "cloudwatch:GetMetricData": data({f"us.{NOVA}": {5: 100.0}}),
        },
        {
            **STATE,
            "code": "L-2",
            "name": NOVA_ABROAD["QuotaName"],
            "models": [f"us.{NOVA}"],
            **unwatched(f"us.{NOVA}"),
            "usage": 100.0,
            "used_percent": 10.0,
        },
    ),
    (
        "a_profile_draws_on_the_quota_of_its_model",
        {
            "cloudwatch:ListMetrics": traffic(NOVA, PROFILE),
            "cloudwatch:GetMetricData": data({NOVA: {5: 200.0, 6: 250.0}, PROFILE: {5: 100.0, 7: 10.0}}),
            "bedrock:ListInferenceProfiles": profile("us-east-1"),
        },
        {**STATE, "models": [PROFILE, NOVA], "usage": 300.0, "used_percent": 30.0, **unwatched(PROFILE)},
    ),
    (
        "a_profile_over_several_regions",
        {**UNKNOWN_PROFILE, "bedrock:ListInferenceProfiles": profile("us-east-1", "us-west-2")},
        {
            **{name: STATE[name] for name in ("value", "adjustable")},
            **unwatched(PROFILE),
            "code": "L-2",
            "name": NOVA_ABROAD["QuotaName"],
            "models": [PROFILE],
        },
    ),
    (
        "a_profile_over_all_regions",
        {**UNKNOWN_PROFILE, **only(NOVA_ANYWHERE), "bedrock:ListInferenceProfiles": profile("us-east-1", "")},
        {
            **{name: STATE[name] for name in ("value", "adjustable")},
            **unwatched(PROFILE),
            "code": "L-3",
            "name": NOVA_ANYWHERE["QuotaName"],
            "models": [PROFILE],
        },
    ),
    (
        "nothing_is_published",
        {"cloudwatch:GetMetricData": data({})},
        {name: value for name, value in STATE.items() if name not in ("usage", "used_percent")},
    ),
    (
        "nothing_may_be_used",
        only({**NOVA_HERE, "Value": 0.0}),
        {**{name: value for name, value in STATE.items() if name != "used_percent"}, "value": 0.0},
    ),
    (
        "aws_measures_its_usage",
        {**only(measured()), "cloudwatch:GetMetricData": data({"Bedrock": {5: 30.0}})},
        {**CALLS, "usage": 30.0, "used_percent": 3.0},
    ),
    (
        "a_rate_by_the_second",
        {
            **only(measured("Sum", Period={"PeriodValue": 1, "PeriodUnit": "SECOND"})),
            "cloudwatch:GetMetricData": data({"Bedrock": {5: 30.0}}),
        },
        {**CALLS, "usage": 0.5, "used_percent": 0.1},
    ),
    ("an_alarm_on_all_models", alarms(alarm()), WATCHED),
    ("an_alarm_on_the_model", alarms(alarm(NOVA)), WATCHED),
    ("an_alarm_on_another_model", alarms(alarm(SONNET)), STATE),
    ("an_alarm_on_no_model_there_is", alarms(alarm("*")), STATE),
    ("an_alarm_on_another_metric", alarms(alarm(metric="Invocations")), STATE),
    ("an_alarm_on_another_account", alarms(ELSEWHERE), STATE),
    ("an_alarm_that_is_not_understood", alarms(NOT_UNDERSTOOD), with_gap(UNSURE)),
    ("an_alarm_is_enough_beside_one_that_is_not", alarms(NOT_UNDERSTOOD, alarm()), WATCHED),
    (
        "an_alarm_on_one_of_two_is_not_enough",
        {
            "cloudwatch:ListMetrics": traffic(NOVA, PROFILE),
            "bedrock:ListInferenceProfiles": profile("us-east-1"),
            **alarms(alarm(NOVA)),
        },
        {**STATE, "models": [PROFILE, NOVA], **unwatched(PROFILE)},
    ),
    ("alarms_are_denied", {"cloudwatch:DescribeAlarms": DENIED}, with_gap(DENIED)),
    (
        "an_alarm_on_the_usage_that_aws_measures",
        {
            **only(measured()),
            "cloudwatch:GetMetricData": data({"Bedrock": {5: 30.0}}),
            **alarms(
                alarm(metric="CallCount", Namespace="AWS/Usage", Dimensions=[{"Name": "Service", "Value": "Bedrock"}])
            ),
        },
        {**WATCHED, "code": "L-6", "name": "Calls", "models": [], "usage": 30.0, "used_percent": 3.0},
    ),
    (
        "an_alarm_on_the_usage_of_another_service",
        {
            **only(measured()),
            "cloudwatch:GetMetricData": data({"Bedrock": {5: 30.0}}),
            **alarms(
                alarm(metric="CallCount", Namespace="AWS/Usage", Dimensions=[{"Name": "Service", "Value": "EC2"}])
            ),
        },
        {**CALLS, "usage": 30.0, "used_percent": 3.0},
    ),
]


def quotas(aws: Replay) -> list[Resource] | Gap:
    async def reading() -> list[Resource] | Gap:
        found = await read(aws)
        return found if isinstance(found, Gap) else list(found)

    return asyncio.run(reading())


@pytest.mark.parametrize(("recorded", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_states(recorded: dict[str, Any], expected: dict[str, Any]) -> None:
    found = quotas(Replay({**RECORDED, **recorded}, operations=KIND.operations))
    assert not isinstance(found, Gap)
    assert [one.state for one in found] == [expected]
    assert found[0].arn == f"arn:aws:servicequotas:us-east-1:111122223333:bedrock/{expected['code']}"


def test_usage_that_is_denied_is_a_gap_of_that_part() -> None:
    def reply(parameters: Mapping[str, Any]) -> Any:
        names = {query["MetricStat"]["Metric"]["MetricName"] for query in parameters["MetricDataQueries"]}
        return DENIED if "EstimatedTPMQuotaUsage" in names else data({})(parameters)

    found = quotas(Replay({**RECORDED, "cloudwatch:GetMetricData": reply}, operations=KIND.operations))
    assert not isinstance(found, Gap)
    assert [one.state for one in found] == [{**STATE, "usage": UNREAD, "used_percent": UNREAD}]


def test_a_metric_that_cloudwatch_does_not_give_is_a_gap() -> None:
    def reply(parameters: Mapping[str, Any]) -> Any:
        (page, _) = data({})(parameters)
        (query,) = parameters["MetricDataQueries"]
        usage = query["MetricStat"]["Metric"]["MetricName"] == "EstimatedTPMQuotaUsage"
        return {"MetricDataResults": [{"Id": query["Id"], "StatusCode": "Forbidden"}]} if usage else page

    found = quotas(Replay({**RECORDED, "cloudwatch:GetMetricData": reply}, operations=KIND.operations))
    assert not isinstance(found, Gap)
    assert found[0].state["usage"]["gap"]["code"] == "Forbidden"


@pytest.mark.parametrize("unread", [Gap("failed", "cloudwatch:GetMetricData", "InternalError")])
def test_where_traffic_is_not_known_no_quota_is(unread: Gap) -> None:
    forbidden = {"MetricDataResults": [{"Id": "m0", "StatusCode": "InternalError"}]}
    found = quotas(Replay({**RECORDED, "cloudwatch:GetMetricData": forbidden}, operations=KIND.operations))
    assert isinstance(found, Gap)
    assert (found.reason, found.code) == (unread.reason, unread.code)


def test_the_usage_of_all_quotas_is_asked_for_at_once_and_for_a_day() -> None:
    recorded = {**RECORDED, "cloudwatch:ListMetrics": traffic(NOVA, f"us.{NOVA}")}
    aws = Replay(recorded, operations=KIND.operations, wanted=lambda part: part == "usage")
    quotas(aws)
    asked = [call[2] for call in aws.calls if call[0] == "cloudwatch:GetMetricData"][1:]
    assert len({str(each) for each in asked}) == 1
    assert [query["MetricStat"]["Period"] for query in asked[0]["MetricDataQueries"]] == [60, 60]
    assert (asked[0]["StartTime"], asked[0]["EndTime"]) == (NOW - timedelta(hours=24), NOW)


def test_profiles_are_read_only_where_one_was_called() -> None:
    aws = Replay(RECORDED, operations=KIND.operations, wanted=lambda part: False)
    quotas(aws)
    assert [call[0] for call in aws.calls] == [
        "cloudwatch:ListMetrics",
        "cloudwatch:GetMetricData",
        "service-quotas:ListServiceQuotas",
    ]
