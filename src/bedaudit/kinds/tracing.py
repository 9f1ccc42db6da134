"""X-Ray tracing and CloudWatch Transaction Search, which the traces of agents need.

https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-configure.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bedaudit.documents.iam import parse
from bedaudit.documents.iam_evaluate import Principal, allows
from bedaudit.documents.iam_match import Begins, Value
from bedaudit.documents.kleene import every
from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Raw, Resource
from bedaudit.parts.service_request import by_service, decided
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

GET_DESTINATION = Operation("xray", "GetTraceSegmentDestination")
GET_RULES = Operation("xray", "GetIndexingRules", tokens=("NextToken", "NextToken"))
GET_ENCRYPTION = Operation("xray", "GetEncryptionConfig")
DESCRIBE_POLICIES = Operation("logs", "DescribeResourcePolicies")

GROUPS = ("aws/spans", "/aws/application-signals/data")
"""The log groups that X-Ray writes spans to."""
_XRAY = Principal("Service", "xray.amazonaws.com")
_DEFAULT_RULE = "Default"


class Tracing(State):
    """How X-Ray keeps the traces of a site."""

    destination: Literal["xray", "cloudwatch_logs"] | Gap
    """Where spans go: to X-Ray, or to CloudWatch Logs, where they can be searched and are all kept."""
    status: Literal["pending", "active"] | Gap
    """Whether that destination is in force yet."""
    transaction_search: bool | Gap
    """Whether CloudWatch Transaction Search is on: spans go to CloudWatch Logs, and that is in force."""
    indexing_percentage: float | Gap | None = None
    """The share of traces that X-Ray indexes by its default rule, in percent; missing: there is no such rule."""
    encryption: Literal["none", "kms"] | Gap
    """Whether X-Ray encrypts traces with a KMS key of the account's choice."""
    may_write_spans: bool | Gap
    """Whether a resource policy of CloudWatch Logs lets X-Ray write spans to both of its log groups."""


async def read(aws: Reader) -> Iterable[Resource]:
    """The settings of the site."""
    state = Tracing(
        destination=await aws.part("destination", _destination),
        status=await aws.part("status", _status),
        transaction_search=await aws.part("transaction_search", _transaction_search),
        indexing_percentage=await aws.part("indexing_percentage", _indexing_percentage),
        encryption=await aws.part("encryption", _encryption),
        may_write_spans=await aws.part("may_write_spans", _may_write_spans),
    )
    return [resource("tracing", "tracing", state)]


async def _destination(aws: Reader) -> Literal["xray", "cloudwatch_logs"]:
    return "cloudwatch_logs" if (await _segments(aws)).get("Destination") == "CloudWatchLogs" else "xray"


async def _status(aws: Reader) -> Literal["pending", "active"]:
    return "active" if (await _segments(aws)).get("Status") == "ACTIVE" else "pending"


async def _transaction_search(aws: Reader) -> bool:
    segments = await _segments(aws)
    return (segments.get("Destination"), segments.get("Status")) == ("CloudWatchLogs", "ACTIVE")


async def _segments(aws: Reader) -> Raw:
    return await aws.call(GET_DESTINATION)


async def _indexing_percentage(aws: Reader) -> float | None:
    rules = [rule for page in await aws.pages(GET_RULES) for rule in page.get("IndexingRules", [])]
    by_name = {rule.get("Name"): rule.get("Rule", {}).get("Probabilistic", {}) for rule in rules}
    percentage: float | None = by_name.get(_DEFAULT_RULE, {}).get("DesiredSamplingPercentage")
    return percentage


async def _encryption(aws: Reader) -> Literal["none", "kms"]:
    config = (await aws.call(GET_ENCRYPTION)).get("EncryptionConfig", {})
    return "kms" if config.get("Type") == "KMS" else "none"


async def _may_write_spans(aws: Reader) -> bool | Gap:
    pages = await aws.pages(DESCRIBE_POLICIES)
    policies = [parse(each.get("policyDocument")) for page in pages for each in page.get("resourcePolicies", [])]
    context: dict[str, Value] = {
        "aws:SourceAccount": aws.account,
        "aws:SourceArn": Begins(f"arn:{aws.partition}:xray:{aws.region}:{aws.account}:"),
    }
    streams = (
        Begins(f"arn:{aws.partition}:logs:{aws.region}:{aws.account}:log-group:{group}:log-stream:") for group in GROUPS
    )
    requests = [by_service(aws, _XRAY, "logs:PutLogEvents", stream, context) for stream in streams]
    return decided(every(allows(policies, request) for request in requests), DESCRIBE_POLICIES)


KIND = Kind(
    name="tracing",
    state=Tracing,
    read=read,
    operations=(GET_DESTINATION, GET_RULES, GET_ENCRYPTION, DESCRIBE_POLICIES),
    single=True,
)
