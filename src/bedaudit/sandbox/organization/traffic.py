"""Seeds two weeks of Bedrock's metrics: by the hour for the last day, by the day before that."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from bedaudit.sandbox.backends.bedrock_profiles import profile_id
from bedaudit.sandbox.backends.cloudwatch_metrics import Metrics, Sample, Series
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.organization.site_setup import Setup

PROFILES = {"support-chat": "anthropic.claude-sonnet-4-5-20250929-v1:0", "product-search": "amazon.nova-pro-v1:0"}
"""The application inference profiles that workloads call, by name, and the models behind them."""
MANTLE_MODEL = "openai.gpt-oss-120b"
_MOST_RECENT_HOURS = 0.25
_PER_MODEL = {
    "Invocations": 40.0,
    "InputTokenCount": 52000.0,
    "OutputTokenCount": 11000.0,
    "InvocationClientErrors": 0.5,
}
_LATENCY_MS = 1800.0
_PER_AGENT = {"Invocations": 12.0, "SystemErrors": 0.0, "UserErrors": 0.2, "Throttles": 0.0, "Latency": 5200.0}
_DELIVERIES = {
    "ModelInvocationLogsCloudWatchDelivery": ("cloudwatch", 80.0),
    "ModelInvocationLogsS3Delivery": ("s3", 80.0),
    "ModelInvocationLargeDataS3Delivery": ("large_data", 3.0),
}


def seed(site: Site, setup: Setup) -> None:
    """Writes what Bedrock would have published at the site."""
    if not setup.traffic:
        return
    models = called(setup)
    for name, per_hour in _PER_MODEL.items():
        for model in models:
            write(site, ("AWS/Bedrock", name, (("ModelId", model),)), per_hour)
        write(site, ("AWS/Bedrock", name, ()), per_hour * len(models))
    for model in models:
        write(site, ("AWS/Bedrock", "InvocationLatency", (("ModelId", model),)), _LATENCY_MS)
    write(site, ("AWS/Bedrock", "InvocationLatency", ()), _LATENCY_MS)
    _deliveries(site, setup)
    _guardrails_and_agents(site, setup)
    if setup.mantle_traffic:
        for dimensions in ((), (("Model", MANTLE_MODEL),)):
            write(site, ("AWS/BedrockMantle", "Inferences", dimensions), 6.0)


def _guardrails_and_agents(site: Site, setup: Setup) -> None:
    if setup.guardrail_traffic:
        for name in ("Invocations", "InvocationsIntervened"):
            write(site, ("AWS/Bedrock/Guardrails", name, (("Operation", "ApplyGuardrail"),)), 4.0)
            write(site, ("AWS/Bedrock/Guardrails", name, ()), 4.0)
    if setup.agent_traffic:
        for name, per_hour in _PER_AGENT.items():
            write(site, ("AWS/Bedrock-AgentCore", name, (("Service", "AgentCore.Runtime"),)), per_hour)


def called(setup: Setup) -> tuple[str, ...]:
    """What is called at a site: profiles by their ids, and the model itself where one is bypassed."""
    return tuple(model if name == setup.bypassed else profile_id(name) for name, model in PROFILES.items())


def _deliveries(site: Site, setup: Setup) -> None:
    configured = {"cloudwatch": setup.logging, "s3": setup.logging and setup.s3}
    configured["large_data"] = setup.logging and setup.large_data
    for name, (destination, per_hour) in _DELIVERIES.items():
        if configured[destination]:
            lost = destination == "cloudwatch" and not setup.group_exists
            since = setup.last_event_hours if destination == "cloudwatch" else 0.0
            write(site, ("AWS/Bedrock", f"{name}{'Failure' if lost else 'Success'}", ()), per_hour, not_within=since)


def write(site: Site, series: Series, per_hour: float, not_within: float = 0.0) -> None:
    """Writes a metric of two weeks, or of those up to some hours ago."""
    samples = [
        Sample(site.hours_ago(hours), per_hour * span, span, 0.0, per_hour)
        for hours, span in _moments()
        if hours >= not_within
    ]
    site.world.state(Metrics, site.account, site.region).add(series, samples)


def _moments() -> Iterator[tuple[float, float]]:
    """Hours ago, and the hours that the sample stands for."""
    return chain(((hour + _MOST_RECENT_HOURS, 1.0) for hour in range(24)), ((day * 24.0, 24.0) for day in range(2, 14)))
