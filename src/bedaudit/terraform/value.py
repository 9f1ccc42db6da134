"""What is known only after apply, and replies of AWS in which something is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from bedaudit.model import Gap
from bedaudit.reader import Unreadable


class Unknown:
    """A value that a plan does not tell; whoever looks at it runs into the gap."""

    __slots__ = ("computed", "gap")

    def __init__(self, gap: Gap, *, computed: bool = False) -> None:
        """`computed`: the configuration leaves it to the provider."""
        self.gap, self.computed = gap, computed

    @staticmethod
    def after_apply(where: str, *, computed: bool = False) -> Unknown:
        """What stands at this place."""
        return Unknown(Gap("not_read", message=f"known after apply: {where}"), computed=computed)

    @staticmethod
    def wrong(where: str, what: str) -> Unknown:
        """What is not what the provider's schema says."""
        return Unknown(Gap("failed", message=f"{where} {what}"))

    def refuse(self, *_: object) -> NoReturn:
        """Runs into the gap."""
        raise Unreadable(self.gap)

    __bool__ = __iter__ = __len__ = __contains__ = __getitem__ = __str__ = __format__ = refuse
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = __hash__ = __getattr__ = refuse


class Reply(dict[str, Any]):
    """A reply of AWS of which some members are unknown: to look at one of them is to run into its gap."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        super().__init__({name: value for name, value in members.items() if not isinstance(value, Unknown)})
        self._unknown = {name: value for name, value in members.items() if isinstance(value, Unknown)}

    def _look(self, name: object) -> None:
        if isinstance(name, str) and name in self._unknown:
            self._unknown[name].refuse()

    def __getitem__(self, name: str) -> Any:
        self._look(name)
        return super().__getitem__(name)

    def __missing__(self, name: str) -> NoReturn:
        """AWS would not leave out what somebody relies on; a plan that is not as Terraform writes it may."""
        Unknown.wrong(name, "is not in the plan").refuse()

    def __contains__(self, name: object) -> bool:
        self._look(name)
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The member, if it is there."""
        self._look(name)
        return super().get(name, default)


def reply(members: Mapping[str, Any]) -> Reply:
    """A reply with these members: None is not set, and a list with something unknown in it is unknown."""
    return Reply({name: _member(value) for name, value in members.items() if value is not None})


def _member(value: Any) -> Any:
    match value:
        case Unknown() | Reply():
            return value
        case Mapping():
            return reply(value)
        case list() | tuple():
            items = [_member(item) for item in value]
            return next((item for item in items if isinstance(item, Unknown)), items)
        case _:
            return value
