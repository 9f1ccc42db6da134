"""Faults to order, and the ledger of who called what.

A rule names what it hits (globs on account, region, service and operation) and what it does: it answers with an error
in the protocol's own shape, drops the connection, or only waits. It may do so a number of times, with a probability, or
whenever a token bucket per (account, region, service) is empty.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random
from threading import Event, Lock

from bedaudit.sandbox.call import AwsError


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do to the calls that match."""

    account: str = "*"
    region: str = "*"
    service: str = "*"
    operation: str = "*"
    code: str | None = None
    """AWS's error code."""
    message: str = "Injected by the sandbox"
    status: int = 400
    retry_after: float | None = None
    """Seconds, as the header of that name."""
    drop: bool = False
    """Close the connection without an answer."""
    latency: float = 0.0
    """Seconds to wait before anything else."""
    times: int | None = None
    """How often it acts; None is always."""
    probability: float = 1.0
    rate: float | None = None
    """Calls a second that pass unharmed, per (account, region, service)."""
    burst: int = 1
    """Calls that pass at once under `rate`."""

    def matches(self, call: Entry) -> bool:
        """Whether the rule is about the call."""
        return all(fnmatchcase(value, getattr(self, name)) for name, value in zip(FIELDS, call, strict=True))

    def error(self) -> AwsError | None:
        """What it answers."""
        if self.code is None:
            return None
        headers = {} if self.retry_after is None else {"Retry-After": f"{self.retry_after:g}"}
        return AwsError(self.code, self.message, self.status, headers)


Entry = tuple[str, str, str, str]
"""Account, region, service and operation of a call."""
FIELDS = ("account", "region", "service", "operation")

THROTTLED = Rule(code="ThrottlingException", message="Rate exceeded", status=429)
"""A starting point for rules that throttle."""


class Dropped(Exception):  # noqa: N818 - an event, not an error of ours
    """The connection is to be closed without an answer."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float


@dataclass(slots=True)
class Faults:
    """The rules in force; may be changed while the sandbox serves."""

    clock: Callable[[], float] = time.monotonic
    _rules: list[Rule] = field(default_factory=list)
    _acted: Counter[int] = field(default_factory=Counter)
    _buckets: dict[tuple[int, Entry], _Bucket] = field(default_factory=dict)
    _random: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - repeatable on purpose
    _lock: Lock = field(default_factory=Lock)
    _cleared: Event = field(default_factory=Event)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, in the order in which they are tried."""
        return tuple(self._rules)

    def add(self, *rules: Rule) -> None:
        """Put more rules in force."""
        with self._lock:
            self._rules.extend(rules)

    def clear(self) -> None:
        """Put none in force; the calls that wait do not wait any longer."""
        with self._lock:
            self._cleared.set()
            self._cleared = Event()
            self._rules.clear()
            self._acted.clear()
            self._buckets.clear()

    def strike(self, call: Entry) -> None:
        """Waits, raises `Dropped`, raises `AwsError`, or lets the call pass."""
        with self._lock:
            rules, cleared = self.rules, self._cleared
        for index, rule in enumerate(rules):
            if not rule.matches(call) or not self._acts(index, rule, call):
                continue
            if rule.latency:
                cleared.wait(rule.latency)
            if rule.drop:
                raise Dropped
            if (error := rule.error()) is not None:
                raise error

    def _acts(self, index: int, rule: Rule, call: Entry) -> bool:
        with self._lock:
            if rule.times is not None and self._acted[index] >= rule.times:
                return False
            if rule.probability < 1 and self._random.random() >= rule.probability:
                return False
            if rule.rate is not None and self._passes((index, (*call[:3], "")), rule.rate, rule.burst):
                return False
            self._acted[index] += 1
            return True

    def _passes(self, key: tuple[int, Entry], rate: float, burst: int) -> bool:
        now = self.clock()
        bucket = self._buckets.setdefault(key, _Bucket(burst, now))
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.filled) * rate)
        bucket.filled = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True


@dataclass(slots=True)
class Ledger:
    """Every call that reached the sandbox, failed ones included, in order."""

    _entries: list[Entry] = field(default_factory=list)

    def record(self, call: Entry) -> None:
        """Write down one call."""
        self._entries.append(call)

    def clear(self) -> None:
        """Start anew."""
        self._entries.clear()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The calls, first to last."""
        return tuple(self._entries)

    def counts(self) -> Counter[Entry]:
        """How often each call was made."""
        return Counter(self._entries)

    def operations(self, **where: str) -> frozenset[str]:
        """The operations called, as `service:Operation`, where account, region or service are as given."""
        return frozenset(f"{entry[2]}:{entry[3]}" for entry in self._where(where))

    def _where(self, where: dict[str, str]) -> Iterable[Entry]:
        positions = {name: FIELDS.index(name) for name in where}
        return (entry for entry in self.entries if all(entry[positions[n]] == where[n] for n in where))
