"""A planned resource, or a block in it, whose attributes are of the type that is asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bedaudit.errors import TerraformPlanError
from bedaudit.terraform.value import Unknown


@dataclass(frozen=True, slots=True)
class Block:
    """Attributes by name. Each may be `Unknown`; one that is null or empty is None.

    Raises TerraformPlanError where an attribute is of another type than the provider's schema says.
    """

    where: str
    """The address, and the path of attributes."""
    attributes: Mapping[str, Any]

    def text(self, name: str) -> Any:
        """Text."""
        return self._of(name, lambda value: isinstance(value, str), "text")

    def needed(self, name: str) -> Any:
        """Text that must be there."""
        value = self.text(name)
        if value is None:
            raise TerraformPlanError(f"{self.where}.{name} is missing")
        return value

    def chosen(self, name: str) -> Any:
        """Text; None where the configuration leaves it to the provider, which leaves it to AWS."""
        value = self.text(name)
        return None if isinstance(value, Unknown) and value.computed else value

    def flag(self, name: str) -> Any:
        """A boolean."""
        return self._of(name, lambda value: isinstance(value, bool), "a boolean")

    def number(self, name: str) -> Any:
        """A finite number."""
        return self._of(name, _is_number, "a number")

    def whole(self, name: str) -> Any:
        """A whole number; None for zero, which is Terraform's word for unset."""
        value = self._of(name, lambda value: _is_number(value) and value == int(value), "a whole number")
        return value if value is None or isinstance(value, Unknown) else int(value) or None

    def texts(self, name: str) -> Any:
        """A list of texts."""
        return self._of(name, _are_texts, "a list of texts")

    def mapping(self, name: str) -> Any:
        """A map of texts."""
        value = self._of(name, lambda value: isinstance(value, Mapping), "a map")
        if value is None or isinstance(value, Unknown):
            return value
        if unknown := next((one for one in value.values() if isinstance(one, Unknown)), None):
            return unknown
        return {key: Block(f"{self.where}.{name}", value).text(key) or "" for key in value}

    def blocks(self, name: str) -> list[Block]:
        """Nested blocks; one that cannot be repeated stands alone in the plan.

        Raises:
            Unreadable: how many there are is known after apply.
        """
        value = self._of(name, lambda value: isinstance(value, Mapping | list), "a block")
        if isinstance(value, Unknown):
            return list(value)
        found = [value] if isinstance(value, Mapping) else value or []
        return [self._block(f"{self.where}.{name}[{index}]", one) for index, one in enumerate(found)]

    def block(self, name: str) -> Block | None:
        """The one nested block of this name."""
        return next(iter(self.blocks(name)), None)

    def within(self, name: str) -> Block:
        """The one nested block of this name, empty where there is none."""
        return self.block(name) or Block(f"{self.where}.{name}", {})

    @staticmethod
    def _block(where: str, value: Any) -> Block:
        if isinstance(value, Unknown):
            list(value)
        if not isinstance(value, Mapping):
            raise TerraformPlanError(f"{where} is not a block")
        return Block(where, value)

    def _of(self, name: str, is_right: Callable[[Any], bool], wanted: str) -> Any:
        value = self.attributes.get(name)
        if isinstance(value, Unknown):
            return value
        if value is None or value == "":
            return None
        if not is_right(value):
            raise TerraformPlanError(f"{self.where}.{name} is not {wanted}")
        return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str | Unknown) for item in value)
