"""How long organisations would take that no test machine holds: batches of accounts, dealt out to workers as they go.

A worker's batch takes as long as its calls need of one core, or of the latency at so many in flight, whichever is more;
whoever deals them out judges and writes what comes back, one record after the other.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from bedaudit.aws.crew import batch_size


@dataclass(frozen=True)
class Costs:
    """What was measured, in seconds but for the counts."""

    site_calls: float
    """Calls a site, with its share of the account's."""
    call: float
    """CPU of one more call, reading, judging and writing included."""
    judging: float
    """Of it, what one more site costs whoever judges and writes."""
    start: float
    """What a process costs before its first call."""
    job: float
    """What a batch waits, at its beginning and end, for calls with few beside them."""
    latency: float = 0.05
    in_flight: int = 256


def seconds(accounts: int, regions: int, workers: int, costs: Costs) -> float:
    """Wall time of a scan; no workers: one process does all."""
    sites = accounts * regions
    waiting = costs.latency / costs.in_flight
    if not workers:
        return costs.start + costs.job + sites * costs.site_calls * max(costs.call, waiting)
    reading = max(costs.call - costs.judging / costs.site_calls, waiting)
    size = batch_size(accounts, workers)
    free = [2 * costs.start] * workers
    done = []
    for at in range(0, accounts, size):
        number = min(size, accounts - at)
        began = heapq.heappop(free)
        ended = began + costs.job + number * regions * costs.site_calls * reading
        heapq.heappush(free, ended)
        done.append((ended, number))
    judged = 0.0
    for ended, number in sorted(done):
        judged = max(judged, ended) + number * regions * costs.judging
    return judged
