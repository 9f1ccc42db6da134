"""Runs bedaudit against the stand-in, each in a process and on a core of its own, and measures."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.stand_in import PAYER, Shape

_CORES = sorted(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Run:
    """What a run took."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds, of it and its children."""
    memory: float
    """Megabytes at most."""
    calls: int
    code: int
    about: Mapping[str, int]
    """Calls by what their site is like, of a fresh stand-in."""

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.calls / self.wall

    @property
    def each(self) -> float:
        """Microseconds of CPU a call, start-up included."""
        return self.cpu / max(1, self.calls) * 1e6


@contextmanager
def serving(recording: Path, shape: Shape) -> Iterator[str]:
    """The URL of a stand-in."""
    command = [sys.executable, "-m", "tests.bench.stand_in", str(recording), json.dumps(dataclasses.asdict(shape))]
    with subprocess.Popen([*_pinned(-1), *command], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            scheme = "https" if shape.certificate else "http"
            yield f"{scheme}://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


def run(*arguments: str, url: str = "", at: Path, env: Mapping[str, str] | None = None, cores: int = 1) -> Run:
    """Runs `bedaudit` on the first cores."""
    return _measured(["bedaudit", *arguments], url, at, env, cores)


def module(name: str, *arguments: str, at: Path) -> Run:
    """Runs a module of Python."""
    return _measured([name, *arguments], "", at, {"PYTHONPATH": str(Path.cwd())}, 1)


def seconds(name: str, *arguments: str, at: Path) -> float:
    """What a module of Python says it took."""
    command = [*_pinned(0), sys.executable, "-m", name, *arguments]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())}
    return float(subprocess.run(command, cwd=at, env=env, check=True, stdout=subprocess.PIPE).stdout)


def _measured(arguments: list[str], url: str, at: Path, env: Mapping[str, str] | None, cores: int) -> Run:
    before = stats(url)["calls"] if url else {}
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(at),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": f"AKIA{PAYER}ABCD",
        "AWS_SECRET_ACCESS_KEY": "secret",
        **(env or {}),
    }
    command = [sys.executable, "-m", *arguments]
    started = time.monotonic()
    with (at / "stderr").open("w") as errors:
        ran = subprocess.Popen(
            [*_pinned(*range(cores)), *command], env=environment, cwd=at, stdout=errors, stderr=errors
        )
        _, status, used = os.wait4(ran.pid, 0)
        ran.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    after = stats(url) if url else {"calls": {}, "about": {}}
    calls = sum(after["calls"].values()) - sum(before.values())
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, calls, ran.returncode, after["about"])


def stats(url: str) -> Any:
    """What the stand-in was asked, and what that cost it."""
    with urllib.request.urlopen(f"{url}/stats") as answer:
        return json.load(answer)


def _pinned(*cores: int) -> list[str]:
    """What starts a command on some of the machine's cores."""
    return ["taskset", "--cpu-list", ",".join(str(_CORES[core]) for core in cores)]
