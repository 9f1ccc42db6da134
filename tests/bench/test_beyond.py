"""When it pays to read on a cluster: measured on two workers of one, simulated up to 10,000 accounts x 33 regions."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.bench.figures import Figures
from tests.bench.runs import run, serving
from tests.bench.simulation import Costs, seconds
from tests.bench.stand_in import PAYER
from tests.bench.test_speed import ACCOUNTS, ORGANIZATION, REGIONS, WRITTEN, marginal, scanned, shape

pytestmark = pytest.mark.bench

SIZES = ((ACCOUNTS, len(REGIONS)), (100, 17), (1_000, 17), (3_000, 33), (10_000, 33))
WORKERS = (0, 2, 8, 32)


@contextmanager
def cluster(at: Path, url: str, workers: int) -> Iterator[str]:
    """A Dask cluster of processes, whose workers have credentials for the stand-in."""
    env = {
        "PATH": "/usr/bin:/bin",
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": f"AKIA{PAYER}ABCD",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    file = at / "scheduler.json"
    python = [sys.executable, "-m"]
    scheduler = [*python, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with ExitStack() as processes, (at / "dask.log").open("w") as log:

        def start(*command: str) -> None:
            process = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=at)
            processes.callback(process.wait)
            processes.callback(process.kill)

        start(*scheduler, "--scheduler-file", str(file))
        while not (file.exists() and file.read_text().endswith("}")):
            time.sleep(0.05)
        address = json.loads(file.read_text())["address"]
        for _ in range(workers):
            start(*python, "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard")
        yield address.replace("tcp://", "dask://")


def test_a_cluster_and_what_it_would_do(recording: Path, tmp_path: Path, figures: Figures) -> None:
    tenth = max(4, ACCOUNTS // 10)
    small, large = (
        scanned(recording, tmp_path, shape(size), "--save-snapshot", f"{size}.gz") for size in (tenth, ACCOUNTS)
    )
    judged = [run("scan", "--from", f"{size}.gz", *WRITTEN, at=tmp_path) for size in (tenth, ACCOUNTS)]
    with serving(recording, shape(ACCOUNTS)) as url, cluster(tmp_path, url, 2) as engine:
        asked = (*ORGANIZATION, "--concurrency", "256", *WRITTEN, "--engine", engine)
        dask = run(*asked, url=url, at=tmp_path, cores=2)
    assert small.code == large.code == dask.code == 0
    figures.add(f"{ACCOUNTS} accounts on two Dask workers", dask.wall, "s", None)
    figures.add("the same in one process", large.wall, "s", None)
    sites = (ACCOUNTS - tenth) * len(REGIONS)
    call = marginal(small, large) / 1e6
    costs = Costs(
        site_calls=(large.calls - small.calls) / sites,
        call=call,
        judging=(judged[1].cpu - judged[0].cpu) / sites,
        start=small.cpu - small.calls * call,
        job=small.wall - small.cpu,
    )
    for accounts, regions in SIZES:
        for workers in WORKERS:
            who = f"{workers} workers" if workers else "one process"
            what = f"simulated: {accounts:,} x {regions}, {who}"
            figures.add(what, seconds(accounts, regions, workers, costs), "s", None)
