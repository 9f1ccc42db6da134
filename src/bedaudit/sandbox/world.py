"""What there is in a sandbox: accounts, their organisation, sessions, and the state of our own backends."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import RLock
from typing import TypeVar

S = TypeVar("S")

REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-south-1")
OPT_IN_REGIONS = frozenset({"eu-south-1"})
MANAGEMENT = "111111111111"

_KEY_WITH_ACCOUNT = re.compile(r"A(?:KI|SI)A(\d{12})[A-Z0-9]{4}")


@dataclass(frozen=True, slots=True)
class Account:
    """An AWS account of the sandbox."""

    id: str
    name: str
    unit: str | None = None
    """Its organizational unit, or None for the root."""
    state: str = "ACTIVE"
    opted_in: frozenset[str] = OPT_IN_REGIONS
    """The opt-in regions that are enabled in it."""

    def enables(self, region: str) -> bool:
        """Whether the region answers this account's credentials."""
        return region not in OPT_IN_REGIONS or region in self.opted_in


@dataclass(frozen=True, slots=True)
class Unit:
    """An organizational unit."""

    id: str
    name: str
    parent: str | None = None
    """Another unit, or None for the root."""


@dataclass(slots=True)
class World:
    """All the mutable state of one sandbox but moto's own."""

    management: str = MANAGEMENT
    regions: tuple[str, ...] = REGIONS
    accounts: dict[str, Account] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    delegated_administrators: set[str] = field(default_factory=set)
    sessions: dict[str, str] = field(default_factory=dict)
    """Access keys that AssumeRole issued, and the ARN of the session that each belongs to."""
    denials: set[tuple[str, str, str, str]] = field(default_factory=set)
    """Account, region, service and operation of what an account's principals may not do."""
    lock: RLock = field(default_factory=RLock)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _states: dict[tuple[type, str, str], object] = field(default_factory=dict)

    def reset(self) -> None:
        """Forget everything."""
        self.regions = REGIONS
        self.accounts.clear()
        self.units.clear()
        self.delegated_administrators.clear()
        self.sessions.clear()
        self.denials.clear()
        self._states.clear()

    def account(self, account_id: str) -> Account:
        """The account; one that nobody added stands alone."""
        return self.accounts.get(account_id) or Account(account_id, f"account-{account_id}")

    def account_of(self, access_key: str) -> str:
        """The account that an access key belongs to; keys which do not say are the management account's."""
        match = _KEY_WITH_ACCOUNT.fullmatch(access_key)
        return match[1] if match else self.management

    def principal(self, access_key: str) -> str:
        """The ARN of who signs with the access key."""
        session = self.sessions.get(access_key)
        return session or f"arn:aws:iam::{self.account_of(access_key)}:user/sandbox"

    def state(self, kind: type[S], account: str, region: str) -> S:
        """The state of one of our backends in one account and region, made when first asked for."""
        key = (kind, account, region)
        if key not in self._states:
            self._states[key] = kind()
        return self._states[key]  # type: ignore[return-value]


def access_key(account: str, suffix: str = "USER") -> str:
    """A long-lived access key of the account; `suffix` is four capitals or digits."""
    return f"AKIA{account}{suffix}"
