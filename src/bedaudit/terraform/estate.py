"""What a plan leaves one account with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from bedaudit.model import Gap
from bedaudit.reader import Unreadable
from bedaudit.terraform.block import Block
from bedaudit.terraform.plan import Deleted, Plan, Planned


def not_managed(what: str) -> NoReturn:
    """A plan covers what it manages; what else there is in the account, it does not tell."""
    raise Unreadable(Gap("not_read", message=f"the plan does not manage {what}"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that is to be answered."""

    region: str
    parameters: Any

    def __getitem__(self, name: str) -> str:
        return str(self.parameters[name])


@dataclass(slots=True)
class Estate:
    """The resources of one account."""

    account: str
    partition: str
    _by_type: dict[str, list[Planned]] = field(default_factory=dict)
    _gone: dict[str, list[Deleted]] = field(default_factory=dict)

    @staticmethod
    def of(plan: Plan, account: str) -> Estate:
        """The resources of an account."""
        found = [each for each in plan.resources if each.place.account == account]
        partition = next((each.place.partition for each in found), "aws")
        estate = Estate(account, partition)
        for each in found:
            estate._by_type.setdefault(each.type, []).append(each)
        for gone in plan.deleted:
            if gone.place.account == account:
                estate._gone.setdefault(gone.type, []).append(gone)
        return estate

    def manages(self, type_: str, region: str | None = None) -> bool:
        """Whether the plan manages anything of this type, be it only to delete it."""
        listed = (*self._by_type.get(type_, ()), *self._gone.get(type_, ()))
        return any(region is None or each.place.region == region for each in listed)

    def all(self, type_: str, region: str | None = None) -> Iterator[Planned]:
        """The resources of a type."""
        listed = self._by_type.get(type_, ())
        return (each for each in listed if region is None or each.place.region == region)

    def named(self, type_: str, attribute: str, name: str, region: str | None = None) -> Planned | None:
        """The resource with this value.

        Raises:
            Unreadable: there is none, but one whose value is not known may be it.
        """
        values = [(each, each.block.text(attribute)) for each in self.all(type_, region)]
        found = next((each for each, value in values if isinstance(value, str) and value == name), None)
        return found or next((each for each, value in values if value is not None and value == name), None)

    def about(self, type_: str, attribute: str, name: str, region: str | None = None) -> Block | None:
        """The attributes of that resource."""
        found = self.named(type_, attribute, name, region)
        return found.block if found else None

    def each(self, type_: str, attribute: str, name: str, region: str | None = None) -> list[Block]:
        """The attributes of all resources with this value.

        Raises:
            Unreadable: one whose value is not known may be one of them.
        """
        listed = (each.block for each in self.all(type_, region))
        return [block for block in listed if block.text(attribute) == name]

    def goes(self, type_: str, attribute: str, name: str) -> bool:
        """Whether the plan deletes the resource with this value."""
        return any(each.block.attributes.get(attribute) == name for each in self._gone.get(type_, ()))
