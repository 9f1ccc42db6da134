from __future__ import annotations

import pytest

from bedaudit.policy.globs import escape_glob, escape_regex, glob_match, regex_match, regex_problem, regex_search


@pytest.mark.parametrize(
    ("pattern", "text", "covers"),
    [
        ("bedrock-*", "bedrock-throttles", True),
        ("bedrock-*", "my-bedrock-throttles", False),
        ("*", "two\nlines", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("[ab]x", "bx", True),
        ("[!ab]x", "bx", False),
        ("[!ab]x", "cx", True),
        ("[a-c]x", "bx", True),
        ("[a-]x", "-x", True),
        ("[]]", "]", True),
        ("[!]]", "a", True),
        ("[c-a]", "b", False),
        ("[!c-a]", "b", True),
        ("[", "[", True),
        ("a.b+(c)", "a.b+(c)", True),
        ("a.b", "axb", False),
        ("A", "a", False),
        ("é*", "école", True),
        ("?", "\ud800", True),
    ],
)
def test_a_glob_covers(pattern: str, text: str, covers: bool) -> None:
    assert glob_match(pattern, text) is covers


HOSTILE = "a*b?[c](d)|.+^$\\{e}-é\n"


def test_an_escaped_text_meets_itself_alone() -> None:
    assert glob_match(escape_glob(HOSTILE), HOSTILE)
    assert regex_match(escape_regex(HOSTILE), HOSTILE)
    assert not glob_match(escape_glob("*"), "anything")
    assert not regex_match(escape_regex(".*"), "anything")


def test_a_regular_expression_covers_all_or_finds_a_part() -> None:
    assert regex_match("a+", "aaa")
    assert not regex_match("a+", "aab")
    assert regex_search("a+", "baab")
    assert not regex_search("^a", "ba")


def test_patterns_take_linear_time() -> None:
    """They end: one that tries all ways would take longer than the world has been there."""
    assert not regex_match("(a+)+b", "a" * 20_000)
    assert not glob_match("*a*a*a*a*a*b", "a" * 20_000)


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("a(b)?", None),
        ("(", "not a regular expression: missing ): ("),
        ("(?=a)", "not a regular expression: invalid perl operator: (?="),
    ],
)
def test_a_wrong_regular_expression_is_told(pattern: str, problem: str | None) -> None:
    assert regex_problem(pattern) == problem
