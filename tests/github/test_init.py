"""`bedaudit init` leads from an empty repository to a green gate."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bedaudit import __version__
from bedaudit.cli.init import FILES
from tests.cli.run import bedaudit, scrubbed
from tests.github.test_lint import tool


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    ran = bedaudit("init", at=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    return tmp_path


def steps(repository: Path, workflow: str, job: str) -> dict[str, Any]:
    jobs = yaml.safe_load((repository / ".github/workflows" / workflow).read_text())["jobs"]
    return {step["name"]: step for step in jobs[job]["steps"]}


def run(repository: Path, script: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs a step's script as GitHub does."""
    home = repository / "home"
    (home / "bin").mkdir(parents=True, exist_ok=True)
    program = home / "bin/bedaudit"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bedaudit "$@"\n')
    program.chmod(0o755)
    (home / "summary").touch()
    own = {"PATH": f"{home / 'bin'}:/usr/bin:/bin", "GITHUB_STEP_SUMMARY": str(home / "summary")}
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=repository,
        env={**scrubbed(home), **own, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_starter_files_are_written_once_and_kept(repository: Path) -> None:
    (repository / "bedaudit.yaml").write_text("fail_on: low\n")
    again = bedaudit("init", at=repository)
    assert [line.split()[0] for line in again.out.splitlines()[:4]] == ["kept"] * 4
    assert (repository / "bedaudit.yaml").read_text() == "fail_on: low\n"
    assert all((repository / name).is_file() for name in FILES.values())
    assert f"bedaudit=={__version__}'" in (repository / ".github/workflows/bedaudit.yml").read_text()


def test_starter_workflows_hold_to_zizmor_and_to_githubs_schema(repository: Path) -> None:
    audited = tool("zizmor", "--offline", "--persona", "auditor", str(repository / ".github"))
    assert (audited.returncode, "No findings to report" in audited.stdout) == (0, True), audited.stdout
    workflows = map(str, (repository / ".github/workflows").iterdir())
    valid = tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    assert valid.returncode == 0, valid.stdout


@pytest.mark.parametrize("step", ["Validate", "Test"])
def test_starter_policies_are_valid_and_their_examples_right(repository: Path, step: str) -> None:
    ran = run(repository, steps(repository, "bedaudit.yml", "policies")[step]["run"])
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(("role", "code"), [("", 0), ("arn:aws:iam::111122223333:role/scan", 2)])
def test_the_gate_is_green_where_there_is_nothing_to_judge_and_no_role_to_judge_it_with(
    repository: Path, role: str, code: int
) -> None:
    ran = run(repository, steps(repository, "bedaudit.yml", "scan")["Scan"]["run"], ROLE=role)
    assert (ran.returncode, ran.stderr) == (code, "")
    assert "nothing is judged" in (repository / "home/summary").read_text()
