"""Whether a site uses Bedrock, and which of it: what CloudWatch saw in the last two weeks.

ListMetrics knows what had data in the last two weeks, so no metric of a namespace means that nothing of it ran.
https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from bedaudit.documents.catalogue import model_dimension
from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Resource
from bedaudit.parts import traffic
from bedaudit.parts.traffic import BEDROCK, LOOKBACK_DAYS, list_metrics, read_traffic
from bedaudit.reader import Operation, Reader, age_hours
from bedaudit.state import Hours, State

LIST_EVALUATION_JOBS = Operation("bedrock", "ListEvaluationJobs")

GUARDRAILS = "AWS/Bedrock/Guardrails"
AGENTS = "AWS/Bedrock/Agents"
MANTLE = "AWS/BedrockMantle"
AGENTCORE = "AWS/Bedrock-AgentCore"
NAMESPACES = (BEDROCK, GUARDRAILS, AGENTS, MANTLE, AGENTCORE)

_EVALUATION_DAYS = 30
_TAGGED_THEMSELVES = ("provisioned-model", "custom-model", "custom-model-deployment", "imported-model")
"""Sorts of models that an account owns, as their ARNs name them."""


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
    models_on_demand: tuple[str, ...] | Gap
    """Those of them that are charged by the call: provisioned, custom and imported models carry tags of their own."""
    last_invocation_age: Hours | Gap | None = None
    """Time since the start of the last hour with a model invocation; missing: there was none."""
    mantle_in_use: bool | Gap
    """Whether there was traffic on the bedrock-mantle endpoint, which invocation logging does not cover."""
    unlogged_models: tuple[str, ...] | Gap
    """Ids of the models that were called through that endpoint, where CloudWatch tells them apart."""
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
        models_on_demand=await aws.part("models_on_demand", _models_on_demand),
        last_invocation_age=await aws.part("last_invocation_age", _last_invocation_age),
        mantle_in_use=await aws.part("mantle_in_use", lambda aws: _any_seen(aws, (MANTLE,))),
        unlogged_models=await aws.part("unlogged_models", _unlogged_models),
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
        seen = await aws.attempt(list_metrics(aws, namespace))
        if isinstance(seen, Gap):
            unread = unread or seen
        elif seen:
            return True
    return unread or False


async def _invocations(aws: Reader) -> int | Gap:
    """The series of all models counts what those of the models count; where both exist, the larger is the fuller."""
    seen = await read_traffic(aws)
    if isinstance(seen, Gap):
        return seen
    models = sum(sum(hours.values()) for model, hours in seen.invocations.items() if model)
    return int(max(sum(seen.invocations.get("", {}).values()), models))


async def _active_models(aws: Reader) -> tuple[str, ...] | Gap:
    seen = await read_traffic(aws)
    if isinstance(seen, Gap):
        return seen
    return tuple(sorted(model for model, hours in seen.invocations.items() if model and hours))


async def _models_on_demand(aws: Reader) -> tuple[str, ...] | Gap:
    active = await _active_models(aws)
    if isinstance(active, Gap):
        return active
    return tuple(model for model in active if not any(f":{sort}/" in model for sort in _TAGGED_THEMSELVES))


async def _unlogged_models(aws: Reader) -> tuple[str, ...]:
    dimensions = [one for metric in await list_metrics(aws, MANTLE) for one in metric.get("Dimensions", [])]
    return tuple(sorted({one["Value"] for one in dimensions if one["Name"] == model_dimension(MANTLE)}))


async def _last_invocation_age(aws: Reader) -> float | Gap | None:
    seen = await read_traffic(aws)
    if isinstance(seen, Gap):
        return seen
    last = max((hour for hours in seen.invocations.values() for hour in hours), default=None)
    return None if last is None else age_hours(last, aws.now)


async def _evaluations(aws: Reader) -> int:
    since = aws.now - timedelta(days=_EVALUATION_DAYS)
    pages = await aws.pages(LIST_EVALUATION_JOBS, creationTimeAfter=since)
    return sum(len(page.get("jobSummaries", [])) for page in pages)


KIND = Kind(
    name="usage",
    state=Usage,
    read=read,
    operations=(*traffic.OPERATIONS, LIST_EVALUATION_JOBS),
    single=True,
)
