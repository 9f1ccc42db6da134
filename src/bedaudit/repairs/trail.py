"""A CloudTrail trail: whether it is logging, and its settings.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartLogging.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bedaudit.kinds.trail import DESCRIBE_TRAILS, GET_STATUS
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.reader import Reader
from bedaudit.repairs.log_group import KEY_ELSEWHERE, is_elsewhere
from bedaudit.repairs.repair import Edit, Mount, Place, Repair

_THEIRS = "the trail belongs to account {owner}, and is {done} from there"
_OTHERS = "the trail belongs to another account"
_MORE_REGIONS = "it records, and CloudTrail may charge for, the events of every region from then on"
_KEY_DECIDES = "the policy of the KMS key has to let CloudTrail encrypt with it"
_SETTINGS: Mapping[str, tuple[str, str]] = {
    "log_file_validation": ("LogFileValidationEnabled", "EnableLogFileValidation"),
    "multi_region": ("IsMultiRegionTrail", "IsMultiRegionTrail"),
    "kms_key.arn": ("KmsKeyId", "KmsKeyId"),
}
"""By path, the member of the description and the parameter that sets it; UpdateTrail leaves the others as they are."""
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


def trail_place(what: str) -> Callable[[Facts, Site], Place | None]:
    """Where something of a trail is: in its home region, where its full ARN names it for every account."""

    def place(facts: Facts, site: Site) -> Place | None:
        home, owner, name = (facts.get(member) for member in ("home_region", "owner", "name"))
        if not (isinstance(home, str) and isinstance(owner, str) and isinstance(name, str)):
            return None
        arn = f"arn:{site.partition}:cloudtrail:{home}:{owner}:trail/{name}"
        return Place(home, f"{what} of trail {name} of account {owner}", {"Name": arn})

    return place


def theirs(raw: Raw, place: Place, site: Site, done: str) -> Edit | None:
    """That nothing is done, where the trail is another account's."""
    owner = place.parameters["Name"].split(":")[4]
    return None if owner == site.account else Edit(raw, (), (), "manual", _THEIRS.format(owner=owner, done=done))


async def _read_status(aws: Reader, place: Place) -> Raw | None:
    return await aws.call(GET_STATUS, at=place.region, **place.parameters)


def _start(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    if raw is None or wanted.get("logging") is not True or raw.get("IsLogging"):
        return Edit(raw, (), ())
    start, stop = (Call("cloudtrail", name, place.parameters) for name in ("StartLogging", "StopLogging"))
    return theirs(raw, place, site, "started") or Edit({**raw, "IsLogging": True}, (start,), (stop,))


async def _read_settings(aws: Reader, place: Place) -> Raw | None:
    reply = await aws.call(DESCRIBE_TRAILS, at=place.region, trailNameList=[place.parameters["Name"]])
    return next(iter(reply.get("trailList", ())), None)


def _set(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    values = {path: wanted[path] for path in _SETTINGS if path in wanted and wanted[path] is not False}
    changed = {path: value for path, value in values.items() if (raw or {}).get(_SETTINGS[path][0]) != value}
    if raw is None or not changed:
        return Edit(raw, (), ())
    key = changed.get("kms_key.arn", "")
    if is_elsewhere(key, place.region):
        return Edit(raw, (), (), "manual", KEY_ELSEWHERE)
    after = {**raw, **{_SETTINGS[path][0]: value for path, value in changed.items()}}
    edit = Edit(
        after, (_update(place, after, changed),), (_update(place, raw, changed),), "safe", _KEY_DECIDES * bool(key)
    )
    if "multi_region" in changed:
        edit = Edit(edit.after, edit.calls, edit.undo, "risky", _MORE_REGIONS)
    return theirs(raw, place, site, "changed") or edit


def _update(place: Place, raw: Raw, paths: Mapping[str, Any]) -> Call:
    """Sets what is named as a document has it; an empty key is none."""
    values = {parameter: raw.get(member, "") for member, parameter in map(_SETTINGS.__getitem__, paths)}
    return Call("cloudtrail", "UpdateTrail", {**place.parameters, **values})


LOGGING = Repair(
    name="trail.logging",
    does="Starts the trail.",
    rated={"safe": "", "manual": _OTHERS},
    paths=("logging",),
    place=trail_place("logging"),
    read=_read_status,
    edit=_start,
    reads=(GET_STATUS,),
    writes=("cloudtrail:StartLogging", "cloudtrail:StopLogging"),
    volatile=tuple((name,) for name in _MOMENTS),
    after=("trail.settings", "trail.selectors"),
)
SETTINGS = Repair(
    name="trail.settings",
    does="Changes these settings of the trail, and no other.",
    rated={"safe": "", "risky": _MORE_REGIONS, "manual": _OTHERS},
    paths=tuple(_SETTINGS),
    place=trail_place("settings"),
    read=_read_settings,
    edit=_set,
    reads=(DESCRIBE_TRAILS,),
    writes=("cloudtrail:UpdateTrail",),
    volatile=(("HasCustomEventSelectors",), ("HasInsightSelectors",)),
)
MOUNTS = (Mount("trail", "", LOGGING), Mount("trail", "", SETTINGS))
