"""Controls by their identity: most are the very same ones at all sites, and what is known of them is known once."""

from __future__ import annotations

from operator import is_

from bedaudit.policy.model import Control


class Same:
    """A key that only these very controls are equal to, in this order; it keeps them, and so their identity."""

    __slots__ = ("_hash", "controls")

    def __init__(self, *controls: Control) -> None:
        self.controls = controls
        self._hash = hash(tuple(map(id, controls)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Same)
            and len(self.controls) == len(other.controls)
            and all(map(is_, self.controls, other.controls))
        )
