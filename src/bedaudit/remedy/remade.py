"""Steps of files, which nobody has to believe: each is made anew from what it says that it is made of, and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bedaudit.documents.arn import parse as parse_arn
from bedaudit.model import GLOBAL, Site
from bedaudit.remedy.document import Document
from bedaudit.remedy.plan import Step, step
from bedaudit.repairs.repair import Place, Repair

_OWN_ARNS = ("arn", "Arn", "logGroupArn", "AlarmArn", "DashboardArn", "TrailARN")
"""Members by which AWS tells the ARN of what it describes."""
_OWNER = "ExpectedBucketOwner"


def remade(told: Any, repairs: Mapping[str, Repair]) -> Step | str:
    """The step as its repair makes it, without asking AWS; or why what the file tells is no such step."""
    try:
        return _remade(told, repairs)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, RuntimeError):
        return "it is no step"


def _remade(told: Mapping[str, Any], repairs: Mapping[str, Repair]) -> Step | str:
    of = told["made_of"]
    repair = repairs.get(of["repair"])
    if repair is None:
        return f"nothing repairs {of['repair']!r}"
    place, site = Place(**of["place"]), Site(**of["site"])
    if (told["account"], told["region"], told["resource"]) != (site.account, place.region, place.name):
        return f"it says that it is about {told['resource']!r}, and is about something else"
    if strange := next(_strange(place, site, repair, told["before"]), None):
        return f"{strange!r} is nothing of {place.name!r} in {site.account} {place.region}"
    made = step(Document(repair, place, site, of["wanted"], safety=told["safety"]), told["before"])
    if {**made.members, "controls": told["controls"]} != told or not made.calls:
        return f"it is not what mends {place.name!r}"
    return made


def _strange(place: Place, site: Site, repair: Repair, before: Mapping[str, Any] | None) -> Iterator[str]:
    """What names another account, region or resource than the step is about."""
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
