"""Whether a site uses Bedrock, and which of it: what CloudWatch saw in the last two weeks.

ListMetrics knows what had data in the last two weeks, so no metric of a namespace means that nothing of it ran.
https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Raw, Resource
from bedaudit.reader import Operation, Reader, age_hours
from bedaudit.state import Hours, State

LIST_METRICS = Operation("cloudwatch", "ListMetrics")
GET_METRIC_DATA = Operation("cloudwatch", "GetMetricData")
LIST_EVALUATION_JOBS = Operation("bedrock", "ListEvaluationJobs")

BEDROCK = "AWS/Bedrock"
GUARDRAILS = "AWS/Bedrock/Guardrails"
AGENTS = "AWS/Bedrock/Agents"
MANTLE = "AWS/BedrockMantle"
AGENTCORE = "AWS/Bedrock-AgentCore"
NAMESPACES = (BEDROCK, GUARDRAILS, AGENTS, MANTLE, AGENTCORE)

LOOKBACK_DAYS = 14
EVALUATION_DAYS = 30
HOUR = 3600
MOST_QUERIES = 500
"""Queries that one GetMetricData takes."""


class Usage(State):
    """What a site uses of Amazon Bedrock, by its metrics of the last two weeks."""

    in_use: bool | Gap
    """Whether CloudWatch knows any metric of Bedrock, its guardrails, agents, Mantle endpoint or AgentCore here."""
    lookback_days: int = LOOKBACK_DAYS
    """How far back CloudWatch lists metrics, and traffic is counted."""
    invocations: int | Gap
    """Model invocations over the look-back, through the bedrock-runtime endpoint."""
    active_models: tuple[str, ...] | Gap
    """Ids of the models and inference profiles with traffic over the look-back."""
    last_invocation_age: Hours | Gap | None = None
    """Time since the start of the last hour with a model invocation; missing: there was none."""
    mantle_in_use: bool | Gap
    """Whether there was traffic on the bedrock-mantle endpoint, which invocation logging does not cover."""
    guardrails_in_use: bool | Gap
    """Whether guardrails were applied."""
    agents_in_use: bool | Gap
    """Whether Bedrock Agents or AgentCore ran."""
    agentcore_in_use: bool | Gap
    """Whether AgentCore ran."""
    evaluations_last_30_days: int | Gap
    """Evaluation jobs that were created in the last 30 days."""


async def read(aws: Reader) -> Iterable[Resource]:
    """The usage of the site."""
    state = Usage(
        in_use=await aws.part("in_use", lambda aws: _any_seen(aws, NAMESPACES)),
        invocations=await aws.part("invocations", _invocations),
        active_models=await aws.part("active_models", _active_models),
        last_invocation_age=await aws.part("last_invocation_age", _last_invocation_age),
        mantle_in_use=await aws.part("mantle_in_use", lambda aws: _any_seen(aws, (MANTLE,))),
        guardrails_in_use=await aws.part("guardrails_in_use", lambda aws: _any_seen(aws, (GUARDRAILS,))),
        agents_in_use=await aws.part("agents_in_use", lambda aws: _any_seen(aws, (AGENTCORE, AGENTS))),
        agentcore_in_use=await aws.part("agentcore_in_use", lambda aws: _any_seen(aws, (AGENTCORE,))),
        evaluations_last_30_days=await aws.part("evaluations_last_30_days", _evaluations),
    )
    return [resource("usage", "usage", state)]


async def _any_seen(aws: Reader, namespaces: Sequence[str]) -> bool | Gap:
    """Whether one of the namespaces has a metric; none seen and one unread is a gap."""
    unread: Gap | None = None
    for namespace in namespaces:
        seen = await aws.attempt(_metrics(aws, namespace))
        if isinstance(seen, Gap):
            unread = unread or seen
        elif seen:
            return True
    return unread or False


async def _metrics(aws: Reader, namespace: str) -> Sequence[Raw]:
    pages = await aws.pages(LIST_METRICS, Namespace=namespace)
    return [metric for page in pages for metric in page.get("Metrics", [])]


async def _invocations(aws: Reader) -> int:
    """The series of all models counts what those of the models count; where both exist, the larger is the fuller."""
    traffic = await _traffic(aws)
    models = sum(sum(hours.values()) for model, hours in traffic.items() if model)
    return int(max(sum(traffic.get("", {}).values()), models))


async def _active_models(aws: Reader) -> tuple[str, ...]:
    return tuple(sorted(model for model, hours in (await _traffic(aws)).items() if model and hours))


async def _last_invocation_age(aws: Reader) -> float | None:
    hours = [hour for hours in (await _traffic(aws)).values() for hour in hours]
    return age_hours(max(hours), aws.now) if hours else None


async def _evaluations(aws: Reader) -> int:
    since = aws.now - timedelta(days=EVALUATION_DAYS)
    pages = await aws.pages(LIST_EVALUATION_JOBS, creationTimeAfter=since)
    return sum(len(page.get("jobSummaries", [])) for page in pages)


async def _traffic(aws: Reader) -> Mapping[str, Mapping[datetime, float]]:
    """Invocations an hour, of hours that had any, by model; of all models together under the empty name."""
    series = _series(await _metrics(aws, BEDROCK))
    end = aws.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    names = sorted(series)
    traffic: dict[str, dict[datetime, float]] = {}
    for first in range(0, len(names), MOST_QUERIES):
        chunk = names[first : first + MOST_QUERIES]
        pages = await aws.pages(
            GET_METRIC_DATA,
            MetricDataQueries=[_query(f"m{index}", series[name]) for index, name in enumerate(chunk)],
            StartTime=end - timedelta(days=LOOKBACK_DAYS),
            EndTime=end,
        )
        for result in (result for page in pages for result in page.get("MetricDataResults", [])):
            hours = traffic.setdefault(chunk[int(result["Id"][1:])], {})
            points = zip(result.get("Timestamps", []), result.get("Values", []), strict=True)
            hours.update({hour: value for hour, value in points if value > 0})
    return traffic


def _series(metrics: Iterable[Raw]) -> dict[str, Sequence[Mapping[str, str]]]:
    """The dimensions by which to ask for the invocations of each model: those with the fewest beside ModelId."""
    series: dict[str, Sequence[Mapping[str, str]]] = {}
    for metric in metrics:
        if metric.get("MetricName") != "Invocations":
            continue
        dimensions = metric.get("Dimensions", [])
        model = next((each["Value"] for each in dimensions if each["Name"] == "ModelId"), "")
        if (model or not dimensions) and (model not in series or len(dimensions) < len(series[model])):
            series[model] = dimensions
    return series


def _query(name: str, dimensions: Sequence[Mapping[str, str]]) -> Mapping[str, Any]:
    metric = {"Namespace": BEDROCK, "MetricName": "Invocations", "Dimensions": list(dimensions)}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": HOUR, "Stat": "Sum"}}


KIND = Kind(
    name="usage",
    state=Usage,
    read=read,
    operations=(LIST_METRICS, GET_METRIC_DATA, LIST_EVALUATION_JOBS),
    single=True,
)
