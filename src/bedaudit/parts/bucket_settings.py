"""Settings of an S3 bucket, each read by a call of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from bedaudit.model import Gap, Raw
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

GET_ENCRYPTION = Operation(
    "s3",
    "GetBucketEncryption",
    absent=("ServerSideEncryptionConfigurationNotFoundError",),
    iam="s3:GetEncryptionConfiguration",
)
GET_PUBLIC_ACCESS = Operation(
    "s3", "GetPublicAccessBlock", absent=("NoSuchPublicAccessBlockConfiguration",), iam="s3:GetBucketPublicAccessBlock"
)
GET_ACCOUNT_PUBLIC_ACCESS = Operation(
    "s3control",
    "GetPublicAccessBlock",
    absent=("NoSuchPublicAccessBlockConfiguration",),
    iam="s3:GetAccountPublicAccessBlock",
)
GET_OWNERSHIP = Operation("s3", "GetBucketOwnershipControls", absent=("OwnershipControlsNotFoundError",))
GET_VERSIONING = Operation("s3", "GetBucketVersioning")
GET_OBJECT_LOCK = Operation(
    "s3",
    "GetObjectLockConfiguration",
    absent=("ObjectLockConfigurationNotFoundError",),
    iam="s3:GetBucketObjectLockConfiguration",
)
GET_LOGGING = Operation("s3", "GetBucketLogging")
GET_TAGGING = Operation("s3", "GetBucketTagging", absent=("NoSuchTagSet",))
OPERATIONS = (
    GET_ENCRYPTION,
    GET_PUBLIC_ACCESS,
    GET_ACCOUNT_PUBLIC_ACCESS,
    GET_OWNERSHIP,
    GET_VERSIONING,
    GET_OBJECT_LOCK,
    GET_LOGGING,
    GET_TAGGING,
)

Encryption: TypeAlias = Literal["none", "aes256", "kms", "kms_dsse"]
Versioning: TypeAlias = Literal["on", "suspended", "off"]

_ALGORITHMS: Mapping[str, Encryption] = {"AES256": "aes256", "aws:kms": "kms", "aws:kms:dsse": "kms_dsse"}
_VERSIONING: Mapping[str, Versioning] = {"Enabled": "on", "Suspended": "suspended"}
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


class ObjectLock(State):
    """The default retention under which a bucket locks new objects."""

    mode: Literal["governance", "compliance"]
    """Whether some (governance) or nobody (compliance) may lift the lock."""
    days: int | None = None
    """How long a new object is locked; a year counts 365."""


async def default_encryption(aws: Reader, bucket: str, at: str | None) -> Raw:
    """The rule of the default encryption; empty where there is none."""
    reply = await aws.find(GET_ENCRYPTION, at=at, Bucket=bucket)
    rules = (reply or {}).get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    return next((rule for rule in rules if "ApplyServerSideEncryptionByDefault" in rule), {})


async def encryption(aws: Reader, bucket: str, at: str | None) -> Encryption | Gap:
    """How new objects are encrypted."""
    rule = await default_encryption(aws, bucket, at)
    if not rule:
        return "none"
    algorithm = rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
    return _ALGORITHMS.get(algorithm) or Gap("failed", str(GET_ENCRYPTION), message=f"unknown encryption {algorithm}")


async def why_public(aws: Reader, bucket: str, at: str | None) -> str | None:
    """Which of the four settings of the bucket's public access block are off."""
    return _why_not_blocked(await aws.find(GET_PUBLIC_ACCESS, at=at, Bucket=bucket))


async def why_account_public(aws: Reader) -> str | None:
    """Which of the four settings of the account's public access block are off."""
    return _why_not_blocked(await aws.find(GET_ACCOUNT_PUBLIC_ACCESS, AccountId=aws.account))


def _why_not_blocked(reply: Raw | None) -> str | None:
    if reply is None:
        return "there is no public access block"
    settings = reply.get("PublicAccessBlockConfiguration", {})
    off = [name for name in _BLOCKS if not settings.get(name, False)]
    return f"off: {', '.join(off)}" if off else None


async def acls_disabled(aws: Reader, bucket: str, at: str | None) -> bool:
    """Whether the bucket's owner owns every object, so that ACLs have no effect."""
    reply = await aws.find(GET_OWNERSHIP, at=at, Bucket=bucket)
    rules = (reply or {}).get("OwnershipControls", {}).get("Rules", [])
    return any(rule.get("ObjectOwnership") == "BucketOwnerEnforced" for rule in rules)


async def versioning(aws: Reader, bucket: str, at: str | None) -> Versioning:
    """Whether overwritten and deleted objects are kept."""
    return _VERSIONING.get((await aws.call(GET_VERSIONING, at=at, Bucket=bucket)).get("Status", ""), "off")


async def object_lock(aws: Reader, bucket: str, at: str | None) -> ObjectLock | None:
    """The default lock; a bucket that could lock objects but has no default does not lock what is delivered."""
    reply = await aws.find(GET_OBJECT_LOCK, at=at, Bucket=bucket)
    default = (reply or {}).get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention", {})
    if "Mode" not in default:
        return None
    days = default["Years"] * 365 if default.get("Years") else default.get("Days")
    return ObjectLock(mode="compliance" if default["Mode"] == "COMPLIANCE" else "governance", days=days)


async def access_logging(aws: Reader, bucket: str, at: str | None) -> bool:
    """Whether server access logging is on."""
    return "LoggingEnabled" in await aws.call(GET_LOGGING, at=at, Bucket=bucket)


async def tags(aws: Reader, bucket: str, at: str | None) -> Mapping[str, str]:
    """The bucket's tags."""
    reply = await aws.find(GET_TAGGING, at=at, Bucket=bucket)
    return {tag["Key"]: tag["Value"] for tag in (reply or {}).get("TagSet", [])}
