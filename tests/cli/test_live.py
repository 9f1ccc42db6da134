"""The command line against an AWS that answers over HTTP."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bedaudit.sandbox import Rule, Sandbox
from bedaudit.snapshot import open_snapshot
from tests.cli.run import Ran, bedaudit, scrubbed

REGIONS = ("eu-south-1", "eu-west-1", "us-east-1", "us-west-2")
ORG = ("--org", "--role", "BedauditReadOnly")


@pytest.fixture
def sandbox(organization: Sandbox) -> Iterator[Sandbox]:
    """The demo organisation, to be troubled by rules."""
    yield organization
    organization.faults.clear()


def run(sandbox: Sandbox, *arguments: str, at: Path, **more: str) -> Ran:
    return bedaudit(*arguments, at=at, env={**sandbox.environment(), **more})


def without_times(report: dict[str, Any]) -> dict[str, Any]:
    return {name: report[name] for name in ("summary", "findings", "gaps", "notices")}


def test_snapshot_gives_the_findings_of_the_live_scan(sandbox: Sandbox, tmp_path: Path) -> None:
    live = run(sandbox, "scan", *ORG, "--format", "json", "--save-snapshot", "s.gz", "-o", "sarif:r.sarif", at=tmp_path)
    assert (live.code, live.err) == (1, "")
    assert stat.S_IMODE((tmp_path / "s.gz").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "r.sarif").read_text())["version"] == "2.1.0"
    again = bedaudit("scan", "--from", "s.gz", "--format", "json", at=tmp_path)
    assert (again.code, again.err) == (1, "")
    assert without_times(again.json) == without_times(live.json)
    assert again.json["scan"] == live.json["scan"] | {"finished_at": again.json["scan"]["finished_at"]}
    assert sorted(each.name for each in tmp_path.iterdir()) == ["r.sarif", "s.gz"]


def test_account_that_is_not_entered_is_a_gap_and_exit_3(sandbox: Sandbox, tmp_path: Path) -> None:
    ran = run(sandbox, "scan", *ORG, "--account", "666666666666", "--format", "json", at=tmp_path)
    assert ran.code == 3
    assert Counter(finding["outcome"] for finding in ran.json["findings"]).keys() == {"unknown"}
    assert [(gap["account"], gap["region"], gap["reason"]) for gap in ran.json["gaps"]] == [
        ("666666666666", "*", "denied")
    ]
    assert ran.json["scan"]["complete"] is False


def test_healthy_account_passes_and_exits_0(sandbox: Sandbox, tmp_path: Path) -> None:
    ran = run(sandbox, "scan", *ORG, "--account", "222222222222", "--format", "json", at=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert {finding["outcome"] for finding in ran.json["findings"]} == {"pass", "not_applicable"}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--exit-zero",), 0),
        (("--fail-on", "critical", "--control", "invocation-logging-is-enabled-before-first-use"), 0),
    ],
)
def test_options_decide_what_the_exit_code_says(
    sandbox: Sandbox, tmp_path: Path, options: tuple[str, ...], code: int
) -> None:
    assert run(sandbox, "scan", *ORG, "--account", "333333333333", *options, at=tmp_path).code == code


@pytest.mark.parametrize(
    ("rule", "environment", "said"),
    [
        (Rule(service="sts", operation="GetCallerIdentity", code="ExpiredToken"), {}, "have expired"),
        (
            Rule(service="sts", operation="GetCallerIdentity", code="InvalidClientTokenId", status=403),
            {},
            "does not know",
        ),
        (None, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "nobody answered"),
        (None, {"AWS_PROFILE": "nobody"}, "no such profile"),
        (None, {"AWS_REGION": "mars-north-1"}, "check AWS_REGION"),
    ],
)
def test_scan_that_cannot_begin_says_why_in_one_line(
    sandbox: Sandbox, tmp_path: Path, rule: Rule | None, environment: dict[str, str], said: str
) -> None:
    sandbox.faults.add(*([rule] if rule else []))
    ran = run(sandbox, "scan", at=tmp_path, **environment)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert said in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--account", "222222222222"), "name the role to assume there with --role"),
        (("--org", "--role", "BedauditReadOnly", "--account", "999999999999"), "999999999999"),
        (("--region", "us-wset-1"), "did you mean us-west-1?"),
        (("--role", "arn:aws:iam::222222222222:role/x", "--account", "222222222222"), "give the name, not the ARN"),
    ],
)
def test_wrong_scope_is_answered_before_anything_is_read(
    sandbox: Sandbox, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = run(sandbox, "scan", *arguments, at=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_no_credentials_is_one_line_and_exit_2(tmp_path: Path) -> None:
    ran = bedaudit("scan", at=tmp_path)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert ran.err.startswith("Error: no AWS credentials were found")


def test_options_come_before_environment_before_settings(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "bedaudit.yaml").write_text(
        "regions: [us-east-1]\nfail_on: info\norganization: {role: NoSuchRole, exclude_accounts: ['444444444444']}\n"
    )
    scan = ("scan", "--org", "--format", "json", "--account", "333333333333")
    settings = run(sandbox, *scan, at=tmp_path)
    environment = run(sandbox, *scan, at=tmp_path, BEDAUDIT_ROLE="BedauditReadOnly")
    option = run(sandbox, *scan, "--region", "eu-west-1", at=tmp_path, BEDAUDIT_ROLE="BedauditReadOnly")
    assert [(gap["reason"], gap["region"]) for gap in settings.json["gaps"]] == [("denied", "us-east-1")]
    assert {finding["region"] for finding in environment.json["findings"]} == {"us-east-1"}
    assert environment.json["gaps"] == []
    assert {finding["region"] for finding in option.json["findings"]} == {"eu-west-1"}


def test_verbose_says_what_is_read_and_no_secrets(sandbox: Sandbox, tmp_path: Path) -> None:
    ran = run(sandbox, "scan", "-v", "--region", "us-east-1", at=tmp_path)
    assert "read 111111111111 us-east-1" in ran.err
    assert sandbox.environment()["AWS_SECRET_ACCESS_KEY"] not in ran.err.replace("user/sandbox", "")


READABLE = {(account, region) for account in ("111111111111", "222222222222", "333333333333") for region in REGIONS} | {
    ("555555555555", region) for region in REGIONS if region != "eu-south-1"
}
"""The sites of the accounts that answer."""


def visited(partial: Path) -> set[tuple[str, str]]:
    if not partial.exists() or not partial.stat().st_size:
        return set()
    return {(record.site.account, record.site.region) for record in open_snapshot(partial)[1]}


def test_interrupt_keeps_what_was_read_and_reports_the_rest_as_not_read(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add(Rule(account="444444444444", latency=3600))
    command = [sys.executable, "-m", "bedaudit", "scan", *ORG, "--format", "json", "--save-snapshot", "s.gz"]
    env = scrubbed(tmp_path, sandbox.environment())
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while not visited(tmp_path / "s.gz.partial") >= READABLE and process.poll() is None:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=600)
    report = json.loads(out)
    assert process.returncode == 130
    assert "go on with --resume s.gz" in err
    assert "Traceback" not in err
    assert {gap["account"] for gap in report["gaps"] if gap["reason"] == "not_read"} == {"444444444444"}
    assert {finding["outcome"] for finding in report["findings"] if finding["account"] == "444444444444"} == {"unknown"}
    assert {(finding["account"], finding["region"]) for finding in report["findings"]} >= READABLE
    again = bedaudit("scan", "--from", "s.gz.partial", "--format", "json", at=tmp_path)
    assert again.json["scan"]["complete"] is False
    assert {(finding["account"], finding["region"]) for finding in again.json["findings"]} >= READABLE


STOPPED = """
import asyncio, os, signal
from bedaudit.cli.run import as_interrupt

async def read():
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        print("judged whole")
        await asyncio.sleep(3600)
    finally:
        print("left")

if {ignored}:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, as_interrupt)
try:
    asyncio.run(read())
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize(
    ("ignored", "said"), [(False, ["judged whole", "left", "interrupted"]), (True, ["left", "interrupted"])]
)
def test_sigterm_waits_for_what_is_being_judged_like_ctrl_c(ignored: bool, said: list[str]) -> None:
    command = [sys.executable, "-c", STOPPED.format(ignored=ignored)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == said


def test_demo_needs_no_account_and_says_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "bedaudit.yaml").write_text("regions: [eu-north-1]\norganization: {organizational_units: [ou-mine]}\n")
    ran = bedaudit(
        "demo", "--format", "json", at=tmp_path, env={"AWS_PROFILE": "nobody", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    )
    assert ran.code == 1
    assert "no AWS account is touched" in ran.err.splitlines()[0]
    assert ran.json["scan"]["accounts"] == 6


def test_targets_tells_where_a_scan_would_go_and_what_it_costs(sandbox: Sandbox, tmp_path: Path) -> None:
    ran = run(sandbox, "targets", *ORG, "--format", "json", at=tmp_path)
    assert (ran.code, ran.err) == (3, "")
    regions = {
        each["account"]: (each["regions"], each["gap"] and each["gap"]["reason"]) for each in ran.json["accounts"]
    }
    assert regions["222222222222"] == (["eu-south-1", "eu-west-1", "us-east-1", "us-west-2"], None)
    assert regions["555555555555"] == (["eu-west-1", "us-east-1", "us-west-2"], None)
    assert regions["666666666666"] == ([], "denied")
    cost = ran.json["calls"]
    assert cost["operations"]["cloudwatch:ListMetrics"] == {"least": 19, "most": 19}
    assert cost["operations"]["cloudwatch:DescribeAlarms"] == {"least": 0, "most": 19}
    scanned = run(sandbox, "scan", *ORG, "--format", "json", at=tmp_path).json["scan"]["calls"]
    assert cost["least"] < scanned < cost["most"]
    text = run(sandbox, "targets", *ORG, "-v", at=tmp_path)
    assert max(map(len, text.out.splitlines())) <= 80
    assert f"6 accounts, 19 regions, {cost['least']} to {cost['most']} calls\n" in text.out
    assert "     19      19  cloudwatch:ListMetrics\n" in text.out


@pytest.mark.parametrize(("scope", "least"), [((), 43), (("--control", "invocation-logging-is-enabled"), 19)])
def test_targets_knows_what_it_costs_to_see_that_bedrock_is_not_used(
    sandbox: Sandbox, tmp_path: Path, scope: tuple[str, ...], least: int
) -> None:
    ran = run(sandbox, "targets", *ORG, *scope, "--format", "json", at=tmp_path)
    assert sum(each["least"] for each in ran.json["calls"]["operations"].values()) == least


@pytest.mark.parametrize("stopped_by", [signal.SIGINT, signal.SIGTERM])
def test_sandbox_serves_any_client_until_it_is_interrupted(tmp_path: Path, stopped_by: signal.Signals) -> None:
    command = [sys.executable, "-m", "bedaudit", "sandbox", "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=scrubbed(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(5)]
        environment = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
        ran = bedaudit("targets", "--format", "json", at=tmp_path, env=environment)
        process.send_signal(stopped_by)
        process.communicate(timeout=600)
    assert [each["account"] for each in ran.json["accounts"]] == ["111111111111"]
    assert process.returncode == 130


def test_reader_of_stdout_may_leave_early(sandbox: Sandbox, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "bedaudit", "scan", *ORG],
        cwd=tmp_path,
        env=scrubbed(tmp_path, sandbox.environment()),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
