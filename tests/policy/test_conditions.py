from __future__ import annotations

from typing import Any

import pytest

from bedaudit.model import Drift, Gap
from bedaudit.policy import conditions
from bedaudit.policy.conditions import UNDECIDED, Explanation, brief, explain, holds
from bedaudit.policy.model import Test as Term
from bedaudit.policy.words import WORDS, Truth
from bedaudit.state import shape_of
from tests.judging import Thing, condition, gap

DENIED = Gap("denied", "logs:DescribeLogGroups")
THROTTLED = Gap("throttled", "logs:DescribeLogGroups")

STATE: dict[str, Any] = {
    "name": "a",
    "size": 30,
    "on": False,
    "off_because": "nobody listens",
    "tags": {"a.b": "c"},
    "actions": [{"arn": "x", "alive": True}, {"arn": "y", "alive": gap()}, {"arn": "z", "alive": False}],
    "names": ["a", "b"],
    "part": gap("throttled"),
}

TERMS: list[tuple[dict[str, Any], Truth]] = [
    ({"name": "a"}, True),
    ({"name": "b"}, False),
    ({"part": 1}, None),
    ({"part.deeper.still": {"present": False}}, None),
    ({"missing": "a"}, False),
    ({"missing.deeper": "a"}, False),
    ({"missing": {"not": "a"}}, True),
    ({"missing": {"none_of": ["a"]}}, True),
    ({"missing": {"present": False}}, True),
    ({"missing": {"present": True}}, False),
    ({"missing": {"any": {"alive": True}}}, False),
    ({"missing": {"all": {"alive": True}}}, False),
    ({"missing": {"none": {"alive": True}}}, False),
    ({"missing": {"count": {"at_most": 5}}}, False),
    ({'tags."a.b"': "c"}, True),
    ({'tags."a.c"': {"present": False}}, True),
    ({"actions.alive": {"present": True}}, False),
    ({"actions": {"any": {"alive": True}}}, True),
    ({"actions": {"any": {"alive": False, "arn": "x"}}}, False),
    ({"actions": {"any": {"alive": True, "arn": "y"}}}, None),
    ({"actions": {"all": {"alive": True}}}, False),
    ({"actions": {"all": {"arn": {"present": True}}}}, True),
    ({"actions": {"none": {"alive": True}}}, False),
    ({"actions": {"none": {"alive": True, "arn": {"one_of": ["y", "z"]}}}}, None),
    ({"actions": {"count": {"at_least": 3}}}, True),
    ({"name": {"any": {"equals": "a"}}}, False),
    ({"names": {"any": {"like": "b*"}}}, True),
    ({"names": {"all": {"not": "b"}}}, False),
    ({"name": "a", "size": {"at_least": 1, "at_most": 30}}, True),
    ({"name": "a", "part": 1}, None),
    ({"name": "b", "part": 1}, False),
    ({"any": [{"name": "a"}, {"part": 1}]}, True),
    ({"any": [{"name": "b"}, {"part": 1}]}, None),
    ({"any": [{"name": "b"}, {"size": 1}]}, False),
    ({"none": [{"name": "b"}, {"size": 1}]}, True),
    ({"none": [{"name": "b"}, {"part": 1}]}, None),
    ({"none": [{"name": "a"}, {"part": 1}]}, False),
    ({"all": [{"name": "a"}, {"any": [{"size": 30}]}]}, True),
]


@pytest.mark.parametrize(("written", "truth"), TERMS)
def test_a_condition_holds(written: dict[str, Any], truth: Truth) -> None:
    assert holds(condition(written), STATE) is truth


@pytest.mark.parametrize(("written", "truth"), TERMS)
def test_an_explanation_agrees_with_the_truth(written: dict[str, Any], truth: Truth) -> None:
    explained = explain(condition(written), STATE)
    assert (bool(explained.drifts), truth is None or bool(explained.gaps)) == (truth is False, bool(explained.gaps))
    assert truth is not True or explained == Explanation()


ARGUMENTS: dict[str, Any] = {"one_of": ("a",), "none_of": ("a",), "contains_all": ("a",), "count": (), "schema": {}}


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_unknown_of_what_is_unreadable(word: str) -> None:
    argument = condition({"x": 1}) if WORDS[word].argument == "condition" else ARGUMENTS.get(word, "a")
    assert holds(Term(("part",), word, argument), STATE) is None
    assert holds(Term((), word, argument), gap()) is None


def test_what_is_not_settled_is_unknown_where_it_is_missing() -> None:
    assert holds(condition({"missing": {"not": "a"}}), STATE, settled=False) is None
    assert holds(condition({"name": "b", "missing": 1}), STATE, settled=False) is False
    assert holds(condition({"actions": {"all": {"missing": 1}}}), STATE, settled=False) is None


def test_an_argument_that_is_not_known_yet_decides_nothing_but_what_is_missing() -> None:
    assert holds(Term(("name",), "equals", UNDECIDED), STATE) is None
    assert holds(Term(("missing",), "equals", UNDECIDED), STATE) is False


@pytest.mark.parametrize(
    ("written", "explained"),
    [
        ({"size": {"at_least": 365}}, Explanation((Drift("size", {"at_least": 365}, 30),))),
        ({"name": "b"}, Explanation((Drift("name", "b", "a"),))),
        ({'tags."a.c"': {"like": "x*"}}, Explanation((Drift('tags."a.c"', {"like": "x*"}, None),))),
        ({"on": True}, Explanation((Drift("on", True, False, "nobody listens"),))),
        ({"part.days": 5}, Explanation((), (THROTTLED,))),
        (
            {"name": "b", "size": 30, "part.days": 5},
            Explanation((Drift("name", "b", "a"),), (THROTTLED,)),
        ),
        (
            {"name": "b", "all": [{"size": 1}, {"size": 2}]},
            Explanation((Drift("name", "b", "a"), Drift("size", 1, 30), Drift("size", 2, 30))),
        ),
        (
            {"any": [{"name": "b"}, {"missing": 2}]},
            Explanation(
                (Drift("name | missing", {"any": [{"name": "b"}, {"missing": 2}]}, {"name": "a", "missing": None}),)
            ),
        ),
        (
            {"none": [{"name": "a"}, {"size": 1}]},
            Explanation((Drift("name", {"none": [{"name": "a"}]}, {"name": "a"}),)),
        ),
        (
            {"none": [{"all": [{"name": "a"}, {"size": 30}]}]},
            Explanation((Drift("name | size", {"none": [{"name": "a", "size": 30}]}, {"name": "a", "size": 30}),)),
        ),
        ({"any": [{"name": "b"}, {"part": 1}]}, Explanation((), (THROTTLED,))),
        (
            {"actions": {"any": {"alive": True, "arn": "y"}}},
            Explanation((), (DENIED,)),
        ),
        (
            {"actions": {"any": {"arn": "w"}}},
            Explanation((Drift("actions", {"any": {"arn": "w"}}, [{"arn": "x"}, {"arn": "y"}, {"arn": "z"}]),)),
        ),
        ({"actions": {"schema": {"type": "text"}}}, Explanation((), (DENIED,))),
        ({"part": 1, "part.days": 2}, Explanation((), (THROTTLED,))),
    ],
)
def test_an_explanation_says_what_is_lacking_and_what_is_open(written: dict[str, Any], explained: Explanation) -> None:
    assert explain(condition(written), STATE, shape_of(Thing)) == explained


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ({"on": True}, {"on": False}),
        ({"on": True}, {"on": False, "off_because": gap()}),
        ({"on": True}, {}),
        ({"part.exists": True}, {"part": {"exists": False}}),
        ({"tags.x": True}, {"tags": {"x": False}}),
        ({"unheard.of": True}, {"unheard": {"of": False}}),
    ],
)
def test_no_reason_is_given_where_none_is_known(written: dict[str, Any], state: dict[str, Any]) -> None:
    (drift,) = explain(condition(written), state, shape_of(Thing)).drifts
    assert drift.because is None


def test_a_report_shows_the_beginning_of_what_is_long() -> None:
    assert brief({"a": list(range(30)), "b": ["x" * 2000]}) == {"a": list(range(20)), "b": ["x" * 1000 + "..."]}
    assert brief("x" * 1000) == "x" * 1000


def test_elements_that_answer_alike_are_told_once() -> None:
    state = {"actions": [{"arn": "x", "alive": True}, {"arn": "x", "alive": False}, {"arn": "y"}]}
    (drift,) = explain(condition({"actions": {"any": {"arn": "w"}}}), state, shape_of(Thing)).drifts
    assert drift.actual == [{"arn": "x"}, {"arn": "y"}]


def test_conditions_that_come_and_go_are_not_all_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "_MOST", 3)
    asked = [condition({"size": size}) for size in range(25, 35)]
    assert [holds(each, STATE) for each in asked] == [size == 30 for size in range(25, 35)]
    assert [holds(each, STATE) for each in asked] == [size == 30 for size in range(25, 35)]
    assert len(conditions._SETTLED) <= 3
