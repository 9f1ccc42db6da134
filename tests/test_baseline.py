"""What is new, what is as it was, and what was fixed since an earlier report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bedaudit.baseline import against
from bedaudit.model import Drift, Finding, Mark, Report, ResourceName, ScanFacts, Site, Waiver
from bedaudit.report.summary import summary

EAST, WEST = Site("111111111111", "us-east-1"), Site("111111111111", "us-west-2")
SCAN = ScanFacts(
    "scan-1", "2026-11-20T12:00:00Z", "2026-11-20T12:05:00Z", "arn:aws:iam::111111111111:user/a", 1, 2, 9, ()
)
UNJUDGED = "1 failure of the baseline could not be compared: the site was not read now, or the control not judged"


def finding(outcome: Any, name: str | None = "a", site: Site = EAST, **members: Any) -> Finding:
    whole: dict[str, Any] = {
        "control": "alarms-are-heard",
        "title": "Alarms are heard",
        "severity": "high",
        "kind": "alarm",
        "each": None,
        "message": "It is so.",
        "policy": "small",
        "mark": Mark("small.yaml", 3, 5, 4, 1),
        "resource": ResourceName("alarm", name, None) if name else None,
        **members,
    }
    return Finding(outcome=outcome, site=site, **whole)


def report(*findings: Finding) -> Report:
    return Report(SCAN, sorted(findings, key=lambda each: each.order))


def waived(outcome: Any, **members: Any) -> Finding:
    return finding("waived", waiver=Waiver("Later.", "a@b.example", "2027-01-01", outcome), **members)


FAIL, PASS, UNKNOWN, ABSENT = (finding(outcome) for outcome in ("fail", "pass", "unknown", "not_applicable"))


@pytest.mark.parametrize(
    ("then", "now", "state"),
    [
        ((), FAIL, "new"),
        ((PASS,), FAIL, "new"),
        ((UNKNOWN,), FAIL, "new"),
        ((ABSENT,), FAIL, "new"),
        ((waived("fail"),), FAIL, "new"),  # the waiver has ended
        ((FAIL,), FAIL, "unchanged"),
        ((FAIL,), UNKNOWN, "unchanged"),
        ((FAIL,), waived("fail"), "unchanged"),
        ((FAIL,), PASS, "fixed"),
        ((FAIL,), ABSENT, "fixed"),
        ((replace(UNKNOWN, baseline="unchanged"),), FAIL, "unchanged"),  # it failed before it was unseen
        ((replace(UNKNOWN, baseline="unchanged"),), PASS, "fixed"),
        ((PASS,), PASS, None),
        ((), UNKNOWN, None),
        ((waived("fail"),), PASS, None),
        ((), replace(PASS, baseline="fixed"), None),
    ],
)
def test_a_finding_is_told_by_what_it_was_and_is(then: tuple[Finding, ...], now: Finding, state: Any) -> None:
    assert list(against(report(now), report(*then)).findings) == [replace(now, baseline=state)]


def test_a_failure_whose_resource_is_gone_is_fixed_and_told_once_more() -> None:
    then = finding("fail", "b", drift=(Drift("notifies", True, False),))
    compared = against(report(PASS), report(then, FAIL))
    gone = "It failed in the baseline, and what it was about is there no more."
    assert list(compared.findings) == [
        replace(PASS, baseline="fixed"),
        replace(then, outcome="not_applicable", message=gone, drift=(), baseline="fixed"),
    ]
    assert summary(compared.findings).fixed == 2
    assert list(against(report(PASS), compared).findings) == [PASS]


@pytest.mark.parametrize(
    "now",
    [
        finding("pass", site=WEST),  # another site was read
        finding("pass", control="another-control"),
        finding("unknown", None),  # the alarms could not be read
        replace(waived("unknown"), resource=None),
        finding("unknown", None, Site("111111111111", "*")),
    ],
)
def test_a_failure_of_which_nothing_is_known_now_is_not_fixed(now: Finding) -> None:
    compared = against(report(now), report(FAIL))
    assert list(compared.findings) == [now]
    assert compared.notices == (UNJUDGED,)


def test_what_is_unknown_of_one_thing_hides_no_other_that_is_gone() -> None:
    models = [finding("fail", None, each=model) for model in ("m1", "m2")]
    unseen = finding("unknown", None, each="m1")
    assert [each.baseline for each in against(report(unseen), report(*models)).findings] == ["unchanged", "fixed"]


def test_fingerprints_survive_all_that_is_not_what_is_judged_where() -> None:
    then = [finding("fail", name, site) for name in "ab" for site in (EAST, WEST)]
    now = [
        replace(
            each,
            title="Named anew",
            severity="low",
            message="It is worse.",
            drift=(Drift("notifies", True, False),),
            policy="renamed",
            mark=Mark("moved/elsewhere.yaml", 99, 1, 100, 1),
            site=replace(each.site, account_name="renamed", organizational_units=("r-1", "ou-moved")),
        )
        for each in reversed(then)
    ]
    states = {each.baseline for each in against(report(*now), report(*then)).findings}
    assert states == {"unchanged"}


def test_sites_of_either_report_are_met_in_their_order() -> None:
    sites = [Site(account, region) for account in ("1", "2", "3") for region in ("a", "b")]
    then = [finding("fail", "x", site) for site in sites[::2]]
    now = [finding("fail", "x", site) for site in sites[1:]]
    compared = against(report(*now), report(*then))
    assert [(each.site, each.baseline) for each in compared.findings] == [
        (site, "unchanged" if site in sites[::2] else "new") for site in sites[1:]
    ]
    assert compared.notices == (UNJUDGED,)
