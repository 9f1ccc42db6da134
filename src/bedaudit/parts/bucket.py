"""The S3 bucket that receives invocation logs or their large data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from bedaudit.model import Gap
from bedaudit.parts.kms_key import KmsKey
from bedaudit.state import Days, State

Encryption: TypeAlias = Literal["none", "aes256", "kms", "kms_dsse"]
Versioning: TypeAlias = Literal["on", "suspended", "off"]


class ObjectLock(State):
    """The default retention under which a bucket locks new objects."""

    mode: Literal["governance", "compliance"]
    """Whether some (governance) or nobody (compliance) may lift the lock."""
    days: int | None = None
    """How long a new object is locked; a year counts 365."""


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
