"""A log group itself: that there is one, its KMS key and its deletion protection.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.parts.delivery import DESCRIBE_STREAMS
from bedaudit.parts.log_group import DESCRIBE_GROUPS, find_log_group
from bedaudit.reader import Reader
from bedaudit.repairs.repair import Edit, Mount, Place, Repair

VOLATILE = (("storedBytes",), ("metricFilterCount",))
_KEY_DECIDES = (
    "the policy of the KMS key has to let CloudWatch Logs of the region use it, and what is encrypted with it stays so"
)


KEY_ELSEWHERE = "the KMS key that is said is not of this region"


def is_elsewhere(key: str, region: str) -> bool:
    """Whether the ARN of a key says another region."""
    return key.startswith("arn:") and key.split(":")[3:4] != [region]


def _place(what: str) -> Callable[[Facts, Site], Place | None]:
    def place(facts: Facts, site: Site) -> Place | None:
        name = facts.get("name")
        return Place(site.region, f"{what} {name}", {"logGroupName": name}) if isinstance(name, str) else None

    return place


async def read_group(aws: Reader, place: Place) -> Raw | None:
    """What AWS tells of the log group, its settings included."""
    return await find_log_group(aws, place.parameters["logGroupName"])


async def _received(aws: Reader, place: Place) -> bool:
    """Whether it has a log stream: the bytes that a log group holds are counted with delay."""
    streams = await aws.find(DESCRIBE_STREAMS, logGroupName=place.parameters["logGroupName"], limit=1)
    return bool((streams or {}).get("logStreams"))


def _create(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    if raw is not None or wanted.get("exists") is not True:
        return Edit(raw, (), ())
    make, take_away = (Call("logs", name, place.parameters) for name in ("CreateLogGroup", "DeleteLogGroup"))
    return Edit(dict(place.parameters), (make,), (take_away,))


def _edit_key(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    key = wanted.get("kms_key.arn")
    if raw is None or key is None or raw.get("kmsKeyId") == key:
        return Edit(raw, (), ())
    if is_elsewhere(key, place.region):
        return Edit(raw, (), (), "manual", KEY_ELSEWHERE)
    undo = (
        _associate(place, raw["kmsKeyId"])
        if raw.get("kmsKeyId")
        else Call("logs", "DisassociateKmsKey", place.parameters)
    )
    return Edit({**raw, "kmsKeyId": key}, (_associate(place, key),), (undo,), "safe", _KEY_DECIDES)


def _associate(place: Place, key: str) -> Call:
    return Call("logs", "AssociateKmsKey", {**place.parameters, "kmsKeyId": key})


def _edit_protection(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    name = "deletionProtectionEnabled"
    if raw is None or wanted.get("deletion_protection") is not True or raw.get(name) is True:
        return Edit(raw, (), ())
    return Edit({**raw, name: True}, (_protect(place, on=True),), (_protect(place, on=False),))


def _protect(place: Place, *, on: bool) -> Call:
    parameters = {"logGroupIdentifier": place.parameters["logGroupName"], "deletionProtectionEnabled": on}
    return Call("logs", "PutLogGroupDeletionProtection", parameters)


CREATE = Repair(
    name="log_group.create",
    does="Makes the log group.",
    paths=("exists",),
    place=_place("log group"),
    read=read_group,
    edit=_create,
    reads=(DESCRIBE_GROUPS, DESCRIBE_STREAMS),
    writes=("logs:CreateLogGroup", "logs:DeleteLogGroup"),
    volatile=VOLATILE,
    received=_received,
)
KEY = Repair(
    name="log_group.kms_key",
    does="Encrypts the log group with the KMS key.",
    rated={"safe": _KEY_DECIDES, "manual": KEY_ELSEWHERE},
    paths=("kms_key.arn",),
    place=_place("KMS key of log group"),
    read=read_group,
    edit=_edit_key,
    reads=(DESCRIBE_GROUPS,),
    writes=("logs:AssociateKmsKey", "logs:DisassociateKmsKey"),
    volatile=VOLATILE,
    after=("log_group.create",),
)
PROTECTION = Repair(
    name="log_group.deletion_protection",
    does="Protects the log group against deletion.",
    paths=("deletion_protection",),
    place=_place("deletion protection of log group"),
    read=read_group,
    edit=_edit_protection,
    reads=(DESCRIBE_GROUPS,),
    writes=("logs:PutLogGroupDeletionProtection",),
    volatile=VOLATILE,
    after=("log_group.create",),
)
MOUNTS = (
    Mount("invocation_logging", "cloudwatch.log_group", CREATE),
    *(
        Mount(kind, at, repair)
        for repair in (KEY, PROTECTION)
        for kind, at in (("invocation_logging", "cloudwatch.log_group"), ("log_group", ""))
    ),
)
