"""What controls say of one site."""

from __future__ import annotations

from typing import Any

import pytest

from bedaudit.evaluate import judge
from bedaudit.model import Drift, Evidence, Finding, Gap, Outcome, Record, ResourceName
from bedaudit.policy.model import Control
from tests.judging import KINDS, MARK, SITE, UNSUPPORTED, control, gap, record, rules

GAP = Gap("denied", "logs:DescribeLogGroups")
NOT_THERE = Gap("unsupported", "logs:DescribeLogGroups")
NO_REPLY = "Unknown: logs:DescribeLogGroups was denied."
NOT_READ = Gap("not_read")


def found(outcome: Outcome, message: str, at: int | None = None, **members: Any) -> Finding:
    """What control `c` says of `thing` number `at`, or of the site."""
    kind = members.pop("kind", "thing")
    named = ResourceName(kind, f"{kind[0]}{at}", f"arn:{kind}:{at}") if at else None
    members = {"each": None, "site": SITE} | members
    return Finding(
        "c", "C", "high", outcome, kind=kind, resource=named, message=message, policy="p", mark=MARK, **members
    )


def judged(of: Control, *records: Record) -> tuple[Finding, ...]:
    return judge(rules(of), records, KINDS).findings


def findings(of: Control, *states: Any) -> tuple[Finding, ...]:
    """What a control says of things in these states."""
    return judged(of, record(thing=states))


# require ------------------------------------------------------------------------------------------------------------

SMALL = control("require", {"size": {"at_least": 365}})


def test_each_resource_must_meet_what_is_required() -> None:
    assert findings(SMALL, {"size": 365}, {"size": 30}, {}, {"size": gap()}) == (
        found("pass", "Is as required.", 1),
        found(
            "fail",
            "size is 30, but must be at least 365.",
            2,
            drift=(Drift("size", {"at_least": 365}, 30),),
        ),
        found(
            "fail",
            "size is not set, but must be at least 365.",
            3,
            drift=(Drift("size", {"at_least": 365}, None),),
        ),
        found("unknown", NO_REPLY, 4, gaps=(GAP,)),
    )


def test_a_failure_names_all_differences_and_what_is_open() -> None:
    state = {"name": "a", "size": 1, "on": False, "off_because": "nobody\nlistens", "part": gap()}
    wanted = {"on": True, "name": "b", "size": 2, "tags.x": "y", "part.days": 1}
    drifts = (
        Drift("on", True, False, "nobody\nlistens"),
        Drift("name", "b", "a"),
        Drift("size", 2, 1),
        Drift("tags.x", "y", None),
    )
    message = 'on is false: "nobody\\nlistens"; name is a, but must be b; size is 1, but must be 2; and 1 more.'
    assert findings(control("require", wanted), state) == (found("fail", message, 1, drift=drifts, gaps=(GAP,)),)


def test_without_a_resource_a_requirement_does_not_apply() -> None:
    assert findings(SMALL) == (found("not_applicable", "There is no thing that this applies to."),)


def test_without_a_resource_a_requirement_of_at_least_one_fails() -> None:
    assert findings(control("require", {"size": 1}, at_least_one=True)) == (
        found("fail", "There is no thing that this applies to, and there must be one."),
    )


CHOSEN: list[tuple[dict[str, Any], Outcome | None]] = [
    # The state, and what is said of a resource of which `on` must be true where its size is 1.
    ({"size": 1, "on": True}, "pass"),
    ({"size": 1, "on": False}, "fail"),
    ({"size": 1, "on": gap()}, "unknown"),
    ({"size": 2, "on": False}, None),
    ({"size": 2, "on": gap()}, None),
    ({"size": gap(), "on": True}, "pass"),
    ({"size": gap(), "on": False}, "unknown"),
    ({"size": gap(), "on": gap()}, "unknown"),
]


@pytest.mark.parametrize(("state", "outcome"), CHOSEN)
@pytest.mark.parametrize("at_least_one", [True, False])
def test_where_chooses(state: dict[str, Any], outcome: Outcome | None, at_least_one: bool) -> None:
    chosen = control("require", {"on": True}, where={"size": 1}, at_least_one=at_least_one)
    outcomes = [(each.outcome, each.resource is not None) for each in findings(chosen, state)]
    if outcome is None:
        assert outcomes == [("fail" if at_least_one else "not_applicable", False)]
    elif state["size"] == gap() and at_least_one:
        assert outcomes == [("unknown", False), (outcome, True)]
    else:
        assert outcomes == [(outcome, True)]


def test_a_resource_that_may_not_be_chosen_does_not_pass_for_the_one_that_must_be_there() -> None:
    chosen = control("require", {"on": True}, where={"size": 1}, at_least_one=True)
    assert findings(chosen, {"size": gap(), "on": True}) == (
        found("unknown", NO_REPLY, gaps=(GAP,)),
        found("pass", "Is as required.", 1),
    )


def test_what_is_open_about_the_choice_and_about_the_requirement_is_told_once() -> None:
    chosen = control("require", {"on": True, "name": "a"}, where={"size": 1})
    (unknown,) = findings(chosen, {"size": gap(), "on": gap(), "name": gap("throttled")})
    assert unknown.gaps == (GAP, Gap("throttled", "logs:DescribeLogGroups"))


# exists -------------------------------------------------------------------------------------------------------------

HEARD = control("exists", {"name": {"like": "bedrock-*"}, "on": True, "size": {"at_most": 10}})


def test_a_witness_is_enough_whatever_else_is_unreadable() -> None:
    good = {"name": "bedrock-x", "on": True, "size": 1}
    assert findings(HEARD, gap(), good, good) == (
        found("pass", "Thing t2 meets this.", evidence=Evidence(witness="t2")),
    )


def test_the_nearest_candidate_and_what_it_lacks_are_named() -> None:
    far = {"name": "bedrock-x", "on": False, "size": 1}
    near = {"name": "bedrock-y", "on": True, "size": 11}
    other = {"name": "other", "on": True, "size": 1}
    lacks = (Drift("size", {"at_most": 10}, 11),)
    assert findings(HEARD, far, other, near, near) == (
        found(
            "fail",
            "There is no such thing; the nearest, t3, lacks: size is 11, but must be at most 10.",
            evidence=Evidence(nearest="t3", lacks=lacks),
        ),
    )


def test_what_misses_the_first_term_is_not_near() -> None:
    assert findings(HEARD, {"name": "other", "on": True}, {}) == (
        found("fail", "There is no such thing among 2.", evidence=Evidence()),
    )


def test_where_there_is_none_at_all_the_finding_says_so() -> None:
    assert findings(HEARD) == (found("fail", "There is no thing.", evidence=Evidence()),)


def test_without_a_witness_a_candidate_that_could_be_one_leaves_it_open() -> None:
    closer = {"name": "bedrock-x", "on": True, "size": 11}
    assert findings(HEARD, closer, {"name": "bedrock-y", "on": gap(), "size": 1}) == (
        found("unknown", NO_REPLY, gaps=(GAP,), evidence=Evidence(nearest="t2")),
    )


def test_a_candidate_must_meet_where_too() -> None:
    chosen = control("exists", {"on": True}, where={"size": 1})
    assert [each.outcome for each in findings(chosen, {"size": 2, "on": True})] == ["fail"]
    assert [each.outcome for each in findings(chosen, {"size": 1, "on": True})] == ["pass"]


# forbid -------------------------------------------------------------------------------------------------------------

BANNED = control("forbid", {"on": True, "size": {"above": 5}}, where={"name": "a"})


def test_each_offence_is_a_finding() -> None:
    offence = {"name": "a", "on": True, "size": 6}
    drift = Drift("on | size", {"none": [{"on": True, "size": {"above": 5}}]}, {"on": True, "size": 6})
    assert findings(
        BANNED, offence, {"name": "b", "on": True, "size": 6}, {"name": "a", "on": True, "size": gap()}
    ) == (
        found("fail", "Forbidden: on is true; size is 6.", 1, drift=(drift,)),
        found("unknown", NO_REPLY, 3, gaps=(GAP,)),
    )


@pytest.mark.parametrize("states", [(), ({"name": "a", "on": False},), ({"name": "b", "on": gap()},)])
def test_without_an_offence_the_site_passes(states: tuple[Any, ...]) -> None:
    assert findings(BANNED, *states) == (found("pass", "No thing is as forbidden."),)


# when and for_each ----------------------------------------------------------------------------------------------------

USED = control("require", {"on": True}, when={"usage.in_use": True})


@pytest.mark.parametrize(
    ("usage", "finding"),
    [
        ({"in_use": True}, found("pass", "Is as required.", 1)),
        ({"in_use": False}, found("not_applicable", "Does not apply: usage.in_use is false.")),
        ({}, found("not_applicable", "Does not apply: usage.in_use is not set.")),
        ({"in_use": gap()}, found("unknown", NO_REPLY, gaps=(GAP,))),
        ({"in_use": gap("unsupported")}, found(
            "not_applicable", "Does not apply: logs:DescribeLogGroups is not supported here.", gaps=(NOT_THERE,)
        )),
        (gap(), found("unknown", NO_REPLY, gaps=(GAP,))),
    ],
)  # fmt: skip
def test_when_decides_whether_a_control_applies(usage: dict[str, Any], finding: Finding) -> None:
    assert judged(USED, record(thing=[{"on": True}], usage=[usage])) == (finding,)


def test_when_speaks_first_also_of_a_kind_that_was_not_read() -> None:
    assert [each.outcome for each in judged(USED, record(usage=[{"in_use": False}]))] == ["not_applicable"]
    assert judged(USED, record(usage=[{"in_use": True}])) == (
        found("unknown", "Unknown: it was not read.", gaps=(NOT_READ,)),
    )


def test_usage_that_was_not_read_leaves_it_open() -> None:
    unknown = found("unknown", "Unknown: it was not read.", gaps=(NOT_READ,))
    assert judged(USED, record(thing=[{"on": True}])) == (unknown,)
    assert judged(USED, record(thing=[{"on": True}], usage=[])) == (unknown,)


def test_a_condition_of_several_kinds_says_what_is() -> None:
    either = control("require", {"on": True}, when={"any": [{"usage.in_use": True}, {"usage.models": ["m"]}]})
    message = 'Does not apply: usage.in_use is false and usage.models is ["n"].'
    assert judged(either, record(thing=[], usage=[{"in_use": False, "models": ["n"]}])) == (
        found("not_applicable", message),
    )


EACH = control("exists", {"name": {"like": "*-${each}"}}, for_each="usage.models")


def test_each_element_is_judged_by_itself() -> None:
    usage = {"models": ["m*", "m1", "m1", "m2"]}
    assert judged(EACH, record(thing=[{"name": "x-m1"}, {"name": "y-mm"}], usage=[usage])) == (
        found("fail", "There is no such thing among 2.", each="m*", evidence=Evidence()),
        found("pass", "Thing t1 meets this.", each="m1", evidence=Evidence(witness="t1")),
        found("fail", "There is no such thing among 2.", each="m2", evidence=Evidence()),
    )


@pytest.mark.parametrize(
    ("usage", "outcomes"),
    [
        ({"models": []}, [("not_applicable", None)]),
        ({}, [("not_applicable", None)]),
        ({"models": gap()}, [("unknown", None)]),
        (gap(), [("unknown", None)]),
        ({"models": gap("unsupported")}, [("not_applicable", None)]),
        ({"models": ["m1", gap()]}, [("unknown", None), ("pass", "m1")]),
        ({"models": [5]}, [("fail", "5")]),
    ],
)
def test_the_elements_decide_how_often_a_control_is_judged(usage: Any, outcomes: list[Any]) -> None:
    said = judged(EACH, record(thing=[{"name": "x-m1"}], usage=[usage]))
    assert [(each.outcome, each.each) for each in said] == outcomes


def test_nothing_to_judge_each_of_is_told() -> None:
    assert judged(EACH, record(thing=[], usage=[{}])) == (found("not_applicable", "There is no usage.models here."),)


# Gaps ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("denied", "unknown"),
        ("throttled", "unknown"),
        ("unsupported", "not_applicable"),
        ("region_disabled", "not_applicable"),
    ],
)
@pytest.mark.parametrize("mode", ["require", "exists", "forbid"])
def test_a_kind_that_cannot_be_read_is_one_finding(mode: str, reason: Any, outcome: Outcome) -> None:
    closed = Gap(reason, code="Code")
    (finding,) = judged(control(mode, {"on": True}), record(gaps={"thing": closed}))
    assert (finding.outcome, finding.resource, finding.gaps) == (outcome, None, (closed,))


@pytest.mark.parametrize("mode", ["require", "exists", "forbid"])
@pytest.mark.parametrize(
    ("reasons", "outcome"),
    [
        (("unsupported", "unsupported"), "not_applicable"),
        (("unsupported", "denied"), "unknown"),
        (("region_disabled", "region_disabled"), "unknown"),
    ],
)
def test_what_aws_does_not_have_here_does_not_apply_if_nothing_else_is_open(
    mode: str, reasons: tuple[Any, Any], outcome: Outcome
) -> None:
    open_ones = control(mode, {"on": True, "size": 1})
    (finding,) = findings(open_ones, {"on": gap(reasons[0]), "size": gap(reasons[1])})
    assert finding.outcome == outcome


def test_a_kind_that_is_partly_unsupported_is_told_once() -> None:
    closed = judged(SMALL, record(gaps={"thing": UNSUPPORTED}))
    message = "Does not apply: logs:DescribeLogGroups is not supported here."
    assert closed == (found("not_applicable", message, gaps=(UNSUPPORTED,)),)


def test_controls_that_share_a_condition_each_say_so() -> None:
    pair = [control("require", {"on": True}, id=name, when={"usage.in_use": False}) for name in ("a", "b")]
    said = judge(rules(*pair), [record(thing=[{"on": True}], usage=[{"in_use": True}])], KINDS).findings
    assert [(each.control, each.message) for each in said] == [
        (name, "Does not apply: usage.in_use is true.") for name in ("a", "b")
    ]


def test_a_thing_of_which_each_site_has_one_is_unknown_where_it_is_lost() -> None:
    lost = record(usage=[])
    (about_itself,) = judged(control("require", {"in_use": True}, kind="usage"), lost)
    assert (about_itself.outcome, about_itself.gaps) == ("unknown", (NOT_READ,))
    (depending,) = judged(control("require", {"size": 1}, when={"usage.in_use": True}), record(usage=[], thing=[{}]))
    assert depending.outcome == "unknown"
