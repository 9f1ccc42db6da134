import pytest

from bedaudit.documents.iam_match import Begins, Value, literal, matches, matches_arn, matches_resource, wild

GLOBS = [
    ("a_text_matches_itself", "abc", "abc", True),
    ("no_part_is_enough", "abc", "abcd", False),
    ("case_counts", "abc", "ABC", False),
    ("many", "a*c", "abbbc", True),
    ("many_may_be_none", "a*c", "ac", True),
    ("one", "a?c", "abc", True),
    ("one_is_not_none", "a?c", "ac", False),
    ("two_stars", "*b*", "aba", True),
    ("empty", "", "", True),
    ("beginning_then_anything", "logs/*", Begins("logs/a"), True),
    ("beginning_that_differs", "logs/*", Begins("log-"), False),
    ("pattern_that_is_more_exact_than_what_is_known", "logs/us-east-1/*", Begins("logs/"), None),
    ("pattern_that_ends_where_knowledge_ends", "logs/", Begins("logs/"), None),
    ("pattern_shorter_than_what_is_known", "logs", Begins("logs/"), False),
    ("anything", "*", Begins(""), True),
]


@pytest.mark.parametrize(("pattern", "value", "expected"), [c[1:] for c in GLOBS], ids=[c[0] for c in GLOBS])
def test_globs(pattern: str, value: Value, expected: bool | None) -> None:
    assert matches(wild(pattern), value) is expected


def test_a_literal_has_no_wildcards() -> None:
    assert (matches(literal("a*"), "a*"), matches(literal("a*"), "ab")) == (True, False)


STREAM = "arn:aws:logs:us-east-1:111122223333:log-group:/bedrock:log-stream:aws/bedrock/modelinvocations"
BEDROCK = Begins("arn:aws:bedrock:us-east-1:111122223333:")

ARNS = [
    ("the_arn_itself", STREAM, STREAM, True, True),
    ("colons_in_the_last_segment", "arn:aws:logs:us-east-1:111122223333:log-group:*", STREAM, True, True),
    ("another_region", STREAM.replace("us-east-1", "eu-west-1"), STREAM, False, False),
    ("a_star_for_region_and_account", "arn:aws:logs:*:*:log-group:/bedrock:*", STREAM, True, True),
    ("a_star_does_not_reach_over_a_colon", "arn:aws:logs:*:log-group:/bedrock:x:*", STREAM, False, False),
    ("the_arn_that_ends_in_star_before_the_stream", f"{STREAM[:60]}:*:log-stream:aws/bedrock/x", STREAM, False, False),
    ("a_lone_star", "*", STREAM, None, True),
    ("missing_segments", "arn:aws:logs", STREAM, None, True),
    ("missing_segments_of_another_service", "arn:aws:s3", STREAM, None, False),
    ("known_segments_and_anything", "arn:aws:bedrock:us-east-1:111122223333:*", BEDROCK, True, True),
    ("known_segments_of_another_region", "arn:aws:bedrock:eu-west-1:111122223333:*", BEDROCK, False, False),
    ("another_account", "arn:aws:bedrock:us-east-1:444455556666:*", BEDROCK, False, False),
    ("a_resource_that_is_not_known", "arn:aws:bedrock:us-east-1:111122223333:logging/a", BEDROCK, None, None),
    ("a_segment_of_which_half_is_known", "arn:aws:bedrock:us-*:*:*", Begins("arn:aws:bedrock:us"), None, None),
    (
        "a_beginning_with_colons_in_the_last_segment",
        "arn:aws:logs:*:*:log-group:/bedrock:*",
        Begins("arn:aws:logs:us-east-1:111122223333:log-group:/bedrock:log-"),
        True,
        True,
    ),
    ("a_value_that_is_no_arn", STREAM, "bedrock", False, False),
]


@pytest.mark.parametrize(("pattern", "value", "arn", "resource"), [c[1:] for c in ARNS], ids=[c[0] for c in ARNS])
def test_arns(pattern: str, value: Value, arn: bool | None, resource: bool | None) -> None:
    assert (matches_arn(wild(pattern), value), matches_resource(wild(pattern), value)) == (arn, resource)


def test_many_stars_take_no_exponential_time() -> None:
    assert matches(wild("*a" * 200 + "b"), "a" * 2000) is False
