"""A fix of ten steps, disturbed: killed after each of its calls, refused, throttled, and overtaken by others."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bedaudit.audit import Standard
from bedaudit.aws.progress import Progress
from bedaudit.aws.settings import Settings
from bedaudit.aws.writer import Writer
from bedaudit.fixing import Planned, fix, rollback
from bedaudit.model import Gap
from bedaudit.policy.load import load
from bedaudit.policy.rules import Rules
from bedaudit.remedy.apply import Allowed
from bedaudit.remedy.journal import Journal
from bedaudit.sandbox import THROTTLED, Rule, Sandbox, serve
from tests.ten import ACCOUNT, CALLS, POLICY, REGION, STEPS, one_account

READING = ("Get", "List", "Describe", "Head")
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload([__name__, "bedaudit.aws.connection", "bedaudit.aws.check", "bedaudit.aws.writer"])


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with serve(seed=one_account) as sandbox:
        yield sandbox


@dataclass(frozen=True)
class Fixing:
    """One policy, one journal, one place."""

    sandbox: Sandbox
    policy: Path
    journal: Path

    def run(self) -> list[str]:
        return run(self.policy, self.journal)

    def killed(self, target: Callable[[Path, Path], Any], at: int, *, noted: bool) -> None:
        """Runs in a process that kills itself after a call, before or after the journal tells how that ended."""
        environment = self.sandbox.environment(ACCOUNT, REGION)
        process = FORKED.Process(target=dying, args=((self.policy, self.journal), environment, target, at, noted))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL

    def back(self) -> list[tuple[str, str]]:
        results = rollback(Settings("back", regions=(REGION,)), Progress(), self.journal, lambda _: True)
        return [(each.outcome, each.message) for each in results or () if not each.good]

    def there(self) -> set[str]:
        """What there is in the account of what the plan makes."""

        def ask(service: str, operation: str) -> Any:
            return self.sandbox.invoke(ACCOUNT, REGION, service, operation)

        dashboards = ask("cloudwatch", "ListDashboards")["DashboardEntries"]
        groups = ask("logs", "DescribeLogGroups")["logGroups"]
        logging = ask("bedrock", "GetModelInvocationLoggingConfiguration").get("loggingConfig")
        return {
            *(each["DashboardName"] for each in dashboards),
            *(f"{each['logGroupName']} {each.get('retentionInDays')}" for each in groups),
            *(each["RoleName"] for each in ask("iam", "ListRoles")["Roles"]),
            *(["logging"] if logging else []),
        }

    def writes(self) -> Counter[str]:
        return Counter(entry[3] for entry in self.sandbox.ledger.entries if not entry[3].startswith(READING))


NOTHING: set[str] = set()
ALL = {*(f"ten-{number}" for number in range(6)), "/ten 90", "ten", "logging"}


@pytest.fixture
def fixing(served: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fixing:
    served.reset(one_account)
    for name, value in served.environment(ACCOUNT, REGION).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "ten.yaml").write_text(POLICY)
    return Fixing(served, tmp_path / "ten.yaml", tmp_path / "journal")


def run(policy: Path, journal: Path, decide: Callable[[Planned], Allowed] = lambda _: Allowed()) -> list[str]:
    """How each step ended."""
    standard = Standard(Rules(load([str(policy)]), {}), (), datetime.now(UTC).date())
    settings, now = Settings("ten", regions=(REGION,)), lambda: datetime.now(UTC)
    fixed = fix(settings, standard, Progress(), now, journal_file=journal, decide=decide)
    return [each.outcome for each in fixed.results or ()]


def undo(_: Path, journal: Path) -> None:
    rollback(Settings("back", regions=(REGION,)), Progress(), journal, lambda _: True)


def dying(
    fixing_at: tuple[Path, Path], environment: dict[str, str], target: Callable[[Path, Path], Any], at: int, noted: bool
) -> None:
    """Stands for a run that the operating system ends; in a process of its own."""
    os.environ.update(environment)
    made = 0
    write, called = Writer.write, Journal.called

    async def counted(self: Writer, *call: Any) -> Gap | None:
        nonlocal made
        gap = await write(self, *call)
        made += 1
        if made == at and not noted:
            os.kill(os.getpid(), signal.SIGKILL)
        return gap

    def told(self: Journal, *result: Any, **more: Any) -> None:
        called(self, *result, **more)
        if made == at:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(Writer, "write", counted)  # noqa: B010
    setattr(Journal, "called", told)  # noqa: B010
    target(*fixing_at)


@pytest.mark.parametrize("at", range(1, CALLS + 1))
def test_killed_fix_is_gone_on_with_or_taken_back_from_wherever_it_got_to(fixing: Fixing, at: int) -> None:
    noted = at % 2 == 0
    fixing.killed(run, at, noted=noted)
    assert sum(fixing.writes().values()) == at
    assert (fixing.back(), fixing.there()) == ([], NOTHING)
    fixing.killed(run, at, noted=noted)
    fixing.sandbox.ledger.clear()
    fixing.run()
    assert fixing.there() == ALL
    assert sum(fixing.writes().values()) == CALLS - at
    assert fixing.run() == []
    assert (fixing.back(), fixing.there()) == ([], NOTHING)


@pytest.mark.parametrize("at", range(1, CALLS + 1))
def test_killed_rollback_is_gone_on_with(fixing: Fixing, at: int) -> None:
    assert fixing.run() == ["applied"] * STEPS
    fixing.killed(undo, at, noted=False)
    assert (fixing.back(), fixing.there()) == ([], NOTHING)


DENIED = Rule(operation="CreateRole", code="AccessDenied", status=403)


def test_what_is_denied_stops_only_what_needs_it(fixing: Fixing) -> None:
    fixing.sandbox.faults.add(DENIED)
    assert Counter(fixing.run()) == {"applied": STEPS - 2, "failed": 1, "declined": 1}
    assert fixing.there() == ALL - {"ten", "logging"}
    fixing.sandbox.faults.clear()
    assert (fixing.run(), fixing.there()) == (["applied"] * 2, ALL)
    assert (fixing.back(), fixing.there()) == ([], NOTHING)


def test_what_is_throttled_is_waited_for(fixing: Fixing) -> None:
    fixing.sandbox.faults.add(replace(THROTTLED, operation="CreateRole", times=2))
    assert (fixing.run(), fixing.there()) == (["applied"] * STEPS, ALL)


def test_what_others_change_meanwhile_is_left_to_them(fixing: Fixing) -> None:
    def meanwhile(_: Planned) -> Allowed:
        trust = '{"Version": "2012-10-17", "Statement": []}'
        fixing.sandbox.invoke(ACCOUNT, REGION, "iam", "CreateRole", RoleName="ten", AssumeRolePolicyDocument=trust)
        return Allowed()

    assert Counter(run(fixing.policy, fixing.journal, meanwhile)) == {"applied": STEPS - 2, "stale": 1, "declined": 1}
    assert fixing.back() == []
    assert fixing.there() == {"ten"}
    (role,) = fixing.sandbox.invoke(ACCOUNT, REGION, "iam", "ListRoles")["Roles"]
    assert "bedrock" not in str(role["AssumeRolePolicyDocument"])


def test_two_fixes_at_once_keep_a_journal_each(fixing: Fixing) -> None:
    """Together they do all of it, and either journal takes back what its own run did."""
    other = replace(fixing, journal=fixing.journal.with_name("other"))
    other_outcomes: list[str] = []

    def meanwhile(_: Planned) -> Allowed:
        with ThreadPoolExecutor(1) as pool:
            other_outcomes.extend(pool.submit(other.run).result())
        return Allowed()

    outcomes = run(fixing.policy, fixing.journal, meanwhile)
    assert (set(outcomes), other_outcomes) == ({"stale", "declined"}, ["applied"] * STEPS)
    assert (fixing.there(), fixing.back(), fixing.there()) == (ALL, [], ALL)
    assert (other.back(), fixing.there()) == ([], NOTHING)
