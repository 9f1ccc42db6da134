from __future__ import annotations

import json
from typing import Any

import pytest

from bedaudit.model import Call
from bedaudit.repairs.repair import Edit, settled
from bedaudit.repairs.tracing import DESTINATION, INDEXING, POLICY, POLICY_NAME
from tests.repairs.editing import ACCOUNT, edit, read

LOGS = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group"
STATEMENT = {
    "Sid": "TransactionSearchXRayAccess",
    "Effect": "Allow",
    "Principal": {"Service": "xray.amazonaws.com"},
    "Action": "logs:PutLogEvents",
    "Resource": [f"{LOGS}:aws/spans:*", f"{LOGS}:/aws/application-signals/data:*"],
    "Condition": {
        "ArnLike": {"aws:SourceArn": f"arn:aws:xray:us-east-1:{ACCOUNT}:*"},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
    },
}
FOREIGN = {"Sid": "théirs", "Effect": "Deny", "Principal": "*", "Action": "logs:Delete*", "Resource": "*"}
NAMED = {"policyName": POLICY_NAME}
MAY = {"may_write_spans": True}


def written(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def put(text: str) -> Call:
    return Call("logs", "PutResourcePolicy", {**NAMED, "policyDocument": text})


def test_x_ray_is_let_write_and_kept_out_again() -> None:
    document = {"Version": "2012-10-17", "Statement": [STATEMENT]}
    assert edit(POLICY, {}, None, MAY) == Edit(
        {**NAMED, "policyDocument": written(document), "Document": document},
        (put(written(document)),),
        (Call("logs", "DeleteResourcePolicy", NAMED),),
    )


def test_a_policy_of_the_name_keeps_its_statements() -> None:
    before = {"Version": "2012-10-17", "Id": "x", "Statement": FOREIGN}
    raw: dict[str, Any] = {**NAMED, "policyDocument": json.dumps(before, indent=2), "Document": before, "Unheard": 1}
    after = {**before, "Statement": [FOREIGN, STATEMENT]}
    expected = {**raw, "policyDocument": written(after), "Document": after}
    assert edit(POLICY, {}, raw, MAY) == Edit(expected, (put(written(after)),), (put(raw["policyDocument"]),))


def test_a_policy_that_is_none_is_left_to_people() -> None:
    raw = {**NAMED, "policyDocument": "[]", "Document": None}
    reason = f"the resource policy {POLICY_NAME} is not what AWS documents"
    assert edit(POLICY, {}, raw, MAY) == Edit(raw, (), (), "manual", reason)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([{"policyName": "other", "policyDocument": "{}"}], None),
        ([{**NAMED, "policyDocument": "{}"}], {**NAMED, "policyDocument": "{}", "Document": {}}),
    ],
)
def test_the_policy_is_found_by_its_name(held: Any, expected: Any) -> None:
    assert read(POLICY, {}, {"logs:DescribeResourcePolicies": {"resourcePolicies": held}}) == expected


@pytest.mark.parametrize("wanted", [{"transaction_search": True}, {"destination": "cloudwatch_logs"}])
def test_spans_are_sent_to_cloudwatch_logs_and_back(wanted: Any) -> None:
    raw = {"Destination": "XRay", "Status": "ACTIVE", "Unheard": 1}
    there, back = (
        Call("xray", "UpdateTraceSegmentDestination", {"Destination": each}) for each in ("CloudWatchLogs", "XRay")
    )
    reason = "CloudWatch Logs charges for all spans from then on"
    after = {**raw, "Destination": "CloudWatchLogs"}
    assert edit(DESTINATION, {}, raw, wanted) == Edit(after, (there,), (back,), "risky", reason)
    assert settled({**raw, "Status": "PENDING"}, DESTINATION.volatile) == settled(raw, DESTINATION.volatile)


@pytest.mark.parametrize("wanted", [{"destination": "xray"}, {"transaction_search": False}])
def test_spans_are_never_sent_elsewhere(wanted: Any) -> None:
    raw = {"Destination": "CloudWatchLogs", "Status": "ACTIVE"}
    assert edit(DESTINATION, {}, raw, wanted) == Edit(raw, (), ())
    assert read(DESTINATION, {}, {"xray:GetTraceSegmentDestination": raw}) == raw


def rule(share: float) -> dict[str, Any]:
    shares = {"DesiredSamplingPercentage": share, "ActualSamplingPercentage": 0.5}
    return {"Name": "Default", "ModifiedAt": 1, "Rule": {"Probabilistic": shares, "Unheard": 1}}


def index(share: float) -> Call:
    probabilistic = {"Probabilistic": {"DesiredSamplingPercentage": share}}
    return Call("xray", "UpdateIndexingRule", {"Name": "Default", "Rule": probabilistic})


@pytest.mark.parametrize(
    ("now", "wanted", "safety", "reason"),
    [
        (0.0, 1, "safe", ""),
        (1.0, 5.5, "risky", "X-Ray charges for what it indexes beyond the first percent"),
        (5.0, 1, "manual", "it would index fewer traces than now"),
    ],
)
def test_a_share_of_traces_is_indexed(now: float, wanted: float, safety: Any, reason: str) -> None:
    found = edit(INDEXING, {}, rule(now), {"indexing_percentage": wanted})
    assert found == Edit(rule(wanted), (index(wanted),), (index(now),), safety, reason)


@pytest.mark.parametrize("raw", [None, {"Name": "Default", "Rule": {}}, rule(1)])
def test_there_is_nothing_to_index_more_of(raw: Any) -> None:
    assert edit(INDEXING, {}, raw, {"indexing_percentage": 1}) == Edit(raw, (), ())


@pytest.mark.parametrize(("name", "there"), [("Default", True), ("Other", False)])
def test_the_default_rule_is_read(name: str, there: bool) -> None:
    raw = {"Name": name, "Rule": {"Probabilistic": {"DesiredSamplingPercentage": 1.0}}}
    assert read(INDEXING, {}, {"xray:GetIndexingRules": {"IndexingRules": [raw]}}) == (raw if there else None)
