"""What S3 will answer: a new bucket is as AWS makes it, but for what the plan sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bedaudit.model import Raw
from bedaudit.terraform.bedrock import pairs
from bedaudit.terraform.block import Block
from bedaudit.terraform.estate import Asked, Estate, not_managed
from bedaudit.terraform.plan import Planned
from bedaudit.terraform.value import Unknown, reply

BUCKET: Final = "aws_s3_bucket"
ACCOUNT_BLOCK: Final = "aws_s3_account_public_access_block"
_SETTINGS: Final[Mapping[str, str]] = {
    "BlockPublicAcls": "block_public_acls",
    "IgnorePublicAcls": "ignore_public_acls",
    "BlockPublicPolicy": "block_public_policy",
    "RestrictPublicBuckets": "restrict_public_buckets",
}


def head(estate: Estate, asked: Asked) -> Raw | None:
    """HeadBucket."""
    name = asked["Bucket"]
    found = estate.named(BUCKET, "bucket", name)
    if found is None:
        return None if estate.goes(BUCKET, "bucket", name) else not_managed(f"the bucket {name}")
    return {"BucketRegion": found.place.region}


def _setting(
    type_: str, told: Callable[[Block], Mapping[str, Any]], new: Raw | None, own: Callable[[Block], Any] | None = None
) -> Callable[[Estate, Asked], Raw | None]:
    """The answer of a resource of its own; without one that of the bucket itself, or as AWS makes a `new` bucket."""

    def answer(estate: Estate, asked: Asked) -> Raw | None:
        name = asked["Bucket"]
        if (apart := estate.about(type_, "bucket", name)) is not None:
            return reply(told(apart))
        bucket = _bucket(estate, name)
        if own is not None and (said := own(bucket.block)):
            return reply(said)
        return new if bucket.created else not_managed(f"{type_.removeprefix('aws_s3_')} of the bucket {name}")

    return answer


def _bucket(estate: Estate, name: str) -> Planned:
    return estate.named(BUCKET, "bucket", name) or not_managed(f"the bucket {name}")


def _encryption(block: Block) -> Mapping[str, Any]:
    rules = [_encryption_rule(rule) for rule in block.blocks("rule")]
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _encryption_rule(rule: Block) -> Mapping[str, Any]:
    default = rule.block("apply_server_side_encryption_by_default")
    return {
        "ApplyServerSideEncryptionByDefault": None
        if default is None
        else {"SSEAlgorithm": default.text("sse_algorithm"), "KMSMasterKeyID": default.text("kms_master_key_id")},
        "BucketKeyEnabled": rule.flag("bucket_key_enabled"),
    }


def _own_encryption(bucket: Block) -> Mapping[str, Any] | None:
    if _is_left_out(bucket, "server_side_encryption_configuration"):
        return None
    config = bucket.block("server_side_encryption_configuration")
    return _encryption(config) if config else None


def _own_policy(bucket: Block) -> Mapping[str, Any] | None:
    told = bucket.chosen("policy")
    return None if told is None else {"Policy": told}


def _is_left_out(bucket: Block, name: str) -> bool:
    value = bucket.attributes.get(name)
    return isinstance(value, Unknown) and value.computed


def _blocks(block: Block) -> Mapping[str, Any]:
    settings = {member: block.flag(name) or False for member, name in _SETTINGS.items()}
    return {"PublicAccessBlockConfiguration": settings}


def account_block(estate: Estate, asked: Asked) -> Raw:
    """GetPublicAccessBlock of the account."""
    found = next(estate.all(ACCOUNT_BLOCK), None)
    return not_managed("the public access block of the account") if found is None else reply(_blocks(found.block))


def _ownership(block: Block) -> Mapping[str, Any]:
    rules = [{"ObjectOwnership": rule.text("object_ownership")} for rule in block.blocks("rule")]
    return {"OwnershipControls": {"Rules": rules}}


def _versioning(block: Block) -> Mapping[str, Any]:
    status = block.within("versioning_configuration").text("status")
    return {"Status": status if isinstance(status, Unknown) or status != "Disabled" else None}


def _object_lock(block: Block) -> Mapping[str, Any]:
    retention = block.within("rule").within("default_retention")
    default = {"Mode": retention.text("mode"), "Days": retention.whole("days"), "Years": retention.whole("years")}
    return {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": default}}}


def _logging(block: Block) -> Mapping[str, Any]:
    target = {"TargetBucket": block.text("target_bucket"), "TargetPrefix": block.text("target_prefix") or ""}
    return {"LoggingEnabled": target}


def _lifecycle(block: Block) -> Mapping[str, Any]:
    return {"Rules": [_lifecycle_rule(rule) for rule in block.blocks("rule")]}


def _lifecycle_rule(rule: Block) -> Mapping[str, Any]:
    expiration = rule.block("expiration")
    chosen = rule.within("filter")
    return {
        "ID": rule.text("id"),
        "Status": rule.text("status"),
        "Filter": {"Prefix": chosen.text("prefix") or rule.text("prefix"), **_filter(chosen)},
        "Expiration": None
        if expiration is None
        else {"Days": expiration.whole("days"), "Date": _moment(expiration, "date")},
    }


def _filter(block: Block) -> dict[str, Any]:
    """What narrows a rule down beside a prefix."""
    both = block.block("and")
    tag = block.block("tag")
    sizes = {"ObjectSizeGreaterThan": "object_size_greater_than", "ObjectSizeLessThan": "object_size_less_than"}
    return {
        **{member: block.whole(name) for member, name in sizes.items()},
        "Tag": {"Key": tag.text("key"), "Value": tag.text("value")} if tag else None,
        "And": {
            "Prefix": both.text("prefix") or "",
            "Tags": pairs(both, "Key", "Value") or None,
            **{member: both.whole(name) for member, name in sizes.items()},
        }
        if both
        else None,
    }


def _moment(block: Block, name: str) -> datetime | Unknown | None:
    text = block.text(name)
    if text is None or isinstance(text, Unknown):
        return text
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return Unknown.wrong(f"{block.where}.{name}", "is no time")


def tags(estate: Estate, asked: Asked) -> Raw | None:
    """GetBucketTagging."""
    found = pairs(_bucket(estate, asked["Bucket"]).block, "Key", "Value")
    return reply({"TagSet": found}) if found else None


_AES256: Final = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}

encryption: Final = _setting(
    "aws_s3_bucket_server_side_encryption_configuration",
    _encryption,
    {"ServerSideEncryptionConfiguration": {"Rules": [_AES256]}},
    _own_encryption,
)
policy: Final = _setting("aws_s3_bucket_policy", lambda block: {"Policy": block.text("policy")}, None, _own_policy)
public_access: Final = _setting(
    "aws_s3_bucket_public_access_block",
    _blocks,
    {"PublicAccessBlockConfiguration": dict.fromkeys(_SETTINGS, True)},
)
ownership: Final = _setting(
    "aws_s3_bucket_ownership_controls",
    _ownership,
    {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
)
versioning: Final = _setting("aws_s3_bucket_versioning", _versioning, {})
object_lock: Final = _setting("aws_s3_bucket_object_lock_configuration", _object_lock, None)
logging: Final = _setting("aws_s3_bucket_logging", _logging, {})
lifecycle: Final = _setting("aws_s3_bucket_lifecycle_configuration", _lifecycle, None)
