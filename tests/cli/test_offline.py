"""`bedaudit scan --from`, and everything that can be wrong before AWS is asked."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.run import bedaudit, python, scrubbed
from tests.test_audit import POLICY, RECORDS, snapshot

JUDGE = ("scan", "--from", "s.gz", "--policy", "small.yaml")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(POLICY)
    snapshot(tmp_path / "s.gz")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--fail-on", "critical"), 3),
        (("--fail-on", "critical", "--allow-unknown"), 0),
        (("--exit-zero",), 0),
        (("--account", "111111111111", "--region", "us-east-1"), 0),
        (("--account", "333333333333"), 3),
        (("--waivers", "waivers.yaml"), 3),  # an account that was not entered stays so
    ],
)
def test_exit_code_says_what_the_snapshot_holds(here: Path, options: tuple[str, ...], code: int) -> None:
    (here / "waivers.yaml").write_text(
        "waivers:\n"
        "  - {control: logging-is-on, accounts: ['*'], reason: Later., owner: a@b.example, expires: 9999-12-31}\n"
    )
    assert bedaudit(*JUDGE, *options, at=here).code == code


def test_reports_go_where_they_are_sent(here: Path) -> None:
    ran = bedaudit(*JUDGE, "-o", "json:r.json", "-o", "sarif:-", "-o", "text:r.txt", at=here)
    assert json.loads(ran.out)["version"] == "2.1.0"
    assert json.loads((here / "r.json").read_text())["schema_version"] == "1.0"
    assert "logging-is-on" in (here / "r.txt").read_text()
    assert bedaudit(*JUDGE, at=here).out == (here / "r.txt").read_text()


def test_same_input_gives_the_same_bytes(here: Path) -> None:
    assert bedaudit(*JUDGE, "--format", "json", at=here) == bedaudit(*JUDGE, "--format", "json", at=here)


def test_text_is_coloured_only_if_that_is_forced(here: Path) -> None:
    assert "\x1b[" not in bedaudit(*JUDGE, at=here).out
    assert "\x1b[" in bedaudit(*JUDGE, at=here, env={"FORCE_COLOR": "1"}).out
    assert "\x1b[" not in bedaudit(*JUDGE, at=here, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out


def test_environment_stands_in_for_options(here: Path) -> None:
    environment = {
        "BEDAUDIT_FROM": "s.gz",
        "BEDAUDIT_POLICY": "small.yaml",
        "BEDAUDIT_FORMAT": "json",
        "BEDAUDIT_FAIL_ON": "critical",
        "BEDAUDIT_ACCOUNT": "111111111111 222222222222",
        "BEDAUDIT_OUTPUT": "sarif:r.sarif",
    }
    ran = bedaudit("scan", at=here, env=environment)
    assert (ran.code, ran.json["scan"]["accounts"]) == (0, 2)
    assert (here / "r.sarif").exists()
    assert bedaudit("scan", "--fail-on", "low", at=here, env=environment).code == 1
    assert bedaudit("kinds", at=here, env=environment).out.startswith("alarm")


def test_settings_stand_in_for_options_and_environment(here: Path) -> None:
    (here / "bedaudit.yaml").write_text("policies: [small.yaml]\nfail_on: critical\n")
    scan = ("scan", "--from", "s.gz", "--account", "111111111111")
    assert bedaudit(*scan, at=here).code == 0
    assert bedaudit(*scan, at=here, env={"BEDAUDIT_FAIL_ON": "low"}).code == 1
    (here / "elsewhere").mkdir()
    assert bedaudit(*scan[:2], "../s.gz", "--config", "../bedaudit.yaml", at=here / "elsewhere").code == 3


def test_settings_that_change_the_judgement_are_spoken_of(here: Path) -> None:
    (here / "bedaudit.yaml").write_text(
        "policies: [small.yaml]\n"
        "monitoring_accounts: ['444455556666']\n"
        "controls: {logging-is-on: {severity: low, reason: A sandbox.}}\n"
    )
    ran = bedaudit("scan", "--from", "s.gz", "--format", "json", at=here)
    assert ran.json["findings"][0]["severity"] == "low"
    assert set(ran.json["notices"]) > {
        "monitoring account 444455556666 was not read as one",
        "control logging-is-on has severity low instead of high: A sandbox.",
    }


def test_report_that_cannot_be_written_does_not_take_the_others_with_it(here: Path) -> None:
    (here / "gone").symlink_to("nowhere/r.json")
    ran = bedaudit(*JUDGE, "-o", "json:gone", at=here)
    assert (ran.code, ran.err) == (2, "Error: gone: cannot be written: No such file or directory\n")
    assert "logging-is-on" in ran.out


def test_policy_that_needs_more_than_was_read_is_unknown_not_passed(here: Path) -> None:
    ran = bedaudit("scan", "--from", "s.gz", "--control", "bedrock-alarms-are-heard", "--format", "json", at=here)
    assert ran.code == 3
    assert {finding["outcome"] for finding in ran.json["findings"]} == {"unknown"}


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({}, ("scan", "--from", "none.gz"), "none.gz: cannot be read: No such file or directory"),
        ({}, ("scan", "--from", "."), "cannot be read: Is a directory"),
        ({"x": "{}\n"}, ("scan", "--from", "x"), "x:1:"),
        ({"x": "nonsense\n"}, ("scan", "--from", "x"), "x:1:"),
        ({"x": ""}, ("scan", "--from", "x"), "x: is empty, not a snapshot"),
        ({"p.yaml": "policy: [\n"}, ("scan", "--policy", "p.yaml"), "p.yaml:"),
        ({"p.yaml": POLICY.replace("why", "wy")}, ("scan", "--policy", "p.yaml"), 'did you mean "why"?'),
        ({"p.yaml": POLICY.replace("{enabled: true}", "{enabled: 3}")}, ("scan", "--policy", "p.yaml"), "p.yaml:8:"),
        ({}, ("scan", "--policy", "nowhere.yaml"), "nowhere.yaml:1:1: cannot be read: No such file or directory"),
        ({}, ("scan", "--policy", "builtin:basline"), 'did you mean "baseline"?'),
        ({}, (*JUDGE, "--control", "loging-is-on"), 'unknown control "loging-is-on": did you mean "logging-is-on"?'),
        ({}, (*JUDGE, "--account", "444444444444"), "the snapshot holds nothing of account 444444444444"),
        ({}, (*JUDGE, "--account", "12345"), "'12345' is no AWS account ID: those have 12 digits"),
        ({}, (*JUDGE, "--waivers", "none.yaml"), "none.yaml:1:1: cannot be read"),
        ({"w.yaml": "waivers: [{}]\n"}, (*JUDGE, "--waivers", "w.yaml"), "w.yaml:1:"),
        ({"c.yaml": "polcies: []\n"}, (*JUDGE, "--config", "c.yaml"), 'did you mean "policies"?'),
        ({}, (*JUDGE, "--config", "none.yaml"), "none.yaml:1:1: cannot be read"),
        ({"bedaudit.yaml": "controls: {logging-is-on: {enabled: false}}\n"}, JUDGE, "no control is left to judge"),
        ({}, (*JUDGE, "-o", "json:no/r.json"), "no/r.json: cannot be written: there is no directory no"),
        ({}, (*JUDGE, "-o", "json:no/"), "no/ACCOUNT.json: cannot be written: there is no directory no"),
        ({}, (*JUDGE, "-o", "json:."), "it is a directory"),
        ({}, (*JUDGE, "-o", "json"), "'json' is not FORMAT:PATH"),
        ({}, (*JUDGE, "-o", "json:-", "-o", "text:-"), "stdout holds one report"),
        ({}, (*JUDGE, "--format", "json", "-o", "text:-"), "stdout holds one report"),
        ({}, (*JUDGE, "-o", "pdf:r.pdf"), 'unknown format "pdf": allowed: '),
        ({}, (*JUDGE, "--save-snapshot", "t.gz"), "--save-snapshot has no meaning with --from"),
        ({}, (*JUDGE, "--role", "Auditor"), "--role has no meaning with --from"),
        ({}, ("scan", "--save-snapshot", "no/t.gz"), "there is no directory no"),
        ({}, ("scan", "--concurrency", "0"), "--concurrency"),
    ],
)
def test_bad_input_is_one_clear_message_and_exit_2(
    here: Path, files: Mapping[str, str], arguments: tuple[str, ...], said: str
) -> None:
    for name, text in files.items():
        (here / name).write_text(text)
    ran = bedaudit(*arguments, at=here)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_cut_off_snapshot_is_refused_but_not_a_partial_one(here: Path) -> None:
    (here / "cut.gz").write_bytes((here / "s.gz").read_bytes()[:-40])
    assert bedaudit("scan", "--from", "cut.gz", "-p", "small.yaml", at=here).code == 2
    partial = snapshot(here / "t.gz", RECORDS[:1], whole=False)
    assert bedaudit("scan", "--from", partial.name, "-p", "small.yaml", at=here).code == 3


def test_hostile_names_do_not_act_in_errors(here: Path) -> None:
    (here / "p.yaml").write_text(POLICY.replace("enabled: true", '"\\e]0;x\\a\\e[2J": true'))
    ran = bedaudit("scan", "-p", "p.yaml", at=here)
    assert ran.code == 2
    assert "\x1b" not in ran.err


def test_hostile_names_of_files_do_not_act_where_commands_are_told(here: Path) -> None:
    name = "\x1b[31m\n::error::owned"
    refused = bedaudit("policy", "validate", f"{name}.yaml", at=here)
    started = bedaudit("init", name, at=here)
    assert (refused.code, started.code) == (2, 0)
    for said in (refused.err, started.out):
        assert "owned" in said
        assert "\x1b" not in said
        assert not re.search(r"^\s*::", said, re.MULTILINE)


def test_full_disk_behind_stdout_is_said_and_exit_2(here: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bedaudit", *JUDGE],
            cwd=here,
            env=scrubbed(here),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "Error: stdout: cannot be written: No space left on device\n")


def test_what_nobody_foresaw_is_a_bug_with_its_trace_only_if_asked_for(here: Path) -> None:
    code = (
        "import sys, bedaudit.audit as a, bedaudit.cli.run as r\na.from_snapshot = None\nsys.exit(r.run(sys.argv[1:]))"
    )
    quiet = python("-c", code, *JUDGE, at=here)
    assert (quiet.code, len(quiet.err.splitlines())) == (4, 1)
    assert "this is a bug in bedaudit" in quiet.err
    loud = python("-c", code, *JUDGE, "-v", at=here)
    assert (loud.code, loud.err.splitlines()[0]) == (4, "Traceback (most recent call last):")


def test_special_file_takes_a_report(here: Path) -> None:
    assert bedaudit(*JUDGE, "-o", f"json:{os.devnull}", at=here).code == 1
