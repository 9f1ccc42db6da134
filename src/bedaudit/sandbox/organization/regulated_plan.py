"""What regulated workloads need and one site each lacks: one fault in one place."""

from __future__ import annotations

from bedaudit.sandbox.organization.plan import CHAT, SEARCH, SeededFault
from bedaudit.sandbox.organization.site_setup import GROUP
from bedaudit.sandbox.world import MANAGEMENT

KNOWLEDGE_BASE_LOGS = "/aws/vendedlogs/bedrock/knowledge-base/APPLICATION_LOGS/KB7HANDBOOK"
_LOGGING = "model-invocation-logging"

FAULTS = tuple(
    SeededFault(account, region, name, what, control, resource, policy="regulated")
    for account, region, name, what, control, resource in (
        (
            MANAGEMENT,
            "us-east-1",
            "metric-filter-without-alarm",
            "Nobody watches what a metric filter counts",
            "metric-filters-of-bedrock-logs-are-alarmed",
            f"{GROUP}:refused",
        ),
        (
            MANAGEMENT,
            "us-east-1",
            "no-object-lock",
            "The log bucket locks nothing",
            "invocation-log-bucket-locks-objects",
            _LOGGING,
        ),
        (
            MANAGEMENT,
            "us-west-2",
            "vended-logs-without-key",
            "The logs of a knowledge base have no KMS key",
            "logs-of-agents-and-spans-have-a-customer-managed-key",
            KNOWLEDGE_BASE_LOGS,
        ),
        (
            MANAGEMENT,
            "us-west-2",
            "plain-http",
            "The log bucket answers over plain HTTP",
            "invocation-log-bucket-demands-tls",
            _LOGGING,
        ),
        (
            MANAGEMENT,
            "eu-west-1",
            "receiver-is-gone",
            "The stream that is subscribed to the logs was deleted",
            "receivers-of-invocation-logs-are-alive",
            GROUP,
        ),
        (
            MANAGEMENT,
            "eu-west-1",
            "access-is-not-logged",
            "Nobody sees who reads the log bucket",
            "invocation-log-bucket-logs-access",
            _LOGGING,
        ),
        (
            MANAGEMENT,
            "eu-south-1",
            "account-policy-shortens-retention",
            "An account policy cuts a retention of 365 days to 180",
            "bedrock-logs-are-kept-for-a-year",
            GROUP,
        ),
        (
            MANAGEMENT,
            "eu-south-1",
            "objects-expire-early",
            "A lifecycle rule expires the log objects after 90 days",
            "invocation-log-bucket-keeps-objects-for-a-year",
            _LOGGING,
        ),
        (
            CHAT,
            "us-east-1",
            "bucket-without-key",
            "The log bucket has no KMS key",
            "invocation-log-bucket-has-a-customer-managed-key",
            _LOGGING,
        ),
        (
            CHAT,
            "us-west-2",
            "log-key-is-not-rotated",
            "The log group's KMS key is not rotated",
            "keys-of-bedrock-logs-are-rotated",
            GROUP,
        ),
        (
            CHAT,
            "eu-west-1",
            "log-group-can-be-deleted",
            "The log group has no deletion protection",
            "bedrock-log-groups-are-protected-from-deletion",
            GROUP,
        ),
        (
            CHAT,
            "eu-west-1",
            "bucket-key-is-not-rotated",
            "The log bucket's KMS key is not rotated",
            "invocation-log-bucket-key-is-rotated",
            _LOGGING,
        ),
        (
            CHAT,
            "eu-south-1",
            "versioning-suspended",
            "The log bucket keeps no versions",
            "invocation-log-bucket-keeps-versions",
            _LOGGING,
        ),
        (
            SEARCH,
            "us-east-1",
            "no-saved-query",
            "No saved query reads the logs",
            "a-saved-query-reads-invocation-logs",
            None,
        ),
        (
            SEARCH,
            "eu-west-1",
            "audited-and-not-masked",
            "Sensitive data is counted and not masked",
            "bedrock-logs-mask-sensitive-data",
            GROUP,
        ),
        (
            SEARCH,
            "eu-south-1",
            "infrequent-access",
            "The log group is of a class that cannot be filtered",
            "invocation-logs-are-of-the-standard-class",
            GROUP,
        ),
    )
)
