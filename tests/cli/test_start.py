"""How bedaudit starts: quickly, by its own name, and with help worth reading."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from bedaudit.cli.scan import scan
from tests.cli.run import bedaudit, scrubbed

HEAVY = {
    "aiolimiter",
    "boto3",
    "botocore",
    "flask",
    "jsonschema",
    "moto",
    "pydantic",
    "re2",
    "rich",
    "tenacity",
    "yaml",
}
COMMANDS = ["scan", "targets", "policy", "kinds", "explain", "demo", "sandbox"]


@pytest.mark.parametrize("code", ["import bedaudit.cli", "from bedaudit.cli.run import run; run(['--help'])"])
def test_start_imports_click_and_the_standard_library(tmp_path: Path, code: str) -> None:
    code = f"{code}; import sys; sys.stderr.write(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=scrubbed(tmp_path), capture_output=True, text=True, check=True
    )
    loaded = {name for name in done.stderr.split() if not name.startswith("_")}
    assert loaded & HEAVY == set()
    assert "click" in loaded or "run" not in code


@pytest.mark.parametrize("arguments", [["--help"], ["kinds"], ["policy", "schema"]])
@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no /dev/full")
def test_full_disk_behind_stdout_is_no_bug_of_bedaudit(tmp_path: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "bedaudit", *arguments]
        done = subprocess.run(
            command, env=scrubbed(tmp_path), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("Error: ")
    assert "No space left on device" in done.stderr


def test_version_is_named(tmp_path: Path) -> None:
    ran = bedaudit("--version", at=tmp_path, env={"BEDAUDIT_VERSION": "9.9"})
    assert (ran.code, ran.out, ran.err) == (0, "bedaudit 0.1.0\n", "")


def test_help_lists_every_command(tmp_path: Path) -> None:
    ran = bedaudit("--help", at=tmp_path)
    assert ran.code == 0
    assert ran.out.startswith("Usage: bedaudit [OPTIONS] COMMAND [ARGS]...")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert [command for command in COMMANDS if f"\n  {command} " not in ran.out] == []


def test_every_option_of_a_scan_has_a_variable_and_no_two_the_same() -> None:
    variables = [each.envvar for each in scan.params if isinstance(each, click.Option)]
    assert None not in variables
    assert len(set(variables)) == len(variables)
    assert {"BEDAUDIT_FAIL_ON", "BEDAUDIT_FROM", "BEDAUDIT_OUTPUT", "BEDAUDIT_EXTERNAL_ID"} <= set(variables)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_examples_and_fits_80_columns(tmp_path: Path, command: str) -> None:
    ran = bedaudit(command, "--help", at=tmp_path)
    assert ran.code == 0
    assert f"\nExamples:\n  bedaudit {command}" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["scna"], "Did you mean 'scan'?"),
        (["policy", "lst"], "Did you mean 'list'?"),
        (["scan", "--fail-onn", "low"], "Did you mean '--fail-on'?"),
        (["scan", "--fail-on", "hihg"], 'unknown severity "hihg": did you mean "high"?'),
        (["scan", "--format", "sarf"], 'unknown format "sarf": did you mean "sarif"?'),
        (["kinds", "alrm"], 'unknown kind "alrm": did you mean "alarm"?'),
        (["iam", "--format", "terrafrm"], 'unknown format "terrafrm": did you mean "terraform"?'),
        (["scan", "--account", "1234"], "'1234' is no AWS account ID: those have 12 digits"),
    ],
)
def test_slip_of_the_keyboard_is_answered_with_what_was_meant(tmp_path: Path, typed: list[str], said: str) -> None:
    ran = bedaudit(*typed, at=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion_is_clicks_own(tmp_path: Path, shell: str) -> None:
    ran = bedaudit(at=tmp_path, env={"_BEDAUDIT_COMPLETE": f"{shell}_source"})
    assert "_BEDAUDIT_COMPLETE" in ran.out


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("bedaudit kinds al", {"alarm"}),
        ("bedaudit scan --fail-on ", {"critical", "high", "medium", "low", "info"}),
        ("bedaudit policy s", {"show", "schema"}),
        ("bedaudit explain bedrock-alarms-can-", {"bedrock-alarms-can-fire"}),
        ("bedaudit fix --control bedrock-alarms-can-", {"bedrock-alarms-can-fire"}),
        ("bedaudit policy show bedrock-alarms-can-", {"bedrock-alarms-can-fire"}),
    ],
)
def test_completion_offers_words_that_are_known(tmp_path: Path, words: str, offered: set[str]) -> None:
    asked = {"_BEDAUDIT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    ran = bedaudit(at=tmp_path, env=asked)
    assert {line.partition(",")[2] for line in ran.out.splitlines()} == offered


@pytest.mark.parametrize("words", ["bedaudit scan -p builtin:al", "bedaudit policy test builtin:al"])
def test_completion_of_a_policy_offers_files_and_what_is_shipped(tmp_path: Path, words: str) -> None:
    asked = {"_BEDAUDIT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    ran = bedaudit(at=tmp_path, env=asked)
    assert ran.out.splitlines() == ["file,builtin:al", "plain,builtin:all", "plain,builtin:alarms"]
