"""One account and region that is being seeded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bedaudit.sandbox.call import Reply
from bedaudit.sandbox.invoke import Invoke
from bedaudit.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Site:
    """Calls operations in its account and region; time counts back from when the seeding began."""

    world: World
    invoke: Invoke
    account: str
    region: str
    now: datetime

    def __call__(self, service: str, operation: str, **parameters: Any) -> Reply:
        """The reply; raises `AwsError`."""
        return self.invoke(self.account, self.region, service, operation, **parameters)

    def hours_ago(self, hours: float) -> datetime:
        """A moment in the past."""
        return self.now - timedelta(hours=hours)
