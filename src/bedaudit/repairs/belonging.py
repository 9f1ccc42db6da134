"""Whether what names a document, and what AWS says of it, is of one account, one region and one resource."""

from __future__ import annotations

from collections.abc import Iterator

from bedaudit.documents.arn import parse as parse_arn
from bedaudit.model import GLOBAL, Raw, Site
from bedaudit.repairs.repair import Place, Repair

_OWN_ARNS = ("arn", "Arn", "logGroupArn", "AlarmArn", "DashboardArn", "TrailARN")
"""Members by which AWS tells the ARN of what it describes."""
_OWNER = "ExpectedBucketOwner"


def strange(place: Place, site: Site, repair: Repair, before: Raw | None) -> Iterator[str]:
    """What names another account, region or resource than the place does."""
    parameters = [
        (name, text)
        for name, value in place.parameters.items()
        for text in (value if isinstance(value, list) else [value])
        if isinstance(text, str)
    ]
    told = f"{place.name} {site.account}" if _OWNER in place.parameters else place.name
    yield from (text for name, text in parameters if name not in repair.untold and not _is_in(text, told))
    own = [before[name] for name in _OWN_ARNS if name in before] if before else []
    yield from (text for text in (*(text for _, text in parameters), *own) if not _is_of(text, place, site))


def _is_in(text: str, name: str) -> bool:
    """Whether the name of a place has the text, or the last part of an ARN."""
    return any(f" {each} " in f" {name} " for each in (text, parse_arn(text).resource, text.rpartition("/")[2]))


def _is_of(text: str, place: Place, site: Site) -> bool:
    """Whether it may stand at the place: anything that is no ARN may."""
    if not text.startswith("arn:"):
        return True
    arn = parse_arn(text)
    near = place.region == GLOBAL or arn.region in ("", place.region)
    return near and arn.partition == site.partition and arn.account in ("", site.account)
