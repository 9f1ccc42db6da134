"""Plans and journals that somebody edited: what contradicts itself is refused before AWS is asked anything."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bedaudit.errors import JournalError, PlanError
from bedaudit.remedy.apply import Allowed, Applying
from bedaudit.remedy.journal import journal
from bedaudit.remedy.plan import Plan, digest
from bedaudit.remedy.plan_file import saved_steps
from tests.remedy.test_plan import FIRST, GROUP, REPAIRS, SECOND, Hands, applied, no_wait, planned, saved, wish

Where = tuple[str | int, ...]
FORGED: tuple[tuple[Where, Any], ...] = (
    (("calls", 0, "service"), "iam"),
    (("calls", 0, "operation"), "DeleteLogGroup"),
    (("calls", 0, "parameters", "retentionInDays"), 1),
    (("calls", 0, "parameters", "logGroupName"), "/other"),
    (("calls",), []),
    (("undo", 0, "operation"), "DeleteLogGroup"),
    (("undo", 0, "parameters", "logGroupName"), "/other"),
    (("undo",), None),
    (("before",), {"days": 3, "arn": "arn:aws:logs:us-east-1:999999999999:log-group:x"}),
    (("after",), {"days": 3}),
    (("account",), "999999999999"),
    (("region",), "eu-west-1"),
    (("resource",), "/other"),
    (("safety",), "risky"),
    (("safety",), "harmless"),
    (("reason",), "do it"),
    (("more",), 1),
    (("made_of",), None),
    (("made_of", "repair"), "third"),
    (("made_of", "site", "account"), "999999999999"),
    (("made_of", "place", "region"), "eu-west-1"),
    (("made_of", "place", "name"), "/other"),
    (("made_of", "place", "parameters"), {"logGroupName": "/other"}),
    (("made_of", "place", "parameters"), {"logGroupName": GROUP, "logGroupArn": "arn:aws:logs:us-east-1:9:x"}),
    (("made_of", "wanted"), {"days": 30}),
    (("made_of", "wanted"), {}),
    (("made_of", "wanted"), None),
)


def forged(step: Any, *changes: tuple[Where, Any]) -> Any:
    changed = json.loads(json.dumps(step))
    for path, value in changes:
        within = changed
        for name in path[:-1]:
            within = within[name]
        within[path[-1]] = value
    return changed


def two_steps() -> Plan:
    return planned(wish({"days": 7}), wish({"days": 7}, "b", repair=SECOND, name="/b"), raw={"days": 1})


def text_of(members: Mapping[str, Any], *, digested: bool) -> str:
    """A plan as a file has it; `digested`: with a digest that is right."""
    rest = {name: value for name, value in members.items() if name != "digest"}
    return json.dumps({**members, "digest": digest(rest)} if digested else members)


@pytest.mark.parametrize("digested", [False, True])
@pytest.mark.parametrize(("path", "value"), FORGED)
def test_plan_whose_step_was_edited_is_refused_even_if_its_digest_was_too(
    path: Where, value: Any, digested: bool
) -> None:
    whole = planned(wish({"days": 7}), raw={"days": 1})
    members = {**whole.members, "steps": [forged(step, (path, value)) for step in whole.members["steps"]]}
    with pytest.raises(PlanError, match=r"plan\.json: (was changed|step 1)"):
        saved_steps(text_of(members, digested=digested), "plan.json", REPAIRS)


EDITS: tuple[tuple[str, Callable[[list[Any]], list[Any]], str], ...] = (
    ("added", lambda steps: [*steps, steps[0]], "cannot come before"),
    ("reordered", lambda steps: steps[::-1], "'/b' cannot come before"),
    ("none left", lambda _: [], "its permissions are not those of its steps"),
)


@pytest.mark.parametrize(("edit", "why"), [each[1:] for each in EDITS], ids=[each[0] for each in EDITS])
def test_plan_whose_steps_contradict_each_other_is_refused(edit: Callable[[list[Any]], list[Any]], why: str) -> None:
    whole = two_steps().members
    members = {**whole, "steps": edit(whole["steps"])}
    for digested, reason in ((False, "was changed after it was written"), (True, why)):
        with pytest.raises(PlanError, match=reason):
            saved_steps(text_of(members, digested=digested), "plan.json", REPAIRS)


def test_plan_that_is_another_one_altogether_lets_no_step_be_done_that_is_not_computed_anew() -> None:
    whole, other = two_steps(), planned(wish({"days": 30}), raw={"days": 1})
    allowed = Allowed(only=saved(other))
    assert (allowed.count(whole.steps), Allowed(only=saved(whole)).count(whole.steps)) == (0, 2)


def test_only_the_reviewed_plan_is_taken() -> None:
    whole, other = two_steps(), planned(wish({"days": 30}), raw={"days": 1})
    assert len(saved(whole, whole.digest)) == 2
    with pytest.raises(PlanError, match=f"is not the plan that was reviewed: its digest is {other.digest}"):
        saved(other, whole.digest)


def forged_journal(
    path: Path, *changes: tuple[Where, Any], ended: bool = True, number: int | None = None, digested: bool = True
) -> None:
    """Edits the step in a journal, and makes its digests right again; not `ended`: as if the run had been killed."""
    last, lines = "", []
    for line in path.read_text().splitlines():
        members = json.loads(line)
        told = members.pop("digest")
        if "step" in members:
            members["step"] = forged(members["step"], *changes)
        if number and "number" in members:
            members["number"] = number
        if ended or members.get("event") != "result":
            last = digest([last, members])
            lines.append(json.dumps({**members, "digest": last if digested else told}))
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("digested", [False, True])
@pytest.mark.parametrize(("path", "value"), FORGED)
def test_journal_that_was_edited_is_refused_even_if_its_digests_were_too(
    tmp_path: Path, path: Where, value: Any, digested: bool
) -> None:
    applied(tmp_path / "j", Hands({"days": 1}), planned(wish({"days": 7}), raw={"days": 1}))
    forged_journal(tmp_path / "j", (path, value), digested=digested)
    with pytest.raises(JournalError), journal(tmp_path / "j", REPAIRS):
        raise AssertionError("it was opened")


def test_journal_that_lacks_a_step_is_refused(tmp_path: Path) -> None:
    applied(tmp_path / "j", Hands({"days": 1}), planned(wish({"days": 7}), raw={"days": 1}))
    forged_journal(tmp_path / "j", number=2)
    with pytest.raises(JournalError, match="j:2: is not the next step"), journal(tmp_path / "j", REPAIRS):
        raise AssertionError("it was opened")


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize(
    "elsewhere",
    [
        ((("account",), "999999999999"), (("made_of", "site", "account"), "999999999999")),
        ((("region",), "eu-west-1"), (("made_of", "place", "region"), "eu-west-1")),
    ],
    ids=("account", "region"),
)
def test_journal_that_is_another_one_altogether_undoes_nothing_that_no_fix_did_there(
    tmp_path: Path, elsewhere: tuple[tuple[Where, Any], ...], ended: bool
) -> None:
    applied(tmp_path / "j", Hands({"days": 1}), planned(wish({"days": 7}), raw={"days": 1}))
    forged_journal(tmp_path / "j", *elsewhere, ended=ended)
    there = Hands({"days": 30})
    with journal(tmp_path / "j", {"first": FIRST}) as kept:
        (result,) = asyncio.run(Applying(there, kept, no_wait).undo(kept.entries))
    assert (result.outcome, there.calls) == ("stale", [])
