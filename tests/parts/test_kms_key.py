import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.model import Gap
from bedaudit.parts.kms_key import OPERATIONS, KmsKey, read_kms_key
from tests.replay import ABSENT, Replay

ACCOUNT = "111122223333"
ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1b2c3d4e-0000-1111-2222-333344445555"
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/bedrock"
BUCKET = "arn:aws:s3:::logs"
METADATA = {
    "KeyId": "1b2c3d4e-0000-1111-2222-333344445555",
    "Arn": ARN,
    "KeyState": "Enabled",
    "KeyManager": "CUSTOMER",
    "KeySpec": "SYMMETRIC_DEFAULT",
    "KeyUsage": "ENCRYPT_DECRYPT",
    "MultiRegion": False,
}
LOGS = {
    "Effect": "Allow",
    "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
    "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
    "Resource": "*",
    "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": GROUP}},
}
BEDROCK = {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock.amazonaws.com"},
    "Action": "kms:GenerateDataKey",
    "Resource": "*",
    "Condition": {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:*"},
    },
}
ROOT = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
OF_S3 = {
    "Effect": "Allow",
    "Principal": {"AWS": "*"},
    "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
    "Resource": "*",
    "Condition": {
        "StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:ViaService": "s3.us-east-1.amazonaws.com"},
    },
}
STATE = KmsKey(
    arn=ARN,
    exists=True,
    customer_managed=True,
    state="enabled",
    usable=True,
    rotation=True,
    multi_region=False,
    allows_logs_service=True,
    allows_bedrock=True,
)
DENIED = Gap("denied", "kms:X", "AccessDeniedException")


def policy(*statements: Any) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": [ROOT, *statements]}
    return {"kms:GetKeyPolicy": {"Policy": json.dumps(document)}}


def key(**members: Any) -> dict[str, Any]:
    return {"kms:DescribeKey": {"KeyMetadata": METADATA | members}}


RECORDED: Mapping[str, Any] = {
    **key(),
    **policy(LOGS, BEDROCK),
    "kms:GetKeyRotationStatus": {"KeyRotationEnabled": True},
}


def undecided() -> Gap:
    told = "the policy depends on something that is not known of the request"
    return Gap("failed", "kms:GetKeyPolicy", message=told)


def when(statement: Mapping[str, Any], operator: str, name: str, value: str) -> dict[str, Any]:
    return {**statement, "Condition": {operator: {name: value}}}


GONE = KmsKey(arn=ARN, exists=False, missing_because=f"there is no KMS key {ARN}")
TO_LOGS = "the key policy does not allow kms:Encrypt to logs.us-east-1.amazonaws.com"
TO_BEDROCK = "the key policy does not allow kms:GenerateDataKey to bedrock.amazonaws.com"
TO_ROOT = f"statement 1 allows it to arn:aws:iam::{ACCOUNT}:root only"


def unusable(because: str, state: str = "enabled") -> dict[str, Any]:
    return {"state": state, "usable": False, "unusable_because": because}


def not_logs(because: str) -> dict[str, Any]:
    return {"allows_logs_service": False, "does_not_allow_logs_because": because}


def not_bedrock(because: str) -> dict[str, Any]:
    return {"allows_bedrock": False, "does_not_allow_bedrock_because": because}


LOGS_ARN = "kms:EncryptionContext:aws:logs:arn"
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("a_key_as_it_should_be", {}, {}),
    ("no_such_key", {"kms:DescribeKey": ABSENT}, GONE.model_dump()),
    ("disabled", key(KeyState="Disabled"), unusable("it is disabled", "disabled")),
    ("pending_deletion", key(KeyState="PendingDeletion"), unusable("it is pending deletion", "pending_deletion")),
    (
        "asymmetric",
        key(KeySpec="RSA_2048"),
        unusable("it is not symmetric: its spec is RSA_2048, not SYMMETRIC_DEFAULT"),
    ),
    ("for_signatures", key(KeyUsage="SIGN_VERIFY"), unusable("its usage is SIGN_VERIFY, not ENCRYPT_DECRYPT")),
    ("of_aws", key(KeyManager="AWS"), {"customer_managed": False}),
    ("of_several_regions", key(MultiRegion=True), {"multi_region": True}),
    ("no_rotation", {"kms:GetKeyRotationStatus": {"KeyRotationEnabled": False}}, {"rotation": False}),
    ("rotation_that_there_cannot_be", {"kms:GetKeyRotationStatus": ABSENT}, {"rotation": False}),
    ("rotation_that_is_not_told", {"kms:GetKeyRotationStatus": {}}, {"rotation": False}),
    ("rotation_is_denied", {"kms:GetKeyRotationStatus": DENIED}, {"rotation": DENIED}),
    ("only_the_account", policy(), not_logs(f"{TO_LOGS}; {TO_ROOT}") | not_bedrock(f"{TO_BEDROCK}; {TO_ROOT}")),
    ("logs_only", policy(LOGS), not_bedrock(f"{TO_BEDROCK}; {TO_ROOT}")),
    (
        "arn_like_all_groups",
        policy(when(LOGS, "ArnLike", LOGS_ARN, f"arn:aws:logs:us-east-1:{ACCOUNT}:*"), BEDROCK),
        {},
    ),
    (
        "arn_equals_with_a_wildcard_is_as_arn_like",
        policy(when(LOGS, "ArnEquals", LOGS_ARN, f"arn:aws:logs:us-east-1:{ACCOUNT}:*"), BEDROCK),
        {},
    ),
    (
        "string_equals_with_a_wildcard_is_not",
        policy(when(LOGS, "StringEquals", LOGS_ARN, f"arn:aws:logs:us-east-1:{ACCOUNT}:*"), BEDROCK),
        not_logs(
            f"statement 2 of the key policy asks for {LOGS_ARN} StringEquals arn:aws:logs:us-east-1:{ACCOUNT}:*; "
            f"here it is {GROUP}"
        ),
    ),
    (
        "another_log_group",
        policy(when(LOGS, "ArnEquals", LOGS_ARN, f"{GROUP}-dev"), BEDROCK),
        not_logs(f"statement 2 of the key policy asks for {LOGS_ARN} ArnEquals {GROUP}-dev; here it is {GROUP}"),
    ),
    (
        "logs_of_another_region",
        policy(LOGS | {"Principal": {"Service": "logs.eu-west-1.amazonaws.com"}}, BEDROCK),
        not_logs(f"{TO_LOGS}; statement 2 allows it to logs.eu-west-1.amazonaws.com only"),
    ),
    (
        "logs_of_no_region",
        policy(LOGS | {"Principal": {"Service": "logs.amazonaws.com"}}, BEDROCK),
        {"allows_logs_service": undecided()},
    ),
    (
        "logs_may_only_encrypt",
        policy(LOGS | {"Action": "kms:Encrypt"}, BEDROCK),
        not_logs("the key policy does not allow kms:Decrypt; statement 2 allows kms:Encrypt only"),
    ),
    (
        "bedrock_of_another_region",
        policy(LOGS, when(BEDROCK, "ArnLike", "aws:SourceArn", f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:*")),
        not_bedrock(
            f"statement 3 of the key policy asks for aws:SourceArn ArnLike arn:aws:bedrock:eu-west-1:{ACCOUNT}:*; "
            f"here it is arn:aws:bedrock:us-east-1:{ACCOUNT}:*"
        ),
    ),
    (
        "bedrock_for_the_bucket",
        policy(LOGS, when(BEDROCK, "StringEquals", "kms:EncryptionContext:aws:s3:arn", BUCKET)),
        {},
    ),
    (
        "bedrock_for_another_bucket",
        policy(LOGS, when(BEDROCK, "StringEquals", "kms:EncryptionContext:aws:s3:arn", f"{BUCKET}-2")),
        not_bedrock(
            f"statement 3 of the key policy asks for kms:EncryptionContext:aws:s3:arn StringEquals {BUCKET}-2; "
            f"here it is {BUCKET}"
        ),
    ),
    (
        "s3s_own_key",
        key(KeyManager="AWS") | policy(LOGS, OF_S3),
        {"customer_managed": False, "allows_bedrock": undecided()},
    ),
    (
        "denied_to_bedrock",
        policy(LOGS, BEDROCK, BEDROCK | {"Effect": "Deny", "Condition": {}}),
        not_bedrock("statement 4 of the key policy explicitly denies kms:GenerateDataKey"),
    ),
    ("policy_is_denied", {"kms:GetKeyPolicy": DENIED}, {"allows_logs_service": DENIED, "allows_bedrock": DENIED}),
    (
        "policy_is_malformed",
        {"kms:GetKeyPolicy": {"Policy": "{"}},
        {"allows_logs_service": undecided(), "allows_bedrock": undecided()},
    ),
]


@pytest.mark.parametrize(("recorded", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_states(recorded: dict[str, Any], expected: dict[str, Any]) -> None:
    aws = Replay({**RECORDED, **recorded}, operations=OPERATIONS)
    assert asyncio.run(read_kms_key(aws, ARN, log_group=GROUP, objects=BUCKET)) == STATE.model_copy(update=expected)


REFERENCES = [
    ("an_arn_of_another_region", ARN.replace("us-east-1", "eu-west-1"), "us-east-1", "eu-west-1"),
    ("an_alias", "alias/aws/s3", "us-west-2", "us-west-2"),
    ("a_broken_arn", "arn:aws:kms", "us-west-2", "us-west-2"),
    ("an_id", "1b2c3d4e-0000-1111-2222-333344445555", None, None),
]


@pytest.mark.parametrize(("reference", "at", "asked"), [c[1:] for c in REFERENCES], ids=[c[0] for c in REFERENCES])
def test_a_key_is_asked_for_where_it_is(reference: str, at: str | None, asked: str | None) -> None:
    aws = Replay({"kms:DescribeKey": ABSENT}, operations=OPERATIONS)
    assert asyncio.run(read_kms_key(aws, reference, at=at)) == KmsKey(
        arn=reference, exists=False, missing_because=f"there is no KMS key {reference}"
    )
    assert aws.calls == [("kms:DescribeKey", asked, {"KeyId": reference})]


def test_who_does_not_use_the_key_is_not_asked_about() -> None:
    aws = Replay(RECORDED, operations=OPERATIONS)
    expected = STATE.model_copy(update={"allows_logs_service": None, "allows_bedrock": None})
    assert asyncio.run(read_kms_key(aws, ARN)) == expected
