"""Threads for calls that block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

_Job: TypeAlias = tuple[asyncio.Future[Any], Callable[[], Any]]


class Threads:
    """As many threads as there ever were jobs at once; whoever hands in jobs bounds them.

    They are daemons: unlike those of `concurrent.futures`, a call that hangs cannot keep the program from ending.
    """

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._size = 0
        self._busy = 0

    async def run(self, job: Callable[[], T]) -> T:
        """What `job` gives, from another thread; a cancelled wait leaves it to end by itself."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._busy += 1
        if self._busy > self._size:
            self._size += 1
            threading.Thread(target=self._work, name="bedaudit-call", daemon=True).start()
        self._jobs.put((future, job))
        return await future

    def close(self) -> None:
        """Ends the idle threads now, the busy ones after their job."""
        for _ in range(self._size):
            self._jobs.put(None)
        self._size = 0

    def _work(self) -> None:
        while (item := self._jobs.get()) is not None:
            future, job = item
            result, error = None, None
            try:
                result = job()
            except BaseException as raised:
                error = raised
            with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
                future.get_loop().call_soon_threadsafe(self._settle, future, result, error)
            del item, future, job, result, error

    def _settle(self, future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
        self._busy -= 1
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
