"""Lifecycle rules of a delivery bucket that expire logs too early: they expire them later.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.model import Call, Raw, Site
from bedaudit.parts.bucket_expiry import GET_LIFECYCLE, touches
from bedaudit.reader import Reader
from bedaudit.repairs.bucket_settings import BUCKETS, deliveries_place, named, paths
from bedaudit.repairs.repair import Edit, Mount, Place, Repair

_KEPT_LONGER = "a rule for more than what Bedrock delivers keeps all of it longer"
_BY_DATE = "a lifecycle rule expires by date, which people set"


async def _read(aws: Reader, place: Place) -> Raw | None:
    return await aws.find(GET_LIFECYCLE, at=place.region, **named(place))


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    kept = {part: days for part in BUCKETS if isinstance(days := wanted.get(f"{part}.earliest_expiry_days"), int)}
    held = (raw or {}).get("Rules", [])
    rules = [_kept(rule, _days(rule, kept, place, site)) for rule in held]
    if raw is None or rules == held:
        return Edit(raw, (), ())
    if any("Date" in rule["Expiration"] for rule, new in zip(held, rules, strict=True) if rule != new):
        return Edit(raw, (), (), "manual", _BY_DATE)
    after = {**raw, "Rules": rules}
    return Edit(after, (_put(place, after),), (_put(place, raw),), "risky", _KEPT_LONGER)


def _days(rule: Raw, kept: Mapping[str, int], place: Place, site: Site) -> int:
    """How long the rule has to keep what it is about."""
    about = (days for part, days in kept.items() if touches(rule, paths(place, part, site)))
    return max(about, default=0) if rule.get("Status") == "Enabled" else 0


def _kept(rule: Raw, days: int) -> Raw:
    expiration = rule.get("Expiration", {})
    early = days and ("Date" in expiration or expiration.get("Days", days) < days)
    return {**rule, "Expiration": {**expiration, "Days": days}} if early else rule


def _put(place: Place, raw: Raw) -> Call:
    """The reply has the rules and, beside them, the smallest object that is moved to another class."""
    beside = {name: value for name, value in raw.items() if name != "Rules"}
    rules = {"LifecycleConfiguration": {"Rules": raw["Rules"]}}
    return Call("s3", "PutBucketLifecycleConfiguration", {**named(place), **rules, **beside})


def lifecycle(part: str) -> Repair:
    """The rules of the bucket that is a part of the logging configuration; others may be the same bucket."""
    return Repair(
        name="bucket.lifecycle",
        does="Lets lifecycle rules of the bucket that delete logs too early delete them later.",
        rated={"risky": _KEPT_LONGER, "manual": _BY_DATE},
        paths=(f"{part}.earliest_expiry_days",),
        place=deliveries_place("lifecycle rules", part),
        read=_read,
        edit=_edit,
        reads=(GET_LIFECYCLE,),
        writes=("s3:PutBucketLifecycleConfiguration",),
    )


MOUNTS = tuple(Mount("invocation_logging", "", lifecycle(part)) for part in BUCKETS)
