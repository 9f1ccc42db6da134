from __future__ import annotations

import pytest

from bedaudit.policy.hints import near

MANY = [f"word{number}" for number in range(20)]


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("Word1", MANY, 'did you mean "word1"?'),
        ("wrd12", MANY, 'did you mean "word12"?'),
        ("zzzz", ["b", "a"], "allowed: a, b"),
        ("zzzz", MANY, None),
        ("zzzz", [], None),
    ],
)
def test_a_hint_is_what_was_meant_or_the_little_that_is_allowed(word: str, known: list[str], hint: str | None) -> None:
    assert near(word, known) == hint
