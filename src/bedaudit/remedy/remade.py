"""Steps of files, which nobody has to believe: each is made anew from what it says that it is made of, and compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.model import Site
from bedaudit.remedy.document import Document
from bedaudit.remedy.plan import Step, step
from bedaudit.repairs.belonging import strange
from bedaudit.repairs.repair import Place, Repair


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
    if other := next(strange(place, site, repair, told["before"]), None):
        return f"{other!r} is nothing of {place.name!r} in {site.account} {place.region}"
    made = step(Document(repair, place, site, of["wanted"], safety=told["safety"]), told["before"])
    if {**made.members, "controls": told["controls"]} != told or not made.calls:
        return f"it is not what mends {place.name!r}"
    return made
