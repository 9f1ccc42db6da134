from __future__ import annotations

from typing import Any

import pytest

from bedaudit.policy.spelling import dotted, spelled, with_path
from tests.judging import condition


@pytest.mark.parametrize(
    ("path", "reads"),
    [
        (("part", "days"), "part.days"),
        (("tags", "a.b"), 'tags."a.b"'),
        (("tags", 'say "hi"'), 'tags."say \\"hi\\""'),
        (("tags", "aws:x/y-é"), "tags.aws:x/y-é"),
        (("tags", ""), 'tags.""'),
    ],
)
def test_a_path_reads(path: tuple[str, ...], reads: str) -> None:
    assert dotted(path) == reads


@pytest.mark.parametrize(
    ("written", "spells"),
    [
        ({"size": 5}, 5),
        ({"name": {"one_of": ["a", "b"]}}, {"one_of": ["a", "b"]}),
        ({"actions": {"count": {"at_least": 1}}}, {"count": {"at_least": 1}}),
        ({"actions": {"count": {"equals": 2}}}, {"count": 2}),
        ({"actions": {"any": {"alive": True, "arn": {"like": "a*"}}}}, {"any": {"alive": True, "arn": {"like": "a*"}}}),
        ({"names": {"all": {"like": "a*"}}}, {"all": {"like": "a*"}}),
        (
            {"names": {"any": {"at_least": 1, "at_most": 5}}},
            {"any": {"at_least": 1, "at_most": 5}},
        ),
        (
            {"actions": {"any": {"size": {"at_least": 1, "at_most": 5}}}},
            {"any": {"all": [{"size": {"at_least": 1}}, {"size": {"at_most": 5}}]}},
        ),
        ({"any": [{"size": 1}, {"none": [{"on": True}]}]}, {"any": [{"size": 1}, {"none": [{"on": True}]}]}),
    ],
)
def test_a_condition_spells_as_it_was_written(written: dict[str, Any], spells: Any) -> None:
    assert spelled(condition(written)) == spells


def test_literals_among_the_words_of_an_element_stay_apart() -> None:
    assert spelled(condition({"names": {"any": {"equals": "a", "like": "a*"}}})) == {
        "any": {"all": ["a", {"like": "a*"}]}
    }


def test_members_of_one_path_stay_apart() -> None:
    assert with_path(condition({"all": [{"a": 1}, {"a": 2}]})) == {"all": [{"a": 1}, {"a": 2}]}
