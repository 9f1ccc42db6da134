"""Records in, findings out: which control is judged on what, site by site and account by account."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from bedaudit.evaluate.owners import Owners
from bedaudit.evaluate.verdicts import OUT_OF_REACH, About, Place, unread, verdicts
from bedaudit.kinds import kinds
from bedaudit.kinds.kind import Kind
from bedaudit.model import GLOBAL, Facts, Finding, Gap, Record, Resource, Site, SiteGap
from bedaudit.policy.model import Control
from bedaudit.policy.needs import first_kinds
from bedaudit.policy.rules import Rules
from bedaudit.state import shape_of

EVERYWHERE = "*"
"""The region of an account that could not be entered."""

_NOT_READ = Gap("not_read")


@dataclass(frozen=True, slots=True)
class Judgement:
    """All findings, in the order of reports, and what could not be read as a whole."""

    findings: tuple[Finding, ...]
    gaps: tuple[SiteGap, ...]


def judge(rules: Rules, records: Iterable[Record], known: Mapping[str, Kind] | None = None) -> Judgement:
    """Judges records; of each account, the one with region `global` comes first."""
    evaluation = Evaluation(rules, known)
    findings = [finding for record in records for finding in evaluation.add(record)]
    findings += evaluation.finish()
    return Judgement(tuple(sorted(findings, key=lambda finding: finding.order)), evaluation.gaps)


class Evaluation:
    """Judges record by record, so that a scan can be judged while it runs."""

    def __init__(self, rules: Rules, known: Mapping[str, Kind] | None = None) -> None:
        self._rules = rules
        self._kinds = kinds() if known is None else known
        controls = rules.controls.values()
        self._first = first_kinds(controls)
        self._once = {control.id for control in controls if self._kinds[control.kind].judged == "account"}
        self._accounts: dict[str, _Account] = {}
        self._owners = Owners()
        self._gaps: set[SiteGap] = set()

    @property
    def gaps(self) -> tuple[SiteGap, ...]:
        """The sites and accounts of which nothing could be read, in order."""
        return tuple(sorted(self._gaps, key=lambda each: (each.account, each.region, str(each.gap.as_json()))))

    def add(self, record: Record) -> list[Finding]:
        """The findings at one site; those about an account as a whole come with `finish`."""
        site, reading = record.site, _Reading(record)
        account = self._accounts.setdefault(site.account, _Account(site))
        if reading.whole is not None:
            self._gaps.add(SiteGap(site.account, site.account_name, site.region, reading.whole))
        if site.region == GLOBAL:
            account.once = reading
            self._owners.add(record)
            return []
        about = self._about(reading, account.once)
        if self._once:
            account.visit(reading, about)
        controls = self._rules.for_site(site)
        if site.region != EVERYWHERE:
            controls = tuple(control for control in controls if control.id not in self._once)
        if reading.whole is not None:
            return [unread(control, site, reading.whole) for control in controls]
        return list(self._judged(controls, self._places(site, reading, account.once, [about])))

    def finish(self) -> list[Finding]:
        """The findings about accounts as a whole."""
        accounts = [account for account in self._accounts.values() if self._once and account.entered]
        return [finding for account in accounts for finding in self._account(account)]

    def _account(self, account: _Account) -> Iterator[Finding]:
        site, once = replace(account.site, region=GLOBAL), account.once or account.instead
        unseen = {kind: _NOT_READ.as_fact() for kind in self._first}
        sites = account.about if account.visits else [unseen]
        places = self._places(site, once, once, sites, scanned=self._accounts)
        controls = (control for control in self._rules.for_site(site) if control.id in self._once)
        yield from self._judged(controls, lambda kind: self._owners.known_at(places(kind)))

    def _judged(self, controls: Iterable[Control], places: Callable[[str], Place]) -> Iterator[Finding]:
        for control in controls:
            yield from verdicts(control, places(control.kind))

    def _places(
        self,
        site: Site,
        reading: _Reading | None,
        once: _Reading | None,
        sites: Sequence[Facts],
        scanned: Collection[str] = (),
    ) -> Callable[[str], Place]:
        """What a control is judged on, by its kind."""
        about = About(sites)

        @cache
        def place(kind: str) -> Place:
            resources, gap = self._found(kind, reading, once)
            return Place(site, about, resources, shape_of(self._kinds[kind].state), gap, scanned)

        return place

    def _found(
        self, kind: str, reading: _Reading | None, once: _Reading | None
    ) -> tuple[Sequence[Resource], Gap | None]:
        """The resources of a kind, from the record that has them."""
        source = once if self._kinds[kind].scope == "account" else reading
        return source.of(kind) if source else ((), _NOT_READ)

    def _about(self, reading: _Reading, once: _Reading | None) -> Facts:
        """What `when` and `for_each` look at."""
        facts: dict[str, Any] = {}
        for kind in self._first:
            resources, gap = self._found(kind, reading, once)
            facts[kind] = resources[0].state if resources else (gap or _NOT_READ).as_fact()
        return facts


class _Reading:
    """One record, by kind."""

    def __init__(self, record: Record) -> None:
        self.region = record.site.region
        self.kinds = frozenset(record.kinds)
        self.gaps = {each.kind: each.gap for each in record.gaps}
        self.whole = self.gaps.get(None)
        """Why nothing could be read."""
        self.resources: dict[str, list[Resource]] = {}
        for resource in record.resources:
            self.resources.setdefault(resource.kind, []).append(resource)

    def of(self, kind: str) -> tuple[Sequence[Resource], Gap | None]:
        """The resources of a kind, or why they are not known."""
        gap = self.whole or self.gaps.get(kind) or (None if kind in self.kinds else _NOT_READ)
        return (self.resources.get(kind, ()) if gap is None else ()), gap


class _Account:
    """What has to be kept of an account until its last site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.once: _Reading | None = None
        """What the account has once."""
        self.instead: _Reading | None = None
        """Where that is missing: a site that could not be read, and says why."""
        self.about: list[Facts] = []
        self.visits = 0
        self.entered = True

    def visit(self, reading: _Reading, about: Facts) -> None:
        """Keeps of a site what matters to the account as a whole."""
        self.visits += 1
        self.entered = self.entered and reading.region != EVERYWHERE
        if reading.whole is None or reading.whole.reason not in OUT_OF_REACH:
            self.about.append(about)
            if reading.whole is not None and (self.instead is None or reading.region < self.instead.region):
                self.instead = reading
