"""The alarms of a site, and how composite alarms tie them together."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bedaudit.documents.alarm_rule import In, Rule, fired_by, holds, parse
from bedaudit.model import Gap, Raw
from bedaudit.parts.watch import Watched, watched_by


@dataclass(frozen=True)
class Alarms:
    """Every alarm of a site, by its name: metric, composite and log alarms."""

    by_name: Mapping[str, Raw]

    @cached_property
    def rules(self) -> Mapping[str, Rule | None]:
        """The rules of the composite alarms; None where a rule is not understood."""
        return {name: parse(alarm["AlarmRule"]) for name, alarm in self.by_name.items() if "AlarmRule" in alarm}

    @cached_property
    def _parents(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for parent, rule in self.rules.items():
            for child in fired_by(rule) if rule else ():
                found.setdefault(child, []).append(parent)
        return {child: tuple(parents) for child, parents in found.items()}

    def parents(self, name: str) -> tuple[str, ...]:
        """The composite alarms that the alarm helps to fire."""
        return self._parents.get(name, ())

    def fires_alone(self, parent: str, child: str) -> bool:
        """Whether the composite alarm fires when this one goes to ALARM and all the others are OK."""
        rule = self.rules[parent]
        return (
            rule is not None and holds(rule, lambda one: one.state == ("ALARM" if one.name == child else "OK")) is True
        )

    def leaves(self, name: str) -> tuple[str, ...]:
        """The alarms that are no composites and fire this one, at any depth; the alarm itself, if it is none."""
        return tuple(dict.fromkeys(self._leaves(name, set())))

    def _leaves(self, name: str, seen: set[str]) -> Iterator[str]:
        if name in seen:
            return
        seen.add(name)
        if name not in self.rules:
            yield name
            return
        rule = self.rules[name]
        for child in fired_by(rule) if rule else ():
            yield from self._leaves(child, seen)

    def watched(self, name: str) -> Watched:
        """What the alarm watches, a composite one through its children."""
        if name not in self.rules:
            return watched_by(self.by_name[name])
        if self.rules[name] is None:
            return Watched(gap=Gap("failed", message="its rule is not understood"))
        found = [watched_by(self.by_name[leaf]) for leaf in self.leaves(name) if leaf in self.by_name]
        return Watched(
            series=tuple(series for one in found for series in one.series),
            gap=next((one.gap for one in found if one.gap), None),
        )

    def can_hold(self, name: str, deaf: Container[str], seen: tuple[str, ...] = ()) -> bool:
        """Whether the composite alarm can fire, when the `deaf` alarms at the bottom never do."""
        rule = self.rules[name]

        def is_in(one: In) -> bool | None:
            if one.state != "ALARM":
                return None
            composite = one.name in self.rules and one.name not in (*seen, name)
            never = one.name in deaf or (composite and not self.can_hold(one.name, deaf, (*seen, name)))
            return False if never else None

        return rule is None or holds(rule, is_in) is not False


def index(pages: Iterable[Raw]) -> Alarms:
    """The alarms of the pages of a DescribeAlarms."""
    members = ("MetricAlarms", "CompositeAlarms", "LogAlarms")
    alarms = (alarm for page in pages for member in members for alarm in page.get(member, ()))
    return Alarms({alarm["AlarmName"]: alarm for alarm in alarms})
