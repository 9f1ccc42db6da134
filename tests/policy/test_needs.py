from __future__ import annotations

from typing import Any

import pytest

from bedaudit.policy.needs import Needs, first_kinds, live
from tests.judging import control, gap


@pytest.mark.parametrize(
    ("wanted", "part", "wants"),
    [
        ({"part.days": 5}, "part", True),
        ({"part.days": 5}, "part.days", True),
        ({"part.days": 5}, "part.exists", False),
        ({"part.days": 5}, "par", False),
        ({"part.days": 5}, "part.days.deeper", True),
        ({"part": {"present": True}}, "part", True),
        ({"part": {"present": True}}, "part.days", False),
        ({"part": {"schema": {}}}, "part.days", True),
        ({"actions": {"count": {"at_least": 1}}}, "actions", True),
        ({"actions": {"count": {"at_least": 1}}}, "actions.alive", False),
        ({"actions": {"any": {"alive": True}}}, "actions", True),
        ({"actions": {"any": {"alive": True}}}, "actions.alive", True),
        ({"actions": {"any": {"alive": True}}}, "actions.arn", False),
        ({"actions": {"contains": {"arn": "x"}}}, "actions.alive", True),
        ({"actions": {"any": {"schema": {}}}}, "actions.alive", True),
        ({"any": [{"none": [{"part.days": 5}]}]}, "part.days", True),
    ],
)
def test_a_part_is_wanted(wanted: dict[str, Any], part: str, wants: bool) -> None:
    assert Needs([control("require", wanted)]).wants("thing", part) is wants
    assert Needs([control("require", {"size": 1}, where=wanted)]).wants("thing", part) is wants
    assert not Needs([control("require", wanted)]).wants("board", part)


CONTROLS = [
    control("require", {"size": 1}, when={"usage.in_use": True}),
    control("exists", {"size": 1}, kind="board", for_each="usage.models"),
    control("forbid", {"part.days": 1, 'tags."a.b"': "c"}),
]


def test_what_decides_about_controls_is_needed_too() -> None:
    needs = Needs(CONTROLS)
    assert needs.kinds == {"thing", "board", "usage"}
    assert needs.wants("usage", "in_use")
    assert needs.wants("usage", "models")
    assert not needs.wants("usage", "last_seen")
    assert needs.paths("usage") == ("in_use", "models")
    assert needs.paths("thing") == ("part.days", "size", 'tags."a.b"')
    assert needs.paths("nothing") == ()
    assert first_kinds(CONTROLS) == {"usage"}


def test_to_find_out_whether_controls_apply_nothing_is_needed_of_what_they_judge() -> None:
    needs = Needs([control("require", {"size": 1}, when={"usage.in_use": True})], deciding=CONTROLS)
    assert needs.kinds == {"thing", "usage"}
    assert needs.paths("usage") == ("in_use", "models")
    assert needs.paths("thing") == ("size",)


@pytest.mark.parametrize(
    ("usage", "stay"),
    [
        ({"in_use": True, "models": ["m"]}, (0, 1, 2)),
        ({"in_use": False, "models": []}, (2,)),
        ({}, (2,)),
        ({"in_use": gap(), "models": gap()}, (0, 1, 2)),
        (gap(), (0, 1, 2)),
        (None, (0, 1, 2)),
    ],
)
def test_controls_stay_unless_they_cannot_apply(usage: dict[str, Any] | None, stay: tuple[int, ...]) -> None:
    singles = {} if usage is None else {"usage": usage}
    assert live(CONTROLS, singles) == tuple(CONTROLS[at] for at in stay)


@pytest.mark.parametrize(
    ("control_of_it", "facts", "matters"),
    [
        # A part of `require` matters unless the resource is not selected.
        (control("require", {"size": 1, "part.days": 5}), {"size": 2}, True),
        (control("require", {"part.days": 5}, where={"size": 1}), {"size": 2}, False),
        (control("require", {"part.days": 5}, where={"size": 1}), {"size": 1}, True),
        (control("require", {"part.days": 5}, where={"size": 1}), {"size": gap()}, True),
        (control("require", {"part.days": 5}, where={"size": 1}), {}, True),
        # Of `exists` and `forbid` it also matters whether the rest is met.
        (control("exists", {"size": 1, "part.days": 5}), {"size": 2}, False),
        (control("exists", {"size": 1, "part.days": 5}), {"size": 1}, True),
        (control("exists", {"size": 1, "part.days": 5}), {"size": 1, "part": {"days": 4}}, True),
        (control("exists", {"size": 1, "part.days": 5}), {"size": 1, "part": gap()}, True),
        (control("forbid", {"size": 1, "part.days": 5}), {"size": 2}, False),
        (control("forbid", {"any": [{"size": 1}, {"part.days": 5}]}), {"size": 2}, True),
        # What needs `${each}`, or the whole of a value, decides nothing yet.
        (control("exists", {"name": "${each}", "part.days": 5}), {"name": "x"}, True),
        (
            control("exists", {"actions": {"any": {"arn": "${each}"}}, "part.days": 5}),
            {"actions": [{"arn": "x"}]},
            True,
        ),
        (control("exists", {"actions": {"any": {"arn": "y"}}, "part.days": 5}), {"actions": [{"arn": "x"}]}, False),
        (control("exists", {"actions": {"contains": {"a": 1}}, "part.days": 5}), {"actions": [{}]}, True),
        (control("exists", {"actions": {"schema": False}, "part.days": 5}), {"actions": [{}]}, True),
        # Another part is of no interest.
        (control("exists", {"size": 1}), {"size": 1}, False),
    ],
)
def test_a_part_may_matter(control_of_it: Any, facts: dict[str, Any], matters: bool) -> None:
    assert Needs([control_of_it]).may_matter("thing", "part.days", facts) is matters


def test_what_decides_about_controls_always_matters() -> None:
    assert Needs(CONTROLS).may_matter("usage", "in_use", {"in_use": False})


def test_one_interested_control_is_enough() -> None:
    exists, require = control("exists", {"size": 1, "part.days": 5}), control("require", {"part.days": 5})
    needs = Needs([exists, require])
    assert all(needs.may_matter("thing", "part.days", {"size": size}) for size in (1, 2))
