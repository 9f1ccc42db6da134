"""In which regions an account is visited."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from bedaudit.aws.client import Identity
from bedaudit.aws.connection import Connection
from bedaudit.aws.gaps import ERRORS, gap_of
from bedaudit.aws.scope import Targets
from bedaudit.model import Gap
from bedaudit.reader import Operation

LIST_REGIONS = Operation("account", "ListRegions")
DESCRIBE_REGIONS = Operation("ec2", "DescribeRegions")

OPERATIONS = (LIST_REGIONS, DESCRIBE_REGIONS)
"""What a scan calls to find an account's regions."""

_DISABLED = {"DISABLED", "DISABLING", "not-opted-in"}

DISABLED = Gap("region_disabled", str(LIST_REGIONS), None, "the region is not enabled for the account")


@dataclass(frozen=True, slots=True)
class Visit:
    """The regions of one account."""

    regions: tuple[str, ...]
    disabled: tuple[str, ...] = ()
    """Asked for, but not enabled."""
    notice: str | None = None


async def visit(aws: Connection, who: Identity, found: Targets) -> Visit:
    """The regions asked for, or Bedrock's; without those that the account has not enabled."""
    enabled = await _enabled(aws, who, found.home_region)
    if isinstance(enabled, Gap):
        told = f"the enabled regions cannot be read ({enabled.code}: {enabled.message}); all of Bedrock's are tried"
        return Visit(found.regions, notice=None if aws.settings.regions else told)
    if not aws.settings.regions:
        return Visit(tuple(region for region in found.regions if enabled.get(region)))
    disabled = tuple(region for region in found.regions if enabled.get(region) is False)
    return Visit(tuple(region for region in found.regions if region not in disabled), disabled)


async def _enabled(aws: Connection, who: Identity, home: str) -> Mapping[str, bool] | Gap:
    """Whether each region is enabled, from the service that says so, or from the older one."""
    with suppress(*ERRORS):
        pages = await aws.pages(who, LIST_REGIONS, home, {})
        return {
            each["RegionName"]: each["RegionOptStatus"] not in _DISABLED for page in pages for each in page["Regions"]
        }
    try:
        pages = await aws.pages(who, DESCRIBE_REGIONS, home, {"AllRegions": True})
    except ERRORS as error:
        return gap_of(error, "ec2", "DescribeRegions")
    return {each["RegionName"]: each["OptInStatus"] not in _DISABLED for page in pages for each in page["Regions"]}
