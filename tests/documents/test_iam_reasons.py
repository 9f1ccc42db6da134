import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedaudit.documents.iam import Document, parse
from bedaudit.documents.iam_evaluate import Request, allows, denies
from bedaudit.documents.iam_reasons import plain, why, why_none, why_not
from tests.documents.test_iam_evaluate import (
    ACCOUNT,
    ASSUME,
    BUCKET,
    DOCUMENTS,
    PUT,
    ROLE,
    STREAM,
    TRUST,
    WRITE,
    allow,
    deny,
)

OTHER_GROUP = STREAM.replace("/bedrock:", "/bedrock-old:")
SOURCE = f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:*"
OBJECTS = f"arn:aws:s3:::logs/bedrock/AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/*"


def policy(*statements: dict[str, Any], name: str = "the policy") -> Document:
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, name)


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


CASES: list[tuple[str, Request, list[Document], str]] = [
    ("no_document", WRITE, [], f"no policy allows logs:PutLogEvents on {STREAM}"),
    ("no_statement", WRITE, [policy()], f"the policy does not allow logs:PutLogEvents on {STREAM}"),
    (
        "an_action_that_is_not_among_them",
        WRITE,
        [policy(ROLE | {"Action": ["logs:CreateLogStream", "logs:PutMetricFilter"]})],
        "the policy does not allow logs:PutLogEvents; statement 1 allows logs:PutMetricFilter and 1 more only",
    ),
    (
        "all_but_the_action",
        WRITE,
        [policy(allow(NotAction="logs:Put*", Resource="*"))],
        "the policy does not allow logs:PutLogEvents; statement 1 allows all but logs:Put*",
    ),
    (
        "the_statement_that_meets_the_most_is_told_of",
        WRITE,
        [policy(allow(Action="s3:*", Resource="*"), ROLE | {"Resource": OTHER_GROUP}, allow(Action="*", Resource="a"))],
        (
            f"the policy does not allow logs:PutLogEvents on {STREAM}; "
            "statement 2 allows it on .../bedrock-old:log-stream:aws/bedrock/modelinvocations only"
        ),
    ),
    (
        "of_two_documents_the_nearer_is_named",
        WRITE,
        [policy(name="inline policy a"), policy(ROLE | {"Resource": OTHER_GROUP}, name="inline policy b")],
        (
            f"no policy allows logs:PutLogEvents on {STREAM}; statement 1 of inline policy b allows it on "
            ".../bedrock-old:log-stream:aws/bedrock/modelinvocations only"
        ),
    ),
    (
        "a_condition_and_what_the_request_has",
        ASSUME,
        [policy(TRUST | when("ArnLike", "aws:SourceArn", SOURCE))],
        (
            f"statement 1 of the policy asks for aws:SourceArn ArnLike {SOURCE}; "
            f"here it is arn:aws:bedrock:us-east-1:{ACCOUNT}:*"
        ),
    ),
    (
        "of_several_values_the_most_like",
        ASSUME,
        [policy(TRUST | when("StringEquals", "aws:SourceAccount", "444455556666", "111122224444"))],
        (
            f"statement 1 of the policy asks for aws:SourceAccount StringEquals 111122224444 or 1 more; "
            f"here it is {ACCOUNT}"
        ),
    ),
    (
        "a_key_that_the_request_has_not",
        PUT,
        [policy(BUCKET | when("StringEquals", "aws:PrincipalOrgID", "o-a1b2"))],
        (
            "statement AmazonBedrockLogsWrite of the policy asks for aws:PrincipalOrgID StringEquals o-a1b2; "
            "here it is not set"
        ),
    ),
    (
        "a_denial_comes_before_what_is_not_allowed",
        PUT,
        [policy(deny(Principal="*", Action="s3:*", Resource="*", **when("Bool", "aws:SecureTransport", "true")))],
        "statement 1 of the policy explicitly denies s3:PutObject where aws:SecureTransport Bool true",
    ),
    (
        "a_sid_stays_on_its_line",
        PUT,
        [policy(BUCKET, deny(Sid="No\n\x1b[31mlogs\u202e", Principal="*", Action="*", Resource="*"))],
        "statement No [31mlogs of the policy explicitly denies s3:PutObject",
    ),
]


@pytest.mark.parametrize(
    ("request_", "documents", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_why_not(request_: Request, documents: list[Document], expected: str) -> None:
    assert allows(documents, request_) is False
    assert why_not(documents, request_) == expected


WHYS: list[tuple[str, Request, Document, str]] = [
    ("no_condition", ASSUME, policy(TRUST | {"Condition": {}}), "statement 1 of the policy has no condition"),
    (
        "the_statement_that_applies",
        ASSUME,
        policy(allow(Action="s3:*"), TRUST | when("StringLike", "aws:SourceArn", "arn:aws:bedrock:*")),
        "statement 2 of the policy asks only for aws:SourceArn StringLike arn:aws:bedrock:*",
    ),
    (
        "two_conditions",
        PUT,
        policy(BUCKET),
        (
            f"statement AmazonBedrockLogsWrite of the policy asks only for aws:SourceAccount StringEquals {ACCOUNT} "
            f"and aws:SourceArn ArnLike arn:aws:bedrock:us-east-1:{ACCOUNT}:*"
        ),
    ),
    (
        "many_conditions",
        PUT,
        policy(
            BUCKET
            | {
                "Condition": {
                    "Bool": {"aws:SecureTransport": "true"},
                    "Null": {"aws:SourceArn": "false", "aws:SourceAccount": "false", "aws:PrincipalOrgID": "true"},
                }
            }
        ),
        (
            "statement AmazonBedrockLogsWrite of the policy asks only for aws:SecureTransport Bool true "
            "and aws:SourceArn Null false and 2 more"
        ),
    ),
]


@pytest.mark.parametrize(("request_", "document", "expected"), [c[1:] for c in WHYS], ids=[c[0] for c in WHYS])
def test_why_it_is_allowed(request_: Request, document: Document, expected: str) -> None:
    assert allows([document], request_) is True
    assert why([document], request_) == expected


def test_why_nothing_denies() -> None:
    document = policy(BUCKET, deny(Principal="*", Action="s3:*", Resource="arn:aws:s3:::logs"))
    assert denies([document], PUT) is False
    told = f"the policy does not deny s3:PutObject on {OBJECTS}; statement 2 denies it on arn:aws:s3:::logs only"
    assert why_none([document], PUT, "Deny") == told


def test_of_long_texts_both_ends_are_shown() -> None:
    assert plain("a" * 90 + "b" * 90, 10) == "aaaaa...bbbbb"


@given(DOCUMENTS, st.text(), st.sampled_from([WRITE, ASSUME, PUT]))
def test_every_verdict_has_a_reason_of_one_printable_line(document: Any, name: str, request: Request) -> None:
    documents = [parse(json.loads(json.dumps(document)), name)]
    verdict = allows(documents, request)
    told = {True: why, False: why_not}[verdict](documents, request) if verdict is not None else "undecided"
    assert told.isprintable()
    assert 0 < len(told) < 1000
