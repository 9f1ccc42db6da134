from __future__ import annotations

import json
from typing import Any

import pytest

from bedaudit.documents.splice import with_elements
from bedaudit.model import Call, Site
from bedaudit.repairs.kms_key import ROTATION, STATE, policy
from bedaudit.repairs.repair import Edit
from tests.repairs.editing import ACCOUNT, SITE, edit, place, read
from tests.replay import ABSENT

ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234"
KEY = {"arn": ARN}
NAMED = {"KeyId": ARN}
LOGS, S3 = policy("cloudwatch.log_group"), policy("s3")
FACTS = {"cloudwatch": {"log_group": {"name": "/g", "kms_key": KEY}}, "s3": {"bucket": "b", "kms_key": KEY}}
OWNER = {"Effect": "Allow", "Principal": {"AWS": "x"}, "Action": "kms:*", "Resource": "*", "Note": 1.0}
FOR_LOGS = {
    "Sid": "CloudWatchLogsEncrypts",
    "Effect": "Allow",
    "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
    "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
    "Resource": "*",
    "Condition": {
        "ArnEquals": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/g"}
    },
}
FOR_BEDROCK = {
    "Sid": "BedrockEncryptsInvocationLogs",
    "Effect": "Allow",
    "Principal": {"Service": "bedrock.amazonaws.com"},
    "Action": "kms:GenerateDataKey",
    "Resource": "*",
    "Condition": {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:*"},
    },
}
ALLOWS_LOGS, ALLOWS_S3 = "cloudwatch.log_group.kms_key.allows_logs_service", "s3.kms_key.allows_bedrock"


def raw(*statements: Any) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Id": "theirs", "Statement": list(statements)}
    return {"Policy": json.dumps(document, indent=1), "PolicyName": "default", "Document": document}


@pytest.mark.parametrize(
    ("wanted", "added"),
    [
        ({ALLOWS_LOGS: True}, [FOR_LOGS]),
        ({ALLOWS_S3: True}, [FOR_BEDROCK]),
        ({ALLOWS_LOGS: True, ALLOWS_S3: True}, [FOR_LOGS, FOR_BEDROCK]),
    ],
)
def test_statements_are_put_beside_those_that_there_are_in_one_call_by_hand(
    wanted: dict[str, Any], added: list[Any]
) -> None:
    before = raw(OWNER)
    text = with_elements(before["Policy"], "Statement", added)
    put, back = (
        Call("kms", "PutKeyPolicy", {**NAMED, "PolicyName": "default", "Policy": each})
        for each in (text, before["Policy"])
    )
    after = {**before, "Policy": text, "Document": json.loads(text)}
    why = "whom a key serves is for its owner to say"
    assert edit(LOGS, FACTS, before, wanted) == Edit(after, (put,), (back,), "manual", why)
    assert place(LOGS, FACTS) == place(S3, FACTS)


def test_a_policy_that_says_it_already_or_is_none_is_left() -> None:
    assert "refuses that" in edit(LOGS, FACTS, raw(FOR_LOGS), {ALLOWS_LOGS: True}).reason
    odd = edit(LOGS, FACTS, {"Policy": "[", "Document": None}, {ALLOWS_LOGS: True})
    assert (odd.calls, odd.reason) == ((), "the key policy is not what AWS documents")


def test_a_key_of_china_serves_the_logs_of_china() -> None:
    china = Site(ACCOUNT, "cn-north-1", "aws-cn")
    found = LOGS.edit(raw(OWNER), {ALLOWS_LOGS: True}, place(LOGS, FACTS), china)
    assert found.after is not None
    assert found.after["Document"]["Statement"][1]["Principal"] == {"Service": "logs.cn-north-1.amazonaws.com.cn"}


@pytest.mark.parametrize("arn", [None, "alias/x", "arn:aws:kms:us-east-1:1:alias/x"])
def test_what_is_not_named_by_the_arn_of_a_key_has_no_place(arn: str | None) -> None:
    assert STATE.place({"arn": arn}, SITE) is None


@pytest.mark.parametrize(
    ("state", "operations", "undo"),
    [
        ("Disabled", ["EnableKey"], (Call("kms", "DisableKey", NAMED),)),
        ("PendingDeletion", ["CancelKeyDeletion", "EnableKey"], None),
    ],
)
def test_a_key_is_made_usable_again_by_hand(state: str, operations: list[str], undo: Any) -> None:
    found = edit(STATE, KEY, {"KeyState": state, "Enabled": False}, {"usable": True})
    assert found.after == {"KeyState": "Enabled", "Enabled": True}
    assert ([call.operation for call in found.calls], found.undo, found.safety) == (operations, undo, "manual")


def test_a_key_that_no_call_makes_usable_says_so() -> None:
    found = edit(STATE, KEY, {"KeyState": "PendingImport"}, {"usable": True})
    assert (found.calls, found.reason) == ((), "no call makes it usable: another key has to take its place")


def test_an_enabled_key_and_one_that_is_gone_are_left_as_they_are() -> None:
    assert edit(STATE, KEY, {"KeyState": "Enabled"}, {"usable": True}).calls == ()
    assert edit(STATE, KEY, None, {"usable": True}).calls == ()


def test_rotation_is_turned_on_by_hand() -> None:
    on, off = (Call("kms", name, NAMED) for name in ("EnableKeyRotation", "DisableKeyRotation"))
    found = edit(ROTATION, KEY, {"KeyRotationEnabled": False}, {"rotation": True})
    assert (found.calls, found.undo, found.safety) == ((on,), (off,), "manual")


def test_a_key_is_read_where_it_is() -> None:
    text = json.dumps({"Statement": [OWNER]})
    assert read(LOGS, FACTS, {"kms:GetKeyPolicy": {"Policy": text}}) == {"Policy": text, "Document": json.loads(text)}
    assert read(STATE, KEY, {"kms:DescribeKey": {"KeyMetadata": {"KeyId": "1234"}}}) == {"KeyId": "1234"}
    assert read(STATE, KEY, {"kms:DescribeKey": ABSENT}) is None
    assert read(ROTATION, KEY, {"kms:GetKeyRotationStatus": {"KeyRotationEnabled": True}}) == {
        "KeyRotationEnabled": True
    }
