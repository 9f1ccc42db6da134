"""The attributes of planned resources: those that are known, those that follow from a reference, and the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from bedaudit.terraform.document import PlanDocument, Resource, ResourceChange
from bedaudit.terraform.managed import REFERRING
from bedaudit.terraform.names import Place, identity
from bedaudit.terraform.references import Scope, Target, index_of, targets
from bedaudit.terraform.value import Unknown


class Merging:
    """Joins planned values, what is marked as unknown, and what the configuration says of it."""

    def __init__(
        self,
        document: PlanDocument,
        changes: Mapping[str, ResourceChange],
        resources: Mapping[str, Resource],
        places: Mapping[str, Place],
    ) -> None:
        self._root = document.configuration.root_module
        self._changes = changes
        self._identities = {
            address: identity(one.type, one.values, address, places[address]) for address, one in resources.items()
        }

    def attributes(self, one: Resource) -> Mapping[str, Any]:
        """All attributes of a resource."""
        change = self._changes.get(one.address)
        unknown = change.change.after_unknown if change else None
        scope = Scope.of(self._root, one.address)
        blocks = scope.config.resources if scope else []
        config = next((each for each in blocks if (each.type, each.name) == (one.type, one.name)), None)
        site = _Site(self, one, scope)
        found: dict[str, Any] = site.merge(one.address, one.values, unknown, config.expressions if config else {})
        made = self._identities[one.address]
        return found | {name: value for name, value in made.items() if _is_open(found.get(name))}

    def value(self, target: Target, index: str, attribute: str) -> str | None:
        """What is referred to; by `attribute` where the reference does not tell its own."""
        named = self._identities.get(target.address) or self._identities.get(target.address + index)
        if named is None:
            return None
        if target.attribute is not None:
            return named.get(target.attribute)
        return named.get("arn") if attribute.endswith("arn") else named.get("id")


def _is_open(value: Any) -> bool:
    return value is None or isinstance(value, Unknown)


class _Site:
    """The resource in which unknown values stand."""

    def __init__(self, merging: Merging, one: Resource, scope: Scope | None) -> None:
        self._merging, self._scope = merging, scope
        self._index = index_of(one.address)

    def merge(self, where: str, value: Any, unknown: Any, expression: Any) -> Any:
        """A value, with what is unknown in it."""
        if unknown is True:
            return self._referred(where, expression) or Unknown.after_apply(where, computed=expression is None)
        if isinstance(unknown, Mapping) and (value is None or isinstance(value, Mapping)):
            known = value or {}
            return {
                name: self.merge(f"{where}.{name}", known.get(name), unknown.get(name), _inside(expression, name))
                for name in dict.fromkeys((*known, *unknown))
            }
        if isinstance(unknown, list) and (value is None or isinstance(value, list)):
            if any(each is True for each in unknown) and (found := self._elements(where, value or [], expression)):
                return found
            pairs = enumerate(zip_longest(value or [], unknown))
            return [
                self.merge(f"{where}[{index}]", one, mark, _inside(expression, index)) for index, (one, mark) in pairs
            ]
        return value

    def _elements(self, where: str, value: Sequence[Any], expression: Any) -> list[str] | None:
        """A list of references, of which the plan tells those that are known."""
        found = self._texts(where, expression)
        return None if found is None else list(dict.fromkeys((*(one for one in value if isinstance(one, str)), *found)))

    def _referred(self, where: str, expression: Any) -> str | list[str] | None:
        """The one value that is referred to, or several of an attribute that holds several."""
        found = self._texts(where, expression)
        if not found or not _attribute(where).endswith(("actions", "names")):
            return found[0] if found and len(found) == 1 else None
        return found

    def _texts(self, where: str, expression: Any) -> list[str] | None:
        attribute = _attribute(where)
        if attribute not in REFERRING or self._scope is None:
            return None
        values = [self._merging.value(each, self._index, attribute) for each in targets(self._scope, expression) or ()]
        return [value for value in values if value is not None] if values and None not in values else None


def _attribute(where: str) -> str:
    return where.rpartition(".")[2].partition("[")[0]


def _inside(expression: Any, step: str | int) -> Any:
    """The expression of what is inside; one for the whole is that of its parts, too."""
    if isinstance(expression, Mapping):
        return expression if "references" in expression else expression.get(str(step))
    if isinstance(expression, list) and isinstance(step, int):
        return expression[step] if step < len(expression) else None
    return None
