"""What travels to a cluster's workers with each job, by value: it imports nothing that may be missing there."""

from __future__ import annotations


def carry(code: bytes, version: str, job: bytes) -> bytes:
    """Does a job where bedaudit may not be installed; `code` is its package, zipped.

    Raises:
        RuntimeError: another version is.
    """
    import importlib  # noqa: PLC0415 - nothing of this module but the function travels
    import importlib.util  # noqa: PLC0415
    import io  # noqa: PLC0415
    import sys  # noqa: PLC0415
    import tempfile  # noqa: PLC0415
    import zipfile  # noqa: PLC0415

    found = importlib.util.find_spec("bedaudit")
    if found is None or found.origin is None:
        place = tempfile.mkdtemp(prefix="bedaudit-")
        zipfile.ZipFile(io.BytesIO(code)).extractall(place)
        sys.path.insert(0, place)
        importlib.invalidate_caches()
    here = importlib.import_module("bedaudit").__version__
    if here != version:
        raise RuntimeError(f"a worker has bedaudit {here}, and this is {version}: give it the same, or none")
    done: bytes = importlib.import_module("bedaudit.aws.work").work(job)
    return done
