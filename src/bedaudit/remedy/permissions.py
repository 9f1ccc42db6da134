"""The IAM actions that applying steps needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bedaudit.model import Call
from bedaudit.permissions.actions import of_read, of_write

if TYPE_CHECKING:
    from bedaudit.remedy.plan import Step

_PASSING = "iam:PassRole"


def permissions(steps: Iterable[Step]) -> tuple[str, ...]:
    """What whoever applies the steps must be allowed, besides what a scan reads; sorted."""
    steps = tuple(step for step in steps if step.safety != "manual")
    read = {of_read(operation) for step in steps for operation in step.document.repair.reads}
    return tuple(sorted(read | {action for step in steps for call in step.calls for action in _actions(call)}))


def _actions(call: Call) -> Iterator[str]:
    passes = ":role/" in str(call.parameters)
    return (each for each in of_write(f"{call.service}:{call.operation}") if each != _PASSING or passes)
