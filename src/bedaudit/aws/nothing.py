"""What it costs to find that there is nothing: reading, as a scan does, from an account that has nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from bedaudit.aws.memo import Answer, Asked
from bedaudit.aws.reader import Heard
from bedaudit.aws.replies import Reply
from bedaudit.aws.site import SiteScan, moment
from bedaudit.kinds.kind import Kind
from bedaudit.model import GLOBAL, Site
from bedaudit.policy.model import Control
from bedaudit.policy.needs import Needs

_SOMEWHERE = "us-east-1"


class Nothing:
    """Answers that there is none of what is asked for, and keeps the questions."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, str, bool, str], str] = {}

    async def read(self, asked: Asked, /) -> Answer:
        """A reply without members."""
        frozen = json.dumps(asked.parameters, sort_keys=True, default=str)
        self._asked[str(asked.operation), asked.region, asked.paged, frozen] = str(asked.operation)
        return (Reply({}, asked.operation),)

    @property
    def calls(self) -> Counter[str]:
        """How often a memo would have called each operation."""
        return Counter(self._asked.values())


async def cost_of_nothing(controls: Iterable[Control], known: Mapping[str, Kind]) -> tuple[Counter[str], Counter[str]]:
    """The calls by operation that an account costs once, and those that each of its sites costs."""
    listed = tuple(controls)
    needs = Needs(listed)
    account, site = Nothing(), Nothing()
    everywhere = SiteScan(Site("", GLOBAL, "aws"), moment(), _SOMEWHERE, account, known, Heard())
    once = await everywhere.kinds((name for name in needs.kinds if known[name].scope == "account"), needs)
    here = SiteScan(Site("", _SOMEWHERE, "aws"), moment(), _SOMEWHERE, site, known, Heard())
    await here.read(listed, once=once)
    return account.calls, site.calls
