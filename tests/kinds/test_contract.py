"""What policies may rely on: each kind's fields by name, type, choices and whether they may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_uppercase

import pytest

from bedaudit.cli.kinds import type_of
from bedaudit.kinds import kinds
from bedaudit.state import Field, Group, ListOf, Scalar, shape_of

ACCOUNT, DASHBOARD, SITE, SINGLE = (
    ("account", "account", False),
    ("account", "site", False),
    ("site", "site", False),
    ("site", "site", True),
)
"""Read once in, judged once in, and whether there always is exactly one."""

SCOPES = {
    "alarm": SITE,
    "anomaly_detector": SITE,
    "cost_allocation_tag": ACCOUNT,
    "dashboard": DASHBOARD,
    "data_retention": SINGLE,
    "guardrail": SITE,
    "inference_profile": SITE,
    "invocation_logging": SINGLE,
    "log_delivery": SITE,
    "log_group": SITE,
    "metric_filter": SITE,
    "quality_metric": SITE,
    "quota": SITE,
    "saved_query": SITE,
    "telemetry_link": SITE,
    "tracing": SINGLE,
    "trail": ACCOUNT,
    "usage": SINGLE,
}

WATCHES = """
watches: list
watches.namespace: text
watches.metric: text
watches.dimensions: map of text
watches.model: text?
watches.stat: text?
watches.period: integer?
watches.account: text?
"""

KMS_KEY = """
kms_key: group?
kms_key.arn: text
kms_key.exists: flag
kms_key.customer_managed: flag?
kms_key.state: text?
kms_key.usable: flag?
kms_key.rotation: flag?
kms_key.multi_region: flag?
kms_key.allows_logs_service: flag?
kms_key.allows_bedrock: flag?
"""

LOG_GROUP = f"""
name: text
exists: flag
retention_days: days or never?
retention_set_by: choice? group account_policy nobody
log_class: choice? standard infrequent_access delivery essentials
deletion_protection: flag?
masking: group?
masking.masks: list of text
masking.audits: flag
masking.set_by: choice group account
metric_filters: list of text?
subscription_filters: list?
subscription_filters.name: text
subscription_filters.destination: text
subscription_filters.alive: flag?
stored_bytes: integer?
tags: map of text?
{KMS_KEY}"""

BUCKET = f"""
bucket: text
prefix: text?
exists: flag
owned_by_account: flag?
region: text?
same_region: flag?
encryption: choice? none aes256 kms kms_dsse
grants_bedrock: flag?
grant_limited_to_account: flag?
blocks_public_access: flag?
acls_disabled: flag?
tls_only: flag?
versioning: choice? on suspended off
object_lock: group?
object_lock.mode: choice governance compliance
object_lock.days: integer?
expires_after_days: days or never?
access_logging: flag?
tags: map of text?
{KMS_KEY}"""


def within(prefix: str, fields: str) -> str:
    """The same fields, of a part."""
    return "".join(f"{prefix}.{line}\n" for line in fields.splitlines() if line)


FIELDS = {
    "usage": """
in_use: flag
lookback_days: integer
invocations: integer
active_models: list of text
mantle_in_use: flag
unlogged_models: list of text
guardrails_in_use: flag
agents_in_use: flag
last_invocation_age: hours?
evaluations_last_30_days: integer
""",
    "invocation_logging": f"""
enabled: flag
destinations: list of choice cloudwatch s3
text: flag?
image: flag?
embedding: flag?
video: flag?
audio: flag?
cloudwatch: group?
cloudwatch.log_group: group
cloudwatch.role: group
cloudwatch.role.arn: text
cloudwatch.role.exists: flag
cloudwatch.role.trusts_bedrock: flag?
cloudwatch.role.trust_limited_to_account: flag?
cloudwatch.role.trust_limited_to_source: flag?
cloudwatch.role.can_write_logs: flag?
cloudwatch.role.excess_actions: list of text?
cloudwatch.role.permissions_boundary: text?
cloudwatch.large_data: group?
s3: group?
delivery: group?
delivery.flowing: flag?
delivery.last_event_age: hours?
delivery.failures: integer
delivery.successes: integer
{within("cloudwatch.log_group", LOG_GROUP)}{within("cloudwatch.large_data", BUCKET)}{within("s3", BUCKET)}""",
    "log_group": LOG_GROUP,
    "alarm": f"""
name: text
type: choice metric composite log
threshold: number?
comparison: choice? GreaterThanOrEqualToThreshold GreaterThanThreshold LessThanThreshold LessThanOrEqualToThreshold \
LessThanLowerOrGreaterThanUpperThreshold LessThanLowerThreshold GreaterThanUpperThreshold
evaluation_periods: integer?
datapoints_to_alarm: integer?
missing_data: choice? breaching notBreaching ignore missing
anomaly: flag
state: choice OK ALARM INSUFFICIENT_DATA
state_age: hours?
actions_enabled: flag
muted: flag
actions: list
actions.arn: text
actions.type: choice sns lambda ssm_opsitem ssm_incident autoscaling ec2 swf aiops_investigation other
actions.alive: flag?
actions.subscribers: integer?
actions.reason: text?
notifies: flag
can_fire: flag?
cannot_fire_because: text?
tags: map of text
{WATCHES}""",
    "dashboard": """
name: text
valid: flag
widgets: integer
metrics: list
metrics.namespace: text
metrics.metric: text
metrics.dimensions: map of text
metrics.region: text?
metrics.account: text?
log_queries: list
log_queries.log_groups: list of text
log_queries.query: text
log_queries.region: text?
alarms: list of text
regions: list of text
""",
    "anomaly_detector": f"""
state: choice? PENDING_TRAINING TRAINED_INSUFFICIENT_DATA TRAINED
type: choice single_metric metric_math
{WATCHES}""",
    "saved_query": """
name: text
query: text
log_groups: list of text
language: choice CWLI SQL PPL
""",
    "metric_filter": """
name: text
log_group: text
pattern: text
metric: text
namespace: text
alarmed: flag
""",
    "guardrail": f"""
id: text
name: text
status: text
version: text
has_version: flag
policies: list of choice content topic word sensitive_information contextual_grounding automated_reasoning
blocks_prompt_attacks: flag
enforced: flag
{KMS_KEY}""",
    "inference_profile": """
id: text
name: text
model: text
status: text
tags: map of text
""",
    "cost_allocation_tag": """
key: text
type: text
active: flag
""",
    "trail": f"""
name: text
home_region: text
multi_region: flag
organization: flag
logging: flag
last_delivery_error: text?
records_management_events: flag
data_event_types: list of text
log_file_validation: flag
bucket: text?
log_group: text?
{KMS_KEY}""",
    "tracing": """
destination: choice xray cloudwatch_logs
status: choice pending active
transaction_search: flag
indexing_percentage: number?
encryption: choice none kms
""",
    "telemetry_link": """
role: choice source monitoring
resource_types: list of text
shares_bedrock_metrics: flag?
shares_invocation_logs: flag?
sink_account: text?
""",
    "quality_metric": """
namespace: text
metric: text
dimensions: map of text
last_datapoint_age: hours?
alarmed: flag
""",
    "log_delivery": """
source_type: choice knowledge_base agent agentcore_runtime agentcore_gateway agentcore_memory agentcore_other other
source_arn: text
log_type: text
destination_type: choice? cloudwatch s3 firehose xray
active: flag
""",
    "data_retention": """
mode: choice default none aws_review provider_data_share inherit
""",
    "quota": """
code: text
name: text
value: number
usage: number?
alarmed: flag
""",
}


def promised(kind: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in FIELDS[kind].splitlines() if line)


def described(kind: str) -> dict[str, str]:
    return {path: _typed(field) for path, field in fields(shape_of(kinds()[kind].state))}


def fields(group: Group, prefix: str = "") -> Iterator[tuple[str, Field]]:
    """Every field with its path, lists gone through."""
    for name, field in group.fields.items():
        yield prefix + name, field
        inner = field.shape.item if isinstance(field.shape, ListOf) else field.shape
        if isinstance(inner, Group):
            yield from fields(inner, f"{prefix}{name}.")


def _typed(field: Field) -> str:
    inner = field.shape.item if isinstance(field.shape, ListOf) else field.shape
    return " ".join((type_of(field), *(inner.choices if isinstance(inner, Scalar) else ())))


def test_each_kind_is_read_and_judged_where_policies_expect_it() -> None:
    assert {name: (kind.scope, kind.judged, kind.single) for name, kind in kinds().items()} == SCOPES


@pytest.mark.parametrize("kind", sorted(SCOPES))
def test_the_fields_that_policies_name_have_their_types(kind: str) -> None:
    found = described(kind)
    assert {path: found.get(path) for path in promised(kind)} == promised(kind)


@pytest.mark.parametrize("kind", sorted(SCOPES))
def test_every_field_is_explained_in_one_plain_sentence(kind: str) -> None:
    odd = {path: field.doc for path, field in fields(shape_of(kinds()[kind].state)) if not _is_a_sentence(field.doc)}
    assert odd == {}


def _is_a_sentence(doc: str) -> bool:
    """One sentence; semicolons join what belongs together."""
    return doc.endswith(".") and ". " not in doc and doc[0] in f"`{ascii_uppercase}"
