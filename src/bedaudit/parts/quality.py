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
from bedaudit.parts.traffic import GET_METRIC_DATA, LIST_METRICS, LOOKBACK_DAYS, MOST_QUERIES, UNREAD
from bedaudit.reader import Reader, age_hours

OPERATIONS = (LIST_METRICS, GET_METRIC_DATA)

MOST_PAGES = 20
"""At 500 metrics a page."""
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
    ages: list[float | Gap | None] = []
    for first in range(0, len(metrics), MOST_QUERIES):
        chunk = metrics[first : first + MOST_QUERIES]
        queries = [_query(index, metric) for index, metric in enumerate(chunk)]
        pages = await aws.pages(GET_METRIC_DATA, MetricDataQueries=queries, StartTime=start, EndTime=end)
        results = [result for page in pages for result in page.get("MetricDataResults", ())]
        ages += [_age([one for one in results if one["Id"] == f"m{index}"], aws.now) for index in range(len(chunk))]
    return ages


def _query(index: int, metric: Raw) -> Raw:
    named = {name: metric[name] for name in ("Namespace", "MetricName", "Dimensions") if name in metric}
    return {"Id": f"m{index}", "MetricStat": {"Metric": named, "Period": 3600, "Stat": "SampleCount"}}


def _age(results: Sequence[Raw], now: datetime) -> float | Gap | None:
    failed = next((result["StatusCode"] for result in results if result.get("StatusCode") in UNREAD), None)
    if failed:
        return Gap("failed", str(GET_METRIC_DATA), failed, "CloudWatch did not give a metric")
    hours = [hour for result in results for hour in result.get("Timestamps", ())]
    return age_hours(max(hours), now) if hours else None
