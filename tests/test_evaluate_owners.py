"""What one account sees and another one has, as an organization's trail, is known from its owner and judged there."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from bedaudit.evaluate import judge
from bedaudit.model import GLOBAL, Evidence, Finding, Gap, Outcome, Record, Resource, Site
from bedaudit.policy.model import Control
from tests.judging import KINDS, MARK, control, gap, rules

OWNER, MEMBER = "111111111111", "222222222222"
DENIED = Gap("denied", "logs:DescribeLogGroups")
EXISTS = control("exists", {"on": True}, kind="trail")
REQUIRE = control("require", {"on": True}, kind="trail")
FORBID = control("forbid", {"on": False}, kind="trail")
AT_LEAST_ONE = control("require", {"on": True}, kind="trail", where={"size": 1}, at_least_one=True)


def account(number: str, *trails: Resource) -> list[Record]:
    moment = "2026-11-20T12:00:00Z"
    once = Record(Site(number, GLOBAL), moment, ("trail",), trails)
    return [once, Record(Site(number, "us-east-1"), moment, (), ())]


def trail(owner: str, **state: Any) -> Resource:
    return Resource("trail", f"{owner}:t", f"arn:aws:cloudtrail:us-east-1:{owner}:trail/t", state)


def outcomes(of: Control, *accounts: list[Record]) -> dict[str, list[tuple[str | None, Outcome]]]:
    found: dict[str, list[tuple[str | None, Outcome]]] = {}
    for each in judge(rules(of), itertools.chain(*accounts), KINDS).findings:
        found.setdefault(each.site.account, []).append((each.resource.id if each.resource else None, each.outcome))
    return found


SEEN = trail(OWNER, on=gap(), size=gap())


@pytest.mark.parametrize(
    ("of", "owned", "at_owner", "at_member"),
    [
        (EXISTS, {"on": True}, (None, "pass"), (None, "pass")),
        (EXISTS, {"on": False}, (None, "fail"), (None, "fail")),
        (EXISTS, {"on": gap()}, (None, "unknown"), (None, "unknown")),
        (REQUIRE, {"on": True}, (f"{OWNER}:t", "pass"), (None, "not_applicable")),
        (REQUIRE, {"on": False}, (f"{OWNER}:t", "fail"), (None, "not_applicable")),
        (REQUIRE, {"on": gap()}, (f"{OWNER}:t", "unknown"), (None, "not_applicable")),
        (FORBID, {"on": True}, (None, "pass"), (None, "pass")),
        (FORBID, {"on": False}, (f"{OWNER}:t", "fail"), (None, "pass")),
        (AT_LEAST_ONE, {"on": False, "size": 1}, (f"{OWNER}:t", "fail"), (None, "not_applicable")),
        (AT_LEAST_ONE, {"on": True, "size": 2}, (None, "fail"), (None, "fail")),
    ],
)
def test_it_is_a_witness_where_it_is_seen_and_judged_where_it_is(
    of: Control, owned: dict[str, Any], at_owner: Any, at_member: Any
) -> None:
    owner, member = account(OWNER, trail(OWNER, **owned)), account(MEMBER, SEEN)
    expected = {OWNER: [at_owner], MEMBER: [at_member]}
    assert outcomes(of, owner, member) == outcomes(of, member, owner) == expected


def test_what_may_not_be_selected_at_its_owner_leaves_open_whether_there_is_one() -> None:
    found = outcomes(AT_LEAST_ONE, account(OWNER, trail(OWNER, on=False, size=gap())), account(MEMBER, SEEN))
    assert found == {OWNER: [(None, "unknown"), (f"{OWNER}:t", "unknown")], MEMBER: [(None, "unknown")]}


def test_the_accounts_own_are_judged_beside_it() -> None:
    member = account(MEMBER, SEEN, trail(MEMBER, on=False))
    assert outcomes(REQUIRE, account(OWNER, trail(OWNER, on=True)), member)[MEMBER] == [(f"{MEMBER}:t", "fail")]


def test_a_finding_says_where_it_is_judged() -> None:
    records = [*account(OWNER, trail(OWNER, on=True)), *account(MEMBER, SEEN)]
    (finding,) = (each for each in judge(rules(REQUIRE), records, KINDS).findings if each.site.account == MEMBER)
    assert finding == Finding(
        control="c",
        title="C",
        severity="high",
        outcome="not_applicable",
        site=Site(MEMBER, GLOBAL),
        kind="trail",
        resource=None,
        each=None,
        message=f"Judged in account {OWNER}.",
        policy="p",
        mark=MARK,
    )


@pytest.mark.parametrize(
    ("of", "outcome"), [(EXISTS, "unknown"), (REQUIRE, "unknown"), (FORBID, "unknown"), (AT_LEAST_ONE, "unknown")]
)
def test_where_its_owner_says_nothing_of_it_only_what_is_seen_is_known(of: Control, outcome: Outcome) -> None:
    member = account(MEMBER, SEEN)
    unreadable = Record(Site(OWNER, "*"), "2026-11-20T12:00:00Z", (), ())
    for others in ([], account(OWNER), [unreadable]):
        (found,) = {outcome for _, outcome in outcomes(of, member, others)[MEMBER]}
        assert found == outcome


def test_the_witness_is_named_as_it_is_seen() -> None:
    records = [*account(OWNER, trail(OWNER, on=True)), *account(MEMBER, SEEN)]
    found = judge(rules(EXISTS), records, KINDS).findings
    assert [each.evidence for each in found] == [Evidence(witness=f"{OWNER}:t")] * 2
