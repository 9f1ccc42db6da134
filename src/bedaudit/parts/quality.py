"""Custom metrics that look like the results of evaluating models, and when each last had data.

CloudWatch lists metrics by namespace or all of them, never by part of a name, so all are listed: of a site with more
than `MOST_PAGES` pages of metrics the rest stays unseen.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/publishingMetrics.html
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/evaluations.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bedaudit.model import Gap, Raw
from bedaudit.parts.metric_data import GET_METRIC_DATA, Datapoints, Series, read_datapoints
from bedaudit.parts.traffic import LIST_METRICS, LOOKBACK_DAYS
from bedaudit.reader import Reader, age_hours

OPERATIONS = (LIST_METRICS, GET_METRIC_DATA)

MOST_PAGES = 20
"""At 500 metrics a page."""
_HOUR = 3600
_WORDS = r"bedrock|agentcore|gen-?ai|llm|rag|ragas|judges?|evals?|evaluations?|evaluators?|ai-?quality|model-?quality"
_QUALITY = re.compile(rf"(?:^|[^a-z])(?:{_WORDS})(?:[^a-z]|$)")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_QUALITY = ("bedrock-agentcore",)
"""Where agents of AgentCore write operational metrics of their own."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The quality metrics of a site."""

    metrics: Sequence[Raw]
    unseen: Gap | None = None
    """Why there may be more."""


def is_quality(namespace: str) -> bool:
    """Whether a namespace looks like that of a pipeline which evaluates models; AWS's own never do."""
    if namespace.startswith("AWS/") or namespace in _NO_QUALITY:
        return False
    return bool(_QUALITY.search(namespace.lower()) or _QUALITY.search(_HUMP.sub(" ", namespace).lower()))


async def read_listed(aws: Reader) -> Listed:
    """The quality metrics with data of the last two weeks."""
    found: list[Raw] = []
    token: Mapping[str, str] = {}
    for _ in range(MOST_PAGES):
        page = await aws.call(LIST_METRICS, **token)
        found += [metric for metric in page.get("Metrics", ()) if is_quality(metric.get("Namespace", ""))]
        if not page.get("NextToken"):
            return Listed(found)
        token = {"NextToken": page["NextToken"]}
    message = f"the site has more than {MOST_PAGES} pages of metrics, of which no more were listed"
    return Listed(found, Gap("failed", str(LIST_METRICS), message=message))


async def read_ages(aws: Reader, metrics: Sequence[Raw]) -> Sequence[float | Gap | None]:
    """Hours since the start of the last hour with a datapoint of each; None: there was none in two weeks."""
    end = aws.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    start = end - timedelta(days=LOOKBACK_DAYS)
    found = await read_datapoints(aws, [_series(metric) for metric in metrics], start, end)
    return [points if isinstance(points, Gap) else _age(points, aws.now) for points in found]


def _series(metric: Raw) -> Series:
    named = {name: metric[name] for name in ("Namespace", "MetricName", "Dimensions") if name in metric}
    return Series(named, "SampleCount", _HOUR)


def _age(points: Datapoints, now: datetime) -> float | None:
    return age_hours(max(points), now) if points else None
