"""The default object lock of a delivery bucket. It is only shown, never done.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.model import Call, Raw, Site
from bedaudit.parts.bucket_settings import GET_OBJECT_LOCK
from bedaudit.reader import Reader
from bedaudit.repairs.bucket_settings import at_buckets, bucket_place
from bedaudit.repairs.repair import Edit, Place, Repair

_FOR_EVER = "what is locked cannot be deleted before its time, and a bucket that locks objects always will"
_YEAR = 365
_MEMBER = "ObjectLockConfiguration"


async def _read(aws: Reader, place: Place) -> Raw | None:
    return await aws.find(GET_OBJECT_LOCK, at=place.region, **place.parameters)


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    before = (raw or {}).get(_MEMBER, {})
    rule = before.get("Rule", {})
    held = rule.get("DefaultRetention", {})
    days = wanted.get("object_lock.days")
    if days is None or held.get("Days", held.get("Years", 0) * _YEAR) == days:
        return Edit(raw, (), ())
    retention = {"Mode": held.get("Mode", "GOVERNANCE"), "Days": days}
    after = {**before, "ObjectLockEnabled": "Enabled", "Rule": {**rule, "DefaultRetention": retention}}
    undo = None if raw is None else (_put(place, before),)
    return Edit({**(raw or {}), _MEMBER: after}, (_put(place, after),), undo, "manual", _FOR_EVER)


def _put(place: Place, configuration: Raw) -> Call:
    return Call("s3", "PutObjectLockConfiguration", {**place.parameters, _MEMBER: configuration})


LOCK = Repair(
    name="bucket.object_lock",
    does="Sets the default object lock of the bucket.",
    rated={"manual": _FOR_EVER},
    paths=("object_lock.days",),
    place=bucket_place("object lock"),
    read=_read,
    edit=_edit,
    reads=(GET_OBJECT_LOCK,),
    writes=("s3:PutObjectLockConfiguration",),
    after=("bucket.versioning",),
)
MOUNTS = at_buckets(LOCK)
