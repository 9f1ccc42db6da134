import pytest

from bedaudit.documents.iam import Condition
from bedaudit.documents.iam_conditions import Context, holds
from bedaudit.documents.iam_match import Begins

CONTEXT = Context(
    {
        "aws:SourceAccount": "111122223333",
        "aws:SourceArn": Begins("arn:aws:bedrock:us-east-1:111122223333:"),
        "aws:PrincipalArn": "arn:aws:iam::111122223333:role/Logging",
        "aws:SecureTransport": "true",
        "aws:SourceIp": "203.0.113.7",
        "aws:CurrentTime": "2026-11-20T12:00:00+00:00",
        "aws:MultiFactorAuthAge": "300",
        "aws:TagKeys": ("team", "cost"),
        "s3:prefix": "Logs",
    },
    absent=("aws:PrincipalOrgID", "aws:PrincipalTag/"),
)

BEDROCK_HERE = "arn:aws:bedrock:us-east-1:111122223333:*"

CASES = [
    ("string_equal", "StringEquals", "aws:SourceAccount", ["111122223333"], True),
    ("names_have_no_case", "stringequals", "AWS:sourceaccount", ["111122223333"], True),
    ("one_of_several", "StringEquals", "aws:SourceAccount", ["444455556666", "111122223333"], True),
    ("string_differs", "StringEquals", "aws:SourceAccount", ["444455556666"], False),
    ("string_equals_has_no_wildcard", "StringEquals", "aws:SourceAccount", ["1111*"], False),
    ("string_not_equal_to_itself", "StringNotEquals", "aws:SourceAccount", ["111122223333"], False),
    ("none_of_several", "StringNotEquals", "aws:SourceAccount", ["444455556666", "777788889999"], True),
    ("case_counts", "StringEquals", "s3:prefix", ["logs"], False),
    ("case_ignored", "StringEqualsIgnoreCase", "s3:prefix", ["logs"], True),
    ("case_ignored_and_not", "StringNotEqualsIgnoreCase", "s3:prefix", ["logs"], False),
    ("like", "StringLike", "aws:SourceAccount", ["1111*"], True),
    ("not_like", "StringNotLike", "aws:SourceAccount", ["1111*"], False),
    ("arn_like", "ArnLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/*"], True),
    ("arn_equals_takes_wildcards_too", "ArnEquals", "aws:PrincipalArn", ["arn:aws:iam::*:role/*"], True),
    ("arn_not_like", "ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/*"], False),
    ("arn_not_equals", "ArnNotEquals", "aws:PrincipalArn", ["arn:aws:iam::111122223333:role/Other"], True),
    ("source_arn_of_this_region", "ArnLike", "aws:SourceArn", [BEDROCK_HERE], True),
    (
        "source_arn_of_another_region",
        "ArnLike",
        "aws:SourceArn",
        [BEDROCK_HERE.replace("us-east-1", "eu-west-1")],
        False,
    ),
    ("source_arn_of_any_region", "StringLike", "aws:SourceArn", ["arn:aws:bedrock:*:111122223333:*"], True),
    ("source_arn_more_exact_than_known", "ArnLike", "aws:SourceArn", [BEDROCK_HERE + "/a"], None),
    ("source_arn_equal_as_text", "StringEquals", "aws:SourceArn", [BEDROCK_HERE], None),
    ("bool", "Bool", "aws:SecureTransport", ["false"], False),
    ("bool_in_capitals", "Bool", "aws:SecureTransport", ["True"], True),
    ("ip_in_network", "IpAddress", "aws:SourceIp", ["203.0.113.0/24"], True),
    ("ip_out_of_network", "NotIpAddress", "aws:SourceIp", ["203.0.113.0/24"], False),
    ("ip_of_other_family", "IpAddress", "aws:SourceIp", ["2001:db8::/32"], False),
    ("ip_in_a_network_named_by_one_of_its_addresses", "IpAddress", "aws:SourceIp", ["203.0.113.1/24"], True),
    ("broken_network", "IpAddress", "aws:SourceIp", ["everywhere"], None),
    ("later", "DateGreaterThan", "aws:CurrentTime", ["2026-01-01T00:00:00Z"], True),
    ("earlier", "DateLessThan", "aws:CurrentTime", ["1767225600"], False),
    ("a_date_that_is_none", "DateLessThan", "aws:CurrentTime", ["soon"], None),
    ("number_below", "NumericLessThan", "aws:MultiFactorAuthAge", ["3600"], True),
    ("number_not_equal", "NumericNotEquals", "aws:MultiFactorAuthAge", ["300"], False),
    ("a_number_that_is_none", "NumericLessThan", "aws:MultiFactorAuthAge", ["many"], None),
    ("absent_key_is_not_equal", "StringEquals", "aws:PrincipalOrgID", ["o-a1"], False),
    ("absent_key_meets_a_negation", "StringNotEquals", "aws:PrincipalOrgID", ["o-a1"], True),
    ("absent_key_if_exists", "StringEqualsIfExists", "aws:PrincipalOrgID", ["o-a1"], True),
    ("absent_key_negated_if_exists", "StringNotEqualsIfExists", "aws:PrincipalOrgID", ["o-a1"], True),
    ("absent_by_beginning", "StringEquals", "aws:PrincipalTag/team", ["a"], False),
    ("present_if_exists", "StringEqualsIfExists", "aws:SourceAccount", ["444455556666"], False),
    ("unknown_key", "StringEquals", "aws:SourceOrgID", ["o-a1"], None),
    ("unknown_key_if_exists", "StringEqualsIfExists", "aws:SourceOrgID", ["o-a1"], None),
    ("unknown_operator", "StringSounds", "aws:SourceAccount", ["111122223333"], None),
    ("operator_that_is_no_name", "String Equals", "aws:SourceAccount", ["111122223333"], None),
    ("null_of_absent", "Null", "aws:PrincipalOrgID", ["true"], True),
    ("null_of_present", "Null", "aws:SourceAccount", ["true"], False),
    ("not_null_of_present", "Null", "aws:SourceArn", ["false"], True),
    ("null_of_unknown", "Null", "aws:SourceOrgID", ["true"], None),
    ("null_either_way", "Null", "aws:SourceAccount", ["true", "false"], True),
    ("null_of_what", "Null", "aws:SourceAccount", ["perhaps"], None),
    ("all_values", "ForAllValues:StringEquals", "aws:TagKeys", ["team", "cost", "env"], True),
    ("not_all_values", "ForAllValues:StringEquals", "aws:TagKeys", ["team"], False),
    ("any_value", "ForAnyValue:StringEquals", "aws:TagKeys", ["team"], True),
    ("no_value", "ForAnyValue:StringEquals", "aws:TagKeys", ["env"], False),
    ("any_value_differs", "ForAnyValue:StringNotEquals", "aws:TagKeys", ["team"], True),
    ("all_of_absent", "ForAllValues:StringEquals", "aws:PrincipalOrgID", ["o-a1"], True),
    ("any_of_absent", "ForAnyValue:StringEquals", "aws:PrincipalOrgID", ["o-a1"], False),
    ("variable", "StringEquals", "aws:PrincipalArn", ["arn:aws:iam::${aws:SourceAccount}:role/Logging"], True),
    ("wildcard_beside_variable", "StringLike", "aws:PrincipalArn", ["*:${aws:SourceAccount}:*"], True),
    ("escaped_star_is_a_star", "StringLike", "aws:SourceAccount", ["1111${*}"], False),
    ("variable_of_absent_key", "StringEquals", "aws:SourceAccount", ["${aws:PrincipalTag/account}"], False),
    ("variable_of_absent_key_is_not_empty", "StringLike", "aws:SourceAccount", ["*${aws:PrincipalTag/a}"], False),
    ("default_of_absent_key", "StringEquals", "aws:SourceAccount", ["${aws:PrincipalTag/a, '111122223333'}"], True),
    ("variable_of_unknown_key", "StringEquals", "aws:SourceAccount", ["${aws:userid}"], None),
    ("variable_of_many_values", "StringEquals", "aws:SourceAccount", ["${aws:TagKeys}"], None),
]


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_conditions(operator: str, key: str, values: list[str], expected: bool | None) -> None:
    assert holds(Condition(operator, key, tuple(values)), CONTEXT, variables=True) is expected


def test_documents_of_the_old_version_have_no_variables() -> None:
    condition = Condition("StringEquals", "aws:SourceAccount", ("${aws:SourceAccount}",))
    assert holds(condition, CONTEXT, variables=False) is False
