"""What one site each lacks of alarms, dashboards, measured quality and the logs of agents: one fault in one place."""

from __future__ import annotations

from bedaudit.sandbox.organization.plan import CHAT, SEARCH, STAGING, SeededFault
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.world import MANAGEMENT

KNOWLEDGE_BASE, GATEWAY = "KBMENUPLAN", "tools-0a1b2c3d4e"
UNTITLED = "bedrock-untitled"
DASHBOARD = "bedrock-operations"
JUDGED = ("LLM/Judge", "Helpfulness")
FOREVER = "/aws/bedrock-agentcore/runtimes/assistant-0a1b2c3d4e-DEFAULT"

_ALARMS = (
    (
        MANAGEMENT,
        "us-east-1",
        "no-first-token-alarm",
        "No alarm on the time to first token",
        "time-to-first-token-is-alarmed",
        None,
    ),
    (
        MANAGEMENT,
        "us-east-1",
        "untrained-detector",
        "An anomaly detector that never had enough data",
        "bedrock-anomaly-detectors-are-trained",
        "AWS/Bedrock:Invocations:SampleCount",
    ),
    (
        MANAGEMENT,
        "us-west-2",
        "no-input-token-alarm",
        "No alarm on input tokens",
        "input-token-spikes-are-alarmed",
        None,
    ),
    (
        MANAGEMENT,
        "eu-west-1",
        "no-output-token-alarm",
        "No alarm on output tokens",
        "output-token-spikes-are-alarmed",
        None,
    ),
    (
        MANAGEMENT,
        "eu-south-1",
        "silence-counts-as-fine",
        "The alarm on a drop in traffic takes silence for fine",
        "traffic-drops-are-alarmed",
        None,
    ),
    (CHAT, "us-east-1", "no-legacy-model-alarm", "No alarm on legacy models", "legacy-models-are-alarmed", None),
    (
        CHAT,
        "us-west-2",
        "no-cloudwatch-delivery-alarm",
        "No alarm on failed delivery to CloudWatch Logs",
        "log-delivery-failures-to-cloudwatch-are-alarmed",
        None,
    ),
    (
        CHAT,
        "eu-west-1",
        "no-s3-delivery-alarm",
        "No alarm on failed delivery to S3",
        "log-delivery-failures-to-s3-are-alarmed",
        None,
    ),
    (
        CHAT,
        "eu-south-1",
        "no-configuration-alarm",
        "No alarm on changes of the configuration",
        "configuration-changes-are-alarmed",
        None,
    ),
    (
        SEARCH,
        "us-east-1",
        "no-large-data-alarm",
        "No alarm on lost large data",
        "delivery-failures-of-large-data-are-alarmed",
        None,
    ),
    (
        SEARCH,
        "us-west-2",
        "no-mantle-alarm",
        "No alarm on the endpoint that is not logged",
        "unlogged-traffic-is-alarmed",
        None,
    ),
    (
        SEARCH,
        "us-west-2",
        "alarm-mails-prompts",
        "An alarm sends log lines to its topic",
        "alarms-on-bedrock-logs-send-no-log-lines",
        "bedrock-refusals",
    ),
    (
        SEARCH,
        "eu-west-1",
        "average-of-a-count",
        "An alarm on the average of a count",
        "bedrock-alarms-use-a-sensible-statistic",
        "bedrock-average-of-throttles",
    ),
    (
        SEARCH,
        "eu-south-1",
        "no-sensitive-data-alarm",
        "No alarm on sensitive data in the logs",
        "sensitive-data-in-logs-is-alarmed",
        None,
    ),
    (
        STAGING,
        "us-east-1",
        "alarm-without-data",
        "An alarm that has had no data for a month",
        "bedrock-alarms-have-data",
        "bedrock-retired-model",
    ),
    (
        STAGING,
        "us-east-1",
        "no-guardrail-error-alarm",
        "No alarm on errors of guardrails",
        "guardrail-errors-are-alarmed",
        None,
    ),
    (
        STAGING,
        "us-east-1",
        "no-guardrail-throttle-alarm",
        "No alarm on throttled guardrails",
        "guardrail-throttles-are-alarmed",
        None,
    ),
    (
        STAGING,
        "us-west-2",
        "model-without-latency-alarm",
        "Latency is watched of one model only",
        "each-active-model-has-a-latency-alarm",
        None,
    ),
)
_DASHBOARDS = (
    (
        CHAT,
        "us-west-2",
        "model-on-no-dashboard",
        "One of the models is on no dashboard",
        "each-active-model-is-on-a-dashboard",
        None,
    ),
    (
        CHAT,
        "eu-west-1",
        "graph-of-nothing",
        "A graph of a metric that does not exist",
        "dashboards-show-metrics-that-exist",
        DASHBOARD,
    ),
    (SEARCH, "us-east-1", "broken-dashboard", "A widget that is not well-formed", "dashboards-are-valid", UNTITLED),
    (
        SEARCH,
        "eu-west-1",
        "errors-not-shown",
        "No dashboard shows errors and throttles",
        "a-dashboard-shows-errors-and-throttles",
        None,
    ),
    (
        SEARCH,
        "eu-south-1",
        "delivery-not-shown",
        "No dashboard shows the delivery of logs",
        "a-dashboard-shows-log-delivery",
        None,
    ),
    (
        STAGING,
        "us-east-1",
        "interventions-not-shown",
        "No dashboard shows guardrail interventions",
        "a-dashboard-shows-guardrail-interventions",
        None,
    ),
)
_QUALITY = (
    (
        MANAGEMENT,
        "us-east-1",
        "no-evaluation",
        "No evaluation for months",
        "an-evaluation-ran-in-the-last-30-days",
        "usage",
    ),
    (
        MANAGEMENT,
        "us-west-2",
        "quality-not-measured",
        "Nobody measures the quality of answers",
        "answer-quality-is-measured",
        None,
    ),
    (
        CHAT,
        "us-east-1",
        "judge-stopped",
        "The judge has published nothing for days",
        "quality-metrics-are-fresh",
        ":".join(JUDGED),
    ),
    (
        CHAT,
        "us-west-2",
        "nobody-hears-the-judge",
        "No alarm on the quality of answers",
        "quality-metrics-are-alarmed",
        ":".join(JUDGED),
    ),
)
_AGENTS = (
    (
        CHAT,
        "us-west-2",
        "knowledge-base-without-logs",
        "A knowledge base delivers no logs",
        "knowledge-bases-deliver-their-logs",
        f"knowledge-base/{KNOWLEDGE_BASE}/APPLICATION_LOGS",
    ),
    (
        CHAT,
        "eu-west-1",
        "gateway-without-logs",
        "A gateway of AgentCore delivers no logs",
        "agentcore-resources-deliver-their-logs",
        f"gateway/{GATEWAY}/APPLICATION_LOGS",
    ),
    (
        SEARCH,
        "us-east-1",
        "orphaned-delivery",
        "A delivery of a knowledge base that was deleted",
        "log-deliveries-have-a-source",
        "knowledge-base/KBDELETED1/APPLICATION_LOGS/cloudwatch",
    ),
    (
        SEARCH,
        "us-west-2",
        "agent-logs-for-ever",
        "Logs of an agent are kept for ever",
        "logs-of-agents-are-not-kept-for-ever",
        FOREVER,
    ),
    (SEARCH, "us-west-2", "no-agent-error-alarm", "No alarm on errors of agents", "agent-errors-are-alarmed", None),
    (
        SEARCH,
        "eu-west-1",
        "no-agent-throttle-alarm",
        "No alarm on throttled agents",
        "agent-throttles-are-alarmed",
        None,
    ),
)

FAULTS = tuple(
    SeededFault(account, region, name, what, control, resource, policy)
    for policy, rows in (("alarms", _ALARMS), ("dashboards", _DASHBOARDS), ("quality", _QUALITY), ("agents", _AGENTS))
    for account, region, name, what, control, resource in rows
)


def lacking(site: Site) -> frozenset[str]:
    """The names of the faults of a site."""
    return frozenset(fault.name for fault in FAULTS if (fault.account, fault.region) == (site.account, site.region))
