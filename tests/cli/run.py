"""Runs bedaudit as a user does, in a process of its own, in an environment with nothing in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
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
    """Runs `bedaudit` in a directory; each command once in a process that is new, and then in copies of one."""
    command = next(iter(arguments), "")
    if command not in _BEGUN:
        _BEGUN.add(command)
        return python("-m", "bedaudit", *arguments, at=at, env=env)
    with TemporaryDirectory() as aside:
        files = {name: Path(aside) / name for name in ("out", "err")}
        for file in files.values():
            file.touch()
        code = _copy({"arguments": arguments, "at": str(at), "env": scrubbed(at, env), **files})
        return Ran(code, *(file.read_text() for file in files.values()))


_BEGUN: set[str] = set()


@cache
def _copies() -> subprocess.Popen[str]:
    command, home = [sys.executable, "-m", "tests.cli.copies"], Path(__file__).parents[2]
    return subprocess.Popen(
        command, cwd=home, env=scrubbed(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _copy(job: Mapping[str, Any]) -> int:
    copies = _copies()
    assert copies.stdin
    assert copies.stdout
    copies.stdin.write(json.dumps(job, default=str) + "\n")
    copies.stdin.flush()
    return int(copies.stdout.readline())


def end_copies() -> None:
    """Ends the process of which there were copies, if there is one, so that it tells what it covered."""
    if _copies.cache_info().currsize:
        _copies().communicate()
        _copies.cache_clear()


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
