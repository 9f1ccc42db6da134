"""What an earlier run of the same scan read: it is not read again."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bedaudit.aws.site import Read
from bedaudit.model import GLOBAL, Record

NOT_ENTERED = "*"
"""The region of an account that could not be entered, where no regions were asked for."""


class Earlier:
    """The sites that are done."""

    def __init__(self) -> None:
        self._regions: dict[str, set[str]] = {}
        self._once: dict[str, Read] = {}

    def add(self, record: Record) -> None:
        """Takes note of a site, and of what its account has once."""
        self._regions.setdefault(record.site.account, set()).add(record.site.region)
        if record.site.region == GLOBAL:
            gaps = {gap.kind: gap.gap for gap in record.gaps}
            self._once[record.site.account] = {
                kind: gaps.get(kind) or tuple(found for found in record.resources if found.kind == kind)
                for kind in record.kinds
            }

    def of(self, accounts: Iterable[str]) -> Earlier:
        """What concerns these accounts."""
        part = Earlier()
        for account in accounts:
            if account in self._regions:
                part._regions[account] = self._regions[account]
            if account in self._once:
                part._once[account] = self._once[account]
        return part

    def has(self, account: str, region: str) -> bool:
        """Whether a site is done."""
        return region in self._regions.get(account, ())

    def once(self, account: str) -> Read | None:
        """What an account has once, if that was read."""
        return self._once.get(account)

    def shut(self, account: str, regions: Collection[str]) -> bool:
        """Whether an account, which is asked for these regions, let nobody in."""
        done = self._regions.get(account, set())
        return NOT_ENTERED in done or (GLOBAL not in done and done.issuperset(regions))
