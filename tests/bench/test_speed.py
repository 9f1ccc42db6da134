"""How fast a scan is, by the fast transport and by boto3's in the same run.

The size is set by the environment: BENCH_ACCOUNTS (default 40; 1000 is the whole organisation) and BENCH_REGIONS (17).
The bars are told beside the figures; what falls short is printed, and fails nothing: the machine may be a busy one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.figures import Figures
from tests.bench.keys import ACTIVE, HOME, QUIET
from tests.bench.runs import Run, module, run, seconds, serving
from tests.bench.stand_in import ROLES, Shape

pytestmark = pytest.mark.bench

ACCOUNTS = int(os.environ.get("BENCH_ACCOUNTS", "40"))
REGIONS = (
    *(HOME, "us-east-2", QUIET, ACTIVE, "eu-west-2", "eu-west-3", "eu-central-1", "eu-central-2", "eu-north-1"),
    *("eu-south-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2"),
    *("ca-central-1", "sa-east-1"),
)[: int(os.environ.get("BENCH_REGIONS", "17"))]
EACH_CALL = (
    "botocore's parsers and aiohttp take a third of a call's CPU; what kinds make of replies (the policies of roles, "
    "buckets, keys and topics above all), judging, and the findings of each site take the rest"
)
"""Why a call costs more than its bar."""
START = "to import boto3, pydantic and the kinds, and to read AWS's models and the policies, takes most of a short scan"
ROLE = "four calls read what its role may do; three ask whether another account has the dashboard that it lacks"
WRITTEN = ("-o", "json:-", "-o", "sarif:report.sarif", "--exit-zero", "--quiet")
ORGANIZATION = ("scan", "--org", "--role", "R")


def scanned(
    recording: Path, at: Path, shape: Shape, *more: str, transport: str = "fast", in_flight: int = 256, cores: int = 1
) -> Run:
    asked = (*ORGANIZATION, "--concurrency", str(in_flight), "--transport", transport, *WRITTEN, *more)
    with serving(recording, shape) as url:
        return run(*asked, url=url, at=at, cores=cores)


def shape(accounts: int, latency: float = 0.05, regions: tuple[str, ...] = REGIONS) -> Shape:
    return Shape(accounts=accounts, regions=regions, latency=latency)


def marginal(small: Run, large: Run) -> float:
    """Microseconds of CPU that one more call costs, without what every run costs."""
    return (large.cpu - small.cpu) / (large.calls - small.calls) * 1e6


def test_an_organisation(recording: Path, tmp_path: Path, figures: Figures) -> None:
    tenth = max(4, ACCOUNTS // 10)
    fast, boto3 = (
        [scanned(recording, tmp_path, shape(size), transport=name) for size in (tenth, ACCOUNTS)]
        for name in ("fast", "boto3")
    )
    bound = fast[1].calls * 0.05 / 256
    what = f"{ACCOUNTS} accounts x {len(REGIONS)} regions, 50 ms, 256 in flight"
    figures.add(f"{what}: calls", fast[1].calls, "", None, beside=boto3[1].calls)
    figures.add(
        "calls a second, start-up and reports included",
        fast[1].rate,
        "/s",
        3000,
        most=False,
        beside=boto3[1].rate,
        why=EACH_CALL,
    )
    figures.add("CPU a call, start-up included", fast[1].each, "us", 300, beside=boto3[1].each, why=START)
    figures.add("CPU of one call more", marginal(*fast), "us", 300, beside=marginal(*boto3), why=EACH_CALL)
    figures.add(
        "wall against the bound by latency",
        fast[1].wall / bound,
        "x",
        1.25,
        beside=boto3[1].wall / bound,
        why="with so many calls in flight the one core is busy before the latency counts",
    )
    figures.add("memory", fast[1].memory, "MB", 250, beside=boto3[1].memory)
    ratio, other = fast[1].memory / fast[0].memory, boto3[1].memory / boto3[0].memory
    figures.add(f"memory, {tenth} to {ACCOUNTS} accounts", ratio, "x", 1.3, beside=other)
    assert fast[1].code == boto3[1].code == 0
    # A process that is short of its core takes its own delay for silence now and then, and asks again.
    assert abs(fast[1].calls - boto3[1].calls) <= 0.05 * boto3[1].calls


def test_twenty_accounts(recording: Path, tmp_path: Path, figures: Figures) -> None:
    regions = REGIONS[:16]
    fast, boto3 = (
        scanned(recording, tmp_path, shape(20, 0.03, regions), transport=name, in_flight=64)
        for name in ("fast", "boto3")
    )
    figures.add("20 x 16, 30 ms, 64 in flight: wall", fast.wall, "s", 3, beside=boto3.wall, why=START)
    figures.add("CPU", fast.cpu, "s", 3, beside=boto3.cpu, why=EACH_CALL)
    figures.add("memory", fast.memory, "MB", 120, beside=boto3.memory, why="imports and AWS's models hold 100 MB")
    for what, calls, bar in _calls(fast, shape(20, regions=regions)):
        figures.add(what, calls, "", bar, why=ROLE)
    assert fast.code == boto3.code == 0


def _calls(ran: Run, of: Shape) -> Iterator[tuple[str, float, float]]:
    """The calls of a site of either sort, and of an account, each with its bar."""
    sites = [(region, of.like(account, region)) for account in of.ids for region in of.regions]
    sorts = [sort for region, sort in sites if region != HOME]
    quiet, active = (ran.about[sort] / sorts.count(sort) for sort in (QUIET, ACTIVE))
    at_home = sum(active if sort == ACTIVE else quiet for region, sort in sites if region == HOME)
    roles = ran.about[ROLES] / [sort for _, sort in sites].count(ACTIVE)
    yield "calls of a quiet site", quiet, 8
    yield "calls of an active site, its role and buckets included", active + roles, 20
    yield "calls of an account besides", (ran.about[HOME] - at_home) / len(of.ids), 6


def test_two_workers(recording: Path, tmp_path: Path, figures: Figures) -> None:
    one = scanned(recording, tmp_path, shape(ACCOUNTS))
    two = scanned(recording, tmp_path, shape(ACCOUNTS), "--workers", "2", cores=2)
    figures.add(
        "two workers on two cores",
        one.wall / two.wall,
        "x",
        1.7,
        most=False,
        why="the stand-in needs a core too, each worker starts anew, and one process judges and writes for both",
    )
    assert one.code == two.code == 0


def test_one_site(recording: Path, tmp_path: Path, figures: Figures) -> None:
    fast, boto3 = (_one(recording, tmp_path, transport) for transport in ("fast", "boto3"))
    figures.add("one account, one region, 30 ms", fast.wall, "s", 1, beside=boto3.wall, why=START)
    assert fast.code == boto3.code == 0


def _one(recording: Path, at: Path, transport: str) -> Run:
    with serving(recording, shape(1, 0.03, (HOME,))) as url:
        return run("scan", "--region", HOME, "--transport", transport, *WRITTEN, url=url, at=at)


def test_help(tmp_path: Path, figures: Figures) -> None:
    best = min(run("--help", at=tmp_path).wall for _ in range(5))
    figures.add("bedaudit --help, best of five", best, "s", 0.15)


def test_a_snapshot_is_judged(recording: Path, tmp_path: Path, figures: Figures) -> None:
    sizes = (max(2, ACCOUNTS // 4), ACCOUNTS)
    runs = []
    for size in sizes:
        snapshot = f"{size}.jsonl.gz"
        kept = scanned(recording, tmp_path, shape(size, 0.0), "--policy", "builtin:all", "--save-snapshot", snapshot)
        assert kept.code == 0
        judged = ("scan", "--from", snapshot, "--policy", "builtin:all", "-o", "json:-", "--exit-zero", "--quiet")
        runs.append(run(*judged, at=tmp_path))
    figures.add(
        "sites a second, evaluation alone, all policies",
        ACCOUNTS * len(REGIONS) / seconds("tests.bench.evaluating", f"{ACCOUNTS}.jsonl.gz", at=tmp_path),
        "/s",
        3000,
        most=False,
        why="every control of all policies gives a finding at every site, and each is made with what it rests on",
    )
    sites = (sizes[1] - sizes[0]) * len(REGIONS)
    figures.add("sites a second, read from a snapshot, JSON written", sites / (runs[1].cpu - runs[0].cpu), "/s", None)
    assert all(each.code == 0 for each in runs)


@pytest.mark.parametrize("format_", ["html", "sarif", "json"])
def test_a_hundred_thousand_findings_are_written(format_: str, tmp_path: Path, figures: Figures) -> None:
    ran = module("tests.bench.many_findings", format_, "100000", str(tmp_path / f"report.{format_}"), at=tmp_path)
    figures.add(f"100,000 findings as {format_}: wall", ran.wall, "s", 20)
    figures.add("memory", ran.memory, "MB", 1000)
    assert ran.code == 0
