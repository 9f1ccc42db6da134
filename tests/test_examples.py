"""Policies carry their own tests."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bedaudit.evaluate import Failure, run_examples
from bedaudit.model import Mark, Outcome
from bedaudit.policy.model import Control, Example, Parameter
from tests.judging import KINDS, control, gap, policy

AT = Mark("policies/test.yaml", 9, 1, 10, 1)


def failures(of: Control, outcome: Outcome, *states: Any, **singles: Any) -> tuple[Failure, ...]:
    example = Example(outcome, states, singles, AT)  # type: ignore[arg-type]
    tested = dataclasses.replace(of, examples=(example,))
    return run_examples(policy(tested, parameters=[Parameter("size", "integer", "Size.", 5)]), KINDS)


SIZED = control("require", {"size": "${size}"}, when={"usage.in_use": True})
OWN = control("require", {"size": 5}, kind="usage", when={"usage.in_use": True})
EACH = control("exists", {"name": "${each}"}, for_each="usage.models")
TRAIL = control("exists", {"on": True}, kind="trail")
BOARD = control("exists", {"name": "${site.region}"}, kind="board")


@pytest.mark.parametrize(
    ("of", "outcome", "states", "singles"),
    [
        (SIZED, "pass", [{"size": 5}], {}),
        (SIZED, "fail", [{"size": 6}], {}),
        (SIZED, "fail", [{}], {"usage": {"in_use": True}}),
        (SIZED, "fail", [{"size": 5}, {"size": 6}, {"size": gap()}], {}),
        (SIZED, "unknown", [{"size": gap()}, {"size": 5}], {}),
        (SIZED, "unknown", [gap()], {}),
        (SIZED, "unknown", [{"size": 5}], {"usage": gap()}),
        (SIZED, "not_applicable", [gap("unsupported")], {}),
        (SIZED, "not_applicable", [{"size": 6}], {"usage": {"in_use": False}}),
        (SIZED, "not_applicable", [{"size": 6}], {"usage": {}}),
        (SIZED, "not_applicable", [], {}),
        (OWN, "not_applicable", [{"size": 5}], {}),
        (OWN, "pass", [{"size": 5, "in_use": True}], {}),
        (OWN, "pass", [], {"usage": {"size": 5, "in_use": True}}),
        (EACH, "pass", [{"name": "a"}], {"usage": {"models": ["a"]}}),
        (EACH, "fail", [{"name": "a"}], {"usage": {"models": ["a", "b"]}}),
        (TRAIL, "pass", [{"on": True}], {}),
        (TRAIL, "fail", [], {}),
        (BOARD, "pass", [{"name": "us-east-1"}], {}),
    ],
)
def test_an_example_is_judged_as_it_says(of: Control, outcome: Outcome, states: Any, singles: Any) -> None:
    assert failures(of, outcome, *states, **singles) == ()


def test_an_example_that_is_judged_otherwise_is_told() -> None:
    assert failures(SIZED, "pass", {"size": 6}) == (Failure("c", "pass", "fail", "size is 6, but must be 5.", AT),)
