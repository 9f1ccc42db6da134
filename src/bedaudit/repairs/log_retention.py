"""The retention of a log group.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.parts.log_group import DESCRIBE_GROUPS
from bedaudit.repairs.log_group import VOLATILE, read_group
from bedaudit.repairs.repair import Edit, Mount, Place, Repair, Safety

ALLOWED = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""Days."""
NEVER = "never"
SHORTER: tuple[Safety, str] = ("manual", "shorter retention deletes events that are kept now")


def _place(facts: Facts, site: Site) -> Place | None:
    name = facts.get("name")
    return None if name is None else Place(site.region, f"retention of log group {name}", {"logGroupName": name})


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    """Where it is wanted that there is the log group, the days are for one that is made, and shorten no other."""
    days = wanted.get("retention_days")
    if raw is None or days is None or days == raw.get("retentionInDays", NEVER):
        return Edit(raw, (), ())
    rated = _safety(raw, days)
    if "exists" in wanted and rated == SHORTER:
        if raw.get("storedBytes", 0):
            return Edit(raw, (), ())
        rated = ("safe", "")
    return Edit({**raw, "retentionInDays": days}, (_put(place, days),), (_undo(raw, place),), *rated)


def _put(place: Place, days: int) -> Call:
    return Call("logs", "PutRetentionPolicy", {**place.parameters, "retentionInDays": days})


def _undo(raw: Raw, place: Place) -> Call:
    days = raw.get("retentionInDays")
    return Call("logs", "DeleteRetentionPolicy", place.parameters) if days is None else _put(place, days)


def _safety(raw: Raw, days: int) -> tuple[Safety, str]:
    if "retentionPolicyName" in raw:
        return "manual", "an account policy sets the retention, and would overrule the log group's own"
    if days < raw.get("retentionInDays", float("inf")):
        return SHORTER
    return "safe", ""


RETENTION = Repair(
    name="log_group.retention",
    does="Sets how many days the log group keeps its events.",
    rated={"safe": "", "manual": SHORTER[1]},
    paths=("retention_days", "exists"),
    place=_place,
    read=read_group,
    edit=_edit,
    reads=(DESCRIBE_GROUPS,),
    writes=("logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy"),
    volatile=VOLATILE,
    allowed={"retention_days": ALLOWED},
    after=("log_group.create",),
)
MOUNTS = (
    Mount("invocation_logging", "cloudwatch.log_group", RETENTION),
    Mount("log_group", "", RETENTION),
)
