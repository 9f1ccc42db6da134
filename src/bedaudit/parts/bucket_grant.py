"""What the policy of a delivery bucket allows Bedrock, and denies everybody.

Resource control policies are not seen.
"""

from __future__ import annotations

from bedaudit.documents.iam import Document, parse
from bedaudit.documents.iam_conditions import Context
from bedaudit.documents.iam_evaluate import Principal, Request, denies
from bedaudit.documents.iam_match import Begins
from bedaudit.documents.iam_reasons import why_none
from bedaudit.parts.service_request import (
    OTHER_ACCOUNT,
    WhyNot,
    by_bedrock,
    decided,
    is_so,
    undecided,
    why_allowed,
    why_not_all,
    why_not_allowed,
)
from bedaudit.reader import Operation, Reader

GET_POLICY = Operation("s3", "GetBucketPolicy", absent=("NoSuchBucketPolicy",))
OPERATIONS = (GET_POLICY,)

_ANYBODY = Principal(
    "AWS", f"arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/anybody/anybody", title="anybody who comes without TLS"
)


async def why_not_granted(aws: Reader, bucket: str, at: str | None, paths: tuple[str, ...]) -> WhyNot:
    """Why Bedrock of the site may not put objects at the delivery path; one of several paths is no answer."""
    documents = await _policies(aws, bucket, at)
    requests = (by_bedrock(aws, "s3:PutObject", _objects(aws, bucket, path)) for path in paths)
    reasons = [why_not_allowed(documents, request, GET_POLICY) for request in requests]
    return reasons[0] if len({is_so(reason) for reason in reasons}) == 1 else undecided(GET_POLICY)


async def why_for_any_account(aws: Reader, bucket: str, at: str | None, paths: tuple[str, ...]) -> WhyNot:
    """Why Bedrock may put objects there for another account as well."""
    documents = await _policies(aws, bucket, at)
    requests = (by_bedrock(aws, "s3:PutObject", _objects(aws, bucket, path), account=OTHER_ACCOUNT) for path in paths)
    return why_not_all(why_allowed(documents, request, GET_POLICY) for request in requests)


async def why_without_tls(aws: Reader, bucket: str, at: str | None, paths: tuple[str, ...]) -> WhyNot:
    """Why somebody may read or write the delivered objects without TLS."""
    documents = await _policies(aws, bucket, at)
    context = Context({"aws:SecureTransport": "false"})
    requests = (
        Request(action, _objects(aws, bucket, path), _ANYBODY, context)
        for path in paths
        for action in ("s3:GetObject", "s3:PutObject")
    )
    return why_not_all(_why_not_denied(documents, request) for request in requests)


def _why_not_denied(documents: tuple[Document, ...], request: Request) -> WhyNot:
    verdict = decided(denies(documents, request), GET_POLICY)
    return why_none(documents, request, "Deny") if verdict is False else None if verdict is True else verdict


async def _policies(aws: Reader, bucket: str, at: str | None) -> tuple[Document, ...]:
    """The policy of the bucket, if it has one."""
    reply = await aws.find(GET_POLICY, at=at, Bucket=bucket)
    return () if reply is None else (parse(reply.get("Policy"), "the bucket policy"),)


def _objects(aws: Reader, bucket: str, path: str) -> Begins:
    return Begins(f"arn:{aws.partition}:s3:::{bucket}/{path}")
