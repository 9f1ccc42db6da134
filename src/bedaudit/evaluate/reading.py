"""One record, by kind."""

from __future__ import annotations

from collections.abc import Sequence

from bedaudit.model import Gap, Record, Resource

EVERYWHERE = "*"
"""The region of an account that could not be entered."""

NOT_READ = Gap("not_read")


class Reading:
    """What was read at one site, or why it was not."""

    def __init__(self, record: Record) -> None:
        self.region = record.site.region
        self.kinds = frozenset(record.kinds)
        self.gaps = {each.kind: each.gap for each in record.gaps}
        self.whole = self.gaps.get(None)
        """Why nothing could be read."""
        self.resources: dict[str, list[Resource]] = {}
        for resource in record.resources:
            self.resources.setdefault(resource.kind, []).append(resource)

    def gap(self, kind: str) -> Gap | None:
        """Why the resources of a kind are not known."""
        return self.whole or self.gaps.get(kind) or (None if kind in self.kinds else NOT_READ)

    def of(self, kind: str) -> tuple[Sequence[Resource], Gap | None]:
        """The resources of a kind, or why they are not known."""
        gap = self.gap(kind)
        return (self.resources.get(kind, ()) if gap is None else ()), gap
