"""Lifecycle rules of a delivery bucket that expire logs too early: they expire them later.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.parts.bucket_expiry import GET_LIFECYCLE, touches
from bedaudit.reader import Reader
from bedaudit.repairs.bucket_settings import at_buckets, bucket_place
from bedaudit.repairs.repair import Edit, Place, Repair

_KEPT_LONGER = "a rule for more than what Bedrock delivers keeps all of it longer"
_BY_DATE = "a lifecycle rule expires by date, which people set"

_bucket = bucket_place("lifecycle rules")


def _place(facts: Facts, site: Site) -> Place | None:
    place = _bucket(facts, site)
    prefix = facts.get("prefix")
    return place and Place(place.region, place.name, {**place.parameters, "prefix": prefix or ""})


async def _read(aws: Reader, place: Place) -> Raw | None:
    return await aws.find(GET_LIFECYCLE, at=place.region, **_named(place))


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    days = wanted.get("earliest_expiry_days")
    if raw is None or not isinstance(days, int):
        return Edit(raw, (), ())
    paths = _paths(place, site)
    early = [rule for rule in raw.get("Rules", []) if _is_early(rule, paths, days)]
    if any("Date" in rule["Expiration"] for rule in early):
        return Edit(raw, (), (), "manual", _BY_DATE)
    rules = [_kept(rule, days) if rule in early else rule for rule in raw.get("Rules", [])]
    if not early:
        return Edit(raw, (), ())
    after = {**raw, "Rules": rules}
    return Edit(after, (_put(place, after),), (_put(place, raw),), "risky", _KEPT_LONGER)


def _is_early(rule: Raw, paths: tuple[str, ...], days: int) -> bool:
    expiration = rule.get("Expiration", {})
    before = "Date" in expiration or ("Days" in expiration and expiration["Days"] < days)
    return rule.get("Status") == "Enabled" and before and touches(rule, paths)


def _kept(rule: Raw, days: int) -> Raw:
    return {**rule, "Expiration": {**rule["Expiration"], "Days": days}}


def _put(place: Place, raw: Raw) -> Call:
    """The reply has the rules and, beside them, the smallest object that is moved to another class."""
    beside = {name: value for name, value in raw.items() if name != "Rules"}
    rules = {"LifecycleConfiguration": {"Rules": raw["Rules"]}}
    return Call("s3", "PutBucketLifecycleConfiguration", {**_named(place), **rules, **beside})


def _named(place: Place) -> Mapping[str, Any]:
    return {name: value for name, value in place.parameters.items() if name != "prefix"}


def _paths(place: Place, site: Site) -> tuple[str, ...]:
    prefix, path = place.parameters["prefix"], f"AWSLogs/{site.account}/BedrockModelInvocationLogs/"
    return (f"{prefix}/{path}", f"{prefix.rstrip('/')}/{path}") if prefix else (path,)


LIFECYCLE = Repair(
    name="bucket.lifecycle",
    paths=("earliest_expiry_days",),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(GET_LIFECYCLE,),
    writes=("s3:PutBucketLifecycleConfiguration",),
)
MOUNTS = at_buckets(LIFECYCLE)
