"""The IAM actions that applying steps needs."""

from __future__ import annotations

from collections.abc import Iterable

from bedaudit.permissions.actions import of_read, of_write
from bedaudit.remedy.plan import Step


def permissions(steps: Iterable[Step]) -> tuple[str, ...]:
    """What whoever applies the steps must be allowed, besides what a scan reads; sorted."""
    made = {f"{call.service}:{call.operation}" for step in steps for call in step.calls}
    read = {of_read(operation) for step in steps for operation in step.document.repair.reads}
    return tuple(sorted(read | {action for name in made for action in of_write(name)}))
