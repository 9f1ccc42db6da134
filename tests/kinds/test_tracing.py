import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.aws.memo import Answer, Asked
from bedaudit.aws.reader import Heard, KindReader
from bedaudit.kinds import tracing
from bedaudit.model import Gap, Resource
from bedaudit.policy.load import load
from bedaudit.policy.needs import Needs
from bedaudit.policy.rules import Rules
from bedaudit.reader import Operation
from tests.replay import NOW, Replay

ACCOUNT = "111122223333"
DENIED = Gap("denied", "xray:GetTraceSegmentDestination", "AccessDeniedException")
LOGS = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group"
SPANS, SIGNALS = f"{LOGS}:aws/spans:*", f"{LOGS}:/aws/application-signals/data:*"
HERE = {
    "ArnLike": {"aws:SourceArn": f"arn:aws:xray:us-east-1:{ACCOUNT}:*"},
    "StringEquals": {"aws:SourceAccount": ACCOUNT},
}


def policies(*resources: str, **members: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "xray.amazonaws.com"},
        "Action": "logs:PutLogEvents",
        "Resource": list(resources),
        "Condition": HERE,
        **members,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return {"resourcePolicies": [{"policyName": "spans", "policyDocument": document}]}


def rules(*names: str) -> dict[str, Any]:
    probabilistic = {"DesiredSamplingPercentage": 5.0, "ActualSamplingPercentage": 1.0}
    return {
        "IndexingRules": [{"Name": each, "ModifiedAt": NOW, "Rule": {"Probabilistic": probabilistic}} for each in names]
    }


RECORDED: Mapping[str, Any] = {
    "xray:GetTraceSegmentDestination": {"Destination": "CloudWatchLogs", "Status": "ACTIVE"},
    "xray:GetIndexingRules": [rules("Default")],
    "xray:GetEncryptionConfig": {"EncryptionConfig": {"Type": "KMS", "KeyId": "1", "Status": "ACTIVE"}},
    "logs:DescribeResourcePolicies": [policies(SPANS, SIGNALS)],
}
STATE = {
    "destination": "cloudwatch_logs",
    "status": "active",
    "transaction_search": True,
    "indexing_percentage": 5.0,
    "encryption": "kms",
    "may_write_spans": True,
}


def refused(*because: str) -> dict[str, Any]:
    return {"may_write_spans": False, "may_not_write_because": "; ".join(because)}


def unsaid(gap: Gap) -> dict[str, Any]:
    return dict.fromkeys(("may_write_spans", "may_not_write_because"), gap.as_fact())


def read(aws: Replay) -> Resource:
    (found,) = asyncio.run(tracing.read(aws))
    return found


def state(**recorded: Any) -> Mapping[str, Any]:
    operations = {("logs:" if "Policies" in name else "xray:") + name: reply for name, reply in recorded.items()}
    return read(Replay({**RECORDED, **operations}, operations=tracing.KIND.operations)).state


def test_tracing_is_destination_indexing_encryption_and_the_right_to_write() -> None:
    aws = Replay(RECORDED, operations=tracing.KIND.operations)
    assert read(aws) == Resource("tracing", "tracing", None, STATE)


@pytest.mark.parametrize(
    ("recorded", "fields"),
    [
        (
            {"GetTraceSegmentDestination": {"Destination": "XRay", "Status": "ACTIVE"}},
            {"destination": "xray", "transaction_search": False, "not_searched_because": "spans go to X-Ray"},
        ),
        (
            {"GetTraceSegmentDestination": {"Destination": "CloudWatchLogs", "Status": "PENDING"}},
            {
                "status": "pending",
                "transaction_search": False,
                "not_searched_because": "that spans go to CloudWatch Logs is still pending",
            },
        ),
        (
            {"GetTraceSegmentDestination": DENIED},
            dict.fromkeys(("destination", "status", "transaction_search", "not_searched_because"), DENIED.as_fact()),
        ),
        ({"GetIndexingRules": [rules("Other"), rules("Default")]}, {}),
        ({"GetIndexingRules": [rules("Other")]}, {"indexing_percentage": None}),
        ({"GetIndexingRules": DENIED}, {"indexing_percentage": DENIED.as_fact()}),
        ({"GetEncryptionConfig": {"EncryptionConfig": {"Type": "NONE", "Status": "ACTIVE"}}}, {"encryption": "none"}),
        ({"GetEncryptionConfig": DENIED}, {"encryption": DENIED.as_fact()}),
        (
            {"DescribeResourcePolicies": [{"resourcePolicies": []}]},
            refused(f"no policy allows logs:PutLogEvents to xray.amazonaws.com on {LOGS}:aws/spans:log-stream:*"),
        ),
        (
            {"DescribeResourcePolicies": [policies(SPANS)]},
            refused(
                f"resource policy spans does not allow logs:PutLogEvents on {SIGNALS[:-1]}log-stream:*",
                "statement 1 allows it on ...:aws/spans:* only",
            ),
        ),
        ({"DescribeResourcePolicies": [policies(SPANS), policies(SIGNALS)]}, {"may_write_spans": True}),
        (
            {"DescribeResourcePolicies": [policies(f"{LOGS}:/aws/spans:*", SIGNALS)]},
            refused(
                f"resource policy spans does not allow logs:PutLogEvents on {LOGS}:aws/spans:log-stream:*",
                "statement 1 allows it on ...:/aws/spans:* and 1 more only",
            ),
        ),
        (
            {"DescribeResourcePolicies": [policies(SPANS, SIGNALS, Principal={"Service": "es.amazonaws.com"})]},
            refused(
                "resource policy spans does not allow logs:PutLogEvents to xray.amazonaws.com",
                "statement 1 allows it to es.amazonaws.com only",
            ),
        ),
        (
            {
                "DescribeResourcePolicies": [
                    policies(SPANS, SIGNALS, Condition={"StringEquals": {"aws:SourceAccount": "444455556666"}})
                ]
            },
            refused(
                "statement 1 of resource policy spans asks for aws:SourceAccount StringEquals 444455556666",
                "here it is 111122223333",
            ),
        ),
        ({"DescribeResourcePolicies": [policies("*", Condition={})]}, {"may_write_spans": True}),
        ({"DescribeResourcePolicies": DENIED}, unsaid(DENIED)),
        (
            {"DescribeResourcePolicies": [{"resourcePolicies": [{"policyName": "odd", "policyDocument": "{"}]}]},
            unsaid(
                Gap(
                    "failed",
                    "logs:DescribeResourcePolicies",
                    message="the policy depends on something that is not known of the request",
                )
            ),
        ),
    ],
)
def test_each_field_comes_from_what_aws_says(recorded: dict[str, Any], fields: dict[str, Any]) -> None:
    expected = {name: value for name, value in {**STATE, **fields}.items() if value is not None}
    assert state(**recorded) == expected


def test_only_what_is_wanted_is_read() -> None:
    aws = Replay(RECORDED, operations=tracing.KIND.operations, wanted=lambda part: part == "transaction_search")
    read(aws)
    assert [call[0] for call in aws.calls] == ["xray:GetTraceSegmentDestination"]


class Kept:
    """An account's memo that holds what was recorded, and keeps what was asked."""

    def __init__(self, recorded: Mapping[str, Any]) -> None:
        self.recorded, self.asked = recorded, set[Operation]()

    async def read(self, asked: Asked, /) -> Answer:
        self.asked.add(asked.operation)
        reply = self.recorded[str(asked.operation)]
        return tuple(reply) if isinstance(reply, list) else (reply,)


WHERE_SPANS_GO, PERCENTAGE, ENCRYPTION, RIGHT = tracing.KIND.operations


@pytest.mark.parametrize(
    ("destination", "status", "unread"),
    [
        ("XRay", "ACTIVE", {PERCENTAGE, RIGHT}),
        ("CloudWatchLogs", "PENDING", {PERCENTAGE}),
        ("CloudWatchLogs", "ACTIVE", set()),
    ],
)
def test_what_cannot_matter_where_spans_go_is_not_read(destination: str, status: str, unread: set[Operation]) -> None:
    (shipped,) = load(["builtin:tracing"])
    memo = Kept({**RECORDED, str(WHERE_SPANS_GO): {"Destination": destination, "Status": status}})
    needs = Needs(control for control in Rules((shipped,)).controls.values() if control.kind == "tracing")
    reader = KindReader(ACCOUNT, "us-east-1", "aws", NOW, "us-east-1", tracing.KIND, needs, memo, Heard())
    asyncio.run(tracing.read(reader))
    assert memo.asked == set(tracing.KIND.operations) - unread
