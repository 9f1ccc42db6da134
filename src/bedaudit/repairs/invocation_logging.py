"""The configuration of model invocation logging, which AWS replaces as a whole.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_PutModelInvocationLoggingConfiguration.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.parts.bedrock_log_groups import GET_LOGGING
from bedaudit.reader import Reader
from bedaudit.repairs.repair import Edit, Mount, Place, Repair, Safety

_FLAGS: Mapping[str, str] = {
    "text": "textDataDeliveryEnabled",
    "image": "imageDataDeliveryEnabled",
    "embedding": "embeddingDataDeliveryEnabled",
    "video": "videoDataDeliveryEnabled",
    "audio": "audioDataDeliveryEnabled",
}
_DESTINATIONS: Mapping[str, tuple[str, ...]] = {
    "cloudwatch.log_group.name": ("cloudWatchConfig", "logGroupName"),
    "cloudwatch.role.arn": ("cloudWatchConfig", "roleArn"),
    "cloudwatch.large_data.bucket": ("cloudWatchConfig", "largeDataDeliveryS3Config", "bucketName"),
    "cloudwatch.large_data.prefix": ("cloudWatchConfig", "largeDataDeliveryS3Config", "keyPrefix"),
    "s3.bucket": ("s3Config", "bucketName"),
    "s3.prefix": ("s3Config", "keyPrefix"),
}
_NOWHERE = "there is no destination, and none is said to deliver to"
_LESS = "it would log less than now"
_ELSEWHERE = "logs go elsewhere from then on"
_PASSES_ROLE = "whoever applies it needs iam:PassRole for the role"


def _place(facts: Facts, site: Site) -> Place | None:
    return Place(site.region, "model invocation logging", {})


async def _read(aws: Reader, place: Place) -> Raw | None:
    """The configuration; an empty one, or none, is off."""
    config: Raw | None = (await aws.call(GET_LOGGING)).get("loggingConfig")
    return config or None


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    before = dict(raw or {})
    after = before
    for path, value in wanted.items():
        if path in _FLAGS:
            after = _with(after, (_FLAGS[path],), value)
        elif path in _DESTINATIONS:
            after = _with(after, _DESTINATIONS[path], value)
    if wanted.get("enabled") is False:
        return Edit(raw, (), (), "manual", "logging is never turned off by machine")
    if after == before:
        nowhere = raw is None and wanted.get("enabled") is True
        return Edit(raw, (), (), reason=_NOWHERE if nowhere else "")
    if not _delivers(after):
        return Edit(raw, (), (), reason=_NOWHERE)
    undo = Call("bedrock", "DeleteModelInvocationLoggingConfiguration", {}) if raw is None else _put(raw)
    return Edit(after, (_put(after),), (undo,), *_safety(before, after))


def _put(config: Raw) -> Call:
    return Call("bedrock", "PutModelInvocationLoggingConfiguration", {"loggingConfig": config})


def _with(config: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    name, *rest = path
    return {**config, name: _with(config.get(name) or {}, tuple(rest), value) if rest else value}


def _delivers(config: Raw) -> bool:
    """Whether a destination is complete."""
    cloudwatch = config.get("cloudWatchConfig", {})
    return "bucketName" in config.get("s3Config", {}) or {"logGroupName", "roleArn"} <= cloudwatch.keys()


def _safety(before: Raw, after: Raw) -> tuple[Safety, str]:
    if before and any(before.get(flag, True) and after.get(flag) is False for flag in _FLAGS.values()):
        return "manual", _LESS
    if any((old := _at(before, path)) and old != _at(after, path) for path in _DESTINATIONS.values()):
        return "risky", _ELSEWHERE
    return "safe", _PASSES_ROLE if "cloudWatchConfig" in after else ""


def _at(config: Raw, path: tuple[str, ...]) -> Any:
    found: Any = config
    for name in path:
        found = (found or {}).get(name)
    return found


LOGGING = Repair(
    name="invocation_logging",
    does=(
        "Turns invocation logging on, adds what is not logged yet, or says where it is logged to; all else in "
        "the configuration stays."
    ),
    rated={"safe": _PASSES_ROLE, "risky": _ELSEWHERE, "manual": _LESS},
    paths=("enabled", *_FLAGS, *_DESTINATIONS),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(GET_LOGGING,),
    writes=(
        "bedrock:PutModelInvocationLoggingConfiguration",
        "bedrock:DeleteModelInvocationLoggingConfiguration",
    ),
    after=("log_group.create", "role", "bucket.policy", "bucket.ownership"),
)
MOUNTS = (Mount("invocation_logging", "", LOGGING),)
