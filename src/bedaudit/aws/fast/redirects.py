"""S3's ways to say that a bucket is in another region.

By the rules of botocore's `S3RegionRedirectorv2`, which would ask for the region in a call that blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.utils import validate_region_name


class RegionUntold(Exception):  # noqa: N818 - a fact about a reply
    """The bucket is elsewhere, and the reply does not say where."""


def redirected(operation: str, parsed: Mapping[str, Any], status: int) -> str | None:
    """The region of the bucket, None if it is where it was asked for.

    Raises:
        RegionUntold: it is not, and somebody has to be asked where.
        InvalidRegionError: what the reply names is no region.
    """
    error, headers = parsed.get("Error", {}), parsed["ResponseMetadata"]["HTTPHeaders"]
    code, named = error.get("Code"), headers.get("x-amz-bucket-region")
    elsewhere = (
        status in (301, 302, 307),
        code in ("PermanentRedirect", "IllegalLocationConstraintException"),
        code == "AuthorizationHeaderMalformed" and "Region" in error,
        code in ("301", "400") and operation == "HeadBucket" and named is not None,
    )
    if not any(elsewhere):
        return None
    region = named or error.get("Region")
    if not region:
        raise RegionUntold
    validate_region_name(region)
    return str(region)
