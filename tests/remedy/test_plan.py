"""Wishes become documents, documents become steps, in order, and what cannot be is left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bedaudit.aws.check import check
from bedaudit.errors import JournalError, PlanError
from bedaudit.model import Call, Facts, Finding, Gap, Mark, Raw, Site
from bedaudit.reader import Reader
from bedaudit.remedy.apply import Allowed, Applying, Result
from bedaudit.remedy.document import Document, merged, ordered
from bedaudit.remedy.journal import journal
from bedaudit.remedy.plan import Plan, digest, plan
from bedaudit.remedy.plan_file import saved_steps, written
from bedaudit.remedy.wanted import Wish
from bedaudit.repairs.repair import Edit, Place, Repair

SITE = Site("111122223333", "us-east-1")
GROUP = "/aws/bedrock/x"


async def read(aws: Reader, place: Place) -> Raw | None:
    raise AssertionError(f"{aws} is not read here, nor {place}")


def located(facts: Facts, site: Site) -> Place:
    return Place(site.region, str(facts["name"]), {"logGroupName": facts["name"]})


def edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, _: Site) -> Edit:
    before = dict(raw or {})
    if {**before, **wanted} == before:
        return Edit(raw, (), ())
    call = Call("logs", "PutRetentionPolicy", {**place.parameters, "retentionInDays": wanted.get("days", 1)})
    undo = Call("logs", "DeleteRetentionPolicy", place.parameters)
    return Edit({**before, **wanted}, (call,), None if wanted.get("lost") else (undo,))


WRITES = ("logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy")
FIRST = Repair("first", ("days",), located, read, edit, (), WRITES, volatile=(("size",),))
SECOND = replace(FIRST, name="second", after=("first",))


def finding(control: str = "a", region: str = "us-east-1") -> Finding:
    mark = Mark("p.yaml", 1, 1, 2, 1)
    site = replace(SITE, region=region)
    return Finding(control, control, "low", "fail", site, "log_group", None, None, "", "p", mark)


def wish(values: Mapping[str, Any], control: str = "a", repair: Repair = FIRST, name: str = GROUP) -> Wish:
    return Wish(finding(control), repair, located({"name": name}, SITE), values)


REPAIRS = {"first": FIRST, "second": SECOND}


def saved(whole: Plan, reviewed: str | None = None) -> tuple[Mapping[str, Any], ...]:
    return saved_steps(written(whole), "plan.json", REPAIRS, reviewed)


def planned(*wishes: Wish, raw: Raw | Gap | None = None) -> Plan:
    documents, left = merged(wishes)
    return plan(documents, {each.name: raw for each in documents}, left, check)


def test_wishes_for_one_document_are_one_step() -> None:
    found = planned(wish({"days": 7}), wish({"more": 1}, "b"), raw={"kept": "as it is"})
    (step,) = found.steps
    assert (step.controls, step.after) == (("a", "b"), {"kept": "as it is", "days": 7, "more": 1})
    assert found.left == ()


def test_values_that_go_together_are_one() -> None:
    together = replace(FIRST, joins={"days": lambda one, other: None if 9 in (one, other) else one + other})
    found = planned(wish({"days": 7}, repair=together), wish({"days": 30}, "b", together), raw={})
    assert [(step.controls, step.after) for step in found.steps] == [(("a", "b"), {"days": 37})]
    apart = planned(wish({"days": 7}, repair=together), wish({"days": 9}, "b", together), raw={})
    assert ([step.controls for step in apart.steps], len(apart.left)) == ([], 2)


@pytest.mark.parametrize("hidden", ["calls", "undo"])
def test_what_is_known_by_its_hash_alone_is_not_written(hidden: str) -> None:
    def edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
        secret, plain = (
            Call("logs", "PutRetentionPolicy", {"logGroupName": text, "retentionInDays": 1})
            for text in (f"a {digest('secret')}", "plain")
        )
        calls, undo = (secret, plain) if hidden == "calls" else (plain, secret)
        return Edit({**wanted}, (calls,), (undo,))

    found = planned(wish({"days": 7}, repair=replace(FIRST, edit=edit)), raw={})
    assert found.steps == ()
    assert [each.reason for each in found.left] == [f"of {GROUP} only a hash is known, which must not be written"]


def test_two_values_for_one_path_are_both_left_as_a_conflict() -> None:
    found = planned(wish({"days": 7}), wish({"days": 30}, "b"), wish({"more": 1}, "c"))
    assert [step.controls for step in found.steps] == [("c",)]
    assert [(each.finding.control, each.reason) for each in found.left] == [
        ("a", f"conflict: b wants another value of days of {GROUP}"),
        ("b", f"conflict: a wants another value of days of {GROUP}"),
    ]


def test_steps_come_after_those_that_they_need() -> None:
    found = planned(wish({"days": 7}, repair=SECOND, name="a"), wish({"days": 7}, name="b"))
    assert [step.document.repair.name for step in found.steps] == ["first", "second"]


def test_repairs_that_need_each_other_are_a_bug() -> None:
    circle = (SECOND, replace(FIRST, after=("second",)))
    with pytest.raises(RuntimeError, match="need each other"):
        ordered([Document(each, located({"name": "x"}, SITE), SITE, {}) for each in circle])


@pytest.mark.parametrize(
    ("values", "raw", "reason"),
    [
        (
            {"days": 7},
            Gap("denied", "logs:DescribeLogGroups", "AccessDenied"),
            f"{GROUP} cannot be read: logs:Describe",
        ),
        ({"days": 7}, {"days": 7}, f"{GROUP} has all that the control's fix sets: what else"),
        ({"days": "x"}, {}, f"AWS would not take the change of {GROUP}: "),
    ],
)
def test_what_cannot_be_changed_is_left_with_a_reason(values: dict[str, Any], raw: Any, reason: str) -> None:
    found = planned(wish(values), raw=raw)
    assert found.steps == ()
    assert [each.reason[: len(reason)] for each in found.left] == [reason]


def test_step_without_undo_is_risky_and_says_so() -> None:
    (step,) = planned(wish({"lost": True}), raw={}).steps
    assert (step.undo, step.safety, step.reason) == (None, "risky", "nothing restores what was")


def test_control_may_only_tighten_the_safety() -> None:
    assert planned(replace(wish({"days": 7}), safety="manual"), raw={}).steps[0].safety == "manual"
    assert planned(replace(wish({"lost": True}), safety="safe"), raw={}).steps[0].safety == "risky"


def test_undeclared_operation_is_a_bug() -> None:
    with pytest.raises(RuntimeError, match="does not declare logs:PutRetentionPolicy"):
        planned(wish({"days": 7}, repair=replace(FIRST, writes=())), raw={})


def test_saved_plan_is_recognised_though_what_is_volatile_changed() -> None:
    (kept,) = saved(planned(wish({"days": 7}), raw={"size": 1}))
    (same,) = planned(wish({"days": 7}), raw={"size": 2}).steps
    (other,) = planned(wish({"days": 7}), raw={"days": 3}).steps
    assert (same.was_saved_as(kept), other.was_saved_as(kept)) == (True, False)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"steps": []}', '{"schema_version": "1.0", "digest": "x", "steps": []}', "[" * 9999]
)
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(PlanError, match=r"plan\.json"):
        saved_steps(text, "plan.json", REPAIRS)


@dataclass
class Hands:
    """An AWS of one document."""

    raw: Raw | None
    refuses: bool = False
    delivered: bool | Gap = False
    calls: list[Call] = field(default_factory=list)

    async def read(self, document: Document, /) -> Raw | Gap | None:
        assert document.place.name
        return self.raw

    async def write(self, document: Document, call: Call, /) -> Gap | None:
        self.calls.append(call)
        if self.refuses:
            return Gap("denied", "logs:PutRetentionPolicy", "AccessDenied")
        self.raw = {**(self.raw or {}), **document.wanted}
        return None

    async def received(self, document: Document, /) -> bool | Gap:
        assert document.place.name
        return self.delivered


async def no_wait(seconds: float) -> None:
    assert seconds > 0


def applied(path: Path, hands: Hands, plan: Plan, allowed: Allowed | None = None) -> list[tuple[str, str]]:
    with journal(path, {"first": FIRST, "second": SECOND}) as kept:
        results: tuple[Result, ...] = asyncio.run(
            Applying(hands, kept, no_wait).apply(plan.steps, allowed or Allowed())
        )
    return [(each.outcome, each.message) for each in results]


def test_stale_step_is_refused_and_nothing_is_called(tmp_path: Path) -> None:
    hands = Hands({"days": 3})
    found = applied(tmp_path / "j", hands, planned(wish({"days": 7}), raw={"days": 1}))
    assert (found[0][0], hands.calls) == ("stale", [])


def test_failure_stops_what_needs_it(tmp_path: Path) -> None:
    steps = planned(wish({"days": 7}), wish({"days": 9}, repair=SECOND, name="other"), raw={})
    found = applied(tmp_path / "j", Hands({}, refuses=True), steps)
    assert found == [
        ("failed", "logs:PutRetentionPolicy: AccessDenied"),
        ("declined", f"it needs {GROUP}, which is not done"),
    ]


def test_what_is_not_as_planned_afterwards_is_a_failure(tmp_path: Path) -> None:
    class Deaf(Hands):
        async def write(self, document: Document, call: Call, /) -> Gap | None:
            self.calls.append(call)
            return None

    ((outcome, message),) = applied(tmp_path / "j", Deaf({}), planned(wish({"days": 7}), raw={}))
    assert (outcome, message) == ("failed", "it could not be verified: it was read again, and is not as planned")


def test_risky_step_needs_leave(tmp_path: Path) -> None:
    steps = planned(wish({"lost": True}), raw={})
    assert applied(tmp_path / "j", Hands({}), steps)[0][0] == "declined"
    assert applied(tmp_path / "j", Hands({}), steps, Allowed(risky=True))[0][0] == "applied"


def test_half_written_last_line_of_a_journal_is_cut_off(tmp_path: Path) -> None:
    applied(tmp_path / "j", Hands({}), planned(wish({"days": 7}), raw={}))
    whole = (tmp_path / "j").read_bytes()
    (tmp_path / "j").write_bytes(whole + b'{"event": "inten')
    with journal(tmp_path / "j", {"first": FIRST}) as kept:
        assert [(entry.number, entry.is_settled, entry.found) for entry in kept.entries] == [(1, True, {"days": 7})]
    assert (tmp_path / "j").read_bytes() == whole


@pytest.mark.parametrize(
    "text", ["x\n", "{}\n", '{"digest": 1}\n', json.dumps({"journal": "1.0", "digest": "0"}) + "\n"]
)
def test_what_is_no_journal_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "j").write_text(text)
    with pytest.raises(JournalError, match="j"), journal(tmp_path / "j", {}):
        raise AssertionError("it was opened")


@pytest.mark.parametrize(
    ("delivered", "why"),
    [
        (True, "it has received data, which would be lost"),
        (Gap("denied", "x"), "whether it has received data cannot be told: x: denied"),
    ],
)
def test_what_was_made_and_may_have_received_data_is_not_deleted(
    tmp_path: Path, delivered: bool | Gap, why: str
) -> None:
    hands = Hands(None, delivered=delivered)
    steps = planned(wish({"days": 7}), raw=None)
    with journal(tmp_path / "j", {"first": FIRST}) as kept:
        asyncio.run(Applying(hands, kept, no_wait).apply(steps.steps, Allowed()))
        hands.calls.clear()
        (result,) = asyncio.run(Applying(hands, kept, no_wait).undo(kept.entries))
    assert (result.outcome, result.message, hands.calls) == ("failed", why, [])
