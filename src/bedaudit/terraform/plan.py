"""A Terraform plan as resources: what will be there, what is known of it, and what goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from bedaudit.terraform.block import Block
from bedaudit.terraform.document import ConfigModule, Module, PlanDocument, Resource, ResourceChange
from bedaudit.terraform.managed import OBSERVED
from bedaudit.terraform.merged import Merging
from bedaudit.terraform.names import Place
from bedaudit.terraform.places import Places
from bedaudit.terraform.references import modules_of
from bedaudit.terraform.related import Known, observing, speaks_of_bedrock


@dataclass(frozen=True, slots=True)
class Planned:
    """A resource as it will be."""

    type: str
    name: str
    """Of its block in the configuration."""
    block: Block
    place: Place
    created: bool
    """Whether the plan makes it, so that what it does not set is as AWS sets it."""
    changed: bool
    """Whether the plan changes it in place."""
    of_bedrock: bool
    """Whether anything in it speaks of Bedrock."""

    @property
    def address(self) -> str:
        """Its address in Terraform."""
        return self.block.where

    @property
    def modules(self) -> tuple[str, ...]:
        """The names of the modules in which its block stands, from the root."""
        return modules_of(self.address)


@dataclass(frozen=True, slots=True)
class Deleted:
    """A resource that goes, and as what it was known."""

    address: str
    type: str
    place: Place
    block: Block
    of_bedrock: bool
    """Whether Bedrock is observed by it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, as far as Bedrock may be observed by what is in it."""

    file: str
    resources: tuple[Planned, ...]
    deleted: tuple[Deleted, ...]
    sources: Mapping[tuple[str, ...], str]
    """The directory of each module by its names, relative to that of the root; none for one that lies elsewhere."""
    complete: bool = True
    """Whether it is all that the configuration asks for."""
    notices: tuple[str, ...] = ()


def plan(document: PlanDocument, file: str, account: str | None = None, region: str | None = None) -> Plan:
    """The plan of a document; `account` and `region` are those of resources of which it does not tell them.

    Raises:
        TerraformPlanError: it does not tell the region of something.
    """
    changes = {change.address: change for change in document.resource_changes}
    listed = [each for each in _resources(document.planned_values.root_module) if each.type in OBSERVED]
    gone = [change for change in document.resource_changes if _is_deleted(change) and change.type in OBSERVED]
    places = Places(document, file, account, region)
    where = {each.address: places.of(each.address, each.type, each.name, each.values) for each in listed}
    observed = observing(_known(document, places)) if gone else frozenset[str]()
    merging = Merging(document, changes, {each.address: each for each in listed}, where)
    return Plan(
        file,
        tuple(_planned(each, changes.get(each.address), where[each.address], merging) for each in listed),
        tuple(_deleted(change, places, observed) for change in gone),
        dict(_sources(document)),
        document.complete,
        tuple(sorted(places.notices)),
    )


def _resources(module: Module) -> Iterator[Resource]:
    waiting = [module]
    while waiting:
        one = waiting.pop()
        yield from (each for each in one.resources if each.mode == "managed")
        waiting += one.child_modules


def _planned(one: Resource, change: ResourceChange | None, place: Place, merging: Merging) -> Planned:
    actions = change.change.actions if change else []
    return Planned(
        type=one.type,
        name=one.name,
        block=Block(one.address, merging.attributes(one)),
        place=place,
        created="create" in actions,
        changed="update" in actions,
        of_bedrock=speaks_of_bedrock(one.type, one.values),
    )


def _deleted(change: ResourceChange, places: Places, observed: AbstractSet[str]) -> Deleted:
    before = _values(change.change.before)
    place = places.of(change.address, change.type, change.name, before)
    return Deleted(change.address, change.type, place, Block(change.address, before), change.address in observed)


def _known(document: PlanDocument, places: Places) -> Iterator[Known]:
    """All that there is before the plan is applied."""
    for change in document.resource_changes:
        if change.mode == "managed" and change.type in OBSERVED and (values := _values(change.change.before)):
            place = places.of(change.address, change.type, change.name, values)
            yield Known(change.address, change.type, place, values)


def _values(state: Any) -> Mapping[str, Any]:
    return state if isinstance(state, Mapping) else {}


def _is_deleted(change: ResourceChange) -> bool:
    """What is replaced is made anew, and judged as it will be."""
    return change.mode == "managed" and "delete" in change.change.actions and "create" not in change.change.actions


def _sources(document: PlanDocument) -> Iterable[tuple[tuple[str, ...], str]]:
    """Modules that lie beside the configuration; a source that is none of its directories begins otherwise."""
    waiting: list[tuple[tuple[str, ...], str, ConfigModule]] = [((), ".", document.configuration.root_module)]
    while waiting:
        names, directory, module = waiting.pop()
        yield names, directory
        for name, call in module.module_calls.items():
            if call.source.startswith(("./", "../")):
                waiting.append(((*names, name), f"{directory}/{call.source}", call.module))
