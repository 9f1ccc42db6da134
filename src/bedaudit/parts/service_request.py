"""The requests that AWS services make on behalf of a site, as far as their condition keys are known.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping

from bedaudit.documents.iam_conditions import Context
from bedaudit.documents.iam_evaluate import Principal, Request
from bedaudit.documents.iam_match import Begins, Value
from bedaudit.model import Gap
from bedaudit.reader import Operation, Reader

BEDROCK = Principal("Service", "bedrock.amazonaws.com")
OTHER_ACCOUNT = "000000000000"
"""An account that no policy names."""

_NOT_OF_SERVICES = (
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalTag/",
    "aws:username",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:VpcSourceIp",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
)
"""What a service principal has not: it is in no organisation, comes through no VPC endpoint and has no session."""


def times(aws: Reader) -> Mapping[str, Value]:
    """The condition keys of the time."""
    return {"aws:CurrentTime": aws.now.isoformat(), "aws:EpochTime": str(int(aws.now.timestamp()))}


def by_bedrock(
    aws: Reader,
    action: str,
    resource: Value | None = None,
    *,
    account: str | None = None,
    more: Mapping[str, Value] | None = None,
) -> Request:
    """A request of Bedrock for the site's account; `account` is that of its source, if another than the site's."""
    source = account or aws.account
    values = {
        "aws:SourceAccount": source,
        "aws:SourceArn": Begins(f"arn:{aws.partition}:bedrock:{aws.region}:{source}:"),
        **(more or {}),
    }
    return by_service(aws, BEDROCK, action, resource, values)


def by_service(
    aws: Reader, principal: Principal, action: str, resource: Value | None, more: Mapping[str, Value]
) -> Request:
    """A request that a service makes with its own principal."""
    values = {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": principal.name,
        "aws:RequestedRegion": aws.region,
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
        **times(aws),
        **more,
    }
    return Request(action, resource, principal, Context(values, _NOT_OF_SERVICES))


def decided(verdict: bool | None, operation: Operation) -> bool | Gap:  # noqa: FBT001 - it is the thing that is told
    """The verdict, or the gap that it is where a policy asks for what is not known of the request."""
    if verdict is not None:
        return verdict
    return Gap("failed", str(operation), message="the policy depends on something that is not known of the request")
