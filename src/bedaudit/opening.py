"""How a file that a user names is opened."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

Readable = os.PathLike[str]
"""What can be opened, and tells as text what a user calls it."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What was fetched from elsewhere, under the name that it has there."""

    name: str
    place: Path

    def __str__(self) -> str:
        return self.name

    def __fspath__(self) -> str:
        return str(self.place)


def unpiped(path: str, flags: int, mode: int = 0o600) -> int:
    """An opener, as `open` takes it, that refuses a pipe: whoever should write to it may never come.

    Raises:
        OSError: the file cannot be opened, or is a pipe.
    """
    descriptor = os.open(path, flags | os.O_NONBLOCK, mode)
    if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is a pipe, not a regular file", path)
    os.set_blocking(descriptor, True)
    return descriptor
