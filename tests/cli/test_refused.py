"""What is refused at once, before anything of AWS is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.run import bedaudit


@pytest.mark.parametrize("command", [("scan",), ("targets",), ("fix", "--dry-run"), ("rollback", "--yes", "j.jsonl")])
def test_external_id_without_a_role_is_a_usage_error(tmp_path: Path, command: tuple[str, ...]) -> None:
    ran = bedaudit(*command, "--external-id", "x", at=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith("Error: --external-id has no meaning without --role, or a role in bedaudit.yaml\n")


def test_external_id_is_for_the_role_that_the_settings_name(tmp_path: Path) -> None:
    (tmp_path / "bedaudit.yaml").write_text("organization: {role: BedauditReadOnly}\n")
    assert "--external-id" not in bedaudit("scan", "--external-id", "x", at=tmp_path).err


@pytest.mark.parametrize(
    "command",
    [
        ("policy", "validate", "pipe.yaml"),
        ("scan", "--config", "pipe.yaml"),
        ("scan", "--waivers", "pipe.yaml"),
        ("scan", "--baseline", "pipe.yaml"),
        ("scan", "--from", "pipe.yaml"),
        ("scan", "--terraform-plan", "pipe.yaml"),
        ("fix", "--yes", "--plan", "pipe.yaml"),
        ("rollback", "--yes", "pipe.yaml"),
    ],
)
def test_pipe_is_refused_and_not_waited_for(tmp_path: Path, command: tuple[str, ...]) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    ran = bedaudit(*command, at=tmp_path)
    assert (ran.code, ran.out, ran.err.count("it is a pipe, not a regular file")) == (2, "", 1)
