"""Dashboard variables: what a widget's region turns into.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_dashboard_variables.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Regions:
    """The regions that a reader of a dashboard can choose."""

    chosen: tuple[str, ...] = ()
    """The values of a variable that replaces every region; empty: there is none."""
    patterns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Texts that variables replace wherever they stand, and what by."""

    def of(self, region: str | None) -> tuple[str | None, ...]:
        """The regions that a widget with this region can show."""
        if self.chosen:
            return self.chosen
        if region is None:
            return (None,)
        found: tuple[str, ...] = (region,)
        for pattern, values in self.patterns:
            if any(pattern in one for one in found):
                found = tuple(dict.fromkeys(one.replace(pattern, value) for one in found for value in values))
        return found


def regions(variables: Any) -> Regions:
    """What the variables of a dashboard body do to regions."""
    found = [one for one in variables if isinstance(one, Mapping)] if isinstance(variables, list) else []
    chosen = [value for one in found if one.get("property") == "region" for value in _values(one)]
    patterns = [
        (one["pattern"], _values(one))
        for one in found
        if isinstance(one.get("pattern"), str) and one["pattern"] and _values(one)
    ]
    return Regions(tuple(dict.fromkeys(chosen)), tuple(patterns))


def _values(variable: Mapping[str, Any]) -> tuple[str, ...]:
    listed = variable.get("values")
    values = [one.get("value") for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    values.append(variable.get("defaultValue"))
    return tuple(dict.fromkeys(value for value in values if isinstance(value, str) and value))
