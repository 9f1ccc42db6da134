"""The scripts of the action and of the workflows, run as GitHub runs them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bedaudit.sandbox import Sandbox, serve
from bedaudit.sandbox.faults import Rule
from tests.terraform.plans import GOOD, plan

SCRIPTS = Path(__file__).parents[2] / ".github/actions/bedaudit"

GH = """\
#!/usr/bin/env python3
import json, os, subprocess, sys
home = os.environ["FAKE_GH"]
state = json.load(open(home))
given = sys.argv[1:]
def option(name):
    return given[given.index(name) + 1] if name in given else None
def jq(value):
    sys.stdout.write(subprocess.run(["jq", "-r", option("--jq")], input=json.dumps(value), text=True, check=True,
                                    capture_output=True).stdout)
match given[:2]:
    case ["issue", "list"]:
        jq([{"number": n, "title": i["title"]} for n, i in enumerate(state["issues"]) if i["open"]])
    case ["issue", "create"]:
        state["issues"].append({"title": option("--title"), "open": True, "body": open(option("--body-file")).read()})
    case ["issue", "edit"]:
        state["issues"][int(given[2])]["body"] = open(option("--body-file")).read()
    case ["issue", "close"]:
        state["issues"][int(given[2])] |= {"open": False, "comment": option("--comment")}
    case ["run", "list"]:
        assert option("--workflow") == "nightly.yml"
        jq([{"createdAt": at} for at in state["runs"]])
    case ["api", "--method"]:
        assert given[2:4] == ["GET", "repos/owner/repo/actions/artifacts"]
        name = option("-f").removeprefix("name=")
        jq({"artifacts": [{"created_at": at} for at in state["artifacts"].get(name, [])]})
    case _:
        sys.exit(f"unexpected: {given}")
json.dump(state, open(home, "w"))
"""

AWS = """\
#!/usr/bin/env python3
import os, shutil, sys
from pathlib import Path
bucket = Path(os.environ["FAKE_S3"])
match sys.argv[1:]:
    case ["s3", "sync", *_, source, target]:
        assert source == "s3://bucket/reports/"
        for each in bucket.glob("*.json"):
            shutil.copy(each, target)
    case ["s3", "cp", "--quiet", source, target]:
        assert target.startswith("s3://bucket/reports/")
        shutil.copy(source, bucket)
    case given:
        sys.exit(f"unexpected: {given}")
"""


pytestmark = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed, which gh has in it")


@dataclass(frozen=True)
class Runner:
    """A machine of GitHub's, as far as the scripts look."""

    at: Path
    env: Mapping[str, str]

    def run(self, script: str, **env: str) -> subprocess.CompletedProcess[str]:
        for name in ("output", "summary"):
            (self.at / name).write_text("")
        return subprocess.run(
            [SCRIPTS / script], cwd=self.at, env={**self.env, **env}, capture_output=True, text=True, check=False
        )

    @property
    def outputs(self) -> dict[str, str]:
        lines = (self.at / "output").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def summary(self) -> str:
        return (self.at / "summary").read_text()

    @property
    def gh(self) -> Any:
        return json.loads((self.at / "gh.json").read_text())

    def set_gh(self, **state: Any) -> None:
        (self.at / "gh.json").write_text(json.dumps({"issues": [], "runs": [], "artifacts": {}, **state}))


def executable(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    temp = tmp_path / "temp"
    executable(temp / "bedaudit/venv/bin/bedaudit", f'#!/bin/sh\nexec "{sys.executable}" -m bedaudit "$@"\n')
    executable(temp / "bedaudit/venv/bin/python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    executable(tmp_path / "bin/gh", GH)
    executable(tmp_path / "bin/aws", AWS)
    (tmp_path / "s3").mkdir()
    made = Runner(
        tmp_path,
        {
            **{name: value for name, value in os.environ.items() if name.startswith("COV")},
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "RUNNER_TEMP": str(temp),
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
            "GITHUB_REPOSITORY": "owner/repo",
            "GITHUB_SERVER_URL": f"file://{tmp_path}",
            "GITHUB_WORKFLOW_REF": "owner/repo/.github/workflows/nightly.yml@refs/heads/main",
            "FAKE_GH": str(tmp_path / "gh.json"),
            "FAKE_S3": str(tmp_path / "s3"),
            "GH_TOKEN": "token",
        },
    )
    made.set_gh()
    return made


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve() as served:
        yield served


ORG = {"BEDAUDIT_ORG": "true", "BEDAUDIT_ROLE": "BedauditReadOnly", "BEDAUDIT_REGION": "us-east-1"}
EMPTY = dict.fromkeys(("BEDAUDIT_POLICY", "BEDAUDIT_CONFIG", "BEDAUDIT_FROM", "BEDAUDIT_SHARD", "BEDAUDIT_FAIL_ON"), "")


def test_scan_writes_reports_annotations_summary_and_leaves_the_verdict_for_later(
    sandbox: Sandbox, runner: Runner
) -> None:
    named = {"BEDAUDIT_ONLY_NEW": "false", "BEDAUDIT_SARIF_CATEGORY": "eu"}
    ran = runner.run("scan.sh", **ORG, **EMPTY, **sandbox.environment(), **named)
    assert (ran.returncode, runner.outputs["exit-code"]) == (0, "1"), ran.stderr
    report = json.loads(Path(runner.outputs["json-file"]).read_text())
    assert runner.outputs["fail"] == str(report["summary"]["fail"])
    assert runner.outputs["unknown"] == str(report["summary"]["unknown"])
    assert runner.outputs["new"] == "0"
    read = {each["account"] for each in report["findings"]} - {each["account"] for each in report["gaps"]}
    sarif = sorted(Path(runner.outputs["sarif-directory"]).iterdir())
    assert [file.name for file in sarif] == [f"{account}.sarif" for account in sorted(read)]
    runs = [run["automationDetails"]["id"] for file in sarif for run in json.loads(file.read_text())["runs"]]
    assert [run.rpartition("/")[0] for run in runs] == [f"bedaudit/eu/{account}" for account in sorted(read)]
    assert "::error " in ran.stdout
    assert "invocation-logging-is-enabled" in runner.summary
    assert "</html>" in Path(runner.outputs["html-file"]).read_text()


def test_scan_that_cannot_run_says_so(sandbox: Sandbox, runner: Runner) -> None:
    ran = runner.run("scan.sh", **{**EMPTY, **ORG, **sandbox.environment(), "BEDAUDIT_POLICY": "nowhere.yaml"})
    assert (ran.returncode, runner.outputs) == (0, {"exit-code": "2"})
    assert "could not run (exit code 2)" in runner.summary


def test_a_plan_is_judged_before_it_is_applied_without_credentials(runner: Runner) -> None:
    (runner.at / "plan.json").write_bytes(plan(*GOOD, complete=False))
    ran = runner.run("scan.sh", **{**EMPTY, "BEDAUDIT_TERRAFORM_PLAN": "plan.json", "BEDAUDIT_FAIL_ON": "critical"})
    assert (ran.returncode, runner.outputs["exit-code"]) == (0, "3"), ran.stderr
    assert "a Terraform plan was judged" in ran.stdout
    assert "the plan is not complete" in runner.summary


def test_changes_of_what_decides_are_shown_and_their_names_do_nothing(runner: Runner) -> None:
    for root in ("base", "head"):
        (runner.at / root / "policies").mkdir(parents=True)
        (runner.at / root / "bedaudit.yaml").write_text("a")
        (runner.at / root / "README.md").write_text(root)
    guard = {"BASE": "base", "HEAD": "head", "GUARDED": "bedaudit.yaml policies waivers.yaml"}
    assert (runner.run("changes.sh", **guard).returncode, runner.summary, runner.outputs) == (0, "", {})
    (runner.at / "head/waivers.yaml").write_text("new")
    (runner.at / "base/policies/gone.yaml").write_text("old")
    (runner.at / "head/policies/x`<b>\n# y.yaml").write_text("hostile")
    (runner.at / "head/policies/link.yaml").symlink_to("nowhere")
    ran = runner.run("changes.sh", **guard)
    assert (ran.returncode, ran.stderr, runner.outputs) == (0, "", {"changed": "4"})
    assert runner.summary.splitlines()[-4:] == [
        "- `policies/gone.yaml`",
        "- `policies/link.yaml`",
        "- `policies/x??b??? y.yaml`",
        "- `waivers.yaml`",
    ]


POLICY = """\
policy: mine
description: Mine.
controls:
  - {id: logging-is-on, title: On, severity: low, resource: invocation_logging, require: {enabled: true}, why: So.}
"""


@pytest.mark.parametrize(("text", "code"), [(POLICY, 0), ("policy: [", 2)])
def test_policies_of_a_change_are_validated(runner: Runner, text: str, code: int) -> None:
    (runner.at / "mine.yaml").write_text(text)
    ran = runner.run("policies.sh", BEDAUDIT_POLICY="mine.yaml builtin:lab")
    assert ran.returncode == code, ran.stdout + ran.stderr


def test_what_a_change_calls_its_files_is_no_command(runner: Runner) -> None:
    (runner.at / "::error::x.yaml").write_text("policy: [")
    ran = runner.run("policies.sh", BEDAUDIT_POLICY="::error::x.yaml")
    first, *said, last = ran.stdout.splitlines()
    token = first.removeprefix("::stop-commands::")
    assert (ran.returncode, len(token), last, ran.stderr) == (2, 32, f"::{token}::", "")
    assert any(line.startswith(": :error::x.yaml:") for line in said)


def test_shards_are_numbered(runner: Runner) -> None:
    runner.run("shards.sh", SHARDS="3")
    assert json.loads(runner.outputs["shards"]) == ["1/3", "2/3", "3/3"]
    assert runner.run("shards.sh", SHARDS="3; rm -rf /").returncode == 2


def ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("runs", "whole", "open_"),
    [
        ([], [], False),
        ([1, 47], [47], False),
        ([1, 49, 80], [49, 80], True),
        ([1, 49], [], True),
        ([1, 25], [], False),
    ],
)
def test_an_issue_says_that_no_whole_scan_was_reported_for_two_periods(
    runner: Runner, runs: list[int], whole: list[int], open_: bool
) -> None:
    artifacts = {"bedaudit-report-eu": list(map(ago, whole)), "bedaudit-report": [ago(1)]}
    runner.set_gh(runs=list(map(ago, runs)), artifacts=artifacts)
    ran = runner.run("stale.sh", PERIOD_HOURS="24", NAME="eu")
    assert (ran.returncode, ran.stderr) == (0, "")
    title = "bedaudit: the organisation scan does not succeed (eu)"
    assert [(each["title"], each["open"]) for each in runner.gh["issues"]] == [(title, True)] * open_
    if open_:
        artifacts["bedaudit-report-eu"] = [ago(1)]
        runner.set_gh(issues=runner.gh["issues"], artifacts=artifacts)
        for name, still in (("", True), ("eu", False)):
            runner.run("stale.sh", PERIOD_HOURS="24", NAME=name)
            assert [each["open"] for each in runner.gh["issues"]] == [still]


def hand_over(sandbox: Sandbox, runner: Runner, part: str, **env: str) -> None:
    """Scans a shard, and puts what it read where all are joined."""
    shard = {"BEDAUDIT_SHARD": part, "SAVE_SNAPSHOT": "true", **env}
    ran = runner.run("scan.sh", **{**EMPTY, **ORG, **sandbox.environment(), **shard})
    assert ran.returncode == 0, ran.stderr
    place = runner.at / "shards" / part.replace("/", "-")
    place.mkdir(parents=True)
    for output in {"snapshot-file", "json-file"} & runner.outputs.keys():
        file = Path(runner.outputs[output])
        file.rename(place / file.name)


def test_what_is_left_of_shards_is_reported_but_neither_passes_nor_is_kept(sandbox: Sandbox, runner: Runner) -> None:
    hand_over(sandbox, runner, "1/2")
    healthy = {"BEDAUDIT_POLICY": "builtin:lab", "BEDAUDIT_FAIL_ON": "critical", "BEDAUDIT_ALLOW_UNKNOWN": "true"}
    history = {"HISTORY": "s3://bucket/reports", "SHARDS": "shards"}
    ran = runner.run("merge.sh", **history, **healthy, PARTS='["1/2"]')
    assert (ran.returncode, runner.outputs["exit-code"], "incomplete" in runner.outputs) == (0, "0", False), ran.stderr
    ran = runner.run("merge.sh", **history, **healthy, PARTS='["1/2", "2/2"]')
    assert (ran.returncode, runner.outputs["exit-code"], runner.outputs["incomplete"]) == (0, "3", "1"), ran.stderr
    assert json.loads(Path(runner.outputs["json-file"]).read_text())["findings"]
    assert "::error::1 of 2 shards left nothing" in ran.stdout
    assert runner.summary.startswith("**1 of 2 shards left nothing")
    assert len(list((runner.at / "s3").iterdir())) == 1


QUICK, SLOW = "222222222222", "444444444444"
"""Accounts of the second of two shards."""

TIMEOUT = """\
#!/usr/bin/env python3
import os, signal, subprocess, sys, time
assert sys.argv[1:4] == ["--foreground", "--preserve-status", "6000"], sys.argv
log = os.path.join(os.environ["HOME"], "scan.log")
with open(log, "w") as err, subprocess.Popen([*sys.argv[4:], "-v"], stderr=err) as scan:
    while f"read {os.environ['READ']} us-east-1" not in open(log).read() and scan.poll() is None:
        time.sleep(0.1)
    scan.send_signal(signal.SIGTERM)
sys.exit(scan.returncode)
"""


def test_a_shard_that_runs_out_of_time_tells_what_it_read_and_the_rest_is_unknown(
    sandbox: Sandbox, runner: Runner
) -> None:
    executable(runner.at / "bin/timeout", TIMEOUT)
    healthy = {"BEDAUDIT_POLICY": "builtin:lab", "BEDAUDIT_FAIL_ON": "critical", "BEDAUDIT_ALLOW_UNKNOWN": "true"}
    hand_over(sandbox, runner, "1/2", **healthy)
    sandbox.faults.add(Rule(account=SLOW, latency=3600))
    try:
        hand_over(sandbox, runner, "2/2", **healthy, TIMEOUT_MINUTES="120", READ=QUICK)
    finally:
        sandbox.faults.clear()
    assert runner.outputs["exit-code"] == "130"
    assert runner.summary.startswith("**Reading was interrupted: what was not read by then is unknown.**\n\n")
    ran = runner.run("merge.sh", HISTORY="s3://bucket/reports", SHARDS="shards", PARTS='["1/2", "2/2"]', **healthy)
    assert (ran.returncode, runner.outputs["exit-code"], runner.outputs["incomplete"]) == (0, "3", "1"), ran.stderr
    assert "::error::1 of 2 shards were interrupted" in ran.stdout
    assert runner.summary.startswith(
        "**1 of 2 shards were interrupted: what they had not read by then is unknown.**\n\n"
    )
    whole = json.loads(Path(runner.outputs["json-file"]).read_text())
    assert {each["outcome"] for each in whole["findings"] if each["account"] == SLOW} == {"unknown"}
    assert {each["outcome"] for each in whole["findings"] if each["account"] == QUICK} - {"unknown"}
    assert [each["account"] for each in whole["gaps"] if each["reason"] == "not_read"] == [SLOW]
    uploaded = {file.stem for file in Path(runner.outputs["sarif-directory"]).iterdir()}
    assert uploaded & {QUICK, SLOW} == {QUICK}
    assert list((runner.at / "s3").iterdir()) == []


@pytest.mark.parametrize("minutes", ["0", "soon", "-1", "1; id"])
def test_a_time_out_is_a_number_of_minutes(runner: Runner, minutes: str) -> None:
    ran = runner.run("scan.sh", TIMEOUT_MINUTES=minutes)
    assert (ran.returncode, ran.stderr) == (2, "timeout-minutes must be a number of minutes\n")


def test_shards_of_which_none_left_anything_are_told_of(runner: Runner) -> None:
    ran = runner.run("merge.sh", HISTORY="s3://bucket/reports", SHARDS="shards", PARTS='["1/2", "2/2"]')
    assert (ran.returncode, runner.outputs["exit-code"]) == (2, "2")
    assert "could not be joined" in runner.summary


@pytest.mark.parametrize("history", ["branch", "s3://bucket/reports"])
def test_shards_are_joined_compared_with_the_scan_before_and_kept(
    sandbox: Sandbox, runner: Runner, history: str
) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", str(runner.at / "owner/repo.git")], check=True)
    for part in ("1/2", "2/2"):
        hand_over(sandbox, runner, part)
    for scans in (1, 2):
        ran = runner.run(
            "merge.sh", HISTORY=history, SHARDS="shards", PARTS='["1/2", "2/2"]', BEDAUDIT_FAIL_ON="critical"
        )
        assert (ran.returncode, runner.outputs["exit-code"]) == (0, "1"), ran.stderr
        report = json.loads(Path(runner.outputs["json-file"]).read_text())
        assert {each["baseline"] for each in report["findings"] if each["outcome"] == "fail"} == (
            {None} if scans == 1 else {"unchanged"}
        )
        assert len(list(Path(runner.outputs["sarif-directory"]).iterdir())) == 5
        assert runner.summary
    kept = runner.at / "temp/bedaudit/history"
    assert len(list(kept.glob("*.json"))) == 2
    log = ["git", "-C", str(runner.at / "owner/repo.git"), "log", "--oneline", "branch"]
    if history == "branch":
        assert len(subprocess.run(log, capture_output=True, text=True, check=True).stdout.splitlines()) == 2


def test_a_history_that_cannot_be_asked_for_is_not_taken_for_none(runner: Runner) -> None:
    ran = runner.run("merge.sh", HISTORY="branch", SHARDS="shards", PARTS='["1/1"]')
    assert (ran.returncode, runner.outputs) == (128, {})
    assert "does not appear to be a git repository" in ran.stderr


RACE = """\
#!/bin/sh
unset $(git rev-parse --local-env-vars)
[ -e "$RACER" ] && exit 0
git init --quiet "$RACER"
git -C "$RACER" -c user.name=a -c user.email=a@example.com commit --quiet --allow-empty --message "The other scan"
git -C "$RACER" push --quiet "$2" HEAD:refs/heads/branch
"""


def test_a_report_is_kept_though_another_scan_pushed_its_own_meanwhile(sandbox: Sandbox, runner: Runner) -> None:
    bare = runner.at / "owner/repo.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(bare)], check=True)
    (runner.at / "template").mkdir()
    executable(runner.at / "template/hooks/pre-push", RACE)
    runner.run("scan.sh", **{**EMPTY, **ORG, **sandbox.environment(), "SAVE_SNAPSHOT": "true"})
    (runner.at / "shards").mkdir()
    Path(runner.outputs["snapshot-file"]).rename(runner.at / "shards/snapshot.jsonl.gz")
    race = {"GIT_TEMPLATE_DIR": str(runner.at / "template"), "RACER": str(runner.at / "racer")}
    ran = runner.run("merge.sh", HISTORY="branch", SHARDS="shards", PARTS='["1/1"]', **race)
    assert (ran.returncode, runner.outputs["exit-code"]) == (0, "1"), ran.stderr
    log = ["git", "-C", str(bare), "log", "--format=%s", "branch"]
    kept, other = subprocess.run(log, capture_output=True, text=True, check=True).stdout.splitlines()
    assert (kept[:8], other) == ("Scan of ", "The other scan")


def report(*findings: tuple[str, str, str | None]) -> str:
    return json.dumps({"findings": [{"severity": s, "outcome": outcome, "baseline": b} for s, outcome, b in findings]})


NEW, OLD, HIGH = ("critical", "fail", "new"), ("critical", "fail", "unchanged"), ("high", "fail", "new")
UNSEEN = ("critical", "unknown", None)


def test_an_issue_is_opened_updated_and_closed_with_the_critical_findings(runner: Runner) -> None:
    executable(runner.at / "temp/bedaudit/venv/bin/bedaudit", '#!/bin/sh\necho "report of $(cat "$5")"\n')
    states = []
    for findings in ([HIGH], [UNSEEN], [OLD], [NEW], [OLD, HIGH], [UNSEEN], [HIGH]):
        (runner.at / "r.json").write_text(report(*findings))
        ran = runner.run("issue.sh", REPORT="r.json")
        assert (ran.returncode, ran.stderr) == (0, "")
        states.append([(each["open"], each["body"].strip()) for each in runner.gh["issues"]])
    told = [f"report of {report(*findings)}" for findings in ([NEW], [OLD, HIGH], [UNSEEN])]
    assert states == [[], [], [], *([(True, text)] for text in told), [(False, told[2])]]


def test_no_issue_is_closed_or_loses_what_it_says_by_an_incomplete_scan(runner: Runner) -> None:
    issue = {"open": True, "body": "all"}
    runner.set_gh(issues=[{"title": f"bedaudit: critical findings{name}", **issue} for name in ("", " (eu)")])
    (runner.at / "r.json").write_text(report(OLD))
    runner.run("issue.sh", REPORT="r.json", INCOMPLETE="1")
    assert [each["body"] for each in runner.gh["issues"]] == ["all", "all"]
    (runner.at / "r.json").write_text(report(HIGH))
    opened = []
    for given in ({"INCOMPLETE": "1", "NAME": "eu"}, {"INCOMPLETE": "", "NAME": "eu"}, {}):
        runner.run("issue.sh", REPORT="r.json", **given)
        opened.append([each["open"] for each in runner.gh["issues"]])
    assert opened == [[True, True], [True, False], [False, False]]
