"""How many calls a scan would make, as far as that can be said before it is made."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bedaudit.audit.live import Survey
from bedaudit.kinds import kinds
from bedaudit.model import Gap
from bedaudit.policy.needs import Needs
from bedaudit.policy.rules import Rules
from bedaudit.policy.watching import with_links

HOW = (
    "The least is what it costs to see that Bedrock is not used, the most what it costs where everything that the "
    "policies look at is there once; many alarms, keys or buckets of one region cost more."
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """The least and the most calls, beside those that it took to find out what to visit."""

    entering: int
    operations: Mapping[str, tuple[int, int]]

    @property
    def least(self) -> int:
        """In all, where Bedrock is not used."""
        return self.entering + sum(least for least, _ in self.operations.values())

    @property
    def most(self) -> int:
        """In all, where everything is there once."""
        return self.entering + sum(most for _, most in self.operations.values())


def estimate(rules: Rules, seen: Survey, entering: int) -> Estimate:
    """The calls of a scan of all that a survey saw, which took `entering` calls itself."""
    from bedaudit.aws.nothing import cost_of_nothing  # noqa: PLC0415

    known, controls = kinds(), tuple(rules.controls.values())
    visits = [visit for visit in seen.visits.values() if not isinstance(visit, Gap)]
    times = {"account": len(visits), "site": sum(len(visit.regions) for visit in visits)}
    of_account, of_site = asyncio.run(cost_of_nothing(controls, known))
    least = _times(of_account, times["account"]) + _times(of_site, times["site"])
    needed = Needs(with_links(controls, known)).kinds
    asked = {(known[name].scope, str(operation)) for name in needed for operation in known[name].operations}
    most = Counter[str]()
    for scope, operation in asked:
        most[operation] += times[scope]
    return Estimate(entering, {name: (least[name], max(least[name], most[name])) for name in sorted(least | most)})


def _times(calls: Counter[str], how_often: int) -> Counter[str]:
    return Counter({name: count * how_often for name, count in calls.items()})
