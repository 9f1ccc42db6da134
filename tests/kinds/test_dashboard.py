"""The kind `dashboard`, read from recorded replies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from bedaudit.kinds.dashboard import KIND
from bedaudit.model import Call, Gap, Resource
from tests.replay import ABSENT, NOW, Recorded, Replay, assert_fits

ARN = "arn:aws:cloudwatch::111122223333:dashboard/"
BODY = json.dumps(
    {
        "widgets": [
            {
                "type": "metric",
                "properties": {"region": "eu-west-1", "metrics": [["AWS/Bedrock", "Invocations"]]},
            },
            {
                "type": "log",
                "properties": {"region": "us-east-1", "query": "SOURCE '/aws/bedrock/x' | filter a = 'hush'"},
            },
            {"type": "alarm", "properties": {"alarms": ["arn:aws:cloudwatch:us-east-1:111122223333:alarm:a"]}},
            {"type": "custom", "properties": {"endpoint": "arn:aws:lambda:us-east-1:111122223333:function:x"}},
        ]
    }
)


def entry(name: str) -> Mapping[str, Any]:
    return {"DashboardName": name, "DashboardArn": ARN + name, "LastModified": NOW, "Size": 42}


def read(bodies: Mapping[str, Recorded], *, pages: Recorded = None) -> list[Resource]:
    """The dashboards whose GetDashboard answers so, by name."""
    listed = [{"DashboardEntries": [entry(name)], "NextToken": name} for name in bodies]
    recorded = {
        "cloudwatch:ListDashboards": pages or listed or {},
        "cloudwatch:GetDashboard": lambda parameters: bodies[parameters["DashboardName"]],
    }
    return list(asyncio.run(_read(Replay(recorded, operations=KIND.operations, region="global"))))


async def _read(aws: Replay) -> Any:
    return await KIND.read(aws)


def reply(body: str) -> Mapping[str, Any]:
    return {"DashboardName": "x", "DashboardArn": ARN + "x", "DashboardBody": body}


def test_a_dashboard_shows_metrics_queries_and_alarms_of_regions() -> None:
    (one,) = read({"genai": reply(BODY)})
    query = one.state["log_queries"][0].pop("query")
    assert one == Resource(
        "dashboard",
        "genai",
        ARN + "genai",
        {
            "name": "genai",
            "valid": True,
            "widgets": 4,
            "metrics": [
                {
                    "namespace": "AWS/Bedrock",
                    "metric": "Invocations",
                    "dimensions": {},
                    "region": "eu-west-1",
                    "can_show": True,
                }
            ],
            "log_queries": [{"log_groups": ["/aws/bedrock/x"], "region": "us-east-1"}],
            "alarms": ["arn:aws:cloudwatch:us-east-1:111122223333:alarm:a"],
            "regions": ["eu-west-1", "us-east-1"],
        },
        {"DashboardName": "genai", "DashboardArn": ARN + "genai", "LastModified": NOW.isoformat(), "Size": 42},
    )
    assert query.startswith("SOURCE '/aws/bedrock/x' | filter a = \"sha256:")


def test_no_secret_of_a_query_leaves_the_reading() -> None:
    assert "hush" not in repr(read({"genai": reply(BODY)}))


def test_a_dashboard_that_was_deleted_meanwhile_is_not_there() -> None:
    assert [one.id for one in read({"gone": ABSENT, "here": reply(BODY)})] == ["here"]


def test_one_unreadable_dashboard_is_a_gap_of_its_own() -> None:
    gap = Gap("denied", "cloudwatch:GetDashboard", "AccessDenied")
    unread, fine = read({"shut": gap, "fine": reply('{"widgets": []}')})
    parts = ("valid", "widgets", "metrics", "log_queries", "alarms", "regions")
    assert unread.state == {"name": "shut", **dict.fromkeys(parts, gap.as_fact())}
    assert fine.state["valid"] is True


def test_a_malformed_body_is_not_valid() -> None:
    (one,) = read({"broken": reply("{")})
    assert one.state == {
        "name": "broken",
        "valid": False,
        "widgets": 0,
        "metrics": [],
        "log_queries": [],
        "alarms": [],
        "regions": [],
    }


def test_no_dashboards_are_no_resources() -> None:
    assert read({}) == []


def test_a_dashboard_is_made_from_its_body_as_a_mapping() -> None:
    assert KIND.create is not None
    body = {"widgets": [{"type": "text", "properties": {"markdown": "hello"}}]}
    made = KIND.create({"DashboardName": "genai", "DashboardBody": body})
    parameters = {"DashboardName": "genai", "DashboardBody": json.dumps(body, separators=(",", ":"))}
    assert made.call == Call("cloudwatch", "PutDashboard", parameters)
    assert made.facts == {
        "name": "genai",
        "valid": True,
        "widgets": 1,
        "metrics": [],
        "log_queries": [],
        "alarms": [],
        "regions": [],
    }
    assert_fits("cloudwatch", "PutDashboard", made.call.parameters, [])
