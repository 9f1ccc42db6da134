"""How findings read."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bedaudit.evaluate import judge
from bedaudit.model import Finding, Gap, Record, Resource
from bedaudit.policy.model import Control
from tests.judging import DENIED, KINDS, control, record, rules


def judged(of: Control, *records: Record) -> tuple[Finding, ...]:
    return judge(rules(of), records, KINDS).findings


def test_the_error_code_is_told() -> None:
    (finding,) = judged(control("require", {"size": 1}), record(gaps={"thing": DENIED}))
    assert finding.message == "Unknown: logs:DescribeLogGroups was denied (AccessDeniedException)."


@pytest.mark.parametrize(
    ("closed", "message"),
    [
        (Gap("denied_by_scp", "a:B", "Code", "long text"), "a:B was denied by a service control policy (Code)"),
        (Gap("throttled", "a:B", "Slow"), "a:B was throttled to the end (Slow)"),
        (Gap("expired_credentials"), "the credentials expired before reading"),
        (Gap("unreachable", "a:B", None, "no route\nto host"), 'a:B got no answer ("no route\\nto host")'),
        (Gap("not_implemented", "a:B"), "a:B is not implemented by the endpoint"),
        (Gap("failed", "a:B", "Code", "x" * 400), f"a:B failed (Code: {'x' * 297}...)"),
        (Gap("failed", None, None, "why"), "it could not be decided: why"),
        (Gap("failed"), "reading failed"),
    ],
)
def test_a_gap_reads(closed: Gap, message: str) -> None:
    (finding,) = judged(control("require", {"size": 1}), record(gaps={"thing": closed}))
    assert finding.message == f"Unknown: {message}."


def test_what_is_not_there_does_not_apply_and_is_not_called_unknown() -> None:
    (finding,) = judged(control("require", {"size": 1}), record(gaps={"thing": Gap("region_disabled")}))
    assert (finding.outcome, finding.message) == (
        "not_applicable",
        "Does not apply: the region is not enabled for the account.",
    )


@pytest.mark.parametrize(
    ("wanted", "state", "message"),
    [
        ({"actions": {"any": {"alive": True}}}, [{"arn": "x"}], 'actions has no element that meets {"alive": true}.'),
        (
            {"actions": {"all": {"alive": True}}},
            [{"arn": "x"}],
            'not every element of actions meets {"alive": true}.',
        ),
        ({"actions": {"none": {"arn": "x"}}}, [{"arn": "x"}], 'actions has an element that meets {"arn": "x"}.'),
        (
            {"actions": {"any": {"alive": True}}},
            [],
            'actions is [], but must have an element that meets {"alive": true}.',
        ),
        (
            {"any": [{"actions": {"count": {"equals": 1}}}, {"on": True}]},
            [],
            'actions is [] and on is not set, but must meet one of [{"actions": {"count": 1}}, {"on": true}].',
        ),
    ],
)
def test_a_difference_reads(wanted: dict[str, Any], state: list[Any], message: str) -> None:
    (finding,) = judged(control("require", wanted), record(thing=[{"actions": state}]))
    assert finding.message == message


def test_a_witness_is_named_as_it_is() -> None:
    named = dataclasses.replace(
        record(thing=[{"on": True}]), resources=(Resource("thing", "My-Alarm", None, {"on": True}),)
    )
    (finding,) = judged(control("exists", {"on": True}), named)
    assert finding.message == "Thing My-Alarm meets this."
