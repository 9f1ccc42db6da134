"""When lifecycle rules of a bucket expire what Bedrock delivers.

In a bucket that keeps versions, an expired object stays as a noncurrent version until other rules remove it.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from __future__ import annotations

from typing import Literal

from bedaudit.model import Raw
from bedaudit.reader import Operation, Reader

GET_LIFECYCLE = Operation(
    "s3",
    "GetBucketLifecycleConfiguration",
    absent=("NoSuchLifecycleConfiguration",),
    iam="s3:GetLifecycleConfiguration",
)


async def expiry(aws: Reader, bucket: str, at: str | None, paths: tuple[str, ...]) -> int | Literal["never"]:
    """Days after which all that is delivered is gone."""
    rules = await _rules(aws, bucket, at)
    return min(
        (days for rule in rules if _covers(rule, paths) and (days := _days(rule, aws)) is not None), default="never"
    )


async def earliest_expiry(aws: Reader, bucket: str, at: str | None, paths: tuple[str, ...]) -> int | Literal["never"]:
    """Days after which the first of what is delivered is gone."""
    rules = await _rules(aws, bucket, at)
    return min(
        (days for rule in rules if touches(rule, paths) and (days := _days(rule, aws)) is not None), default="never"
    )


async def _rules(aws: Reader, bucket: str, at: str | None) -> list[Raw]:
    reply = await aws.find(GET_LIFECYCLE, at=at, Bucket=bucket)
    return [rule for rule in (reply or {}).get("Rules", []) if rule.get("Status") == "Enabled"]


def _days(rule: Raw, aws: Reader) -> int | None:
    """A date that has passed expires what is delivered at once; one to come is not in force yet."""
    expiration = rule.get("Expiration", {})
    if "Date" in expiration:
        return 0 if expiration["Date"] <= aws.now else None
    days: int | None = expiration.get("Days")
    return days


def _covers(rule: Raw, paths: tuple[str, ...]) -> bool:
    narrow = any(name in each for each in _filters(rule) for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"))
    return not narrow and not _tagged(rule) and all(path.startswith(_prefix(rule)) for path in paths)


def touches(rule: Raw, paths: tuple[str, ...]) -> bool:
    """Whether a rule is about anything that is delivered under the paths."""
    prefix = _prefix(rule)
    return not _tagged(rule) and any(path.startswith(prefix) or prefix.startswith(path) for path in paths)


def _tagged(rule: Raw) -> bool:
    """Bedrock does not tag what it delivers, so a rule for tagged objects never meets it."""
    return any("Tag" in each or each.get("Tags") for each in _filters(rule))


def _prefix(rule: Raw) -> str:
    return next((each["Prefix"] for each in _filters(rule) if "Prefix" in each), "")


def _filters(rule: Raw) -> tuple[Raw, ...]:
    """The places where a rule says what it is for; the rule itself is the oldest."""
    chosen = rule.get("Filter", {})
    return (chosen, chosen.get("And", {}), {name: rule[name] for name in ("Prefix",) if name in rule})
