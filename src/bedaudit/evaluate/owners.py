"""What an account sees and another one has, as the trail of an organization: known from its owner, and judged there."""

from __future__ import annotations

from dataclasses import replace

from bedaudit.evaluate.verdicts import Place
from bedaudit.model import Record, Resource


class Owners:
    """The resources that the scanned accounts have themselves."""

    def __init__(self) -> None:
        self._by_name: dict[tuple[str, str], Resource] = {}

    def add(self, record: Record) -> None:
        """Takes note of what the record's account has; a resource that is seen from afar says less of itself."""
        for resource in record.resources:
            if resource.arn is not None and _owner(resource.arn) == record.site.account:
                self._by_name[resource.kind, resource.arn] = resource

    def known_at(self, place: Place) -> Place:
        """The place with the resources of other accounts as these know them."""
        resources, elsewhere = list[Resource](), dict[str, str]()
        for seen in place.resources:
            owner, owned = _owner(seen.arn or ""), self._by_name.get((seen.kind, seen.arn or ""))
            if owned is None or owner == place.site.account:
                resources.append(seen)
            else:
                resources.append(replace(owned, id=seen.id))
                elsewhere[seen.id] = owner
        return replace(place, resources=resources, elsewhere=elsewhere)


def _owner(arn: str) -> str:
    return arn.split(":")[4] if arn.count(":") >= 5 else ""
