"""Whether invocation logs arrive: what CloudWatch and the log stream say of the last 24 hours."""

from __future__ import annotations

from bedaudit.model import Gap
from bedaudit.state import Hours, State


class Delivery(State):
    """Whether invocation logs arrive at their destinations."""

    flowing: bool | Gap | None = None
    """Whether the traffic of the last 24 hours arrived everywhere it should; missing: no traffic to judge by."""
    last_event_age: Hours | Gap | None = None
    """Time since the last event in the log stream; missing: there is no event or no log group."""
    failures: int | Gap
    """Failed deliveries of the last 24 hours, to log group and buckets."""
    successes: int | Gap
    """Successful deliveries of the last 24 hours, to log group and buckets."""
