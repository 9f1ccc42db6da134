"""What appeared, went and changed between two reports, or between two snapshots."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from bedaudit.baseline import by_site
from bedaudit.model import Drift, Facts, Finding, Record, Report, Site

Key: TypeAlias = tuple[str, str, str, str]
Records: TypeAlias = Callable[[], Iterable[Record]]
"""Gives the records of a snapshot, as often as they are asked for."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs; before or after it is None where there is no such thing."""

    site: Site
    what: str
    """The control, or the kind."""
    name: str | None
    """The resource, or what the control is judged for each of."""
    before: Facts | None
    after: Facts | None

    @property
    def how(self) -> Literal["appeared", "went", "changed"]:
        """What became of it."""
        if self.before is None:
            return "appeared"
        return "went" if self.after is None else "changed"

    @property
    def key(self) -> Key:
        """Names the thing."""
        return (self.site.account, self.site.region, self.what, self.name or "")

    @property
    def leaves(self) -> Iterator[tuple[str, Any, Any]]:
        """By path what was and is, where that differs."""
        return _leaves("", self.before, self.after)


def of_reports(old: Report, new: Report) -> Iterator[Change]:
    """The findings that differ in more than words."""
    for before, after in by_site(old.findings, new.findings):
        yield from _findings({each.id: each for each in before}, {each.id: each for each in after})


def _findings(before: dict[str, Finding], after: dict[str, Finding]) -> Iterator[Change]:
    both = sorted((before | after).values(), key=lambda finding: finding.order)
    for finding in both:
        was, is_ = (_verdict(each.get(finding.id)) for each in (before, after))
        if was != is_:
            name = finding.resource.id if finding.resource else finding.each
            yield Change(finding.site, finding.control, name, was, is_)


def _verdict(finding: Finding | None) -> Facts | None:
    if finding is None:
        return None
    evidence = finding.evidence
    return {
        "outcome": finding.outcome,
        "severity": finding.severity,
        "drift": _drifts(finding.drift or (evidence.lacks if evidence else ())),
        "gaps": sorted(f"{gap.reason} {gap.operation or ''}".strip() for gap in finding.gaps),
    }


def _drifts(drifts: Iterable[Drift]) -> Facts:
    return {each.path: {"expected": each.expected, "actual": each.actual} for each in drifts}


def of_snapshots(old: Records, new: Records) -> Iterator[Change]:
    """The resources, and what could not be read, that differ; ages move by themselves and do not count."""
    then = {key: _digest(state) for _, key, state in _things(old())}
    now = {key: _digest(state) for _, key, state in _things(new())}
    before = {key: (site, state) for site, key, state in _things(old()) if now.get(key) != then[key]}
    after = {key: (site, state) for site, key, state in _things(new()) if then.get(key) != now[key]}
    for key in sorted(before.keys() | after.keys()):
        site, _ = after.get(key) or before[key]
        _, was = before.get(key, (site, None))
        _, is_ = after.get(key, (site, None))
        yield Change(site, key[2], key[3] or None, was, is_)


def _things(records: Iterable[Record]) -> Iterator[tuple[Site, Key, Facts]]:
    for record in records:
        site = record.site
        yield site, (site.account, site.region, "site", ""), {"kinds": sorted(record.kinds)}
        for gap in record.gaps:
            yield site, (site.account, site.region, gap.kind or "site", "(unread)"), gap.gap.as_fact()
        for resource in record.resources:
            yield site, (site.account, site.region, resource.kind, resource.id), _aged(resource.state)


def _aged(value: Any) -> Any:
    """A state without how long ago something was."""
    if isinstance(value, dict):
        return {name: _aged(each) for name, each in value.items() if not name.endswith("_age")}
    return [_aged(each) for each in value] if isinstance(value, list | tuple) else value


def _digest(state: Facts) -> bytes:
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).digest()


def _leaves(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from _leaves(f"{path}.{name}" if path else name, before.get(name), after.get(name))
    elif before != after:
        yield path, before, after
