"""Quality of answers as metrics: what pipelines that evaluate models, often with a model as judge, publish.

Their namespaces are the customer's choice. A metric counts if a word of its namespace says so: Bedrock, AgentCore,
GenAI, LLM, RAG, Ragas, judge, eval, evaluation, evaluator, AI quality or model quality, as in `LLM/Judge`,
`MyBedrockEvals` and `Bedrock-AgentCore/Evaluations`. A policy narrows that with `where: {namespace: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Raw, Resource
from bedaudit.parts import alarmed, quality
from bedaudit.parts.alarmed import read_alarmed
from bedaudit.parts.quality import read_ages, read_listed
from bedaudit.reader import Reader
from bedaudit.state import Hours, State


class QualityMetric(State):
    """A custom metric of the last two weeks whose namespace speaks of Bedrock, LLMs, judges or evaluations."""

    namespace: str | Gap
    """Its namespace; one that speaks of Bedrock, AgentCore, GenAI, LLM, RAG, judges, evaluation or AI quality."""
    metric: str | Gap
    """Its name."""
    dimensions: Mapping[str, str] | Gap
    """Its dimensions."""
    last_datapoint_age: Hours | Gap | None = None
    """Time since the start of the last hour with a datapoint; missing: there was none in two weeks."""
    alarmed: bool | Gap
    """Whether an alarm of the site watches a metric of that name, with whatever dimensions."""


async def read(aws: Reader) -> Iterable[Resource]:
    """Every such metric of the site; one more that is unreadable stands for those that were not listed."""
    listed = await read_listed(aws)
    ages = await aws.part("last_datapoint_age", lambda aws: read_ages(aws, listed.metrics))
    ages = [ages] * len(listed.metrics) if isinstance(ages, Gap) else ages
    heard = await aws.part("alarmed", read_alarmed) if listed.metrics else Gap("not_read")
    found = []
    for metric, age in zip(listed.metrics, ages, strict=True):
        namespace, name = metric.get("Namespace", ""), metric.get("MetricName", "")
        state = QualityMetric(
            namespace=namespace,
            metric=name,
            dimensions=_dimensions(metric),
            last_datapoint_age=age,
            alarmed=heard if isinstance(heard, Gap) else heard.watches(namespace, name),
        )
        found.append(resource("quality_metric", _id(state), state, raw=metric))
    return [*found, *([] if listed.unseen is None else [_unseen(listed.unseen)])]


def _dimensions(metric: Raw) -> Mapping[str, str]:
    return {dimension["Name"]: dimension["Value"] for dimension in metric.get("Dimensions", ())}


def _id(state: QualityMetric) -> str:
    dimensions = state.dimensions if isinstance(state.dimensions, Mapping) else {}
    return ":".join(
        [f"{state.namespace}:{state.metric}", *(f"{name}={dimensions[name]}" for name in sorted(dimensions))]
    )


def _unseen(gap: Gap) -> Resource:
    state = QualityMetric(namespace=gap, metric=gap, dimensions=gap, last_datapoint_age=gap, alarmed=gap)
    return resource("quality_metric", "unlisted", state)


KIND = Kind(
    name="quality_metric",
    state=QualityMetric,
    read=read,
    operations=(*quality.OPERATIONS, *alarmed.OPERATIONS),
)
