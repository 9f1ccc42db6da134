import json
from urllib.parse import quote

import pytest

from bedaudit.documents.iam import Condition, Document, Matched, Principals, Statement, parse

ALLOW = Statement("Allow", Matched(("s3:PutObject",)), Matched(("*",)))

READ = [
    (
        "a_single_statement_needs_no_list",
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}},
        Document((ALLOW,), variables=True),
    ),
    (
        "an_old_version_has_no_variables",
        {"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["*"]}]},
        Document((ALLOW,)),
    ),
    (
        "everything_that_a_statement_may_say",
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Everything",
                    "Effect": "Deny",
                    "NotPrincipal": {"Service": "bedrock.amazonaws.com", "AWS": ["111122223333"]},
                    "NotAction": ["s3:Get*"],
                    "NotResource": "arn:aws:s3:::a",
                    "Condition": {
                        "Bool": {"aws:SecureTransport": False},
                        "NumericLessThan": {"s3:max-keys": [10, "9"]},
                    },
                }
            ],
        },
        Document(
            (
                Statement(
                    "Deny",
                    Matched(("s3:Get*",), inverted=True),
                    Matched(("arn:aws:s3:::a",), inverted=True),
                    Principals({"Service": ("bedrock.amazonaws.com",), "AWS": ("111122223333",)}, inverted=True),
                    (
                        Condition("Bool", "aws:SecureTransport", ("false",)),
                        Condition("NumericLessThan", "s3:max-keys", ("10", "9")),
                    ),
                    sid="Everything",
                ),
            ),
            variables=True,
        ),
    ),
    (
        "everybody_is_a_principal",
        {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}]},
        Document((Statement("Allow", Matched(("s3:PutObject",)), Matched(("*",)), Principals({"*": ("*",)})),)),
    ),
    ("a_document_without_statements_says_nothing", {"Version": "2012-10-17"}, Document((), variables=True)),
]


@pytest.mark.parametrize(("document", "expected"), [case[1:] for case in READ], ids=[case[0] for case in READ])
def test_read(document: object, expected: Document) -> None:
    assert parse(document) == expected
    assert parse(json.dumps(document)) == expected


def test_a_document_may_be_percent_encoded_as_iam_sends_it() -> None:
    document = {"Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}]}
    assert parse(quote(json.dumps(document))) == Document((ALLOW,))


MALFORMED = [
    ("no_json", "{", ()),
    ("no_object", "[1]", ()),
    ("nothing", None, ()),
    ("nested_too_deep", "[" * 100_000, ()),
    ("an_effect_that_there_is_not", {"Statement": [{"Effect": "Maybe", "Action": "*"}]}, ()),
    ("no_action", {"Statement": [{"Effect": "Allow", "Resource": "*"}]}, ()),
    ("action_and_not_action", {"Statement": [{"Effect": "Allow", "Action": "*", "NotAction": "*"}]}, ()),
    ("an_action_that_is_no_text", {"Statement": [{"Effect": "Allow", "Action": [{}]}]}, ()),
    ("a_principal_that_is_a_list", {"Statement": [{"Effect": "Allow", "Action": "*", "Principal": ["*"]}]}, ()),
    ("a_condition_without_key", {"Statement": [{"Effect": "Allow", "Action": "*", "Condition": {"Bool": "a"}}]}, ()),
    (
        "one_statement_of_two",
        {"Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}, "Deny"]},
        (ALLOW,),
    ),
]


@pytest.mark.parametrize(
    ("document", "statements"), [case[1:] for case in MALFORMED], ids=[case[0] for case in MALFORMED]
)
def test_what_is_malformed_is_said_to_be(document: object, statements: tuple[Statement, ...]) -> None:
    assert parse(document) == Document(statements, malformed=True)
