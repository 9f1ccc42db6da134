"""What CloudTrail will answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bedaudit.model import Gap, Raw
from bedaudit.terraform.block import Block
from bedaudit.terraform.estate import Asked, Estate, not_managed
from bedaudit.terraform.plan import Planned
from bedaudit.terraform.value import Unknown, reply

TRAIL: Final = "aws_cloudtrail"
_ALL: Final = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
"""What a trail records if nothing else is said."""
_FIELDS: Final[Mapping[str, str]] = {
    "Equals": "equals",
    "NotEquals": "not_equals",
    "StartsWith": "starts_with",
    "NotStartsWith": "not_starts_with",
    "EndsWith": "ends_with",
    "NotEndsWith": "not_ends_with",
}
_DELIVERED: Final = Unknown(Gap("unsupported", message="a plan does not tell what will be delivered"))


def trails(estate: Estate, asked: Asked) -> Raw:
    """DescribeTrails: those of every region."""
    return reply({"trailList": [_trail(each) for each in estate.all(TRAIL)]})


def _trail(trail: Planned) -> Raw:
    block = trail.block
    return reply(
        {
            "Name": block.text("name"),
            "TrailARN": block.text("arn"),
            "HomeRegion": trail.place.region,
            "IsMultiRegionTrail": _flag(block, "is_multi_region_trail"),
            "IsOrganizationTrail": _flag(block, "is_organization_trail"),
            "LogFileValidationEnabled": _flag(block, "enable_log_file_validation"),
            "KmsKeyId": block.text("kms_key_id"),
            "S3BucketName": block.text("s3_bucket_name"),
            "CloudWatchLogsLogGroupArn": block.text("cloud_watch_logs_group_arn"),
        }
    )


def _flag(block: Block, name: str, *, otherwise: bool = False) -> Any:
    value = block.flag(name)
    return otherwise if value is None else value


def names(estate: Estate, asked: Asked) -> Raw:
    """ListTrails."""
    return reply({"Trails": [{"TrailARN": each.block.text("arn")} for each in estate.all(TRAIL)]})


def status(estate: Estate, asked: Asked) -> Raw:
    """GetTrailStatus."""
    errors = dict.fromkeys(
        ("LatestDeliveryError", "LatestCloudWatchLogsDeliveryError", "LatestDigestDeliveryError"), _DELIVERED
    )
    return reply({"IsLogging": _flag(_named(estate, asked["Name"]), "enable_logging", otherwise=True), **errors})


def selectors(estate: Estate, asked: Asked) -> Raw:
    """GetEventSelectors."""
    block = _named(estate, asked["TrailName"])
    advanced = [_advanced(each) for each in block.blocks("advanced_event_selector")]
    basic = [_basic(each) for each in block.blocks("event_selector")]
    return reply({"AdvancedEventSelectors": advanced} if advanced else {"EventSelectors": basic or [_ALL]})


def _named(estate: Estate, arn: str) -> Block:
    return estate.about(TRAIL, "arn", arn) or not_managed(f"the trail {arn}")


def _basic(block: Block) -> Mapping[str, Any]:
    return {
        "ReadWriteType": block.text("read_write_type") or "All",
        "IncludeManagementEvents": _flag(block, "include_management_events", otherwise=True),
        "DataResources": [
            {"Type": each.text("type"), "Values": each.texts("values") or []} for each in block.blocks("data_resource")
        ],
        "ExcludeManagementEventSources": block.texts("exclude_management_event_sources") or [],
    }


def _advanced(block: Block) -> Mapping[str, Any]:
    fields = [
        {"Field": each.text("field"), **{member: each.texts(name) or None for member, name in _FIELDS.items()}}
        for each in block.blocks("field_selector")
    ]
    return {"Name": block.text("name"), "FieldSelectors": fields}
