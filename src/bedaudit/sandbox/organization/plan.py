"""Who there is in the demo organisation, and what is wrong where: one fault in one place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bedaudit.sandbox.organization.site_setup import ALARMS, QUIET, Alarm, Setup
from bedaudit.sandbox.organization.watching import MISSING_TOPIC, UNHEARD_TOPIC
from bedaudit.sandbox.world import MANAGEMENT, Account, Unit

HEALTHY_ACCOUNT, CHAT, SEARCH, STAGING, VENDOR = (digit * 12 for digit in "23456")
ROLE = "BedauditReadOnly"

UNITS = (
    Unit("ou-sbx1-workload", "Workloads"),
    Unit("ou-sbx1-producti", "Production", "ou-sbx1-workload"),
    Unit("ou-sbx1-nonprodu", "NonProduction", "ou-sbx1-workload"),
    Unit("ou-sbx1-external", "External"),
)
ACCOUNTS = (
    Account(MANAGEMENT, "management"),
    Account(HEALTHY_ACCOUNT, "prod-healthy", "ou-sbx1-producti"),
    Account(CHAT, "prod-chat", "ou-sbx1-producti"),
    Account(SEARCH, "prod-search", "ou-sbx1-producti"),
    Account(STAGING, "staging", "ou-sbx1-nonprodu", opted_in=frozenset()),
    Account(VENDOR, "vendor-pilot", "ou-sbx1-external"),
)
_HEALTHY = Setup()
_LOGGED_ONCE = replace(_HEALTHY, large_data=False)
"""Large data goes to the one bucket with all else, so that what is wrong with it is wrong once."""
_EXTRA_ALARMS = (
    Alarm("bedrock-content-filtered", "ContentFilteredCount"),
    Alarm("bedrock-every-model", "InvocationServerErrors", dimensions={"ModelId": "*"}),
    Alarm("bedrock-unheard", "InvocationServerErrors", topic=UNHEARD_TOPIC),
    Alarm("bedrock-topic-is-gone", "InvocationServerErrors", topic=MISSING_TOPIC),
    Alarm("bedrock-switched-off", "InvocationServerErrors", actions_enabled=False),
)

SITES: dict[tuple[str, str], Setup] = {
    (MANAGEMENT, "us-east-1"): replace(_LOGGED_ONCE, alarms=(*ALARMS, *_EXTRA_ALARMS)),
    (MANAGEMENT, "us-west-2"): replace(
        _LOGGED_ONCE,
        retention_days=None,
        bucket_key_region="us-east-2",
        alarms=tuple(alarm for alarm in ALARMS if alarm.metric != "InvocationThrottles"),
    ),
    (MANAGEMENT, "eu-west-1"): replace(_LOGGED_ONCE, on_dashboard=False, log_key_region="us-east-2"),
    (MANAGEMENT, "eu-south-1"): replace(_LOGGED_ONCE, trust_is_conditional=False),
    (HEALTHY_ACCOUNT, "us-east-1"): replace(_HEALTHY, guardrail_traffic=True, agent_traffic=True),
    (HEALTHY_ACCOUNT, "us-west-2"): QUIET,
    (HEALTHY_ACCOUNT, "eu-west-1"): _HEALTHY,
    (HEALTHY_ACCOUNT, "eu-south-1"): QUIET,
    (CHAT, "us-east-1"): replace(_LOGGED_ONCE, group_exists=False),
    (CHAT, "us-west-2"): replace(_HEALTHY, trusted_region="us-east-1", agent_traffic=True),
    (CHAT, "eu-west-1"): replace(_LOGGED_ONCE, writable_group="/aws/bedrock/invocations-old", agent_traffic=True),
    (CHAT, "eu-south-1"): replace(_LOGGED_ONCE, granted_prefix="bedrock", acls_disabled=False),
    (SEARCH, "us-east-1"): replace(_HEALTHY, key_enabled=False),
    (SEARCH, "us-west-2"): replace(_HEALTHY, s3=False, large_data=False, bypassed="product-search", agent_traffic=True),
    (SEARCH, "eu-west-1"): replace(_HEALTHY, data_flags=False, agent_traffic=True),
    (SEARCH, "eu-south-1"): replace(_HEALTHY, last_event_hours=9 * 24.0),
    (STAGING, "us-east-1"): replace(_HEALTHY, guardrail_traffic=True, logging=False),
    (STAGING, "us-west-2"): replace(_HEALTHY, customer_managed_key=False, mantle_traffic=True),
    (STAGING, "eu-west-1"): _HEALTHY,
}
DENIED = (STAGING, "eu-west-1", "cloudwatch", "DescribeAlarms")
"""What the auditor's role is not allowed: account, region, service, operation."""


@dataclass(frozen=True, slots=True)
class SeededFault:
    """One thing that is wrong in the demo organisation."""

    account: str
    region: str
    """`*` where it is the whole account."""
    name: str
    what: str
    control: str | None
    """The control that is about it; None where it is why something cannot be known."""
    resource: str | None = None
    """The id of the resource, where the fault is one of several resources'."""
    policy: str = "baseline"
    """The shipped policy that the control belongs to."""


def _alarm(index: int, name: str, what: str, control: str) -> SeededFault:
    return SeededFault(MANAGEMENT, "us-east-1", name, what, control, _EXTRA_ALARMS[index].name)


FAULTS = (
    _alarm(0, "metric-does-not-exist", "An alarm on ContentFilteredCount", "bedrock-alarms-can-fire"),
    _alarm(1, "dimension-is-a-star", "An alarm with ModelId literally *", "bedrock-alarms-can-fire"),
    _alarm(2, "topic-nobody-confirmed", "A topic without a confirmed subscriber", "bedrock-alarms-are-heard"),
    _alarm(3, "topic-is-gone", "An alarm whose topic was deleted", "bedrock-alarms-are-heard"),
    _alarm(4, "actions-are-disabled", "An alarm with its actions switched off", "bedrock-alarms-are-heard"),
    SeededFault(
        MANAGEMENT,
        "us-west-2",
        "no-retention",
        "Invocation logs are kept for ever",
        "invocation-logs-are-kept-for-a-set-time",
    ),
    SeededFault(MANAGEMENT, "us-west-2", "no-throttle-alarm", "No alarm on throttling", "throttles-are-alarmed"),
    SeededFault(
        MANAGEMENT,
        "us-west-2",
        "bucket-key-serves-another-region",
        "The key of the log bucket lets Bedrock of us-east-2 encrypt",
        "invocation-log-bucket-key-serves-bedrock",
    ),
    SeededFault(
        MANAGEMENT,
        "eu-west-1",
        "log-key-serves-another-region",
        "The key of the log group lets CloudWatch Logs of us-east-2 encrypt",
        "invocation-log-group-key-serves-cloudwatch-logs",
    ),
    SeededFault(
        MANAGEMENT,
        "eu-west-1",
        "dashboard-elsewhere",
        "The dashboard shows other regions only",
        "a-dashboard-shows-invocations-latency-and-tokens",
    ),
    SeededFault(
        MANAGEMENT,
        "eu-south-1",
        "confused-deputy",
        "The logging role's trust has no conditions",
        "invocation-logging-role-is-guarded-against-confused-deputy",
    ),
    SeededFault(
        CHAT, "us-east-1", "log-group-deleted", "The log group was deleted after Put", "invocation-log-group-exists"
    ),
    SeededFault(
        CHAT,
        "us-west-2",
        "trust-names-another-region",
        "The logging role trusts Bedrock of us-east-1",
        "invocation-logging-role-trusts-bedrock-here",
    ),
    SeededFault(
        CHAT,
        "eu-west-1",
        "role-writes-elsewhere",
        "The logging role may write to another log group",
        "invocation-logging-role-can-write",
    ),
    SeededFault(
        CHAT,
        "eu-south-1",
        "bucket-policy-for-another-prefix",
        "The bucket policy lets Bedrock write below another prefix",
        "invocation-log-bucket-lets-bedrock-write",
    ),
    SeededFault(
        CHAT, "eu-south-1", "acls-in-force", "The log bucket still obeys ACLs", "invocation-log-bucket-has-no-acls"
    ),
    SeededFault(
        SEARCH, "us-east-1", "key-disabled", "The log group's KMS key is disabled", "invocation-log-group-key-is-usable"
    ),
    SeededFault(
        SEARCH,
        "us-west-2",
        "nowhere-for-large-data",
        "CloudWatch only, and no bucket for large data",
        "large-invocation-data-has-a-bucket",
    ),
    SeededFault(SEARCH, "eu-west-1", "no-data", "All data delivery is off", "invocation-logs-carry-the-chosen-data"),
    SeededFault(
        SEARCH, "eu-south-1", "nothing-arrives", "Models are called, and no log event since", "invocation-logs-arrive"
    ),
    SeededFault(
        STAGING,
        "us-east-1",
        "logging-off",
        "Logging is off although models are called",
        "invocation-logging-is-enabled",
    ),
    SeededFault(
        STAGING,
        "us-west-2",
        "no-customer-managed-key",
        "The log group has no KMS key",
        "invocation-log-group-has-a-customer-managed-key",
    ),
    SeededFault(
        STAGING,
        "us-west-2",
        "endpoint-that-is-not-logged",
        "A model is called through bedrock-mantle",
        "no-model-is-called-past-invocation-logging",
        "usage",
    ),
    SeededFault(STAGING, "eu-west-1", "alarms-denied", "The role may not call cloudwatch:DescribeAlarms", None),
    SeededFault(STAGING, "eu-south-1", "region-disabled", "The opt-in region is not enabled", None),
    SeededFault(VENDOR, "*", "account-denied", "The account has no role for the auditor", None),
)
