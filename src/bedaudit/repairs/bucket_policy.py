"""The policy of a delivery bucket: Bedrock's statement, and the refusal of whoever comes without TLS.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.documents.iam import parse
from bedaudit.documents.iam_conditions import Context
from bedaudit.documents.iam_evaluate import Request, denies
from bedaudit.documents.iam_match import Begins, Value
from bedaudit.documents.splice import with_elements
from bedaudit.documents.statements import Members, loaded, statements, with_statement, written
from bedaudit.model import Call, Raw, Site
from bedaudit.parts.bucket_grant import GET_POLICY
from bedaudit.parts.service_request import BEDROCK
from bedaudit.reader import Reader
from bedaudit.repairs.bucket_settings import BUCKETS, deliveries_place, named, paths
from bedaudit.repairs.repair import Edit, Mount, Place, Repair, Safety

_DENIED = "a statement of the bucket policy may deny Bedrock the delivery, and is people's to change"
_WITHOUT_TLS = "whoever reads or writes the bucket without TLS is refused"


async def _read(aws: Reader, place: Place) -> Raw | None:
    """The policy as text, and what the text holds: AWS is free to write it in another way."""
    reply = await aws.find(GET_POLICY, at=place.region, **named(place))
    return None if reply is None else {**reply, "Document": loaded(reply.get("Policy", ""))}


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    before: Members | None = None if raw is None else raw["Document"]
    if raw is not None and "Statement" not in (before or {}):
        return Edit(raw, (), (), "manual", "the bucket policy is not what AWS documents")
    after, reasons, safety = before, [], "safe"
    for part in (part for part in BUCKETS if wanted.get(f"{part}.grants_bedrock") is True):
        after = with_statement(after, _grant(place, part, site))
        if before is not None and _may_deny(before, place, part, site):
            reasons, safety = [_DENIED], "manual"
    if any(wanted.get(f"{part}.tls_only") is True for part in BUCKETS):
        after = with_statement(after, _tls_only(place, site))
        reasons, safety = [*reasons, _WITHOUT_TLS], "risky" if safety == "safe" else safety
    if after is None or after == before:
        return Edit(raw, (), (), reason="; ".join(reasons))
    text = _text(raw, after)
    undo = _call(place, "DeleteBucketPolicy") if raw is None else _call(place, "PutBucketPolicy", Policy=raw["Policy"])
    call = _call(place, "PutBucketPolicy", Policy=text)
    rated: Safety = safety  # type: ignore[assignment]
    return Edit({**(raw or {}), "Policy": text, "Document": after}, (call,), (undo,), rated, "; ".join(reasons))


def _text(raw: Raw | None, after: Members) -> str:
    """The policy as it is, with what is added to it; a new one as a whole."""
    if raw is None:
        return written(after)
    return with_elements(raw["Policy"], "Statement", statements(after)[len(statements(raw["Document"])) :])


def _call(place: Place, operation: str, **parameters: Any) -> Call:
    return Call("s3", operation, {**named(place), **parameters})


def _bucket_arn(place: Place, site: Site) -> str:
    return f"arn:{site.partition}:s3:::{place.parameters['Bucket']}"


def _grant(place: Place, part: str, site: Site) -> Members:
    """As the guide has it; single values without a list, as S3 gives them back."""
    objects = [f"{_bucket_arn(place, site)}/{path}*" for path in paths(place, part, site)]
    source = f"arn:{site.partition}:bedrock:{site.region}:{site.account}:*"
    return {
        "Sid": "AmazonBedrockLogsWrite",
        "Effect": "Allow",
        "Principal": {"Service": BEDROCK.name},
        "Action": "s3:PutObject",
        "Resource": objects[0] if len(objects) == 1 else objects,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": site.account},
            "ArnLike": {"aws:SourceArn": source},
        },
    }


def _tls_only(place: Place, site: Site) -> Members:
    arn = _bucket_arn(place, site)
    return {
        "Sid": "DenyWithoutTLS",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _may_deny(document: Members, place: Place, part: str, site: Site) -> bool:
    """Whether an allowing statement might be in vain."""
    values: Mapping[str, Value] = {
        "aws:SourceAccount": site.account,
        "aws:SourceArn": Begins(f"arn:{site.partition}:bedrock:{site.region}:{site.account}:"),
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": BEDROCK.name,
        "aws:SecureTransport": "true",
    }
    requests = (
        Request("s3:PutObject", Begins(f"{_bucket_arn(place, site)}/{path}"), BEDROCK, Context(values))
        for path in paths(place, part, site)
    )
    return any(denies((parse(document),), request) is not False for request in requests)


def policy(part: str) -> Repair:
    """The policy of the bucket that is a part of the logging configuration; others may be the same bucket."""
    return Repair(
        name="bucket.policy",
        does=(
            "Adds to the bucket policy the statement that lets Bedrock write, or the one that refuses access "
            "without TLS."
        ),
        rated={"safe": "", "risky": _WITHOUT_TLS, "manual": _DENIED},
        paths=(f"{part}.grants_bedrock", f"{part}.tls_only"),
        place=deliveries_place("policy", part),
        read=_read,
        edit=_edit,
        reads=(GET_POLICY,),
        writes=("s3:PutBucketPolicy", "s3:DeleteBucketPolicy"),
        volatile=(("Policy",),),
    )


MOUNTS = tuple(Mount("invocation_logging", "", policy(part)) for part in BUCKETS)
