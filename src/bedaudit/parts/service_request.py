"""The requests that AWS services make on behalf of a site, as far as their condition keys are known.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from bedaudit.documents.iam import Document
from bedaudit.documents.iam_conditions import Context
from bedaudit.documents.iam_evaluate import Principal, Request, allows
from bedaudit.documents.iam_match import Begins, Value
from bedaudit.documents.iam_reasons import why, why_not
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


WhyNot: TypeAlias = str | Gap | None
"""Why something is not so: None where it is, a gap where that cannot be known."""


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
    return undecided(operation) if verdict is None else verdict


def undecided(operation: Operation) -> Gap:
    """The gap that a verdict is where a policy, which the operation gave, asks for what is not known."""
    return Gap("failed", str(operation), message="the policy depends on something that is not known of the request")


def is_so(why_not: WhyNot) -> bool | Gap:
    """Whether it is."""
    return why_not if isinstance(why_not, Gap) else why_not is None


def told(why_not: WhyNot) -> str | None:
    """The reason, if it is not so."""
    return why_not if isinstance(why_not, str) else None


def why_not_all(reasons: Iterable[WhyNot]) -> WhyNot:
    """Why not all of several things are so."""
    listed = list(reasons)
    gaps = (reason for reason in listed if isinstance(reason, Gap))
    return next((reason for reason in listed if isinstance(reason, str)), next(gaps, None))


def why_not_allowed(documents: Sequence[Document], request: Request, operation: Operation) -> WhyNot:
    """Why the documents, which the operation gave, do not allow the request."""
    verdict = decided(allows(documents, request), operation)
    return why_not(documents, request) if verdict is False else None if verdict is True else verdict


def why_allowed(documents: Sequence[Document], request: Request, operation: Operation) -> WhyNot:
    """Why the documents, which the operation gave, allow the request all the same."""
    verdict = decided(allows(documents, request), operation)
    return why(documents, request) if verdict is True else None if verdict is False else verdict
