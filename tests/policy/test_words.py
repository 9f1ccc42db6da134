from __future__ import annotations

from typing import Any, get_args

import pytest

from bedaudit.policy.model import Test as Term
from bedaudit.policy.words import (
    COUNT_WORDS,
    EQUALS,
    WORDS,
    ArgumentType,
    ShapeName,
    Truth,
    every,
    negation,
    phrase,
    same,
    shown,
    some,
)

GAP = {"gap": {"reason": "denied"}}

MEANINGS: list[tuple[str, Any, Any, Truth]] = [
    # word, value, argument, what it says
    (EQUALS, "a", "a", True),
    (EQUALS, "a", "A", False),
    (EQUALS, 1, 1.0, True),
    (EQUALS, True, 1, False),
    (EQUALS, 0, False, False),
    (EQUALS, True, True, True),
    (EQUALS, "never", "never", True),
    (EQUALS, ["a", "b"], ("b", "a"), True),
    (EQUALS, ["a", "a"], ("a", "b"), False),
    (EQUALS, ["a"], ("a", "a"), False),
    (EQUALS, [], (), True),
    (EQUALS, ["a"], "a", False),
    (EQUALS, ["a", GAP], ("a", "b"), None),
    (EQUALS, ["c", GAP], ("a", "b"), False),
    (EQUALS, [GAP], ("a", "b"), False),
    (EQUALS, {"a": 1}, {"a": 1}, True),
    (EQUALS, {"a": 1, "b": 2}, {"a": 1}, False),
    (EQUALS, {"a": GAP}, {"a": 1}, None),
    (EQUALS, {"a": GAP, "b": 1}, {"a": 1, "b": 2}, False),
    (EQUALS, {"a": 1, "b": GAP}, {"a": 1}, None),
    ("not", "a", "b", True),
    ("not", "a", "a", False),
    ("not", ["a", GAP], ("a", "b"), None),
    ("one_of", "a", ("a", "b"), True),
    ("one_of", "c", ("a", "b"), False),
    ("one_of", "c", (), False),
    ("none_of", "c", ("a", "b"), True),
    ("none_of", "a", ("a", "b"), False),
    ("at_least", 365, 365, True),
    ("at_least", 364.5, 365, False),
    ("at_least", "never", 365, True),
    ("at_least", "never", "never", True),
    ("at_least", 5, "never", False),
    ("at_least", True, 0, False),
    ("at_least", "12", 1, False),
    ("at_most", 5, 5, True),
    ("at_most", 6, 5, False),
    ("at_most", "never", 400, False),
    ("above", 6, 5, True),
    ("above", 5, 5, False),
    ("above", "never", 5, True),
    ("above", "never", "never", False),
    ("below", 4, 5, True),
    ("below", 5, 5, False),
    ("below", "never", 5, False),
    ("like", "bedrock-throttles", "bedrock-*", True),
    ("like", "Bedrock-throttles", "bedrock-*", False),
    ("like", 5, "*", False),
    ("matches", "abc", "a.c", True),
    ("matches", "abcd", "a.c", False),
    ("matches", 5, ".*", False),
    ("contains", ["a", "b"], "a", True),
    ("contains", ["a", "b"], "c", False),
    ("contains", ["a", GAP], "a", True),
    ("contains", ["b", GAP], "a", None),
    ("contains", "some text", "me te", True),
    ("contains", "some text", "other", False),
    ("contains", "1", 1, False),
    ("contains", 5, 5, False),
    ("contains_all", ["a", "b", "c"], ("a", "b"), True),
    ("contains_all", ["a", "b"], ("a", "c"), False),
    ("contains_all", ["a", GAP], ("a", "c"), None),
    ("contains_all", "some text", ("some", "text"), True),
    ("any", [False, True, None], None, True),
    ("any", [False, None], None, None),
    ("any", [False], None, False),
    ("any", [], None, False),
    ("all", [True, True], None, True),
    ("all", [True, None], None, None),
    ("all", [None, False], None, False),
    ("all", [], None, False),
    ("none", [False, False], None, True),
    ("none", [], None, True),
    ("none", [False, None], None, None),
    ("none", [None, True], None, False),
    ("count", ["a", GAP], (Term((), "at_least", 2),), True),
    ("count", ["a"], (Term((), "at_least", 1), Term((), "below", 1)), False),
    ("count", [], (Term((), EQUALS, 0),), True),
    ("count", "text", (Term((), EQUALS, 4),), False),
    ("present", "a", True, True),
    ("present", "", True, True),
    ("present", [GAP], True, True),
    ("present", "a", False, False),
    ("schema", {"a": 1}, {"required": ["a"]}, True),
    ("schema", {"b": 1}, {"required": ["a"]}, False),
    ("schema", {"a": [GAP]}, {"required": ["a"]}, None),
]


@pytest.mark.parametrize(("word", "value", "argument", "says"), MEANINGS)
def test_a_word_means(word: str, value: Any, argument: Any, says: Truth) -> None:
    assert WORDS[word].test(value, argument) is says


def test_every_word_has_a_meaning_that_is_met_and_one_that_is_not() -> None:
    said = {word: {says for each, _, _, says in MEANINGS if each == word} for word in WORDS}
    assert all({True, False} <= truths for truths in said.values()), said


def test_only_the_words_that_deny_are_met_by_what_is_missing() -> None:
    arguments: dict[str, Any] = {"present": True}
    met = {word for word, each in WORDS.items() if each.missing(arguments.get(word, "x"))}
    assert met == {"not", "none_of"}
    assert WORDS["present"].missing(False) is True


@pytest.mark.parametrize(
    ("expected", "reads"),
    [
        ("kms", "be kms"),
        (True, "be true"),
        (30, "be 30"),
        (["a", "b"], 'be ["a", "b"]'),
        ({"not": "a"}, "not be a"),
        ({"one_of": ["a", "b"]}, "be one of a, b"),
        ({"none_of": ["a", 5]}, "be none of a, 5"),
        ({"at_least": 365}, "be at least 365"),
        ({"at_most": 365}, "be at most 365"),
        ({"above": "never"}, "be above never"),
        ({"below": 1.5}, "be below 1.5"),
        ({"like": "a*"}, "be like a*"),
        ({"matches": "a.*"}, "match a.*"),
        ({"contains": "a"}, "contain a"),
        ({"contains_all": ["a", "b"]}, "contain all of a, b"),
        ({"any": {"alive": True}}, 'have an element that meets {"alive": true}'),
        ({"all": {"alive": True}}, 'have elements, and each must meet {"alive": true}'),
        ({"none": {"alive": True}}, 'have no element that meets {"alive": true}'),
        ({"count": {"at_least": 1}}, "have at least 1 elements"),
        ({"count": {"above": 1, "below": 5}}, "have above 1 and below 5 elements"),
        ({"count": 2}, "have 2 elements"),
        ({"present": True}, "be set"),
        ({"present": False}, "not be set"),
        ({"schema": {"type": "object"}}, "be valid against the control's schema"),
        ({"any": [{"a": 1}, {"b": 2}]}, 'meet one of [{"a": 1}, {"b": 2}]'),
        ({"none": [{"a": 1}]}, 'meet none of [{"a": 1}]'),
        ({"all": [{"a": 1}]}, 'meet all of [{"a": 1}]'),
        ({"Owner": "x"}, 'be {"Owner": "x"}'),
    ],
)
def test_what_a_drift_expects_reads_as_a_sentence(expected: Any, reads: str) -> None:
    assert phrase(expected) == reads


@pytest.mark.parametrize(
    ("value", "reads"),
    [
        ("plain text", "plain text"),
        ("", '""'),
        (" a", '" a"'),
        ("two\nlines", '"two\\nlines"'),
        ("\u202eevil", '"\\u202eevil"'),
        (None, "null"),
        ({"a": (1, 2)}, '{"a": [1, 2]}'),
        ("x" * 301, "x" * 297 + "..."),
    ],
)
def test_a_value_in_a_sentence_stays_on_one_short_line(value: Any, reads: str) -> None:
    assert shown(value) == reads


def test_the_table_of_words_is_whole() -> None:
    assert {word.argument for word in WORDS.values()} == set(get_args(ArgumentType))
    assert all(word.applies and word.applies <= set(get_args(ShapeName)) for word in WORDS.values())
    assert all(word.doc.endswith(".") and "\n" not in word.doc for word in WORDS.values())
    assert set(WORDS) > COUNT_WORDS


def test_arguments_that_cannot_work_are_told() -> None:
    assert WORDS["matches"].problem("(") == "not a regular expression: missing ): ("
    assert WORDS["schema"].problem({"type": "nothing"}) is not None
    assert WORDS["like"].problem("[") is None


TRUTHS: tuple[Truth, ...] = (True, False, None)


@pytest.mark.parametrize("left", TRUTHS)
@pytest.mark.parametrize("right", TRUTHS)
def test_three_values_follow_kleene(left: Truth, right: Truth) -> None:
    order = {False: 0, None: 1, True: 2}
    assert every([left, right]) is min(left, right, key=order.__getitem__)
    assert some([left, right]) is max(left, right, key=order.__getitem__)
    assert negation(negation(left)) is left


def test_an_unreadable_value_equals_nothing_for_sure() -> None:
    assert same(GAP, "a") is None
