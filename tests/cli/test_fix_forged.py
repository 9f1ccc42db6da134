"""A plan or a journal that was edited by hand is refused before AWS hears anything; so is a plan nobody reviewed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bedaudit.remedy.plan import digest
from bedaudit.sandbox import Sandbox, serve
from tests.cli.run import Ran, bedaudit
from tests.ten import ACCOUNT, POLICY, REGION, STEPS, one_account

Steps = list[dict[str, Any]]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(seed=one_account) as served:
        yield served


@pytest.fixture(scope="module")
def files(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A plan, and the journal of applying it."""
    at = tmp_path_factory.mktemp("made")
    assert run(sandbox, at, "fix", "--dry-run", "--out", "plan.json").code == 1
    assert run(sandbox, at, "fix", "--yes", "--plan", "plan.json", "--journal", "j").code == 0
    return (at / "plan.json").read_text(), (at / "j").read_text()


def run(sandbox: Sandbox, at: Path, name: str, *arguments: str) -> Ran:
    (at / "ten.yaml").write_text(POLICY)
    scope = () if name == "rollback" else ("--policy", "ten.yaml", "--region", REGION)
    return bedaudit(name, *arguments, *scope, at=at, env=sandbox.environment(ACCOUNT, REGION))


def edited_plan(text: str, edit: Callable[[Steps], None], *, digested: bool) -> str:
    plan = json.loads(text)
    edit(plan["steps"])
    told = plan.pop("digest")
    return json.dumps({**plan, "digest": digest(plan) if digested else told})


def edited_journal(text: str, edit: Callable[[Steps], None], *, digested: bool) -> str:
    lines = [json.loads(line) for line in text.splitlines()]
    steps = [line["step"] for line in lines if "step" in line]
    edit(steps)
    left, last, kept = iter(steps), "", []
    for line in [*lines, *([{**lines[1], "step": steps[-1]}] if len(steps) > STEPS else [])]:
        told = line.pop("digest", None)
        if "step" in line:
            line["step"] = next(left, None)
        if line.get("step", line) is not None:
            last = digest([last, line])
            kept.append(json.dumps({**line, "digest": last if digested else told}))
    return "\n".join(kept) + "\n"


def put(*path: str | int, value: Any) -> Callable[[Steps], None]:
    """Writes a value into the last step, which turns logging on."""

    def edit(steps: Steps) -> None:
        within: Any = steps[-1]
        for name in path[:-1]:
            within = within[name]
        assert within[path[-1]] != value
        within[path[-1]] = value

    return edit


EDITS: dict[str, Callable[[Steps], None]] = {
    "operation": put("calls", 0, "operation", value="DeleteModelInvocationLoggingConfiguration"),
    "undoing operation": put("undo", 0, "operation", value="PutModelInvocationLoggingConfiguration"),
    "parameter": put("calls", 0, "parameters", "loggingConfig", value={}),
    "account": put("account", value="333333333333"),
    "account that is entered": put("made_of", "site", "account", value="333333333333"),
    "region": put("region", value="eu-west-1"),
    "region that is called": put("made_of", "place", "region", value="eu-west-1"),
    "resource": put("resource", value="dashboard ten-1"),
    "step added": lambda steps: steps.append(steps[0]),
    "step taken out": lambda steps: steps.__delitem__(slice(-3, None)),
    "steps in another order": lambda steps: steps.reverse(),
}


EDITED = pytest.mark.parametrize(
    ("edit", "digested"),
    [*((edit, True) for edit in EDITS.values()), (EDITS["operation"], False)],
    ids=[*EDITS, "digest that is not made right"],
)


@EDITED
def test_edited_plan_is_refused_before_any_call(
    sandbox: Sandbox, tmp_path: Path, files: tuple[str, str], edit: Callable[[Steps], None], digested: bool
) -> None:
    (tmp_path / "plan.json").write_text(edited_plan(files[0], edit, digested=digested))
    sandbox.ledger.clear()
    ran = run(sandbox, tmp_path, "fix", "--yes", "--plan", "plan.json")
    assert (ran.code, sandbox.ledger.entries, ran.out) == (2, (), "")
    assert ran.err.startswith("Error: plan.json: ")


@EDITED
def test_edited_journal_is_refused_before_any_call(
    sandbox: Sandbox, tmp_path: Path, files: tuple[str, str], edit: Callable[[Steps], None], digested: bool
) -> None:
    (tmp_path / "j").write_text(edited_journal(files[1], edit, digested=digested))
    sandbox.ledger.clear()
    ran = run(sandbox, tmp_path, "rollback", "j", "--yes")
    assert (ran.code, sandbox.ledger.entries, ran.out) == (2, (), "")
    assert ran.err.startswith("Error: j:")


def test_no_fix_goes_on_with_an_edited_journal(sandbox: Sandbox, tmp_path: Path, files: tuple[str, str]) -> None:
    (tmp_path / "j").write_text(edited_journal(files[1], EDITS["parameter"], digested=True))
    sandbox.ledger.clear()
    ran = run(sandbox, tmp_path, "fix", "--yes", "--journal", "j")
    assert (ran.code, sandbox.ledger.entries, ran.out) == (2, (), "")


def test_only_the_plan_that_was_reviewed_is_applied(sandbox: Sandbox, tmp_path: Path, files: tuple[str, str]) -> None:
    (tmp_path / "plan.json").write_text(files[0])
    sandbox.ledger.clear()
    refused = run(sandbox, tmp_path, "fix", "--yes", "--plan", "plan.json", "--digest", digest("another"))
    assert (refused.code, sandbox.ledger.entries) == (2, ())
    told = json.loads(files[0])["digest"]
    assert f"is not the plan that was reviewed: its digest is {told}" in refused.err
    sandbox.reset(one_account)
    shown = run(sandbox, tmp_path, "fix", "--dry-run", "--out", "plan.json")
    reviewed = json.loads((tmp_path / "plan.json").read_text())["digest"]
    assert shown.out.endswith(f"\n  {reviewed}\n")
    ran = run(sandbox, tmp_path, "fix", "--yes", "--plan", "plan.json", "--digest", reviewed)
    assert (ran.code, ran.err.splitlines()[-1]) == (0, f"{STEPS} applied")


def test_a_digest_of_no_plan_is_a_mistake(sandbox: Sandbox, tmp_path: Path) -> None:
    ran = run(sandbox, tmp_path, "fix", "--yes", "--digest", "sha256:0")
    assert (ran.code, "name it with --plan" in ran.err) == (2, True)
