"""What a user may ask of a scan of AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_HELD = 1.5
"""A call may take this many times its timeouts, whatever its name servers and trickling bytes do."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long one call may take, in seconds."""

    connect: float = 5.0
    read: float = 20.0

    @property
    def deadline(self) -> float:
        """For all of it."""
        return _HELD * (self.connect + self.read)


@dataclass(frozen=True, slots=True)
class Settings:
    """Scope, roles and speed."""

    scan_id: str
    """Names the role sessions: `bedaudit-<scan id>`."""
    profile: str | None = None
    accounts: tuple[str, ...] = ()
    """Only these; empty: the caller's own account, or with `organization` all of it."""
    organization: bool = False
    role: str | None = None
    """Name of the role to assume in each account but the caller's own."""
    external_id: str | None = None
    exclude_accounts: tuple[str, ...] = ()
    organizational_units: tuple[str, ...] = ()
    """With `organization`: only accounts under these units (ids of units or of the root)."""
    read_units: bool = False
    """Whether each account's `organizational_units` are wanted; they cost a walk over the organisation's tree."""
    monitoring_accounts: tuple[str, ...] = ()
    """Accounts whose alarms and dashboards count for the sites that they watch; read first, even if out of scope."""
    regions: tuple[str, ...] = ()
    """Only these; empty: Bedrock's regions that are enabled for the account."""
    shard: tuple[int, int] | None = None
    """Which of how many parts of the accounts, from 1; None: all."""
    concurrency: int = 64
    """Calls in flight, over all accounts."""
    timeouts: Timeouts = Timeouts()
    transport: Literal["boto3", "fast"] = "fast"
    """What carries reads; writes go through boto3."""
    workers: int = 1
    """Processes that read."""
    engine: str | None = None
    """The address of a Dask scheduler whose workers read instead, as `dask://scheduler:8786`."""

    @property
    def crewed(self) -> bool:
        """Whether other processes read."""
        return self.workers > 1 or self.engine is not None
