from __future__ import annotations

from typing import Any

from bedaudit.model import Call
from bedaudit.repairs.log_group import CREATE, KEY, PROTECTION
from bedaudit.repairs.repair import settled
from tests.repairs.editing import edit, read

GROUP = "/aws/bedrock/invocations"
FACTS = {"name": GROUP}
NAMED = {"logGroupName": GROUP}
RAW = {**NAMED, "storedBytes": 12, "somethingNew": "kept"}
ARN = "arn:aws:kms:us-east-1:111122223333:key/1"


def logs(operation: str, **parameters: Any) -> Call:
    return Call("logs", operation, {**NAMED, **parameters})


def test_a_log_group_that_is_not_there_is_made() -> None:
    found = edit(CREATE, FACTS, None, {"exists": True})
    assert (found.after, found.calls, found.undo) == (NAMED, (logs("CreateLogGroup"),), (logs("DeleteLogGroup"),))
    assert edit(CREATE, FACTS, RAW, {"exists": True}).calls == ()


def test_a_key_is_associated_and_the_one_before_or_none_comes_back() -> None:
    found = edit(KEY, FACTS, RAW, {"kms_key.arn": ARN})
    assert found.after == {**RAW, "kmsKeyId": ARN}
    assert found.calls == (logs("AssociateKmsKey", kmsKeyId=ARN),)
    assert found.undo == (logs("DisassociateKmsKey"),)
    assert edit(KEY, FACTS, {**RAW, "kmsKeyId": "old"}, {"kms_key.arn": ARN}).undo == (
        logs("AssociateKmsKey", kmsKeyId="old"),
    )


def test_a_key_of_another_region_is_not_taken() -> None:
    found = edit(KEY, FACTS, RAW, {"kms_key.arn": ARN.replace("us-east-1", "eu-west-1")})
    assert (found.calls, found.reason) == ((), "the KMS key that is said is not of this region")


def test_deletion_protection_is_turned_on_and_never_off() -> None:
    def protect(*, on: bool) -> Call:
        parameters = {"logGroupIdentifier": GROUP, "deletionProtectionEnabled": on}
        return Call("logs", "PutLogGroupDeletionProtection", parameters)

    found = edit(PROTECTION, FACTS, {**RAW, "deletionProtectionEnabled": False}, {"deletion_protection": True})
    assert (found.calls, found.undo) == ((protect(on=True),), (protect(on=False),))
    assert (
        edit(PROTECTION, FACTS, {**RAW, "deletionProtectionEnabled": True}, {"deletion_protection": False}).calls == ()
    )


def test_a_log_group_is_found_by_its_very_name_and_compared_without_its_size() -> None:
    replies = {"logs:DescribeLogGroups": {"logGroups": [{"logGroupName": f"{GROUP}-2"}, {**NAMED, "storedBytes": 1}]}}
    assert settled(read(KEY, FACTS, replies), KEY.volatile) == NAMED
