"""`bedaudit policy` and `bedaudit explain`: working on policies without AWS."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bedaudit.policy.builtin import builtin_policies
from bedaudit.policy.load import load
from bedaudit.policy.yaml import parse
from tests.cli.run import Ran, bedaudit, python

OWN = """\
policy: own
description: Ours.
parameters:
  days: {type: integer, default: 365, description: Days.}
controls:
  - id: logging-is-on
    title: Logging is on
    severity: high
    resource: invocation_logging
    where: {cloudwatch: {present: true}}
    require:
      enabled: true
      cloudwatch.log_group.retention_days: {at_least: "${days}"}
    why: Otherwise nobody knows.
    frameworks: {nist-800-53-r5: [AU-2]}
    references: [https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html]
    examples:
      pass: [{enabled: true, cloudwatch: {log_group: {retention_days: 400}}}]
      fail: [{enabled: false, cloudwatch: {log_group: {retention_days: 400}}}]
  # The next one.
  - id: an-alarm-watches
    title: An alarm watches
    severity: low
    resource: alarm
    for_each: usage.active_models
    exists:
      watches: {any: {metric: Invocations, model: {one_of: ["*", "${each}"]}}}
    why: To know.
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "own.yaml").write_text(OWN)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "counts"),
    [
        ((), load(["builtin:baseline"])),
        (("own.yaml",), None),
    ],
)
def test_sound_policies_are_counted(here: Path, arguments: tuple[str, ...], counts: object) -> None:
    ran = bedaudit("policy", "validate", *arguments, at=here)
    policies = load(["builtin:baseline"]) if counts else load([str(here / "own.yaml")])
    controls = sum(len(policy.controls) for policy in policies)
    assert ran == Ran(0, f"1 policy, {controls} controls: valid\n", "")


def test_every_problem_is_told_with_its_place_and_exit_2(here: Path) -> None:
    (here / "a.yaml").write_text(
        OWN.replace("severity: high", "severity: hihg").replace("enabled: true", "enabld: true")
    )
    (here / "b.yaml").write_text("policy: [\n")
    ran = bedaudit("policy", "validate", "a.yaml", "b.yaml", "c.yaml", at=here)
    assert (ran.code, ran.out) == (2, "")
    assert {line.split(":")[0] for line in ran.err.splitlines()} == {"a.yaml", "b.yaml", "c.yaml"}
    assert "a.yaml:8:" in ran.err
    assert 'did you mean "high"?' in ran.err
    assert 'did you mean "enabled"?' in ran.err


def test_settings_and_waivers_are_validated_with_the_policies(here: Path) -> None:
    (here / "bedaudit.yaml").write_text(
        "policies: [own.yaml]\nwaivers: waivers.yaml\ncontrols: {loging-is-on: {enabled: false}}\n"
    )
    assert 'did you mean "logging-is-on"?' in bedaudit("policy", "validate", at=here).err
    (here / "bedaudit.yaml").write_text("policies: [own.yaml]\nwaivers: waivers.yaml\n")
    ran = bedaudit("policy", "validate", at=here)
    assert (ran.code, ran.err) == (2, "waivers.yaml:1:1: cannot be read: No such file or directory\n")


def test_controls_are_listed_by_policy(here: Path) -> None:
    ran = bedaudit("policy", "list", "own.yaml", at=here)
    assert ran == Ran(
        0,
        "own: Ours.\n"
        "\n"
        "high  logging-is-on\n"
        "      Logging is on (invocation_logging)\n"
        "low   an-alarm-watches\n"
        "      An alarm watches (alarm)\n",
        "",
    )
    assert bedaudit("policy", "list", "own.yaml", "--format", "json", at=here).json[1] == {
        "control": "an-alarm-watches",
        "title": "An alarm watches",
        "severity": "low",
        "kind": "alarm",
        "policy": "own",
        "why": "To know.",
        "frameworks": {},
        "references": [],
        "fix": False,
        "file": "own.yaml",
        "line": 21,
    }


def test_control_or_policy_is_shown_as_it_was_written(here: Path) -> None:
    assert bedaudit("policy", "show", "own", "own.yaml", at=here) == Ran(0, OWN, "")
    shown = bedaudit("policy", "show", "an-alarm-watches", "own.yaml", at=here)
    assert shown == Ran(0, OWN[OWN.index("  - id: an-alarm-watches") :], "")
    first = bedaudit("policy", "show", "logging-is-on", "own.yaml", at=here)
    assert first.out.startswith("  - id: logging-is-on\n")
    assert "an-alarm-watches" not in first.out
    baseline = builtin_policies()["baseline"].read_text()
    for name in ("bedrock-baseline", "builtin:baseline"):
        assert bedaudit("policy", "show", name, at=here).out == baseline


def test_control_that_does_not_exist_is_answered_with_the_nearest(here: Path) -> None:
    for command in (("policy", "show", "loging-is-on", "own.yaml"), ("explain", "loging-is-on", "-p", "own.yaml")):
        ran = bedaudit(*command, at=here)
        assert (ran.code, ran.out) == (2, "")
        assert 'did you mean "logging-is-on"?' in ran.err


def test_examples_are_run_and_controls_without_any_are_named(here: Path) -> None:
    ran = bedaudit("policy", "test", "own.yaml", at=here)
    assert ran == Ran(0, "an-alarm-watches: has no examples\n2 examples of 2 controls: each judged as it says\n", "")


def test_example_that_is_judged_otherwise_is_told_and_exit_1(here: Path) -> None:
    (here / "own.yaml").write_text(OWN.replace("pass: [{enabled: true", "pass: [{enabled: false"))
    ran = bedaudit("policy", "test", "own.yaml", at=here)
    assert ran.code == 1
    assert ran.out.startswith("own.yaml:18:14: logging-is-on: expected pass, got fail: ")
    assert ran.out.endswith("2 examples of 2 controls: 1 not judged as they say\n")


def test_shipped_examples_are_judged_as_they_say(here: Path) -> None:
    assert bedaudit("policy", "test", "builtin:all", at=here).code == 0


def test_schema_accepts_what_ships(here: Path) -> None:
    schema = bedaudit("policy", "schema", at=here).json
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for path in builtin_policies().values():
        document, problems = parse(path.read_bytes(), path.name)
        assert document is not None
        assert not problems
        validator.validate(document.plain())


def test_control_is_explained_in_words(here: Path) -> None:
    ran = bedaudit("explain", "logging-is-on", "--policy", "own.yaml", at=here)
    assert ran.code == 0
    assert (
        ran.out
        == """\
Logging is on
logging-is-on, high, of the policy own

Otherwise nobody knows.

Requires
  Each invocation_logging selected below must meet this:
    enabled must be true
    cloudwatch.log_group.retention_days must be at least 365
  Selected are those of which this is true:
    cloudwatch must be set

Reads
  invocation_logging.cloudwatch
  invocation_logging.cloudwatch.log_group.retention_days
  invocation_logging.enabled

Calls that may be made for it
"""
        + ran.out[ran.out.index("  bedrock:GetModelInvocationLoggingConfiguration") : ran.out.index("\nHow it")]
        + """
How it is mended
  By people: each finding says what is expected and what is there instead.

Frameworks
  nist-800-53-r5: AU-2

Stands in
  own.yaml:6

References
  https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""
    )


def test_settings_change_what_is_explained(here: Path) -> None:
    (here / "bedaudit.yaml").write_text("policies: [own.yaml]\nparameters: {days: 30}\n")
    assert "must be at least 30\n" in bedaudit("explain", "logging-is-on", at=here).out
    assert "one of *, ${each}" in bedaudit("explain", "an-alarm-watches", at=here).out


def test_fix_is_explained(here: Path) -> None:
    (here / "own.yaml").write_text(OWN.replace("    why: Otherwise", "    fix: {}\n    why: Otherwise"))
    said = "How it is mended\n  By `bedaudit fix`, which shows each change and asks:\n    Turns invocation logging on"
    assert said in bedaudit("explain", "logging-is-on", "-p", "own.yaml", at=here).out


def test_what_is_asked_of_every_terraform_plan_is_explained(here: Path) -> None:
    ran = bedaudit("explain", "observability-is-not-deleted", at=here)
    assert (ran.code, ran.err) == (0, "")
    assert "observability-is-not-deleted, high, of every Terraform plan that is judged\n" in ran.out


def test_creation_is_explained_with_what_it_is_made_of(here: Path) -> None:
    fix = "{create: {AlarmName: bedrock, MetricName: Invocations, Period: 60, AlarmActions: ['${topic}']}}"
    own = OWN.replace("    why: To know.", f"    fix: {fix}\n    why: To know.")
    (here / "own.yaml").write_text(
        own.replace("controls:", "  topic: {type: string, description: A topic.}\ncontrols:")
    )
    ran = bedaudit("explain", "an-alarm-watches", "-p", "own.yaml", at=here)
    assert "With:\n    AlarmName: bedrock\n    MetricName: Invocations\n    Period: 60\n" in ran.out + ran.err
    assert '    AlarmActions: ["${topic}"]\n' in ran.out


def test_shipped_control_is_found_whichever_policies_are_loaded(here: Path) -> None:
    (here / "bedaudit.yaml").write_text("policies: [own.yaml]\n")
    assert bedaudit("explain", "invocation-logging-is-enabled", at=here).code == 0
    assert bedaudit("policy", "show", "invocation-logging-is-enabled", at=here).code == 0


def test_every_shipped_control_can_be_explained(here: Path) -> None:
    shipped = [control.id for policy in load(["builtin:all"]) for control in policy.controls]
    code = (
        "import sys\n"
        "from functools import cache\n"
        "from bedaudit.cli.run import run\n"
        "from bedaudit.policy import load\n"
        "load.load = cache(load.load)\n"  # of the same files each time
        "sys.exit(max(run(['explain', each]) for each in sys.argv[1:]))"
    )
    ran = python("-c", code, *shipped, at=here)
    assert (ran.code, ran.err) == (0, "")
    assert max(len(line) for line in ran.out.splitlines() if "https://" not in line) <= 80
    assert ran.out.count("\nRequires\n") == len(shipped)
