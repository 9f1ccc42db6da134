"""What is asked of a process that reads some accounts, and what it tells, as data without credentials."""

from __future__ import annotations

import pickle
import zlib
from dataclasses import dataclass
from typing import Any

from bedaudit.aws.earlier import Earlier
from bedaudit.aws.scope import Targets
from bedaudit.aws.settings import Settings
from bedaudit.model import Record
from bedaudit.policy.rules import Rules


@dataclass(frozen=True, slots=True)
class Job:
    """Some accounts to read."""

    settings: Settings
    found: Targets
    rules: Rules
    earlier: Earlier


@dataclass(frozen=True, slots=True)
class Told:
    """What a job came to."""

    records: tuple[Record, ...]
    notices: tuple[str, ...]
    calls: int


def packed(value: Any) -> bytes:
    """A job, or what it came to, for the way."""
    return zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), level=1)


def unpacked(data: bytes) -> Any:
    """What `packed` packed; both ends are ours."""
    return pickle.loads(zlib.decompress(data))  # noqa: S301
