import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.parts.bucket_grant import OPERATIONS, why_for_any_account, why_not_granted, why_without_tls
from tests.parts.test_bucket import ACCOUNT, DENIED, GRANT, PATH, TLS, policy, undecided
from tests.replay import ABSENT, Replay

ELSEWHERE = {"Resource": f"arn:aws:s3:::logs/other/{PATH}*"}
UNENCRYPTED = {**TLS, "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}}
OUTSIDERS = {**TLS, "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2"}}}

OBJECTS = f"arn:aws:s3:::logs/bedrock/{PATH}*"
NOT_THERE = f"the bucket policy does not allow s3:PutObject on {OBJECTS}"
OTHER_ORGANIZATION = "aws:PrincipalOrgID StringNotEquals o-a1b2"
GOOD = {"why_not_granted": None, "why_for_any_account": None, "why_without_tls": None}


def not_granted(because: str) -> dict[str, Any]:
    return {"why_not_granted": because}


def without_tls(because: str) -> dict[str, Any]:
    return {"why_without_tls": because}


CASES: list[tuple[str, Mapping[str, Any], dict[str, Any]]] = [
    (
        "no_policy",
        {"s3:GetBucketPolicy": ABSENT},
        {
            "why_not_granted": f"no policy allows s3:PutObject to bedrock.amazonaws.com on {OBJECTS}",
            "why_without_tls": f"no policy denies s3:GetObject to anybody who comes without TLS on {OBJECTS}",
        },
    ),
    (
        "policy_is_denied",
        {"s3:GetBucketPolicy": DENIED},
        {"why_not_granted": DENIED, "why_for_any_account": DENIED, "why_without_tls": DENIED},
    ),
    (
        "policy_is_malformed",
        {"s3:GetBucketPolicy": {"Policy": "{"}},
        {"why_not_granted": undecided(), "why_for_any_account": undecided(), "why_without_tls": undecided()},
    ),
    (
        "grant_under_another_prefix",
        policy({**GRANT, **ELSEWHERE}, TLS),
        not_granted(f"{NOT_THERE}; statement 1 allows it on arn:aws:s3:::logs/other/{PATH}* only"),
    ),
    (
        "grants_under_two_other_prefixes",
        policy(
            {**GRANT, "Sid": "Write", "Resource": [f"arn:aws:s3:::logs/{each}/{PATH}*" for each in ("big", "be")]}, TLS
        ),
        not_granted(f"{NOT_THERE}; statement Write allows it on arn:aws:s3:::logs/be/{PATH}* and 1 more only"),
    ),
    (
        "grant_to_all_but_the_path",
        policy({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "NotResource": OBJECTS}, TLS),
        not_granted(f"{NOT_THERE}; statement 1 allows it on all but {OBJECTS}"),
    ),
    (
        "grant_to_all_but_bedrock",
        policy(
            {
                "Effect": "Allow",
                "NotPrincipal": {"Service": "bedrock.amazonaws.com"},
                "Action": "s3:*",
                "Resource": "*",
            },
            TLS,
        ),
        not_granted(
            "the bucket policy does not allow s3:PutObject to bedrock.amazonaws.com; "
            "statement 1 allows it to all but bedrock.amazonaws.com"
        ),
    ),
    (
        "grant_for_another_account",
        policy({**GRANT, "Resource": "arn:aws:s3:::logs/bedrock/AWSLogs/444455556666/*"}, TLS),
        not_granted(f"{NOT_THERE}; statement 1 allows it on .../444455556666/* only"),
    ),
    ("grant_to_everything_in_the_bucket", policy({**GRANT, "Resource": "arn:aws:s3:::logs/*"}, TLS), {}),
    (
        "grant_without_conditions",
        policy({**GRANT, "Condition": {}}, TLS),
        {"why_for_any_account": "statement 1 of the bucket policy has no condition"},
    ),
    (
        "grant_to_bedrock_of_another_account",
        policy({**GRANT, "Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"}}}, TLS),
        not_granted(
            "statement 1 of the bucket policy asks for aws:SourceAccount StringEquals 444455556666; "
            f"here it is {ACCOUNT}"
        ),
    ),
    (
        "outsiders_are_denied",
        policy(GRANT, TLS, OUTSIDERS),
        not_granted(f"statement 3 of the bucket policy explicitly denies s3:PutObject where {OTHER_ORGANIZATION}"),
    ),
    (
        "unencrypted_puts_are_denied",
        policy(GRANT, TLS, UNENCRYPTED),
        {"why_not_granted": undecided(), "why_without_tls": None},
    ),
    (
        "tls_for_one_account_only",
        policy(GRANT, {**TLS, "Principal": {"AWS": ACCOUNT}}),
        without_tls(
            "the bucket policy does not deny s3:GetObject to anybody who comes without TLS; "
            f"statement 2 denies it to {ACCOUNT} only"
        ),
    ),
    (
        "tls_for_reading_only",
        policy(GRANT, {**TLS, "Action": "s3:GetObject"}),
        without_tls("the bucket policy does not deny s3:PutObject; statement 2 denies s3:GetObject only"),
    ),
    (
        "tls_for_the_bucket_but_no_object",
        policy(GRANT, {**TLS, "Resource": "arn:aws:s3:::logs"}),
        without_tls(
            f"the bucket policy does not deny s3:GetObject on {OBJECTS}; "
            "statement 2 denies it on arn:aws:s3:::logs only"
        ),
    ),
]


@pytest.mark.parametrize(("recorded", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_the_policy_grants(recorded: Mapping[str, Any], expected: dict[str, Any]) -> None:
    aws = Replay(recorded, operations=OPERATIONS)
    asked = (aws, "logs", "us-east-1", (f"bedrock/{PATH}",))
    found = {
        "why_not_granted": asyncio.run(aws.attempt(why_not_granted(*asked))),
        "why_for_any_account": asyncio.run(aws.attempt(why_for_any_account(*asked))),
        "why_without_tls": asyncio.run(aws.attempt(why_without_tls(*asked))),
    }
    assert found == GOOD | expected
