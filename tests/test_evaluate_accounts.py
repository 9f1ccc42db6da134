"""What controls say of accounts, of sites that could not be read, and of several records."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest

from bedaudit.evaluate import EVERYWHERE, Evaluation, judge
from bedaudit.model import GLOBAL, Finding, Gap, Outcome, Record, Site, SiteGap
from bedaudit.policy.model import Control
from tests.judging import KINDS, OTHER_SITE, SITE, control, gap, once, policy, record, rules

DENIED = Gap("denied", "sts:AssumeRole", "AccessDenied")
DISABLED = Gap("region_disabled")
NOWHERE = Site(SITE.account, EVERYWHERE)

TRAIL = control("exists", {"on": True}, kind="trail", id="trail")
BOARD = control("exists", {"name": "${site.region}"}, kind="board", id="board")
THING = control("require", {"on": True}, id="thing")


def outcomes(found: tuple[Finding, ...]) -> list[tuple[str, str, Outcome]]:
    return [(each.site.region, each.control, each.outcome) for each in found]


def judged(*records: Record, of: tuple[Control, ...] = (TRAIL, BOARD, THING)) -> list[tuple[str, str, Outcome]]:
    return outcomes(judge(rules(*of), records, KINDS).findings)


def test_what_an_account_has_once_is_judged_once_and_what_serves_sites_at_each() -> None:
    records = (
        once(trail=[{"on": True}], board=[{"name": "us-east-1"}]),
        record(thing=[{"on": True}]),
        record(OTHER_SITE, thing=[{"on": False}]),
    )
    assert judged(*records) == [
        ("eu-west-1", "board", "fail"),
        ("eu-west-1", "thing", "fail"),
        ("global", "trail", "pass"),
        ("us-east-1", "board", "pass"),
        ("us-east-1", "thing", "pass"),
    ]


def test_a_finding_about_an_account_names_its_site_global() -> None:
    (finding,) = judge(rules(TRAIL), [once(trail=[]), record()], KINDS).findings
    assert finding.site == Site(SITE.account, GLOBAL)


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        ({"in_use": True}, {"in_use": False}, "pass"),
        ({"in_use": True}, {"in_use": gap()}, "pass"),
        ({"in_use": False}, {"in_use": gap()}, "unknown"),
        ({"in_use": False}, {"in_use": False}, "not_applicable"),
    ],
)
def test_when_is_true_of_an_account_where_it_is_true_of_a_site(first: Any, second: Any, outcome: Outcome) -> None:
    used = dataclasses.replace(TRAIL, when=control("require", {"usage.in_use": True}).condition)
    records = (once(trail=[{"on": True}]), record(usage=[first]), record(OTHER_SITE, usage=[second]))
    assert judged(*records, of=(used,)) == [("global", "trail", outcome)]


def test_an_account_is_judged_for_each_element_of_any_site() -> None:
    each = control("exists", {"name": "${each}"}, kind="trail", for_each="usage.models")
    records = (
        once(trail=[{"name": "a"}]),
        record(usage=[{"models": ["b", "a"]}]),
        record(OTHER_SITE, usage=[{"models": ["a"]}]),
        record(Site(SITE.account, "us-west-2"), usage=[{"models": gap()}]),
    )
    found = judge(rules(each), records, KINDS).findings
    assert [(one.each, one.outcome) for one in found] == [(None, "unknown"), ("a", "pass"), ("b", "fail")]


def test_what_an_account_has_once_may_be_unreadable() -> None:
    records = (once(gaps={"trail": DENIED, "board": DENIED}), record(thing=[]))
    assert judged(*records) == [
        ("global", "trail", "unknown"),
        ("us-east-1", "board", "unknown"),
        ("us-east-1", "thing", "not_applicable"),
    ]


def test_without_a_record_of_the_account_nothing_is_known_of_it() -> None:
    found = judge(rules(TRAIL, BOARD), [record()], KINDS).findings
    assert outcomes(found) == [("global", "trail", "unknown"), ("us-east-1", "board", "unknown")]
    assert [each.gaps for each in found] == [(Gap("not_read"),)] * 2


def test_without_a_site_nobody_knows_whether_a_control_of_the_account_applies() -> None:
    used = dataclasses.replace(TRAIL, when=control("require", {"usage.in_use": True}).condition)
    assert judged(once(trail=[{"on": True}]), of=(used,)) == [("global", "trail", "unknown")]


def test_an_account_that_cannot_be_entered_is_unknown_in_every_control() -> None:
    site = dataclasses.replace(NOWHERE, account_name="Payments")
    judgement = judge(rules(TRAIL, BOARD, THING), [record(site, gaps={None: DENIED})], KINDS)
    assert outcomes(judgement.findings) == [("*", name, "unknown") for name in ("board", "thing", "trail")]
    assert {each.gaps for each in judgement.findings} == {(DENIED,)}
    assert judgement.gaps == (SiteGap(SITE.account, "Payments", "*", DENIED),)


def test_an_account_that_cannot_be_entered_for_chosen_regions_is_unknown_there() -> None:
    records = [record(site, gaps={None: DENIED}) for site in (SITE, OTHER_SITE)]
    assert judged(*records, of=(TRAIL, THING)) == [
        ("eu-west-1", "thing", "unknown"),
        ("global", "trail", "unknown"),
        ("us-east-1", "thing", "unknown"),
    ]
    found = judge(rules(TRAIL), reversed(records), KINDS).findings
    assert found == judge(rules(TRAIL), records, KINDS).findings
    assert [each.gaps for each in found] == [(DENIED,)]


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("denied", "unknown"),
        ("unreachable", "unknown"),
        ("region_disabled", "not_applicable"),
        ("unsupported", "not_applicable"),
    ],
)
def test_a_site_that_cannot_be_read_is_one_finding_a_control_and_is_listed(reason: Any, outcome: Outcome) -> None:
    whole = Gap(reason)
    each = control("exists", {"name": "${each}"}, for_each="usage.models", when={"usage.in_use": True}, id="each")
    judgement = judge(rules(THING, BOARD, each), [once(board=[]), record(gaps={None: whole})], KINDS)
    assert outcomes(judgement.findings) == [("us-east-1", name, outcome) for name in ("board", "each", "thing")]
    assert judgement.gaps == (SiteGap(SITE.account, "", "us-east-1", whole),)


def test_a_region_that_is_not_enabled_says_nothing_about_the_account() -> None:
    used = dataclasses.replace(TRAIL, when=control("require", {"usage.in_use": True}).condition)
    disabled = record(OTHER_SITE, gaps={None: DISABLED})
    records = (once(trail=[{"on": True}]), record(usage=[{"in_use": False}]), disabled)
    assert ("global", "trail", "not_applicable") in judged(*records, of=(used,))
    assert ("global", "trail", "unknown") in judged(disabled, of=(TRAIL,))


def test_a_site_that_cannot_be_read_leaves_open_whether_a_control_of_the_account_applies() -> None:
    used = dataclasses.replace(TRAIL, when=control("require", {"usage.in_use": True}).condition)
    denied = record(OTHER_SITE, gaps={None: DENIED})
    records = (once(trail=[{"on": True}]), record(usage=[{"in_use": False}]), denied)
    assert ("global", "trail", "unknown") in judged(*records, of=(used,))


def test_what_an_account_has_once_may_be_unreadable_as_a_whole() -> None:
    judgement = judge(rules(TRAIL, BOARD), [once(gaps={None: DENIED}), record()], KINDS)
    assert outcomes(judgement.findings) == [("global", "trail", "unknown"), ("us-east-1", "board", "unknown")]
    assert judgement.gaps == (SiteGap(SITE.account, "", GLOBAL, DENIED),)


def test_findings_and_gaps_do_not_depend_on_the_order_of_records() -> None:
    def account(number: str) -> list[Record]:
        moved = [
            once(trail=[{"on": True}], board=[]),
            record(thing=[{}, {"on": True}]),
            record(OTHER_SITE, gaps={None: DENIED}),
        ]
        return [dataclasses.replace(one, site=dataclasses.replace(one.site, account=number)) for one in moved]

    first, second = account("111122223333"), account("444455556666")
    orders = [[*first, *second], [*second, *first], [*itertools.chain(*zip(second, first, strict=True))]]
    orders += [[first[0], first[2], first[1], *second]]
    judgements = [judge(rules(TRAIL, BOARD, THING), records, KINDS) for records in orders]
    assert all(judgement == judgements[0] for judgement in judgements)
    assert [each.order for each in judgements[0].findings] == sorted(each.order for each in judgements[0].findings)


def test_judging_may_follow_the_scan_record_by_record() -> None:
    evaluation = Evaluation(rules(TRAIL, THING), KINDS)
    assert evaluation.add(once(trail=[{"on": True}])) == []
    assert outcomes(tuple(evaluation.add(record(thing=[{"on": True}])))) == [("us-east-1", "thing", "pass")]
    assert outcomes(tuple(evaluation.finish())) == [("global", "trail", "pass")]
    assert evaluation.gaps == ()


def test_every_kind_of_the_product_can_be_judged() -> None:
    assert judge(rules(), [record()]).findings == ()
    assert policy().controls == ()


OWNED = Gap("not_read", "organizations:DescribeOrganization", owner="999988887777")
OWNER = Site("999988887777", GLOBAL)


@pytest.mark.parametrize(
    ("owners", "outcome"),
    [
        pytest.param([], "unknown", id="the_owner_is_not_in_the_scan"),
        pytest.param([record(OWNER, trail=[{"on": True}])], "not_applicable", id="the_owner_is_read"),
        pytest.param([record(OWNER, gaps={"trail": DENIED})], "not_applicable", id="the_owner_answers_for_itself"),
    ],
)
@pytest.mark.parametrize("member", [once(gaps={"trail": OWNED}), once(trail=[{"on": OWNED.as_fact()}])])
def test_what_another_account_has_is_judged_there(member: Record, owners: list[Record], outcome: Outcome) -> None:
    of_all = dataclasses.replace(TRAIL, mode="require")
    found = judge(rules(of_all), [member, record(), *owners], KINDS).findings
    assert [each.outcome for each in found if each.site.account == SITE.account] == [outcome]


def test_a_finding_says_which_account_is_asked_instead() -> None:
    member = once(gaps={"trail": OWNED})
    (alone,) = judge(rules(TRAIL), [member, record()], KINDS).findings
    with_owner = judge(rules(TRAIL), [member, record(), record(OWNER, trail=[{"on": True}])], KINDS).findings
    assert alone.message == "Unknown: account 999988887777 has it, which is not among the scanned ones."
    assert with_owner[0].message == "Judged in account 999988887777."
