"""The kind `log_group`, read from recorded replies; what the parts of a log group are is pinned with the part."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.kinds.log_group import KIND, BedrockLogGroup
from bedaudit.kinds.log_group import read as read_kind
from bedaudit.model import Gap, Resource
from bedaudit.parts.bedrock_log_groups import purpose_of
from bedaudit.reader import Unreadable
from tests.replay import Replay

INVOCATIONS = "/bedrock/invocations"
ARN = "arn:aws:logs:us-east-1:111122223333:log-group:"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1b2c3d4e-0000-1111-2222-333344445555"
DENIED = Gap("denied", "x:Y", "AccessDeniedException")
LOGGING = {
    "loggingConfig": {"cloudWatchConfig": {"logGroupName": INVOCATIONS, "roleArn": f"arn:aws:iam::{1:012}:role/x"}}
}


def listing(*groups: Mapping[str, Any]) -> dict[str, Any]:
    """What AWS answers: names by the beginnings that a pattern has; groups by prefix, or by their names."""

    def names(parameters: Mapping[str, Any]) -> Any:
        beginnings = tuple(one.removeprefix("^") for one in parameters["logGroupNamePattern"].split("|"))
        found = [one["logGroupName"] for one in groups if one["logGroupName"].startswith(beginnings)]
        return [{"logGroups": [{"logGroupName": name}]} for name in found] or {}

    def described(parameters: Mapping[str, Any]) -> Any:
        prefix, wanted = parameters.get("logGroupNamePrefix"), parameters.get("logGroupIdentifiers", ())
        of = [
            one
            for one in groups
            if one["logGroupName"] in wanted or (prefix and one["logGroupName"].startswith(prefix))
        ]
        return {"logGroups": of}

    return {"logs:ListLogGroups": names, "logs:DescribeLogGroups": described}


def group(name: str, **members: Any) -> dict[str, Any]:
    return {"logGroupName": name, "arn": f"{ARN}{name}:*", "retentionInDays": 365, "storedBytes": 7, **members}


def read(*groups: Mapping[str, Any], more: Mapping[str, Any] | None = None, **options: Any) -> list[Resource]:
    recorded = {
        "bedrock:GetModelInvocationLoggingConfiguration": LOGGING,
        **listing(*groups),
        "logs:GetDataProtectionPolicy": {},
        "logs:DescribeAccountPolicies": {"accountPolicies": []},
        "logs:DescribeMetricFilters": {"metricFilters": []},
        "logs:DescribeSubscriptionFilters": {"subscriptionFilters": []},
        "logs:ListTagsForResource": {"tags": {}},
        **(more or {}),
    }
    return list(asyncio.run(_read(Replay(recorded, operations=KIND.operations, **options))))


async def _read(aws: Replay) -> Any:
    return await read_kind(aws)


def state(name: str, purpose: Any, **members: Any) -> BedrockLogGroup:
    as_it_is: dict[str, Any] = {
        "exists": True,
        "retention_days": 365,
        "retention_set_by": "group",
        "log_class": "standard",
        "deletion_protection": False,
        "metric_filters": (),
        "subscription_filters": (),
        "stored_bytes": 7,
        "tags": {},
    }
    return BedrockLogGroup(name=name, purpose=purpose, **{**as_it_is, **members})


def test_the_log_groups_of_bedrock_are_found_and_others_are_not() -> None:
    names = [
        INVOCATIONS,
        f"{INVOCATIONS}-old",
        "/aws/lambda/bedrock",
        "/aws/bedrock-agentcore/runtimes/x-DEFAULT",
        "/aws/vendedlogs/bedrock/knowledge-base/APPLICATION_LOGS/KB1",
        "/aws/vendedlogs/bedrock/agents",
        "/aws/application-signals/data",
        "/aws/application-signals/data2",
        "aws/spans",
    ]
    found = {one.id: one.state["purpose"] for one in read(*map(group, names))}
    assert found == {
        "/aws/application-signals/data": "spans",
        "/aws/bedrock-agentcore/runtimes/x-DEFAULT": "agentcore",
        "/aws/vendedlogs/bedrock/agents": "agents",
        "/aws/vendedlogs/bedrock/knowledge-base/APPLICATION_LOGS/KB1": "knowledge_bases",
        INVOCATIONS: "invocation_logs",
        "aws/spans": "spans",
    }


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("/aws/bedrock/invocations", "invocation_logs"),
        ("/aws/bedrock/invocations-2025", "other"),
        ("/aws/bedrock/knowledgebases/KB1", "knowledge_bases"),
        ("/aws/bedrock/agents/A1", "agents"),
        ("/aws/vendedlogs/bedrock/agent/APPLICATION_LOGS/A1", "agents"),
        ("/aws/vendedlogs/bedrock-agentcore/memory/APPLICATION_LOGS/m", "agentcore"),
        ("/aws/vendedlogs/BedrockAgentCore", None),
        ("/aws/vendedlogs/bedrockAgentCore", "agentcore"),
        ("aws/spans", "spans"),
        ("aws/spans-old", None),
        ("/aws/lambda/agent", None),
    ],
)
def test_a_name_says_what_a_log_group_is_for(name: str, purpose: str | None) -> None:
    assert purpose_of(name, "/aws/bedrock/invocations") == purpose


def test_a_log_group_is_what_its_parts_are_and_what_it_is_for() -> None:
    raw = group(INVOCATIONS, kmsKeyId=KEY)
    (one,) = read(raw, more={"kms:DescribeKey": DENIED})
    expected = state(INVOCATIONS, "invocation_logs", kms_key=DENIED)
    assert one == Resource("log_group", INVOCATIONS, f"{ARN}{INVOCATIONS}", expected.facts(), raw)


def test_a_site_without_logging_may_have_log_groups_of_agents() -> None:
    name = "/aws/bedrock-agentcore/runtimes/x"
    (one,) = read(group(name), group(INVOCATIONS), more={"bedrock:GetModelInvocationLoggingConfiguration": {}})
    assert one.state == state(name, "agentcore").facts()


@pytest.mark.parametrize("raw", [{}, {"loggingConfig": {"s3Config": {"bucketName": "logs"}}}])
def test_a_site_without_log_groups_has_none(raw: Any) -> None:
    assert read(more={"bedrock:GetModelInvocationLoggingConfiguration": raw}) == []


@pytest.mark.parametrize("operation", ["bedrock:GetModelInvocationLoggingConfiguration", "logs:DescribeLogGroups"])
def test_a_list_that_may_be_short_is_a_gap_of_the_kind(operation: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(group("aws/spans"), more={operation: DENIED})
    assert caught.value.gap == DENIED


def test_a_part_that_is_denied_is_a_gap_and_the_rest_is_read() -> None:
    (one,) = read(group("aws/spans"), more={"logs:DescribeSubscriptionFilters": DENIED})
    assert one.state == state("aws/spans", "spans", subscription_filters=DENIED).facts()


def asked(*groups: str, more: Mapping[str, Any] | None = None) -> list[Any]:
    """What DescribeLogGroups is asked for."""
    calls: list[Any] = []
    read(*map(group, groups), more=more, calls=calls, wanted=lambda part: False)
    return [
        parameters.get("logGroupNamePrefix", parameters.get("logGroupIdentifiers"))
        for operation, _, parameters in calls
        if operation == "logs:DescribeLogGroups"
    ]


def test_only_groups_that_are_there_and_bedrocks_are_asked_for() -> None:
    assert asked("/aws/application-signals/data2", "/aws/lambda/x") == [INVOCATIONS]
    spans, agents = "aws/spans", "/aws/bedrock-agentcore/runtimes/x"
    assert asked(spans, agents, INVOCATIONS) == [INVOCATIONS, [agents, spans]]


def test_the_log_group_of_invocation_logs_is_asked_for_once() -> None:
    inside = {"loggingConfig": {"cloudWatchConfig": {"logGroupName": "/aws/bedrock/x", "roleArn": "r" * 20}}}
    more = {"bedrock:GetModelInvocationLoggingConfiguration": inside}
    assert asked("/aws/bedrock/x", "/aws/bedrock/y", more=more) == ["/aws/bedrock/x", ["/aws/bedrock/y"]]


def test_very_many_log_groups_are_asked_for_in_turn() -> None:
    names = [f"/aws/bedrock/{number:03d}" for number in range(51)]
    assert asked(*names) == [INVOCATIONS, names[:50], names[50:]]
    assert len(read(*map(group, names), wanted=lambda part: False)) == 51


def test_a_group_that_went_since_it_was_listed_is_left_out() -> None:
    listed = {"logs:ListLogGroups": {"logGroups": [{"logGroupName": "aws/spans"}]}}
    assert read(more=listed) == []


def test_without_a_list_of_names_each_prefix_is_asked_for() -> None:
    names = ["/aws/bedrock/x", "aws/spans", "aws/spans-old", INVOCATIONS]
    denied = {"logs:ListLogGroups": DENIED}
    assert [one.id for one in read(*map(group, names), more=denied)] == ["/aws/bedrock/x", INVOCATIONS, "aws/spans"]
    prefixes = ["/aws/bedrock", "/aws/vendedlogs/bedrock", "aws/spans", "/aws/application-signals/data"]
    assert asked(more=denied) == [INVOCATIONS, *prefixes]
