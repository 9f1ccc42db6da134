"""The S3 bucket that receives invocation logs or their large data.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from bedaudit.documents.iam_match import Begins, Value
from bedaudit.model import Gap, Raw
from bedaudit.parts import bucket_grant, bucket_settings, kms_key
from bedaudit.parts.bucket_expiry import GET_LIFECYCLE, earliest_expiry, expiry
from bedaudit.parts.bucket_settings import Encryption, ObjectLock, Versioning
from bedaudit.parts.kms_key import KmsKey, read_kms_key
from bedaudit.parts.service_request import WhyNot, is_so, told
from bedaudit.reader import Operation, Reader
from bedaudit.state import Because, Days, State

HEAD = Operation("s3", "HeadBucket", absent=("404", "NoSuchBucket"), iam="s3:ListBucket")
GET_LOCATION = Operation("s3", "GetBucketLocation")
LIST_BUCKETS = Operation("s3", "ListBuckets", iam="s3:ListAllMyBuckets")
OPERATIONS = (
    HEAD,
    GET_LOCATION,
    LIST_BUCKETS,
    GET_LIFECYCLE,
    *bucket_grant.OPERATIONS,
    *bucket_settings.OPERATIONS,
    *kms_key.OPERATIONS,
)


class Bucket(State):
    """An S3 bucket that receives invocation logs."""

    bucket: str
    """Its name."""
    prefix: str | None = None
    """The key prefix that the logging configuration names."""
    exists: Annotated[bool, Because("missing_because")]
    """Whether there is such a bucket, whoever owns it."""
    missing_because: str | None = None
    """Which bucket there is not."""
    owned_by_account: bool | None = None
    """Whether the site's own account owns it."""
    region: str | Gap | None = None
    """Its region."""
    same_region: Annotated[bool | Gap | None, Because("region")] = None
    """Whether it is in the site's region, as Bedrock demands."""
    encryption: Encryption | Gap | None = None
    """How new objects are encrypted unless their writer says otherwise."""
    kms_key: KmsKey | Gap | None = None
    """The KMS key of its default encryption; missing where that is not by KMS."""
    grants_bedrock: Annotated[bool | Gap | None, Because("does_not_grant_because")] = None
    """Whether its policy lets Bedrock of this site write at the delivery path, and nothing in it denies that."""
    does_not_grant_because: str | None = None
    """Which statement denies it, or what the one that comes nearest allows instead."""
    grant_limited_to_account: Annotated[bool | Gap | None, Because("any_account_because")] = None
    """Whether its policy refuses Bedrock when it acts for another account."""
    any_account_because: str | None = None
    """Which statement lets Bedrock write whatever account it acts for, and what is all that it asks for."""
    blocks_public_access: Annotated[bool | Gap | None, Because("public_because")] = None
    """Whether all four settings of its public access block are on."""
    public_because: str | None = None
    """Which of those settings are off."""
    account_blocks_public_access: Annotated[bool | Gap | None, Because("account_public_because")] = None
    """Whether all four settings of the account's public access block are on."""
    account_public_because: str | None = None
    """Which of those settings are off."""
    acls_disabled: bool | Gap | None = None
    """Whether object ownership is bucket owner enforced, so that ACLs have no effect."""
    tls_only: Annotated[bool | Gap | None, Because("without_tls_because")] = None
    """Whether its policy denies everybody to read or write the delivered objects without TLS."""
    without_tls_because: str | None = None
    """What its policy does not deny, and what the statement that comes nearest denies instead."""
    versioning: Versioning | Gap | None = None
    """Whether it keeps overwritten and deleted objects."""
    object_lock: ObjectLock | Gap | None = None
    """Its default object lock; missing: new objects are not locked."""
    expires_after_days: Days | Gap | None = None
    """When lifecycle rules expire all that Bedrock delivers: the shortest enabled rule that covers it wholly."""
    earliest_expiry_days: Days | Gap | None = None
    """When lifecycle rules expire the first of what Bedrock delivers, as a rule for large data alone would."""
    access_logging: bool | Gap | None = None
    """Whether S3 server access logging is on."""
    tags: Mapping[str, str] | Gap | None = None
    """Its tags."""


async def read_bucket(aws: Reader, name: str, prefix: str | None = None) -> Bucket | Gap:
    """The bucket of this name, judged as receiver of what Bedrock writes under the prefix."""
    head, owned = await _head(aws, name)
    if isinstance(head, Gap):
        return head
    if head is None:
        missing = f"S3 has no bucket named {name}"
        return Bucket(bucket=name, prefix=prefix or None, exists=False, missing_because=missing)
    region = head.get("BucketRegion") or await aws.attempt(_region(aws, name))
    at = None if isinstance(region, Gap) else region
    paths = delivery_paths(aws, prefix)
    settings = bucket_settings
    return Bucket(
        bucket=name,
        prefix=prefix or None,
        exists=True,
        owned_by_account=owned,
        region=region,
        same_region=region if isinstance(region, Gap) else region == aws.region,
        encryption=await aws.part("encryption", lambda aws: settings.encryption(aws, name, at)),
        kms_key=await aws.part("kms_key", lambda aws: _kms_key(aws, name, at, paths)),
        acls_disabled=await aws.part("acls_disabled", lambda aws: settings.acls_disabled(aws, name, at)),
        versioning=await aws.part("versioning", lambda aws: settings.versioning(aws, name, at)),
        object_lock=await aws.part("object_lock", lambda aws: settings.object_lock(aws, name, at)),
        expires_after_days=await aws.part("expires_after_days", lambda aws: expiry(aws, name, at, paths)),
        earliest_expiry_days=await aws.part("earliest_expiry_days", lambda aws: earliest_expiry(aws, name, at, paths)),
        access_logging=await aws.part("access_logging", lambda aws: settings.access_logging(aws, name, at)),
        tags=await aws.part("tags", lambda aws: settings.tags(aws, name, at)),
        **await _verdicts(aws, name, at, paths),
    )


async def _verdicts(aws: Reader, name: str, at: str | None, paths: tuple[str, ...]) -> Mapping[str, Any]:
    """The fields that come with a reason, and their reasons."""
    settings, grant = bucket_settings, bucket_grant
    readings: Mapping[tuple[str, str], Callable[[Reader], Awaitable[WhyNot]]] = {
        ("grants_bedrock", "does_not_grant_because"): lambda aws: grant.why_not_granted(aws, name, at, paths),
        ("grant_limited_to_account", "any_account_because"): lambda aws: grant.why_for_any_account(
            aws, name, at, paths
        ),
        ("blocks_public_access", "public_because"): lambda aws: settings.why_public(aws, name, at),
        ("account_blocks_public_access", "account_public_because"): settings.why_account_public,
        ("tls_only", "without_tls_because"): lambda aws: grant.why_without_tls(aws, name, at, paths),
    }
    fields: dict[str, Any] = {}
    for (field, because), reading in readings.items():
        why_not = await aws.part(field, reading)
        fields |= {field: is_so(why_not), because: told(why_not)}
    return fields


def delivery_paths(aws: Reader, prefix: str | None) -> tuple[str, ...]:
    """Where Bedrock's keys begin: two answers for a prefix that ends in a slash, since AWS does not say which."""
    path = f"AWSLogs/{aws.account}/BedrockModelInvocationLogs/"
    if not prefix:
        return (path,)
    return tuple(dict.fromkeys((f"{prefix}/{path}", f"{prefix.rstrip('/')}/{path}")))


async def _head(aws: Reader, name: str) -> tuple[Raw | Gap | None, bool]:
    """The reply to HeadBucket, None where there is no such bucket, and whether the account owns it.

    S3 answers alike for a bucket of another account and for one that the caller may not see; then the list of the
    account's own buckets tells, and a bucket that exists and is not on it is another's.
    """
    own = await aws.attempt(aws.find(HEAD, Bucket=name, ExpectedBucketOwner=aws.account))
    if not isinstance(own, Gap) or own.reason != "denied":
        return own, True
    listed = await aws.attempt(_is_listed(aws, name))
    if isinstance(listed, Gap) or listed:
        return own, True
    anybodys = await aws.attempt(aws.find(HEAD, Bucket=name))
    return ({} if isinstance(anybodys, Gap) else anybodys), False


async def _is_listed(aws: Reader, name: str) -> bool:
    pages = await aws.pages(LIST_BUCKETS, Prefix=name)
    return any(bucket.get("Name") == name for page in pages for bucket in page.get("Buckets", []))


async def _region(aws: Reader, name: str) -> str:
    """S3 leaves the region out for the oldest, and has an old name for the second."""
    constraint: str = (await aws.call(GET_LOCATION, Bucket=name)).get("LocationConstraint") or "us-east-1"
    return {"EU": "eu-west-1"}.get(constraint, constraint)


async def _kms_key(aws: Reader, name: str, at: str | None, paths: tuple[str, ...]) -> KmsKey | None:
    """The key of the default encryption; one that is not named is S3's own."""
    rule = await bucket_settings.default_encryption(aws, name, at)
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    if not default.get("SSEAlgorithm", "").startswith("aws:kms"):
        return None
    arn = f"arn:{aws.partition}:s3:::{name}"
    objects: Value = arn if rule.get("BucketKeyEnabled") else Begins(f"{arn}/{paths[0]}")
    return await read_kms_key(aws, default.get("KMSMasterKeyID", "alias/aws/s3"), at=at, objects=objects)
