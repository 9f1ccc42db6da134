"""How far a scan has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(slots=True)
class Progress:
    """Counters that only ever grow, but for `sites`, which is an estimate until every account's regions are known."""

    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    accounts: int = 0
    accounts_done: int = 0
    sites: int = 0
    sites_done: int = 0
    calls: int = 0
    """Requests sent, repeated ones included."""
    gaps: int = 0
    """Kinds and sites that could not be read."""
