"""The kind `saved_query`, read from recorded replies."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.kinds.saved_query import KIND, SavedQuery
from bedaudit.model import Gap, Resource
from bedaudit.reader import Unreadable
from tests.replay import Replay

INVOCATIONS = "/aws/bedrock/model-invocations"
LOGGING = {"loggingConfig": {"cloudWatchConfig": {"logGroupName": INVOCATIONS, "roleArn": "arn:aws:iam::1:role/logs"}}}
QUERY = "stats sum(input.inputTokenCount) by modelId"
DENIED = Gap("denied", "x:Y", "AccessDeniedException")
ID = "123456ab-12ab-123a-789e-1234567890ab"
ARN = f"arn:aws:logs:us-east-1:111122223333:query-definition:{ID}"
STATE = SavedQuery(
    name="bedrock/tokens", query=QUERY, log_groups=(INVOCATIONS,), language="CWLI", reads_invocation_logs=True
)


def saved(**members: Any) -> dict[str, Any]:
    return {
        "queryDefinitionId": ID,
        "name": "bedrock/tokens",
        "queryString": QUERY,
        "logGroupNames": [INVOCATIONS],
        "queryLanguage": "CWLI",
        **members,
    }


def read(*pages: list[Mapping[str, Any]], logging: Any = LOGGING, **options: Any) -> list[Resource]:
    recorded = {
        "bedrock:GetModelInvocationLoggingConfiguration": logging,
        "logs:DescribeQueryDefinitions": [{"queryDefinitions": page} for page in pages],
    }
    return list(asyncio.run(_read(Replay(recorded, operations=KIND.operations, **options))))


async def _read(aws: Replay) -> Any:
    return await KIND.read(aws)


def test_a_saved_query_is_saved_for_log_groups() -> None:
    assert read([saved()]) == [Resource("saved_query", ID, ARN, STATE.facts(), saved())]


@pytest.mark.parametrize(
    ("members", "groups", "reads"),
    [
        pytest.param({"logGroupNames": ["/other"]}, ["/other"], False, id="for_another_log_group"),
        pytest.param({"logGroupNames": []}, [], False, id="for_whichever_is_chosen"),
        pytest.param(
            {"logGroupNames": [f"arn:aws:logs:us-east-1:111122223333:log-group:{INVOCATIONS}:*"]},
            [INVOCATIONS],
            True,
            id="by_arn",
        ),
        pytest.param(
            {"logGroupNames": [], "queryString": "SOURCE logGroups(namePrefix: ['/aws/bedrock']) | limit 5"},
            ["/aws/bedrock*"],
            True,
            id="by_a_prefix_in_the_query",
        ),
        pytest.param(
            {"logGroupNames": [INVOCATIONS], "queryString": f"SOURCE '{INVOCATIONS}' | limit 5"},
            [INVOCATIONS],
            True,
            id="twice",
        ),
        pytest.param(
            {"logGroupNames": [], "queryString": f"SELECT * FROM `{INVOCATIONS}`"}, [INVOCATIONS], True, id="in_sql"
        ),
    ],
)
def test_what_a_saved_query_reads(members: dict[str, Any], groups: list[str], reads: bool) -> None:
    (one,) = read([saved(**members)])
    assert (one.state["log_groups"], one.state["reads_invocation_logs"]) == (groups, reads)


@pytest.mark.parametrize(
    ("logging", "reads"),
    [
        pytest.param({}, False, id="logging_is_off"),
        pytest.param({"loggingConfig": {"s3Config": {"bucketName": "logs"}}}, False, id="logs_go_to_s3_alone"),
        pytest.param(DENIED, DENIED.as_fact(), id="the_configuration_is_not_readable"),
    ],
)
def test_whether_it_reads_invocation_logs_depends_on_where_they_are(logging: Any, reads: Any) -> None:
    (one,) = read([saved()], logging=logging)
    assert one.state["reads_invocation_logs"] == reads


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("SQL", "SQL"),
        ("PPL", "PPL"),
        ("KQL", Gap("failed", "logs:DescribeQueryDefinitions", message="unknown language KQL").as_fact()),
    ],
)
def test_the_language_is_one_of_aws(language: str, expected: Any) -> None:
    (one,) = read([saved(queryLanguage=language)])
    assert one.state["language"] == expected


def test_the_oldest_definitions_have_no_language_and_no_log_groups() -> None:
    (one,) = read([{"queryDefinitionId": ID, "name": "old", "queryString": QUERY}])
    old = SavedQuery(name="old", query=QUERY, log_groups=(), language="CWLI", reads_invocation_logs=False)
    assert one.state == old.facts()


def test_every_page_is_read_and_no_more_than_a_policy_asks_for() -> None:
    calls: list[Any] = []
    assert [
        one.state["name"] for one in read([saved()], [saved(name="b")], calls=calls, wanted=lambda part: False)
    ] == [
        "bedrock/tokens",
        "b",
    ]
    assert [call[0] for call in calls] == ["logs:DescribeQueryDefinitions"]


def test_definitions_that_cannot_be_described_are_a_gap_of_the_kind() -> None:
    aws = Replay({"logs:DescribeQueryDefinitions": DENIED}, operations=KIND.operations)
    with pytest.raises(Unreadable) as caught:
        asyncio.run(_read(aws))
    assert caught.value.gap == DENIED
