"""The metric series that an alarm or an anomaly detector watches."""

from __future__ import annotations

from collections.abc import Mapping

from bedaudit.model import Gap
from bedaudit.state import State


class Watch(State):
    """A metric series that is watched."""

    namespace: str
    """The metric's namespace, as `AWS/Bedrock`."""
    metric: str
    """The metric's name."""
    dimensions: Mapping[str, str]
    """The dimensions that the series is pinned to; a Metrics Insights query pins those that it filters by equality."""
    model: str | Gap | None = None
    """The value of the ModelId dimension; `*` where the series covers all models; a value with a literal `*`, which
    no model has, reads `invalid:` and the value."""
    stat: str | None = None
    """The statistic, as `Sum` or `p99`."""
    period: int | None = None
    """Seconds that one data point covers."""
    account: str | None = None
    """The account that the metric belongs to, where that is not the alarm's own."""
    sensible_stat: bool | None = None
    """Whether the statistic says something about this metric, as Sum does of a count; missing for metrics that are
    not Bedrock's."""
