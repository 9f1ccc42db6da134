"""Workflows and the action hold to GitHub's schemas and to zizmor's strictest audit."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTION = ROOT / ".github/actions/bedaudit/action.yml"
STARTERS = ROOT / "src/bedaudit/starter"
UPLOADS = re.compile(r"github/codeql-action/upload-sarif@|\$/\.github/actions/bedaudit$")
LOCK = ACTION.with_name("requirements.txt")


def tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    bin_ = Path(sys.executable).parent
    return subprocess.run([bin_ / arguments[0], *arguments[1:]], capture_output=True, text=True, check=False, cwd=ROOT)


def test_zizmor_finds_nothing() -> None:
    ran = tool("zizmor", "--offline", "--persona", "auditor", ".github")
    assert (ran.returncode, "No findings to report" in ran.stdout) == (0, True), ran.stdout


@pytest.mark.parametrize(
    ("schema", "files"), [("vendor.github-workflows", WORKFLOWS), ("vendor.github-actions", [ACTION])]
)
def test_files_are_as_github_describes_them(schema: str, files: list[Path]) -> None:
    ran = tool("check-jsonschema", "--builtin-schema", schema, *map(str, files))
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("file", [*WORKFLOWS, ACTION], ids=lambda file: file.name)
def test_no_script_holds_an_expression(file: Path) -> None:
    text = file.read_text()
    assert [line for line in re.findall(r"^\s*-?\s*run: .*$", text, re.MULTILINE) if "${{" in line] == []


def test_the_action_installs_what_the_package_asks_for() -> None:
    locked = dict(re.findall(r"^([a-z0-9.-]+)==(\S+) \\$", LOCK.read_text(), re.MULTILINE))
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for line in (*asked["project"]["dependencies"], *asked["build-system"]["requires"]):
        requirement = Requirement(line)
        assert requirement.specifier.contains(locked[requirement.name.lower().replace("_", "-")]), line


@pytest.mark.parametrize("name", ["gate", "org-scan"])
def test_reusable_workflows_give_the_action_only_inputs_that_it_has(name: str) -> None:
    known = yaml.safe_load(ACTION.read_text())["inputs"].keys()
    workflow = yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text())
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    given = [step["with"].keys() for step in steps if str(step.get("uses", "")).startswith("$/.github/actions/")]
    assert given
    assert all(each <= known for each in given)


def test_an_issue_that_cannot_be_written_keeps_nothing_from_being_scanned() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/org-scan.yml").read_text())["jobs"]
    writers = {name for name, job in jobs.items() if "issues" in job["permissions"]}
    assert writers == {"watch", "report"}
    assert [jobs[name].get("needs") for name in ("plan", "scan", "report")] == [None, "plan", ["plan", "scan"]]


def test_the_history_is_read_by_a_role_that_may_read_objects_as_that_of_a_scan_may_not() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/org-scan.yml").read_text())["jobs"]
    roles = [
        step["with"]["role-to-assume"] for job in jobs.values() for step in job["steps"] if "Assume" in step["name"]
    ]
    assert roles == ["${{ inputs.role-to-assume }}", "${{ inputs.history-role || inputs.role-to-assume }}"]


@pytest.mark.parametrize("file", [*WORKFLOWS, *sorted(STARTERS.glob("*.yml"))], ids=lambda file: file.name)
def test_jobs_that_upload_sarif_may_also_from_a_private_repository(file: Path) -> None:
    needed = {"actions": "read", "security-events": "write"}
    for job in yaml.safe_load(file.read_text())["jobs"].values():
        uses = [step for step in job.get("steps", ()) if UPLOADS.match(step.get("uses", ""))]
        if any(step["with"].get("upload-sarif") != "false" for step in uses):
            assert needed.items() <= job["permissions"].items()


def test_every_input_of_the_action_is_described_and_an_option_of_scan() -> None:
    from bedaudit.cli.scan import scan  # noqa: PLC0415 - loads click

    action = yaml.safe_load(ACTION.read_text())
    variables = {each.envvar for each in scan.params if hasattr(each, "envvar")}
    own = {"working-directory", "upload-sarif", "timeout-minutes"}
    assert {f"BEDAUDIT_{name.replace('-', '_').upper()}" for name in action["inputs"].keys() - own} <= variables
    assert all(each["description"] for each in (*action["inputs"].values(), *action["outputs"].values()))
