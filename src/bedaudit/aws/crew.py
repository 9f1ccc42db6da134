"""Reading with several processes, here or on a cluster: batches of accounts go out as jobs, and records come back."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Protocol

from bedaudit.aws.earlier import Earlier
from bedaudit.aws.job import Job, Told, packed, unpacked
from bedaudit.aws.scope import Account, Targets
from bedaudit.aws.settings import Settings
from bedaudit.errors import TargetError
from bedaudit.policy.rules import Rules

_BATCH: Final = 64
"""Accounts in a job at most: enough to keep all calls in flight, few enough to be told of soon."""

_BATCHES: Final = 2
"""Jobs that each worker should get: few, as a job begins and ends with few calls in flight, and more than one, so that
none waits long for the last of another."""

_AHEAD: Final = 2
"""Jobs given out for each worker; more would only wait, with their records in memory."""


class Crew(Protocol):
    """Whoever does jobs."""

    @property
    def workers(self) -> int:
        """How many jobs can be done at once."""

    def submit(self, job: bytes) -> Future[bytes]:
        """Begins a job, or puts it in line."""


def crew(settings: Settings) -> AbstractContextManager[Crew]:
    """Those who read for a scan: a cluster's workers, or processes of this machine."""
    if settings.engine is not None:
        from bedaudit.aws.cluster import cluster  # noqa: PLC0415 - loads Dask

        return cluster(settings.engine)
    return _processes(settings.workers)


def batch_size(accounts: int, workers: int) -> int:
    """How many of the accounts a job reads."""
    return max(1, min(_BATCH, accounts // (workers * _BATCHES)))


def batches(found: Targets, accounts: Sequence[Account], workers: int) -> Iterator[Targets]:
    """The accounts in parts, each as targets of its own."""
    size = batch_size(len(accounts), workers)
    for at in range(0, len(accounts), size):
        yield replace(found, accounts=tuple(accounts[at : at + size]), notices=())


async def told(
    crew: Crew, settings: Settings, rules: Rules, earlier: Earlier, batches: Iterable[Targets]
) -> AsyncIterator[tuple[Targets, Told]]:
    """Each batch with what its job came to, as they are done.

    Raises:
        TargetError: a worker is gone, or has no credentials.
    """
    own = replace(settings, workers=1, engine=None, monitoring_accounts=())
    if settings.engine is None:
        own = replace(own, concurrency=max(1, settings.concurrency // settings.workers))
    fresh = replace(rules)  # without what it remembers
    doing: dict[asyncio.Future[bytes], Targets] = {}
    waiting = iter(batches)
    while True:
        for batch in islice(waiting, max(0, crew.workers * _AHEAD - len(doing))):
            job = Job(own, batch, fresh, earlier.of(account.id for account in batch.accounts))
            doing[asyncio.wrap_future(crew.submit(packed(job)))] = batch
        if not doing:
            return
        done, _ = await asyncio.wait(doing, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            yield doing.pop(each), unpacked(each.result())


@contextmanager
def _processes(workers: int) -> Iterator[Crew]:
    """Processes of this machine; they do not outlive the scan, however it ends."""
    executor = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_deaf)
    try:
        yield _Processes(executor, workers)
    except BrokenProcessPool as error:
        raise TargetError("a worker process was killed; with a snapshot, --resume goes on") from error
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()


def _deaf() -> None:
    """Ctrl-C is for the process that gave the job."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@dataclass(frozen=True, slots=True)
class _Processes:
    executor: ProcessPoolExecutor
    workers: int

    def submit(self, job: bytes) -> Future[bytes]:
        from bedaudit.aws.work import work  # noqa: PLC0415 - it runs the engine, which gives out jobs

        return self.executor.submit(work, job)
