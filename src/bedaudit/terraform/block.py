"""A planned resource, or a block in it, whose attributes are of the type that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bedaudit.terraform.value import Unknown

_LARGEST: Final = 2**63
"""Beyond any number that AWS takes."""


@dataclass(frozen=True, slots=True)
class Block:
    """Attributes by name; one that is null or empty is None, and one of a wrong type is as unknown as others are."""

    where: str
    """The address, and the path of attributes."""
    attributes: Mapping[str, Any]

    def text(self, name: str) -> Any:
        """Text."""
        return self._of(name, lambda value: isinstance(value, str), "text")

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
        return self._of(name, lambda value: isinstance(value, list) and _texts(value), "a list of texts")

    def mapping(self, name: str) -> Any:
        """A map of texts."""
        value = self._of(name, lambda value: isinstance(value, Mapping) and _texts(value.values()), "a map of texts")
        if value is None or isinstance(value, Unknown):
            return value
        return next((one for one in value.values() if isinstance(one, Unknown)), value)

    def blocks(self, name: str) -> list[Block]:
        """Nested blocks; one that cannot be repeated stands alone in the plan.

        Raises:
            Unreadable: how many there are is known after apply.
        """
        value = self._of(name, lambda value: isinstance(value, Mapping | list), "a block")
        if isinstance(value, Unknown):
            value.refuse()
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
        if not isinstance(value, Mapping):
            (value if isinstance(value, Unknown) else Unknown.wrong(where, "is not a block")).refuse()
        return Block(where, value)

    def _of(self, name: str, is_right: Callable[[Any], bool], wanted: str) -> Any:
        value = self.attributes.get(name)
        if isinstance(value, Unknown):
            return value
        if value is None or value == "":
            return None
        if not is_right(value):
            return Unknown.wrong(f"{self.where}.{name}", f"is not {wanted}")
        return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def _texts(values: Iterable[Any]) -> bool:
    return all(isinstance(each, str | Unknown) for each in values)
