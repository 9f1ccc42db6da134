"""A scan by several processes says what a scan by one says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bedaudit.aws import carrier
from bedaudit.aws.cluster import _package
from bedaudit.sandbox import Rule, Sandbox, serve
from tests.cli.run import Ran, bedaudit, python, scrubbed
from tests.cli.test_live import ORG
from tests.cli.test_resume import said


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve() as served:
        yield served


@pytest.fixture(scope="module")
def whole(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Any:
    ran = scan(sandbox, tmp_path_factory.mktemp("whole"))
    return ran.code, said(ran.json)


def scan(sandbox: Sandbox, at: Path, *arguments: str) -> Ran:
    return bedaudit("scan", *ORG, "--format", "json", *arguments, at=at, env=sandbox.environment())


def test_two_processes_say_what_one_says(sandbox: Sandbox, tmp_path: Path, whole: Any) -> None:
    ran = scan(sandbox, tmp_path, "--workers", "2", "--save-snapshot", "s.gz")
    assert (ran.code, said(ran.json)) == whole
    again = bedaudit("scan", "--from", "s.gz", "--format", "json", at=tmp_path)
    assert said(again.json) == whole[1]


def children(process: int) -> list[int]:
    """The processes that read for a scan."""
    found = map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())
    return [each for each in found if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]


@pytest.mark.parametrize(
    ("hit", "code", "says"),
    [("child", 2, "a worker process was killed"), ("parent", 130, "go on with --resume s.gz")],
)
def test_a_worker_that_is_killed_and_an_interrupt_end_the_scan_and_all_its_processes(
    sandbox: Sandbox, tmp_path: Path, hit: str, code: int, says: str
) -> None:
    sandbox.ledger.clear()
    sandbox.faults.add(Rule(service="bedrock", latency=3600))
    command = [sys.executable, "-m", "bedaudit", "scan", *ORG, "--workers", "2", "--save-snapshot", "s.gz"]
    env = scrubbed(tmp_path, sandbox.environment())
    with subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True) as process:
        while not any(operation == "ListMetrics" for *_, operation in sandbox.ledger.counts()):
            assert process.poll() is None
            time.sleep(0.05)
        workers = children(process.pid)
        os.kill(workers[0] if hit == "child" else process.pid, signal.SIGKILL if hit == "child" else signal.SIGINT)
        _, err = process.communicate(timeout=600)
    sandbox.faults.clear()
    assert len(workers) == 2
    assert (process.returncode, says in err, "Traceback" in err) == (code, True, False)
    assert not [each for each in workers if Path(f"/proc/{each}").exists()]


@contextmanager
def cluster(at: Path, sandbox: Sandbox, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers, each a process of its own; only the workers have credentials."""
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    file = at / "scheduler.json"
    env = scrubbed(at)
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": at}
    scheduler = subprocess.Popen([*dask, "--no-dashboard", "--scheduler-file", str(file)], env=env, **quiet)
    try:
        address = _address(file, scheduler)
        command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1"]
        others = [
            subprocess.Popen([*command, "--no-dashboard"], env=scrubbed(at, sandbox.environment()), **quiet)
            for _ in range(workers)
        ]
        try:
            yield address.replace("tcp://", "dask://"), others
        finally:
            for each in others:
                each.kill()
                each.wait()
    finally:
        scheduler.kill()
        scheduler.wait()


def _address(file: Path, scheduler: subprocess.Popen[bytes]) -> str:
    """Where a scheduler that has just been started listens, once all of its file is written."""
    while not (written := file.read_text() if file.exists() else "").endswith("\n}"):
        assert scheduler.poll() is None
        time.sleep(0.05)
    return str(json.loads(written)["address"])


def test_a_cluster_of_which_a_worker_dies_says_what_one_process_says(
    sandbox: Sandbox, tmp_path: Path, whole: Any
) -> None:
    sandbox.ledger.clear()
    with cluster(tmp_path, sandbox, 2) as (engine, workers):
        sandbox.faults.add(Rule(latency=0.2))
        command = [sys.executable, "-m", "bedaudit", "scan", *ORG, "--format", "json", "--engine", engine]
        env = scrubbed(tmp_path, sandbox.environment())
        with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as process:
            while sum(sandbox.ledger.counts().values()) < 60 and process.poll() is None:
                time.sleep(0.05)
            workers[0].kill()
            sandbox.faults.clear()
            out, _ = process.communicate(timeout=600)
    assert process.returncode == whole[0]
    assert said(json.loads(out)) == whole[1]


def test_an_engine_that_is_not_there_is_one_line(sandbox: Sandbox, tmp_path: Path) -> None:
    nowhere = scan(sandbox, tmp_path, "--engine", "ray://127.0.0.1:1")
    assert (nowhere.code, nowhere.err.count("\n")) == (2, 1)
    assert "is not the address of an engine, as dask://scheduler:8786 is" in nowhere.err


def test_a_worker_without_bedaudit_is_given_it(tmp_path: Path) -> None:
    package = tmp_path / "code.zip"
    package.write_bytes(_package())
    program = (
        "import sys, pathlib\n"
        "sys.path = [each for each in sys.path if not each.endswith('src')]\n"
        f"scope = {{}}\nexec(pathlib.Path({carrier.__file__!r}).read_text(), scope)\n"
        f"code = pathlib.Path({str(package)!r}).read_bytes()\n"
        "try:\n    scope['carry'](code, '0', b'')\n"
        "except RuntimeError as error:\n    print(error)\n"
        "import bedaudit, bedaudit.aws.work\nprint(bedaudit.__file__)\n"
    )
    done = python("-c", program, at=tmp_path)
    assert done.err == ""
    refused, place = done.out.splitlines()
    assert refused.endswith("and this is 0: give it the same, or none")
    assert "/bedaudit-" in place
