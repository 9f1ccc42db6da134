"""`fix` and `rollback` as a user runs them, against an AWS that answers over HTTP."""

from __future__ import annotations

import fcntl
import json
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import bedaudit
from bedaudit.sandbox import THROTTLED, Rule, Sandbox, serve
from tests.cli.run import Ran, python
from tests.cli.run import bedaudit as command

ACCOUNT, REGION = "222222222222", "us-east-1"
GROUP = "/aws/bedrock/invocations"
POLICY = """
policy: kept
parameters:
  days: {type: integer, default: 500, description: Days.}
  nobody_knows: {type: string, description: Unknown.}
controls:
  - id: logs-are-kept-long
    title: Logs are kept long
    severity: medium
    resource: invocation_logging
    where: {cloudwatch.log_group.exists: true}
    require: {cloudwatch.log_group.retention_days: {at_least: "${days}"}}
    why: They are needed.
    fix: {}
  - id: logs-are-protected
    title: Logs are protected
    severity: medium
    resource: invocation_logging
    where: {cloudwatch.log_group.exists: true}
    require: {cloudwatch.log_group.deletion_protection: true}
    why: They are needed.
    fix: {}
"""
SCHEMA = json.loads((Path(bedaudit.__file__).parent / "schemas" / "plan.schema.json").read_text())
KILLED = """
import os, signal, sys
left, sync = int(sys.argv.pop(1)), os.fsync
def fsync(descriptor):
    global left
    sync(descriptor)
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
os.fsync = fsync
from bedaudit.cli.run import run
sys.exit(run(sys.argv[1:]))
"""
POINTS = (1, 2, 4, 8)
"""The first line of the journal, its folder, and one line in each of two steps; `test_fix_killed` has them all."""


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with serve() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Iterator[Sandbox]:
    """One log group of which both controls fail."""
    call(served, "PutRetentionPolicy", logGroupName=GROUP, retentionInDays=365)
    call(served, "PutLogGroupDeletionProtection", logGroupIdentifier=GROUP, deletionProtectionEnabled=False)
    served.ledger.clear()
    yield served
    served.faults.clear()


def call(sandbox: Sandbox, operation: str, region: str = REGION, **parameters: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = sandbox.invoke(ACCOUNT, region, "logs", operation, **parameters)
    return found


def group(sandbox: Sandbox, region: str = REGION) -> tuple[int, bool]:
    (found,) = [
        each for each in call(sandbox, "DescribeLogGroups", region)["logGroups"] if each["logGroupName"] == GROUP
    ]
    return found["retentionInDays"], found.get("deletionProtectionEnabled", False)


BEFORE, AFTER = (365, False), (545, True)


def fix(sandbox: Sandbox, at: Path, *arguments: str, name: str = "fix", region: str | None = REGION) -> Ran:
    (at / "p.yaml").write_text(POLICY)
    scope = () if name == "rollback" else ("--policy", "p.yaml", *(("--region", region) if region else ()))
    return command(name, *arguments, *scope, at=at, env=sandbox.environment(ACCOUNT))


def writes(sandbox: Sandbox) -> Counter[str]:
    reading = ("Get", "List", "Describe", "Head")
    return Counter(entry[3] for entry in sandbox.ledger.entries if not entry[3].startswith(reading))


def test_dry_run_writes_nothing_and_says_all(sandbox: Sandbox, tmp_path: Path) -> None:
    ran = fix(sandbox, tmp_path, "--dry-run", "--out", "plan.json")
    assert (ran.code, ran.err) == (1, "")
    assert writes(sandbox) == {}
    assert group(sandbox) == BEFORE
    assert "retentionInDays: 365 -> 545" in ran.out
    assert f"aws logs put-retention-policy --region {REGION} \\\n      --log-group-name {GROUP} \\\n" in ran.out
    assert "logs:PutRetentionPolicy" in ran.out
    plan = json.loads((tmp_path / "plan.json").read_text())
    Draft202012Validator(SCHEMA).validate(plan)
    assert [step["controls"] for step in plan["steps"]] == [["logs-are-protected"], ["logs-are-kept-long"]]
    assert stat.S_IMODE((tmp_path / "plan.json").stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["p.yaml", "plan.json"]


def test_without_a_terminal_nothing_is_applied_unasked(sandbox: Sandbox, tmp_path: Path) -> None:
    ran = fix(sandbox, tmp_path)
    assert (ran.code, sandbox.ledger.entries) == (2, ())
    assert "--yes" in ran.err


def test_fix_mends_a_second_finds_nothing_and_rollback_restores(sandbox: Sandbox, tmp_path: Path) -> None:
    ran = fix(sandbox, tmp_path, "--yes", "--journal", "j")
    assert (ran.code, group(sandbox)) == (0, AFTER), ran.err
    assert stat.S_IMODE((tmp_path / "j").stat().st_mode) == 0o600
    sandbox.ledger.clear()
    again = fix(sandbox, tmp_path, "--yes")
    assert (again.code, writes(sandbox)) == (0, {})
    assert again.out == "0 steps; 0 findings left to people\n"
    back = fix(sandbox, tmp_path, "j", "--yes", name="rollback")
    assert (back.code, group(sandbox)) == (0, BEFORE), back.err


def test_saved_plan_is_applied_and_nothing_else(sandbox: Sandbox, tmp_path: Path) -> None:
    fix(sandbox, tmp_path, "--dry-run", "--out", "plan.json", "--control", "logs-are-kept-long")
    ran = fix(sandbox, tmp_path, "--yes", "--plan", "plan.json")
    assert (ran.code, group(sandbox)) == (1, (545, False))
    assert "declined" in ran.err


def test_what_changed_since_the_plan_was_saved_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    fix(sandbox, tmp_path, "--dry-run", "--out", "plan.json", "--control", "logs-are-kept-long")
    call(sandbox, "PutRetentionPolicy", logGroupName=GROUP, retentionInDays=400)
    sandbox.ledger.clear()
    ran = fix(sandbox, tmp_path, "--yes", "--plan", "plan.json", "--control", "logs-are-kept-long")
    assert (ran.code, group(sandbox), writes(sandbox)) == (1, (400, False), {})


@pytest.mark.parametrize("point", POINTS)
def test_killed_run_is_resumed_and_rolled_back_from_any_point(sandbox: Sandbox, tmp_path: Path, point: int) -> None:
    (tmp_path / "p.yaml").write_text(POLICY)
    given = ("fix", "--yes", "--policy", "p.yaml", "--region", REGION, "--journal", "j")
    killed = python("-c", KILLED, str(point), *given, at=tmp_path, env=sandbox.environment(ACCOUNT))
    assert killed.code == -9
    resumed = fix(sandbox, tmp_path, "--yes", "--journal", "j")
    assert (resumed.code, group(sandbox)) == (0, AFTER), resumed.err
    assert all(times <= 2 for times in writes(sandbox).values())
    back = fix(sandbox, tmp_path, "j", "--yes", name="rollback")
    assert (back.code, group(sandbox)) == (0, BEFORE), back.err


@pytest.mark.parametrize("point", POINTS[2:])
def test_killed_run_is_rolled_back_at_once(sandbox: Sandbox, tmp_path: Path, point: int) -> None:
    (tmp_path / "p.yaml").write_text(POLICY)
    given = ("fix", "--yes", "--policy", "p.yaml", "--region", REGION, "--journal", "j")
    python("-c", KILLED, str(point), *given, at=tmp_path, env=sandbox.environment(ACCOUNT))
    back = fix(sandbox, tmp_path, "j", "--yes", name="rollback")
    assert (back.code, group(sandbox)) == (0, BEFORE), back.err


def test_rollback_keeps_what_was_changed_since(sandbox: Sandbox, tmp_path: Path) -> None:
    fix(sandbox, tmp_path, "--yes", "--journal", "j")
    call(sandbox, "PutRetentionPolicy", logGroupName=GROUP, retentionInDays=731)
    back = fix(sandbox, tmp_path, "j", "--yes", name="rollback")
    assert (back.code, group(sandbox)) == (1, (731, True))
    assert "it was changed since" in back.err


def test_a_second_run_does_not_touch_the_journal_of_the_first(sandbox: Sandbox, tmp_path: Path) -> None:
    fix(sandbox, tmp_path, "--yes", "--journal", "j")
    kept = (tmp_path / "j").read_bytes()
    with (tmp_path / "j").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ran = fix(sandbox, tmp_path, "--yes", "--journal", "j")
    assert (ran.code, (tmp_path / "j").read_bytes()) == (2, kept)
    assert "another run is using it" in ran.err


@pytest.mark.parametrize(
    "rule",
    [
        Rule(operation="PutLogGroupDeletionProtection", code="AccessDeniedException"),
        Rule(operation="PutLogGroupDeletionProtection", code="ServiceUnavailableException", status=503),
    ],
    ids=lambda rule: rule.code,
)
def test_step_that_fails_stops_no_other_and_is_told(sandbox: Sandbox, tmp_path: Path, rule: Rule) -> None:
    sandbox.faults.add(rule)
    ran = fix(sandbox, tmp_path, "--yes")
    assert (ran.code, group(sandbox)) == (1, (545, False))
    assert writes(sandbox)["PutLogGroupDeletionProtection"] == 1
    assert "failed   222222222222 us-east-1 deletion protection of log group" in ran.err
    assert str(rule.code) in ran.err


def test_throttling_is_waited_for(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add(replace(THROTTLED, operation="PutRetentionPolicy", times=2))
    ran = fix(sandbox, tmp_path, "--yes")
    assert (ran.code, group(sandbox)) == (0, AFTER), ran.err


def test_shorter_retention_is_shown_and_never_applied(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "less.yaml").write_text(POLICY.replace("at_least", "at_most").replace("default: 500", "default: 90"))
    given = ("--policy", "less.yaml", "--region", REGION, "--control", "logs-are-kept-long", "--yes", "--allow-risky")
    ran = command("fix", *given, at=tmp_path, env=sandbox.environment(ACCOUNT))
    assert (ran.code, group(sandbox), writes(sandbox)) == (1, BEFORE, {})
    assert "    manual: shorter retention deletes events that are kept now\n" in ran.out
    assert "manual   222222222222" in ran.err


def test_no_more_steps_are_applied_than_allowed(sandbox: Sandbox, tmp_path: Path) -> None:
    ran = fix(sandbox, tmp_path, "--yes", "--max-steps", "1")
    assert (ran.code, group(sandbox)) == (1, (365, True))


@pytest.mark.parametrize(
    ("format_", "said"), [("markdown", "### retention of log group"), ("json", '"schema_version"')]
)
def test_plan_has_other_forms(sandbox: Sandbox, tmp_path: Path, format_: str, said: str) -> None:
    assert said in fix(sandbox, tmp_path, "--dry-run", "--format", format_).out


@pytest.mark.skipif(not Path("/dev/zero").is_char_device(), reason="there is no /dev/zero")
def test_a_plan_without_end_is_refused(tmp_path: Path) -> None:
    ran = command("fix", "--yes", "--plan", "/dev/zero", at=tmp_path)
    assert (ran.code, "is larger than 67,108,864 bytes, which no plan is" in ran.err) == (2, True)
