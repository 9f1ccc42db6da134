from __future__ import annotations

from typing import Any

import pytest

from bedaudit.aws.check import check
from bedaudit.model import Call

ALARM = {"AlarmName": "a", "EvaluationPeriods": 3, "ComparisonOperator": "GreaterThanThreshold"}


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        ("cloudwatch", "PutMetricAlarm", ALARM, ()),
        ("cloudwach", "PutMetricAlarm", {}, ("AWS has no service 'cloudwach'",)),
        ("cloudwatch", "PutMetricAlram", {}, ("cloudwatch has no operation 'PutMetricAlram'",)),
        (
            "cloudwatch",
            "PutMetricAlarm",
            {**ALARM, "EvaluationPeriods": "3"},
            (f"Invalid type for parameter EvaluationPeriods, value: 3, type: {str}, valid types: {int}",),
        ),
        (
            "logs",
            "PutRetentionPolicy",
            {"logGroup": "g"},
            (
                'Missing required parameter in input: "logGroupName"',
                'Missing required parameter in input: "retentionInDays"',
                'Unknown parameter in input: "logGroup", must be one of: logGroupName, retentionInDays',
            ),
        ),
        (
            "bedrock",
            "DeleteModelInvocationLoggingConfiguration",
            {"x": 1},
            ('Unknown parameter in input: "x", must be one of: ',),
        ),
        ("organizations", "DescribeOrganization", {"x": 1}, ("DescribeOrganization takes no parameter 'x'",)),
    ],
)
def test_calls_are_checked_by_the_models_alone(
    service: str, operation: str, parameters: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert check(Call(service, operation, parameters)) == expected
