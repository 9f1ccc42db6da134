"""Runs bedaudit as a user does, in a process of its own, in an environment with nothing in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def scrubbed(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """No settings of AWS or of bedaudit but these."""
    kept = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("COV")}
    return {**kept, "HOME": str(home), "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true", **(more or {})}


def bedaudit(*arguments: str, at: Path, env: Mapping[str, str] | None = None) -> Ran:
    """Runs `bedaudit` in a directory."""
    return python("-m", "bedaudit", *arguments, at=at, env=env)


def python(*arguments: str, at: Path, env: Mapping[str, str] | None = None) -> Ran:
    """Runs Python in a directory."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=at,
        env=scrubbed(at, env),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
