"""Whether a CloudTrail trail is logging.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartLogging.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.kinds.trail import GET_STATUS
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.reader import Reader
from bedaudit.repairs.repair import Edit, Mount, Place, Repair

_THEIRS = "the trail belongs to account {owner}, and is started from there"
_MOMENTS = (
    "LatestDeliveryError",
    "LatestNotificationError",
    "LatestDeliveryTime",
    "LatestNotificationTime",
    "StartLoggingTime",
    "StopLoggingTime",
    "LatestCloudWatchLogsDeliveryError",
    "LatestCloudWatchLogsDeliveryTime",
    "LatestDigestDeliveryTime",
    "LatestDigestDeliveryError",
    "LatestDeliveryAttemptTime",
    "LatestNotificationAttemptTime",
    "LatestNotificationAttemptSucceeded",
    "LatestDeliveryAttemptSucceeded",
    "TimeLoggingStarted",
    "TimeLoggingStopped",
)


def _place(facts: Facts, site: Site) -> Place | None:
    home, owner, name = (facts.get(member) for member in ("home_region", "owner", "name"))
    if not (isinstance(home, str) and isinstance(owner, str) and isinstance(name, str)):
        return None
    arn = f"arn:{site.partition}:cloudtrail:{home}:{owner}:trail/{name}"
    return Place(home, f"logging of trail {name} of account {owner}", {"Name": arn})


async def _read(aws: Reader, place: Place) -> Raw | None:
    return await aws.call(GET_STATUS, at=place.region, **place.parameters)


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    if raw is None or wanted.get("logging") is not True or raw.get("IsLogging"):
        return Edit(raw, (), ())
    owner = place.parameters["Name"].split(":")[4]
    if owner != site.account:
        return Edit(raw, (), (), "manual", _THEIRS.format(owner=owner))
    start, stop = (Call("cloudtrail", name, place.parameters) for name in ("StartLogging", "StopLogging"))
    return Edit({**raw, "IsLogging": True}, (start,), (stop,))


LOGGING = Repair(
    name="trail.logging",
    paths=("logging",),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(GET_STATUS,),
    writes=("cloudtrail:StartLogging", "cloudtrail:StopLogging"),
    volatile=tuple((name,) for name in _MOMENTS),
)
MOUNTS = (Mount("trail", "", LOGGING),)
