"""The accounts and regions that a scan may visit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """One account to visit."""

    id: str
    name: str = ""
    organizational_units: tuple[str, ...] = ()
    """Ids from the root to the account's own unit; empty where not asked for."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Who asks, and whom."""

    identity: str
    """The ARN of the caller."""
    caller: str
    """The caller's account."""
    partition: str
    home_region: str
    """Where global things are asked for."""
    accounts: tuple[Account, ...]
    """Sorted by id."""
    regions: tuple[str, ...]
    """Where Bedrock may be, sorted: those asked for, or all of the partition; an account may have fewer enabled."""
    notices: tuple[str, ...] = ()
