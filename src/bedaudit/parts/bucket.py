"""The S3 bucket that receives invocation logs or their large data.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from __future__ import annotations

from collections.abc import Mapping

from bedaudit.documents.iam_match import Begins, Value
from bedaudit.model import Gap, Raw
from bedaudit.parts import bucket_grant, bucket_settings, kms_key
from bedaudit.parts.bucket_expiry import GET_LIFECYCLE, earliest_expiry, expiry
from bedaudit.parts.bucket_settings import Encryption, ObjectLock, Versioning
from bedaudit.parts.kms_key import KmsKey, read_kms_key
from bedaudit.reader import Operation, Reader
from bedaudit.state import Days, State

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
    exists: bool
    """Whether there is such a bucket, whoever owns it."""
    owned_by_account: bool | Gap | None = None
    """Whether the site's own account owns it."""
    region: str | Gap | None = None
    """Its region."""
    same_region: bool | Gap | None = None
    """Whether it is in the site's region, as Bedrock demands."""
    encryption: Encryption | Gap | None = None
    """How new objects are encrypted unless their writer says otherwise."""
    kms_key: KmsKey | Gap | None = None
    """The KMS key of its default encryption; missing where that is not by KMS."""
    grants_bedrock: bool | Gap | None = None
    """Whether its policy lets Bedrock of this site write at the delivery path, and nothing in it denies that."""
    grant_limited_to_account: bool | Gap | None = None
    """Whether its policy refuses Bedrock when it acts for another account."""
    blocks_public_access: bool | Gap | None = None
    """Whether all four settings of its public access block are on."""
    account_blocks_public_access: bool | Gap | None = None
    """Whether all four settings of the account's public access block are on."""
    acls_disabled: bool | Gap | None = None
    """Whether object ownership is bucket owner enforced, so that ACLs have no effect."""
    tls_only: bool | Gap | None = None
    """Whether its policy denies everybody to read or write the delivered objects without TLS."""
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
        return Bucket(bucket=name, prefix=prefix or None, exists=False)
    region = head.get("BucketRegion") or await aws.attempt(_region(aws, name))
    at = None if isinstance(region, Gap) else region
    paths = delivery_paths(aws, prefix)
    settings, grant = bucket_settings, bucket_grant
    return Bucket(
        bucket=name,
        prefix=prefix or None,
        exists=True,
        owned_by_account=owned,
        region=region,
        same_region=region if isinstance(region, Gap) else region == aws.region,
        encryption=await aws.part("encryption", lambda aws: settings.encryption(aws, name, at)),
        kms_key=await aws.part("kms_key", lambda aws: _kms_key(aws, name, at, paths)),
        grants_bedrock=await aws.part("grants_bedrock", lambda aws: grant.grants(aws, name, at, paths)),
        grant_limited_to_account=await aws.part(
            "grant_limited_to_account", lambda aws: grant.limited_to_account(aws, name, at, paths)
        ),
        blocks_public_access=await aws.part(
            "blocks_public_access", lambda aws: settings.blocks_public_access(aws, name, at)
        ),
        account_blocks_public_access=await aws.part(
            "account_blocks_public_access", settings.account_blocks_public_access
        ),
        acls_disabled=await aws.part("acls_disabled", lambda aws: settings.acls_disabled(aws, name, at)),
        tls_only=await aws.part("tls_only", lambda aws: grant.tls_only(aws, name, at, paths)),
        versioning=await aws.part("versioning", lambda aws: settings.versioning(aws, name, at)),
        object_lock=await aws.part("object_lock", lambda aws: settings.object_lock(aws, name, at)),
        expires_after_days=await aws.part("expires_after_days", lambda aws: expiry(aws, name, at, paths)),
        earliest_expiry_days=await aws.part("earliest_expiry_days", lambda aws: earliest_expiry(aws, name, at, paths)),
        access_logging=await aws.part("access_logging", lambda aws: settings.access_logging(aws, name, at)),
        tags=await aws.part("tags", lambda aws: settings.tags(aws, name, at)),
    )


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
