"""A fix of ten steps, as a user runs it, that is denied, throttled or overtaken in the middle, or goes too fast."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bedaudit.sandbox import THROTTLED, Rule, Sandbox, serve
from tests.cli.run import Ran, bedaudit, scrubbed
from tests.ten import ACCOUNT, POLICY, REGION, one_account

DONE = [
    *(f"applied  {ACCOUNT} global dashboard ten-{number}" for number in range(6)),
    f"applied  {ACCOUNT} {REGION} log group /ten",
]
RETENTION, ROLE, LOGGING = (
    f"{ACCOUNT} {REGION} {name}" for name in ("retention of log group /ten", "role ten", "model invocation logging")
)
DENIED = Rule(operation="CreateRole", code="AccessDenied", message="Not you", status=403)
BUSY = replace(THROTTLED, operation="PutRetentionPolicy", retry_after=0.0)
ALARM = """
  - id: alarm-{number}-is-there
    title: There is an alarm
    severity: low
    resource: alarm
    exists: {{name: of-{number}}}
    why: Somebody has to know.
    fix:
      create:
        AlarmName: of-{number}
        Namespace: AWS/Bedrock
        MetricName: Invocations
        Statistic: Sum
        Period: 300
        EvaluationPeriods: 1
        Threshold: 9
        ComparisonOperator: GreaterThanThreshold
"""
ALARMS = "policy: twelve\ncontrols:\n" + "".join(ALARM.format(number=number) for number in range(12))


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with serve(seed=one_account) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Iterator[Sandbox]:
    served.reset(one_account)
    yield served
    served.faults.clear()


def fix(sandbox: Sandbox, at: Path, policy: str = POLICY) -> Ran:
    (at / "p.yaml").write_text(policy)
    given = ("--policy", "p.yaml", "--region", REGION, "--journal", "j")
    return bedaudit("fix", "--yes", *given, at=at, env=sandbox.environment(ACCOUNT, REGION))


def told(ran: Ran) -> list[str]:
    """How each step ended, and the sum."""
    return [line for line in ran.err.splitlines() if not line.startswith("every step is noted")]


def test_what_is_denied_stops_what_needs_it_and_nothing_else(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add(DENIED)
    ran = fix(sandbox, tmp_path)
    assert (ran.code, told(ran)) == (
        1,
        [
            *DONE,
            f"applied  {RETENTION}",
            f"failed   {ROLE}: iam:CreateRole: AccessDenied: Not you",
            f"declined {LOGGING}: it needs role ten, which is not done",
            "8 applied, 1 failed, 1 declined",
        ],
    )
    sandbox.faults.clear()
    again = fix(sandbox, tmp_path)
    assert (again.code, told(again)) == (0, [f"applied  {ROLE}", f"applied  {LOGGING}", "2 applied"])


def test_what_is_throttled_for_ever_stops_nothing_that_does_not_need_it(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add(BUSY)
    ran = fix(sandbox, tmp_path)
    assert (ran.code, told(ran)) == (
        1,
        [
            *DONE,
            f"failed   {RETENTION}: logs:PutRetentionPolicy: ThrottlingException: Rate exceeded",
            f"applied  {ROLE}",
            f"applied  {LOGGING}",
            "9 applied, 1 failed",
        ],
    )


def test_what_somebody_else_makes_meanwhile_is_left_to_them(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(POLICY)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "bedaudit", "fix", "--policy", "p.yaml", "--region", REGION, "--journal", "j"],
        cwd=tmp_path,
        env=scrubbed(tmp_path, sandbox.environment(ACCOUNT, REGION)),
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr
        asked = process.stderr.read(len("Apply 10 steps? [y/N]: "))
        trust = '{"Version": "2012-10-17", "Statement": []}'
        sandbox.invoke(ACCOUNT, REGION, "iam", "CreateRole", RoleName="ten", AssumeRolePolicyDocument=trust)
        os.write(ours, b"y\n")
        ran = Ran(process.wait(timeout=300), "", process.stderr.read().decode())
    os.close(ours)
    os.close(theirs)
    assert (asked, ran.code, told(ran)) == (
        b"Apply 10 steps? [y/N]: ",
        1,
        [
            *DONE,
            f"applied  {RETENTION}",
            f"stale    {ROLE}: it is not any more as it was when this was planned; nothing was done",
            f"declined {LOGGING}: it needs role ten, which is not done",
            "8 applied, 1 stale, 1 declined",
        ],
    )


def test_a_role_that_is_not_known_everywhere_yet_is_waited_for(sandbox: Sandbox, tmp_path: Path) -> None:
    operation = "PutModelInvocationLoggingConfiguration"
    sandbox.faults.add(Rule(operation=operation, code="AccessDeniedException", message="iam:PassRole", times=1))
    sandbox.faults.add(Rule(operation=operation, code="ValidationException", message="cannot assume", times=1))
    ran = fix(sandbox, tmp_path)
    assert (ran.code, told(ran)[-2:]) == (0, [f"applied  {LOGGING}", "10 applied"])
    calls = [entry[3] for entry in sandbox.ledger.entries]
    assert calls.count(operation) == 3


def test_as_many_alarms_as_aws_takes_in_a_second_are_put_in_one(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add(replace(THROTTLED, operation="PutMetricAlarm", rate=3.0, burst=3))
    ran = fix(sandbox, tmp_path, ALARMS)
    names = sorted(f"of-{number}" for number in range(12))
    assert (ran.code, told(ran)) == (
        0,
        [*(f"applied  {ACCOUNT} {REGION} alarm {name}" for name in names), "12 applied"],
    )
