"""What must hold of any condition, control and state."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from bedaudit.evaluate import judge
from bedaudit.model import Finding, Gap, Outcome, Record, Resource
from bedaudit.policy.bind import bind_condition
from bedaudit.policy.conditions import Explanation, explain, holds
from bedaudit.policy.model import Condition, Control, Template
from bedaudit.policy.model import Test as Term
from bedaudit.policy.needs import Needs, first_kinds, live
from bedaudit.policy.words import WORDS
from tests.judging import KINDS, rules
from tests.strategies import A_THING, CASES, CONDITIONS, THING, less_readable, seen_worse, subset, worse

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no reason to fail."""


@CALM
@given(CONDITIONS, A_THING)
def test_an_explanation_agrees_with_the_truth(condition: Condition, facts: Any) -> None:
    truth, explained = holds(condition, facts), explain(condition, facts)
    if truth is True:
        assert explained == Explanation()
    elif truth is False:
        assert explained.drifts
    else:
        assert explained.gaps
        assert not explained.drifts


@settings(CALM, max_examples=300)
@given(CONDITIONS, A_THING, st.data())
def test_what_is_decided_never_flips_when_less_is_known(condition: Condition, facts: Any, data: Any) -> None:
    less = data.draw(worse(facts, THING))
    assert holds(condition, less) in (None, holds(condition, facts))


@pytest.mark.parametrize("word", WORDS)
@CALM
@given(data=st.data())
def test_no_word_decides_on_what_it_cannot_see(word: str, data: Any) -> None:
    condition, facts, less = data.draw(seen_worse(word))
    assert holds(condition, less) in (None, holds(condition, facts))


@CALM
@given(CONDITIONS, A_THING, st.data())
def test_what_is_not_settled_decides_only_what_is_sure(condition: Condition, facts: Any, data: Any) -> None:
    early = data.draw(subset(facts))
    assert holds(condition, early, settled=False) in (None, holds(condition, facts))


@CALM
@given(st.text(), st.text())
def test_what_is_put_into_a_pattern_meets_itself_alone(put: str, other: str) -> None:
    for word in ("like", "matches"):
        bound = bind_condition(Term(("name",), word, Template("${each}")), {"each": put})
        assert holds(bound, {"name": put}) is True
        assert holds(bound, {"name": other}) is (put == other)


def judged(of: Control, records: tuple[Record, ...]) -> dict[str, Finding]:
    found = judge(rules(of), records, KINDS).findings
    by_id = {each.id: each for each in found}
    assert len(by_id) == len(found), "each finding has its own id"
    return by_id


def at_sites(found: Mapping[str, Finding]) -> dict[str, set[Outcome]]:
    regions = {each.site.region for each in found.values()}
    return {region: {each.outcome for each in found.values() if each.site.region == region} for region in regions}


@settings(CALM, max_examples=1000)
@given(CASES, st.data())
def test_what_could_not_be_read_never_hides_a_failure(case: tuple[Control, tuple[Record, ...]], data: Any) -> None:
    of, whole = case
    before, after = judged(of, whole), judged(of, data.draw(less_readable(whole)))
    outcomes = at_sites(after)
    event(f"a failure: {any(each.outcome == 'fail' for each in before.values())}")
    for region, were in at_sites(before).items():
        assert "fail" not in were or outcomes[region] & {"fail", "unknown"}
        assert "fail" in were or "fail" not in outcomes[region]
    for name, finding in after.items():
        was = before[name].outcome if name in before else None
        assert was != "fail" or finding.outcome in ("fail", "unknown")
        assert finding.outcome != "fail" or was == "fail"
        assert was != "unknown" or finding.outcome == "unknown"


@CALM
@given(CASES)
def test_every_finding_has_its_reasons(case: tuple[Control, tuple[Record, ...]]) -> None:
    of, whole = case
    for finding in judged(of, whole).values():
        assert finding.message.isprintable()
        assert finding.outcome != "unknown" or any(gap.reason != "unsupported" for gap in finding.gaps)
        assert finding.outcome != "pass" or not (finding.gaps or finding.drift)


# What is read  ---

PARTS = ("actions", "actions.alive", "names", "part", "part.days", "part.exists", "size")


@settings(CALM, max_examples=300)
@given(CASES)
def test_reading_only_what_may_matter_finds_the_same(case: tuple[Control, tuple[Record, ...]]) -> None:
    of, whole = case
    read = tuple(_as_read(of, each) for each in whole)
    before, after = judged(of, whole), judged(of, read)
    assert {name: each.outcome for name, each in before.items()} == {name: each.outcome for name, each in after.items()}


def _as_read(of: Control, whole: Record) -> Record:
    first = first_kinds([of])
    singles = {each.kind: each.state for each in whole.resources if each.kind in first}
    account_wide = KINDS[of.kind].scope == "account"
    controls = (of,) if account_wide else live([of], singles)
    needs = Needs(controls)
    kinds = tuple(kind for kind in whole.kinds if kind in needs.kinds | first)
    resources = tuple(_part_by_part(Needs([of]), each) for each in whole.resources if each.kind in kinds)
    return dataclasses.replace(whole, kinds=kinds, resources=resources)


def _part_by_part(needs: Needs, whole: Resource) -> Resource:
    """The resource with those parts left unread that no control wants, or that cannot matter any more."""
    facts: Any = whole.state
    for part in PARTS if whole.kind != "usage" else ():
        early = {name: each for name, each in facts.items() if name in ("name", "on")} if "gap" not in facts else facts
        if not (needs.wants(whole.kind, part) and needs.may_matter(whole.kind, part, early)):
            facts = _unread(facts, tuple(part.split(".")))
    return dataclasses.replace(whole, state=facts)


def _unread(facts: Any, path: tuple[str, ...]) -> Any:
    if isinstance(facts, list):
        return [_unread(each, path) for each in facts]
    if not isinstance(facts, dict) or "gap" in facts:
        return facts
    if len(path) == 1:
        return {**facts, path[0]: Gap("not_read").as_fact()}
    return {**facts, path[0]: _unread(facts[path[0]], path[1:])} if path[0] in facts else facts
