import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.parts.bucket_grant import OPERATIONS, grants, limited_to_account, tls_only
from tests.parts.test_bucket import ACCOUNT, DENIED, GRANT, PATH, TLS, policy, undecided
from tests.replay import ABSENT, Replay

ELSEWHERE = {"Resource": f"arn:aws:s3:::logs/other/{PATH}*"}
UNENCRYPTED = {**TLS, "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}}
OUTSIDERS = {**TLS, "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2"}}}

GOOD = {"grants_bedrock": True, "grant_limited_to_account": True, "tls_only": True}
CASES: list[tuple[str, Mapping[str, Any], dict[str, Any]]] = [
    ("no_policy", {"s3:GetBucketPolicy": ABSENT}, {"grants_bedrock": False, "tls_only": False}),
    (
        "policy_is_denied",
        {"s3:GetBucketPolicy": DENIED},
        {"grants_bedrock": DENIED, "grant_limited_to_account": DENIED, "tls_only": DENIED},
    ),
    (
        "policy_is_malformed",
        {"s3:GetBucketPolicy": {"Policy": "{"}},
        {"grants_bedrock": undecided(), "grant_limited_to_account": undecided(), "tls_only": undecided()},
    ),
    ("grant_under_another_prefix", policy({**GRANT, **ELSEWHERE}, TLS), {"grants_bedrock": False}),
    (
        "grant_for_another_account",
        policy({**GRANT, "Resource": "arn:aws:s3:::logs/bedrock/AWSLogs/444455556666/*"}, TLS),
        {"grants_bedrock": False},
    ),
    ("grant_to_everything_in_the_bucket", policy({**GRANT, "Resource": "arn:aws:s3:::logs/*"}, TLS), {}),
    ("grant_without_conditions", policy({**GRANT, "Condition": {}}, TLS), {"grant_limited_to_account": False}),
    (
        "grant_to_bedrock_of_another_account",
        policy({**GRANT, "Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"}}}, TLS),
        {"grants_bedrock": False},
    ),
    ("outsiders_are_denied", policy(GRANT, TLS, OUTSIDERS), {"grants_bedrock": False}),
    ("unencrypted_puts_are_denied", policy(GRANT, TLS, UNENCRYPTED), {"grants_bedrock": undecided(), "tls_only": True}),
    ("tls_for_one_account_only", policy(GRANT, {**TLS, "Principal": {"AWS": ACCOUNT}}), {"tls_only": False}),
    ("tls_for_reading_only", policy(GRANT, {**TLS, "Action": "s3:GetObject"}), {"tls_only": False}),
    ("tls_for_the_bucket_but_no_object", policy(GRANT, {**TLS, "Resource": "arn:aws:s3:::logs"}), {"tls_only": False}),
]


@pytest.mark.parametrize(("recorded", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_the_policy_grants(recorded: Mapping[str, Any], expected: dict[str, Any]) -> None:
    aws = Replay(recorded, operations=OPERATIONS)
    asked = (aws, "logs", "us-east-1", (f"bedrock/{PATH}",))
    found = {
        "grants_bedrock": asyncio.run(aws.attempt(grants(*asked))),
        "grant_limited_to_account": asyncio.run(aws.attempt(limited_to_account(*asked))),
        "tls_only": asyncio.run(aws.attempt(tls_only(*asked))),
    }
    assert found == GOOD | expected
