"""What the policy of a delivery bucket allows Bedrock, and denies everybody.

Resource control policies are not seen.
"""

from __future__ import annotations

from bedaudit.documents.iam import Document, parse
from bedaudit.documents.iam_conditions import Context
from bedaudit.documents.iam_evaluate import Principal, Request, allows, denies
from bedaudit.documents.iam_match import Begins
from bedaudit.documents.kleene import every
from bedaudit.model import Gap
from bedaudit.parts.service_request import OTHER_ACCOUNT, by_bedrock, decided
from bedaudit.reader import Operation, Reader

GET_POLICY = Operation("s3", "GetBucketPolicy", absent=("NoSuchBucketPolicy",))
OPERATIONS = (GET_POLICY,)

_ANYBODY = Principal("AWS", f"arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/anybody/anybody")


async def grants(aws: Reader, bucket: str, at: str | None, paths: tuple[str, ...]) -> bool | Gap:
    """Whether Bedrock of the site may put objects at the delivery path."""
    verdicts = await _may_put(aws, bucket, at, paths, account=None)
    return decided(verdicts[0] if len(set(verdicts)) == 1 else None, GET_POLICY)


async def limited_to_account(aws: Reader, bucket: str, at: str | None, paths: tuple[str, ...]) -> bool | Gap:
    """Whether Bedrock may not put objects there for another account."""
    verdicts = await _may_put(aws, bucket, at, paths, account=OTHER_ACCOUNT)
    return decided(every(None if verdict is None else not verdict for verdict in verdicts), GET_POLICY)


async def tls_only(aws: Reader, bucket: str, at: str | None, paths: tuple[str, ...]) -> bool | Gap:
    """Whether everybody is denied to read and write the delivered objects without TLS."""
    document = await _policy(aws, bucket, at)
    context = Context({"aws:SecureTransport": "false"})
    requests = (
        Request(action, _objects(aws, bucket, path), _ANYBODY, context)
        for path in paths
        for action in ("s3:GetObject", "s3:PutObject")
    )
    return decided(every(denies((document,), request) for request in requests), GET_POLICY)


async def _may_put(
    aws: Reader, bucket: str, at: str | None, paths: tuple[str, ...], *, account: str | None
) -> list[bool | None]:
    document = await _policy(aws, bucket, at)
    return [
        allows((document,), by_bedrock(aws, "s3:PutObject", _objects(aws, bucket, path), account=account))
        for path in paths
    ]


async def _policy(aws: Reader, bucket: str, at: str | None) -> Document:
    """A bucket without a policy has one that says nothing."""
    reply = await aws.find(GET_POLICY, at=at, Bucket=bucket)
    return Document(()) if reply is None else parse(reply.get("Policy"))


def _objects(aws: Reader, bucket: str, path: str) -> Begins:
    return Begins(f"arn:{aws.partition}:s3:::{bucket}/{path}")
