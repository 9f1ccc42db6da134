"""What the tests of repairs share: a site, and an edit whose calls AWS would take."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bedaudit.aws.check import check
from bedaudit.model import Facts, Raw, Site
from bedaudit.repairs.repair import Edit, Place, Repair
from tests.replay import Replay

ACCOUNT = "111122223333"
SITE = Site(ACCOUNT, "us-east-1")


def place(repair: Repair, facts: Facts) -> Place:
    found = repair.place(facts, SITE)
    assert found is not None
    return found


def edit(repair: Repair, facts: Facts, raw: Raw | None, wanted: Mapping[str, Any]) -> Edit:
    """The edit, which AWS would take, whose calls are declared, and after which nothing is left to do."""
    where = place(repair, facts)
    assert repair.edit(raw, {}, where, SITE).calls == ()
    edit = repair.edit(raw, wanted, where, SITE)
    for call in (*edit.calls, *(edit.undo or ())):
        assert check(call) == ()
        assert f"{call.service}:{call.operation}" in repair.writes
    assert repair.edit(edit.after, wanted, where, SITE).calls == ()
    assert edit.safety in repair.rated or (not edit.calls and edit.safety == "safe")
    return edit


def read(repair: Repair, facts: Facts, recorded: Mapping[str, Any]) -> Raw | None:
    aws = Replay(recorded, operations=repair.reads, account=ACCOUNT)
    return asyncio.run(_read(repair, aws, place(repair, facts)))


async def _read(repair: Repair, aws: Replay, where: Place) -> Raw | None:
    return await repair.read(aws, where)
