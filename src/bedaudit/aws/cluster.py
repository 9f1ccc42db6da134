"""Reading on a Dask cluster that is there already: code and policies travel with the jobs, credentials do not.

https://distributed.dask.org/en/stable/client.html
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import bedaudit
from bedaudit.aws import carrier
from bedaudit.aws.crew import Crew
from bedaudit.errors import TargetError

_SCHEMES: Final = {"dask": "tcp", "dask+tls": "tls"}

_PATIENCE: Final = 30
"""Seconds to wait for the scheduler, and for a first worker."""

_RETRIES: Final = 3
"""How often the job of a worker that was lost, or failed, is given to another."""


@contextmanager
def cluster(engine: str) -> Iterator[Crew]:
    """The workers of `dask://HOST:PORT`, or of `dask+tls://HOST:PORT` with the certificates of Dask's configuration.

    Raises:
        TargetError: they cannot be reached, or could not do a job.
    """
    scheme, separator, place = engine.partition("://")
    if not (separator and place and scheme in _SCHEMES):
        raise TargetError(f"{engine!r} is not the address of an engine, as dask://scheduler:8786 is")
    try:
        from cloudpickle import register_pickle_by_value  # noqa: PLC0415 - an extra
        from distributed import Client, KilledWorker  # noqa: PLC0415
    except ImportError as error:
        raise TargetError("--engine needs Dask: pip install 'bedaudit[dask]'") from error
    register_pickle_by_value(carrier)
    try:
        client = Client(  # type: ignore[no-untyped-call]
            f"{_SCHEMES[scheme]}://{place}", timeout=_PATIENCE, set_as_default=False
        )
    except (OSError, TimeoutError) as error:
        raise TargetError(f"no Dask scheduler answers at {engine}: {error}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
            yield _Cluster.of(client)
        except TimeoutError as error:
            raise TargetError(f"the Dask scheduler at {engine} has no workers") from error
        except KilledWorker as error:
            raise TargetError(
                f"workers of {engine} were lost again and again; with a snapshot, --resume goes on"
            ) from error


@dataclass(frozen=True, slots=True)
class _Cluster:
    executor: Executor
    code: Any
    """Where the package is, on the cluster."""
    workers: int

    @staticmethod
    def of(client: Any) -> _Cluster:
        code = client.scatter(_package(), broadcast=True)
        return _Cluster(client.get_executor(pure=False, retries=_RETRIES), code, sum(client.nthreads().values()))

    def submit(self, job: bytes) -> Future[bytes]:
        return self.executor.submit(carrier.carry, self.code, bedaudit.__version__, job)


def _package() -> bytes:
    """The running bedaudit, zipped."""
    root = Path(bedaudit.__file__).parent
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(root.rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                archive.write(file, Path(root.name, file.relative_to(root)))
    return data.getvalue()
