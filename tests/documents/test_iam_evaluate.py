import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedaudit.documents.iam import parse
from bedaudit.documents.iam_conditions import Context
from bedaudit.documents.iam_evaluate import Principal, Request, allows, denies, granted_actions
from bedaudit.documents.iam_match import Begins

ACCOUNT = "111122223333"
STREAM = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/bedrock:log-stream:aws/bedrock/modelinvocations"
HERE = {
    "StringEquals": {"aws:SourceAccount": ACCOUNT},
    "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:*"},
}
BEDROCK = Principal("Service", "bedrock.amazonaws.com")
CONTEXT = Context(
    {
        "aws:SourceAccount": ACCOUNT,
        "aws:SourceArn": Begins(f"arn:aws:bedrock:us-east-1:{ACCOUNT}:"),
        "aws:SecureTransport": "true",
        "aws:PrincipalIsAWSService": "true",
    },
    absent=("aws:PrincipalOrgID", "aws:SourceVpce"),
)
WRITE = Request("logs:PutLogEvents", STREAM)
ASSUME = Request("sts:AssumeRole", principal=BEDROCK, context=CONTEXT)
PUT = Request(
    "s3:PutObject",
    Begins(f"arn:aws:s3:::logs/bedrock/AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/"),
    principal=BEDROCK,
    context=CONTEXT,
)


def allow(**members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", **members}


def deny(**members: Any) -> dict[str, Any]:
    return {"Effect": "Deny", **members}


TRUST = allow(Principal={"Service": "bedrock.amazonaws.com"}, Action="sts:AssumeRole", Condition=HERE)
ROLE = allow(Action=["logs:CreateLogStream", "logs:PutLogEvents"], Resource=STREAM)
BUCKET = allow(
    Sid="AmazonBedrockLogsWrite",
    Principal={"Service": "bedrock.amazonaws.com"},
    Action=["s3:PutObject"],
    Resource=[f"arn:aws:s3:::logs/bedrock/AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/*"],
    Condition=HERE,
)
EVERYTHING = {"Principal": "*", "Action": "s3:*", "Resource": "*"}

CASES: list[tuple[str, Request, list[dict[str, Any]], bool | None]] = [
    ("no_statement", WRITE, [], False),
    ("documented_role_policy", WRITE, [ROLE], True),
    ("actions_have_no_case", WRITE, [ROLE | {"Action": "LOGS:putlogevents"}], True),
    ("wildcard_action", WRITE, [ROLE | {"Action": "logs:Put*"}], True),
    ("everything", WRITE, [allow(Action="*", Resource="*")], True),
    ("another_service", WRITE, [ROLE | {"Action": "s3:*"}], False),
    ("another_region", WRITE, [ROLE | {"Resource": STREAM.replace("us-east-1", "eu-west-1")}], False),
    ("another_group", WRITE, [ROLE | {"Resource": STREAM.replace("/bedrock", "/other", 1)}], False),
    ("group_arn_with_a_star", WRITE, [ROLE | {"Resource": STREAM.replace(":log-stream", ":*:log-stream")}], False),
    (
        "group_and_all_within",
        WRITE,
        [ROLE | {"Resource": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/bedrock:*"}],
        True,
    ),
    ("only_the_group", WRITE, [ROLE | {"Resource": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/bedrock"}], False),
    ("all_but_this_action", WRITE, [allow(NotAction="logs:PutLogEvents", Resource="*")], False),
    ("all_but_another_action", WRITE, [allow(NotAction="iam:*", Resource="*")], True),
    ("all_but_this_resource", WRITE, [allow(Action="*", NotResource=STREAM)], False),
    ("a_denial_wins", WRITE, [ROLE, deny(Action="logs:*", Resource="*")], False),
    ("a_denial_of_something_else", WRITE, [ROLE, deny(Action="s3:*", Resource="*")], True),
    (
        "a_denial_that_cannot_be_decided",
        WRITE,
        [ROLE, deny(Action="*", Resource="*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
        None,
    ),
    (
        "a_denial_that_does_not_matter",
        WRITE,
        [deny(Action="*", Resource="*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
        False,
    ),
    ("no_resource_where_one_is_needed", WRITE, [allow(Action="*")], None),
    ("documented_trust", ASSUME, [TRUST], True),
    ("trust_without_conditions", ASSUME, [TRUST | {"Condition": {}}], True),
    ("trust_of_another_service", ASSUME, [TRUST | {"Principal": {"Service": "lambda.amazonaws.com"}}], False),
    ("trust_of_an_account", ASSUME, [TRUST | {"Principal": {"AWS": ACCOUNT}}], False),
    (
        "trust_of_two_services",
        ASSUME,
        [TRUST | {"Principal": {"Service": ["ec2.amazonaws.com", "Bedrock.amazonaws.com"]}}],
        True,
    ),
    (
        "trust_of_another_region",
        ASSUME,
        [TRUST | {"Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:*"}}}],
        False,
    ),
    (
        "trust_of_another_account",
        ASSUME,
        [TRUST | {"Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"}}}],
        False,
    ),
    ("trust_with_external_id", ASSUME, [TRUST | {"Condition": {"StringEquals": {"sts:ExternalId": "a"}}}], None),
    ("trust_of_nobody", ASSUME, [allow(Action="sts:AssumeRole")], None),
    ("documented_bucket_policy", PUT, [BUCKET], True),
    (
        "bucket_path_of_another_account",
        PUT,
        [BUCKET | {"Resource": "arn:aws:s3:::logs/bedrock/AWSLogs/444455556666/*"}],
        False,
    ),
    ("bucket_path_without_the_prefix", PUT, [BUCKET | {"Resource": f"arn:aws:s3:::logs/AWSLogs/{ACCOUNT}/*"}], False),
    ("bucket_path_narrower_than_known", PUT, [BUCKET | {"Resource": f"{BUCKET['Resource'][0][:-1]}us-east-1/*"}], None),
    ("bucket_path_by_variable", PUT, [BUCKET | {"Resource": "arn:aws:s3:::logs/*/${aws:SourceAccount}/*"}], True),
    ("bucket_path_by_absent_variable", PUT, [BUCKET | {"Resource": "arn:aws:s3:::logs/${aws:PrincipalOrgID}*"}], False),
    ("bucket_path_by_unknown_variable", PUT, [BUCKET | {"Resource": "arn:aws:s3:::logs/${aws:userid}*"}], None),
    ("one_of_two_bucket_paths", PUT, [BUCKET | {"Resource": ["arn:aws:s3:::other/*", "arn:aws:s3:::logs/*"]}], True),
    (
        "bucket_policy_for_another_source",
        PUT,
        [BUCKET | {"Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"}}}],
        False,
    ),
    ("no_tls_is_denied", PUT, [BUCKET, deny(**EVERYTHING, Condition={"Bool": {"aws:SecureTransport": "false"}})], True),
    (
        "others_than_the_organisation_are_denied",
        PUT,
        [BUCKET, deny(**EVERYTHING, Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2"}})],
        False,
    ),
    (
        "services_are_exempt",
        PUT,
        [
            BUCKET,
            deny(
                **EVERYTHING,
                Condition={
                    "StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2"},
                    "Bool": {"aws:PrincipalIsAWSService": "false"},
                },
            ),
        ],
        True,
    ),
    (
        "other_endpoints_are_denied",
        PUT,
        [BUCKET, deny(**EVERYTHING, Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})],
        False,
    ),
    (
        "unencrypted_puts_are_denied",
        PUT,
        [BUCKET, deny(**EVERYTHING, Condition={"Null": {"s3:x-amz-server-side-encryption": "true"}})],
        None,
    ),
    (
        "all_but_bedrock_are_denied",
        PUT,
        [
            BUCKET,
            {"Effect": "Deny", "NotPrincipal": {"Service": "bedrock.amazonaws.com"}, "Action": "*", "Resource": "*"},
        ],
        True,
    ),
    (
        "all_but_another_are_denied",
        PUT,
        [BUCKET, {"Effect": "Deny", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "*", "Resource": "*"}],
        False,
    ),
    ("everybody_of_aws_is_denied", PUT, [BUCKET, deny(**EVERYTHING | {"Principal": {"AWS": "*"}})], False),
    ("part_is_malformed", PUT, [BUCKET, {"Effect": "Deny"}], None),
    ("all_is_malformed", PUT, [{"Effect": "Deny"}], None),
]


@pytest.mark.parametrize(
    ("request_", "statements", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_allows(request_: Request, statements: list[dict[str, Any]], expected: bool | None) -> None:
    assert allows([parse({"Version": "2012-10-17", "Statement": statements})], request_) is expected


def test_a_denial_in_another_document_wins() -> None:
    denial = {"Statement": deny(Action="logs:*", Resource="*")}
    assert allows([parse({"Statement": ROLE}), parse(denial)], WRITE) is False


PRINCIPALS = [
    ("everybody", "*", True),
    ("the_account", {"AWS": ACCOUNT}, True),
    ("the_root_of_the_account", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, True),
    ("the_role", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/a"}, True),
    ("another_role", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/b"}, False),
    ("another_account", {"AWS": "444455556666"}, False),
    ("a_service", {"Service": "s3.amazonaws.com"}, False),
]


@pytest.mark.parametrize(("principal", "expected"), [c[1:] for c in PRINCIPALS], ids=[c[0] for c in PRINCIPALS])
def test_principals_of_accounts(principal: object, expected: bool) -> None:
    request = Request("s3:GetObject", "arn:aws:s3:::a/b", Principal("AWS", f"arn:aws:iam::{ACCOUNT}:role/a"))
    policy = parse({"Statement": deny(Principal=principal, Action="s3:GetObject", Resource="*")})
    assert denies([policy], request) is expected


def test_a_doubtful_name_of_a_service_is_undecided() -> None:
    logs = Principal("Service", "logs.us-east-1.amazonaws.com", doubtful=("logs.amazonaws.com",))
    policy = parse({"Statement": allow(Principal={"Service": "logs.amazonaws.com"}, Action="kms:*", Resource="*")})
    assert allows([policy], Request("kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/a", logs)) is None


def test_granted_actions_are_all_that_are_allowed_somewhere() -> None:
    documents = [
        parse({"Statement": [ROLE, deny(Action="iam:*", Resource="*")]}),
        parse({"Statement": [allow(NotAction="s3:*", Resource="*"), allow(Action="logs:PutLogEvents", Resource="*")]}),
    ]
    assert granted_actions(documents) == ("logs:CreateLogStream", "logs:PutLogEvents", "not s3:*")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
WORDS = st.sampled_from(["*", "${aws:userid}", "${", "arn:aws:s3:::*", "s3:*", "2026-01-01", "1", "10.0.0.0/8", "true"])
OPERATORS = st.sampled_from(
    [
        "StringLike",
        "ArnEquals",
        "Null",
        "Bool",
        "DateLessThan",
        "NumericEqualsIfExists",
        "ForAllValues:StringLike",
        "IpAddress",
    ]
)
KEYS = st.sampled_from(["aws:SourceArn", "aws:SourceAccount", "aws:PrincipalOrgID", "aws:userid"])
CONDITIONS = st.dictionaries(
    OPERATORS | st.text(), st.dictionaries(KEYS | st.text(), WORDS | st.lists(WORDS) | ANYTHING)
)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Principal": WORDS | ANYTHING | st.dictionaries(st.sampled_from(["AWS", "Service"]), WORDS),
        "NotPrincipal": WORDS | ANYTHING,
        "Action": WORDS | ANYTHING,
        "NotAction": WORDS | ANYTHING,
        "Resource": WORDS | ANYTHING,
        "NotResource": WORDS | ANYTHING,
        "Condition": CONDITIONS | ANYTHING,
    },
)
DOCUMENTS = ANYTHING | st.fixed_dictionaries(
    {"Version": st.sampled_from(["2012-10-17", "2008-10-17"]) | ANYTHING, "Statement": st.lists(STATEMENTS | ANYTHING)}
)


@given(DOCUMENTS, st.sampled_from([WRITE, ASSUME, PUT]))
def test_no_document_makes_it_fail(document: Any, request: Request) -> None:
    assert allows([parse(document)], request) in (True, False, None)
    assert allows([parse(json.dumps(document))], request) in (True, False, None)
    assert isinstance(granted_actions([parse(document)]), tuple)


@given(st.lists(STATEMENTS), STATEMENTS, st.sampled_from([WRITE, ASSUME, PUT]))
def test_one_more_denial_never_allows(statements: list[Any], statement: Any, request: Request) -> None:
    before = allows([parse({"Statement": statements})], request)
    after = allows([parse({"Statement": [*statements, {**statement, "Effect": "Deny"}]})], request)
    assert after is not True or before is True
    assert before is not False or after is not True
