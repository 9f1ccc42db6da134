"""Recorded alarms, and their reading."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from bedaudit.kinds.alarm import KIND
from bedaudit.model import Facts, Gap, Resource
from tests.replay import NOW, Recorded, Replay

ACCOUNT, REGION = "111122223333", "us-east-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:oncall"
UNREAD = {"gap": {"reason": "not_read"}}


def arn(name: str) -> str:
    return f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"


def common(name: str, **more: Any) -> dict[str, Any]:
    """What all alarms have; what is None is left out."""
    members = {
        "AlarmName": name,
        "AlarmArn": arn(name),
        "ActionsEnabled": True,
        "AlarmActions": [TOPIC],
        "OKActions": [],
        "InsufficientDataActions": [],
        "StateValue": "OK",
        "StateUpdatedTimestamp": NOW - timedelta(hours=1),
        "StateTransitionedTimestamp": NOW - timedelta(hours=5),
        **more,
    }
    return {name: value for name, value in members.items() if value is not None}


def metric(name: str, of: str | None = "InvocationThrottles", **more: Any) -> dict[str, Any]:
    """A metric alarm on one metric of AWS/Bedrock."""
    return common(
        name,
        **{
            "Namespace": "AWS/Bedrock",
            "MetricName": of,
            "Statistic": "Sum",
            "Period": 300,
            "EvaluationPeriods": 3,
            "DatapointsToAlarm": 2,
            "Threshold": 5.0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            **more,
        },
    )


def math(name: str, queries: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """An alarm on metric math, a Metrics Insights query or an anomaly band."""
    return metric(name, None, **{"Metrics": queries, "Namespace": None, "Statistic": None, "Period": None, **more})


def stat(id_: str, of: str, *, returned: bool = False, namespace: str = "AWS/Bedrock", **more: Any) -> dict[str, Any]:
    series = {"Metric": {"Namespace": namespace, "MetricName": of}, "Period": 300, "Stat": "Sum"}
    return {"Id": id_, "MetricStat": series, "ReturnData": returned, **more}


def expression(id_: str, text: str, *, returned: bool = True, **more: Any) -> dict[str, Any]:
    return {"Id": id_, "Expression": text, "ReturnData": returned, **more}


def composite(name: str, rule: str, **more: Any) -> dict[str, Any]:
    return common(name, AlarmRule=rule, **more)


def log(name: str, **more: Any) -> dict[str, Any]:
    query = {
        "QueryString": "fields @message | filter @message like 'hush'",
        "LogGroupIdentifiers": [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/bedrock/x"],
        "ScheduledQueryRoleARN": f"arn:aws:iam::{ACCOUNT}:role/x",
        "ScheduleConfiguration": {"ScheduleExpression": "rate(5 minutes)", "StartTimeOffset": 300},
        "AggregationExpression": "count(*)",
    }
    return common(
        name,
        ScheduledQueryConfiguration=query,
        QueryResultsToEvaluate=3,
        QueryResultsToAlarm=2,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        **more,
    )


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


OWNERS = {
    "Effect": "Allow",
    "Principal": {"AWS": "*"},
    "Action": ["SNS:Publish", "SNS:Subscribe"],
    "Resource": TOPIC,
    "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
}
"""What SNS writes into the policy of a new topic."""


def topic(*, confirmed: str | None = "1", access: str | None = None, key: str | None = None) -> Mapping[str, Any]:
    attributes = {
        "TopicArn": TOPIC,
        "SubscriptionsConfirmed": confirmed,
        "Policy": access or policy(OWNERS),
        "KmsMasterKeyId": key,
    }
    return {"Attributes": {name: value for name, value in attributes.items() if value is not None}}


QUIET: Mapping[str, Recorded] = {
    "cloudwatch:ListAlarmMuteRules": {"AlarmMuteRuleSummaries": []},
    "cloudwatch:ListMetrics": {"Metrics": []},
    "cloudwatch:ListTagsForResource": {"Tags": [{"Key": "team", "Value": "ai"}]},
    "sns:GetTopicAttributes": topic(),
    "sns:ListSubscriptionsByTopic": {"Subscriptions": [{"SubscriptionArn": "PendingConfirmation"}]},
}
"""Nothing is muted, nothing was seen, and somebody listens to every topic."""


def replay(
    *alarms: Mapping[str, Any], wanted: Callable[[str], bool] = lambda part: True, **recorded: Recorded
) -> Replay:
    """A site with these alarms; a recorded reply is named by its operation alone."""
    sorted_out = {
        "MetricAlarms": [one for one in alarms if "AlarmRule" not in one and "ScheduledQueryConfiguration" not in one],
        "CompositeAlarms": [one for one in alarms if "AlarmRule" in one],
        "LogAlarms": [one for one in alarms if "ScheduledQueryConfiguration" in one],
    }
    named = {operation.name: str(operation) for operation in KIND.operations}
    replies = {**QUIET, **{named[name]: reply for name, reply in recorded.items()}}
    pages = [{member: found} for member, found in sorted_out.items()]
    return Replay({"cloudwatch:DescribeAlarms": pages, **replies}, operations=KIND.operations, wanted=wanted)


def read(
    *alarms: Mapping[str, Any], wanted: Callable[[str], bool] = lambda part: True, **recorded: Recorded
) -> dict[str, Facts]:
    """The states of the alarms, by name."""
    return {one.id: one.state for one in resources(replay(*alarms, wanted=wanted, **recorded))}


def resources(aws: Replay) -> list[Resource]:
    async def reading() -> list[Resource]:
        found = await KIND.read(aws)
        assert not isinstance(found, Gap)
        return list(found)

    return asyncio.run(reading())
