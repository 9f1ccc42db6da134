from __future__ import annotations

from typing import Any

import pytest

from bedaudit.model import Gap
from bedaudit.policy.facts import MISSING, gaps_in, is_gap, lookup
from tests.judging import gap

DENIED = gap()
FACTS = {"a": {"b": 1, "tags": {"x.y": "z"}}, "list": [{"b": 1}], "closed": DENIED, "none": {}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ((), FACTS),
        (("a", "b"), 1),
        (("a", "tags", "x.y"), "z"),
        (("a", "c"), MISSING),
        (("a", "b", "c"), MISSING),
        (("list", "b"), MISSING),
        (("list",), [{"b": 1}]),
        (("closed",), DENIED),
        (("closed", "a", "b"), DENIED),
        (("none", "x"), MISSING),
    ],
)
def test_a_path_finds(path: tuple[str, ...], found: Any) -> None:
    assert lookup(FACTS, path) == found


def test_a_path_into_something_unreadable_finds_the_gap() -> None:
    assert lookup(DENIED, ("a",)) == DENIED
    assert lookup(DENIED, ()) == DENIED


@pytest.mark.parametrize(
    "value", [{"gap": "text, as a tag may be"}, {"gap": {}, "a": 1}, {}, "gap", None, [DENIED], {"gap": DENIED}]
)
def test_what_only_looks_like_a_gap_is_none(value: Any) -> None:
    assert not is_gap(value)


def test_gaps_are_found_at_any_depth() -> None:
    found = list(gaps_in({"a": [DENIED, {"b": gap("throttled")}], "c": {"gap": "text"}, "d": 1, "e": {"gap": DENIED}}))
    denied = Gap("denied", "logs:DescribeLogGroups")
    assert found == [denied, Gap("throttled", "logs:DescribeLogGroups"), denied]


def test_what_is_missing_says_so() -> None:
    assert repr(MISSING) == "MISSING"
