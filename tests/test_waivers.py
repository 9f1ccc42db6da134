from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pytest

from bedaudit.model import Finding, Outcome, ResourceName, Site, Waiver
from bedaudit.policy.waiver_file import WaiverRule
from bedaudit.waivers import Waiving
from tests.judging import MARK

TODAY = date(2026, 11, 20)
NAME = "waiver of c (policies/test.yaml:1, owner security@example.com)"


def rule(**members: Any) -> WaiverRule:
    defaults: dict[str, Any] = {"control": "c", "reason": "Migration.", "owner": "security@example.com"}
    return WaiverRule(**{**defaults, "expires": TODAY, "mark": MARK, "accounts": ("1111*",)} | members)


def finding(outcome: Outcome = "fail", *, resource: bool = True) -> Finding:
    named = ResourceName("thing", "bedrock-x", "arn:aws:x:thing/bedrock-x") if resource else None
    site = Site("111122223333", "us-east-1")
    return Finding("c", "C", "high", outcome, site, "thing", named, None, "Is not.", "p", MARK)


def waived(outcome: Outcome = "fail", **members: Any) -> Finding:
    waiver = Waiver("Migration.", "security@example.com", "2026-11-20", outcome)
    return dataclasses.replace(finding(outcome, **members), outcome="waived", waiver=waiver)


def waive(
    findings: Iterable[Finding], rules: Sequence[WaiverRule], today: date
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    waiving = Waiving(rules, today)
    return tuple(map(waiving.waive, findings)), waiving.notices


@pytest.mark.parametrize(
    "covering",
    [
        rule(),
        rule(accounts=("9*", "111122223333")),
        rule(regions=("us-*",)),
        rule(accounts=(), regions=("us-east-1",)),
        rule(accounts=(), resources=("bedrock-?",)),
        rule(accounts=(), resources=("arn:aws:*",)),
    ],
)
@pytest.mark.parametrize("outcome", ["fail", "unknown"])
def test_a_waiver_covers_what_its_globs_name(covering: WaiverRule, outcome: Outcome) -> None:
    assert waive([finding(outcome)], [covering], TODAY) == ((waived(outcome),), ())


@pytest.mark.parametrize(
    "other",
    [
        rule(accounts=("222*",)),
        rule(regions=("eu-*",)),
        rule(resources=("other",)),
        rule(resources=("BEDROCK-X",)),
    ],
)
def test_a_waiver_covers_nothing_else_and_says_so(other: WaiverRule) -> None:
    found, (notice,) = waive([finding()], [other], TODAY)
    assert found == (finding(),)
    assert notice.endswith("covers no finding of this scan")


def test_a_waiver_of_a_control_that_was_not_judged_is_told_apart() -> None:
    found, (notice,) = waive([finding()], [rule(control="d")], TODAY)
    assert found == (finding(),)
    assert notice.endswith("is of a control that this scan did not judge")


@pytest.mark.parametrize("outcome", ["pass", "not_applicable", "waived"])
def test_only_failures_and_unknowns_need_a_waiver(outcome: Outcome) -> None:
    assert waive([finding(outcome)], [rule()], TODAY)[0] == (finding(outcome),)


def test_a_waiver_of_resources_does_not_cover_a_whole_site() -> None:
    assert waive([finding(resource=False)], [rule(resources=("*",))], TODAY)[0] == (finding(resource=False),)
    assert waive([finding(resource=False)], [rule()], TODAY)[0] == (waived(resource=False),)


def test_a_waiver_ends_after_its_last_day_and_says_so() -> None:
    assert waive([finding()], [rule(expires=date(2026, 11, 19))], TODAY) == (
        (finding(),),
        (f"{NAME} expired on 2026-11-19 and no longer counts",),
    )


def test_the_first_valid_waiver_counts() -> None:
    rules = [rule(expires=date(2026, 1, 1)), rule(), rule(reason="Later.")]
    found, notices = waive([finding()], rules, TODAY)
    assert found == (waived(),)
    assert notices == (f"{NAME} expired on 2026-01-01 and no longer counts",)


def test_a_waiver_of_every_account_is_told() -> None:
    assert waive([finding()], [rule(accounts=("*",))], TODAY) == (
        (waived(),),
        (f"{NAME} covers every account: say which, or disable the control",),
    )
    assert waive([finding()], [rule(accounts=("*",), regions=("us-*",))], TODAY)[1] == ()
