"""What a site of the demo organisation is like. The defaults are healthy; each fault is one thing that differs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

GROUP = "/aws/bedrock/invocations"
STREAM = "aws/bedrock/modelinvocations"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm, by what differs from alarm to alarm."""

    name: str
    metric: str
    settings: dict[str, Any] = field(default_factory=lambda: {"Statistic": "Sum", "Threshold": 0.0})
    namespace: str = "AWS/Bedrock"
    dimensions: dict[str, str] = field(default_factory=dict)
    topic: str = "bedrock-alarms"
    actions_enabled: bool = True


_LATENCY: dict[str, Any] = {"ExtendedStatistic": "p99", "Threshold": 20000.0}

ALARMS = (
    Alarm("bedrock-server-errors", "InvocationServerErrors"),
    Alarm("bedrock-client-errors", "InvocationClientErrors", {"Statistic": "Sum", "Threshold": 20.0}),
    Alarm("bedrock-throttles", "InvocationThrottles", {"Statistic": "Sum", "Threshold": 5.0}),
    Alarm("bedrock-latency-p99", "InvocationLatency", _LATENCY),
    Alarm("bedrock-log-delivery-cloudwatch", "ModelInvocationLogsCloudWatchDeliveryFailure"),
    Alarm("bedrock-log-delivery-s3", "ModelInvocationLogsS3DeliveryFailure"),
    Alarm("bedrock-log-delivery-large-data", "ModelInvocationLargeDataS3DeliveryFailure"),
)
GUARDRAIL_ALARM = Alarm("bedrock-guardrail-interventions", "InvocationsIntervened", namespace="AWS/Bedrock/Guardrails")


@dataclass(frozen=True, slots=True)
class Setup:
    """A site where Bedrock is used, or could be."""

    traffic: bool = True
    bypassed: str | None = None
    """The inference profile whose model is called itself."""
    guardrail_traffic: bool = False
    agent_traffic: bool = False
    """Whether an agent runs in AgentCore."""
    mantle_traffic: bool = False
    """Whether a model is also called through the endpoint that is not logged."""
    logging: bool = True
    data_flags: bool = True
    large_data: bool = True
    s3: bool = True
    group_exists: bool = True
    retention_days: int | None = 365
    customer_managed_key: bool = True
    key_enabled: bool = True
    log_key_region: str | None = None
    """The region whose CloudWatch Logs the log group's key serves, if not the site's own."""
    bucket_key_region: str | None = None
    """The region whose Bedrock the bucket's key serves, if not the site's own."""
    acls_disabled: bool = True
    trusted_region: str | None = None
    """The region that the role's trust names, if not the site's own."""
    trust_is_conditional: bool = True
    writable_group: str = GROUP
    """The log group that the role may write to."""
    granted_prefix: str = "invocations"
    """The prefix that the bucket policy lets Bedrock write below."""
    last_event_hours: float = 0.2
    alarms: tuple[Alarm, ...] = ALARMS
    on_dashboard: bool = True


QUIET = Setup(traffic=False, alarms=(), on_dashboard=False)
"""Bedrock is not used, but logging is on for the day that it is."""
