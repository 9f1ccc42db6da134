"""X-Ray tracing and CloudWatch Transaction Search, which the traces of agents need.

https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-configure.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from bedaudit.documents.iam import parse
from bedaudit.documents.iam_evaluate import Principal
from bedaudit.documents.iam_match import Begins, Value
from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Raw, Resource
from bedaudit.parts.service_request import WhyNot, by_service, is_so, told, why_not_all, why_not_allowed
from bedaudit.reader import Operation, Reader
from bedaudit.state import Because, State

GET_DESTINATION = Operation("xray", "GetTraceSegmentDestination")
GET_RULES = Operation("xray", "GetIndexingRules", tokens=("NextToken", "NextToken"))
GET_ENCRYPTION = Operation("xray", "GetEncryptionConfig")
DESCRIBE_POLICIES = Operation("logs", "DescribeResourcePolicies")

GROUPS = ("aws/spans", "/aws/application-signals/data")
"""The log groups that X-Ray writes spans to."""
XRAY = Principal("Service", "xray.amazonaws.com")
"""Who writes them."""
UNREAD = Gap("not_read")
DEFAULT_RULE = "Default"
"""The only indexing rule that there is."""


class Tracing(State):
    """How X-Ray keeps the traces of a site."""

    destination: Literal["xray", "cloudwatch_logs"] | Gap
    """Where spans go: to X-Ray, or to CloudWatch Logs, where they can be searched and are all kept."""
    status: Literal["pending", "active"] | Gap
    """Whether that destination is in force yet."""
    transaction_search: Annotated[bool | Gap, Because("not_searched_because")]
    """Whether CloudWatch Transaction Search is on: spans go to CloudWatch Logs, and that is in force."""
    not_searched_because: str | None = None
    """Where spans go instead, or that the change is not in force yet."""
    indexing_percentage: float | Gap | None = None
    """The share of traces that X-Ray indexes by its default rule, in percent; missing: there is no such rule."""
    encryption: Literal["none", "kms"] | Gap
    """Whether X-Ray encrypts traces with a KMS key of the account's choice."""
    may_write_spans: Annotated[bool | Gap, Because("may_not_write_because")]
    """Whether a resource policy of CloudWatch Logs lets X-Ray write spans to both of its log groups."""
    may_not_write_because: str | None = None
    """What the nearest statement asks for that X-Ray does not meet, or that there is none."""


async def read(aws: Reader) -> Iterable[Resource]:
    """The settings of the site."""
    searched = await aws.part("transaction_search", _why_not_searched)
    state = Tracing(
        destination=await aws.part("destination", _destination),
        status=await aws.part("status", _status),
        transaction_search=is_so(searched),
        not_searched_because=told(searched),
        indexing_percentage=UNREAD,
        encryption=UNREAD,
        may_write_spans=UNREAD,
    )
    facts = state.facts()
    written = await aws.part("may_write_spans", _why_not_written, facts=facts)
    rest = {
        "indexing_percentage": await aws.part("indexing_percentage", _indexing_percentage, facts=facts),
        "encryption": await aws.part("encryption", _encryption, facts=facts),
        "may_write_spans": is_so(written),
        "may_not_write_because": told(written),
    }
    return [resource("tracing", "tracing", state.model_copy(update=rest))]


async def _destination(aws: Reader) -> Literal["xray", "cloudwatch_logs"]:
    return "cloudwatch_logs" if (await _segments(aws)).get("Destination") == "CloudWatchLogs" else "xray"


async def _status(aws: Reader) -> Literal["pending", "active"]:
    return "active" if (await _segments(aws)).get("Status") == "ACTIVE" else "pending"


async def _why_not_searched(aws: Reader) -> WhyNot:
    segments = await _segments(aws)
    if segments.get("Destination") != "CloudWatchLogs":
        return "spans go to X-Ray"
    return None if segments.get("Status") == "ACTIVE" else "that spans go to CloudWatch Logs is still pending"


async def _segments(aws: Reader) -> Raw:
    return await aws.call(GET_DESTINATION)


async def _indexing_percentage(aws: Reader) -> float | None:
    rules = [rule for page in await aws.pages(GET_RULES) for rule in page.get("IndexingRules", [])]
    by_name = {rule.get("Name"): rule.get("Rule", {}).get("Probabilistic", {}) for rule in rules}
    percentage: float | None = by_name.get(DEFAULT_RULE, {}).get("DesiredSamplingPercentage")
    return percentage


async def _encryption(aws: Reader) -> Literal["none", "kms"]:
    config = (await aws.call(GET_ENCRYPTION)).get("EncryptionConfig", {})
    return "kms" if config.get("Type") == "KMS" else "none"


async def _why_not_written(aws: Reader) -> WhyNot:
    pages = await aws.pages(DESCRIBE_POLICIES)
    policies = [
        parse(each.get("policyDocument"), f"resource policy {each.get('policyName', '')}")
        for page in pages
        for each in page.get("resourcePolicies", [])
    ]
    context: dict[str, Value] = {
        "aws:SourceAccount": aws.account,
        "aws:SourceArn": Begins(f"arn:{aws.partition}:xray:{aws.region}:{aws.account}:"),
    }
    streams = (
        Begins(f"arn:{aws.partition}:logs:{aws.region}:{aws.account}:log-group:{group}:log-stream:") for group in GROUPS
    )
    requests = [by_service(aws, XRAY, "logs:PutLogEvents", stream, context) for stream in streams]
    return why_not_all(why_not_allowed(policies, request, DESCRIBE_POLICIES) for request in requests)


KIND = Kind(
    name="tracing",
    state=Tracing,
    read=read,
    operations=(GET_DESTINATION, GET_RULES, GET_ENCRYPTION, DESCRIBE_POLICIES),
    single=True,
)
