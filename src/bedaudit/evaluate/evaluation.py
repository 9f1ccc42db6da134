"""Records in, findings out: which control is judged on what, site by site and account by account."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from bedaudit.evaluate.monitoring import Links, Watchers, doubt_of
from bedaudit.evaluate.owners import Owners
from bedaudit.evaluate.reading import EVERYWHERE, NOT_READ, Reading
from bedaudit.evaluate.verdicts import OUT_OF_REACH, About, Place, unread, verdicts
from bedaudit.kinds import kinds
from bedaudit.kinds.kind import Kind
from bedaudit.model import GLOBAL, Facts, Finding, Gap, Monitoring, Record, Resource, Site, SiteGap
from bedaudit.policy.model import Control
from bedaudit.policy.needs import first_kinds
from bedaudit.policy.rules import Rules
from bedaudit.policy.watching import crosses_accounts
from bedaudit.state import shape_of

NOBODY = Monitoring()


@dataclass(frozen=True, slots=True)
class Judgement:
    """All findings, in the order of reports, and what could not be read as a whole."""

    findings: tuple[Finding, ...]
    gaps: tuple[SiteGap, ...]


def judge(
    rules: Rules,
    records: Iterable[Record],
    known: Mapping[str, Kind] | None = None,
    monitoring: Monitoring = NOBODY,
) -> Judgement:
    """Judges records: first those of monitoring accounts, and of each account first the one with region `global`."""
    evaluation = Evaluation(rules, known, monitoring)
    findings = [finding for record in records for finding in evaluation.add(record)]
    findings += evaluation.finish()
    return Judgement(tuple(sorted(findings, key=lambda finding: finding.order)), evaluation.gaps)


class Evaluation:
    """Judges record by record, so that a scan can be judged while it runs."""

    def __init__(self, rules: Rules, known: Mapping[str, Kind] | None = None, monitoring: Monitoring = NOBODY) -> None:
        self._rules = rules
        self._kinds = kinds() if known is None else known
        controls = rules.controls.values()
        self._first = first_kinds(controls)
        self._once = {control.id for control in controls if self._kinds[control.kind].judged == "account"}
        self._accounts: dict[str, _Account] = {}
        self._owners = Owners()
        self._monitoring, self._watchers = monitoring, Watchers(monitoring, self._kinds)
        self._shared: list[tuple[frozenset[str], Finding, Finding]] = []
        """Accounts with which metrics are shared, the finding if they are scanned, and the one if they are not."""
        self._waiting: list[Record] = []
        """Those of monitoring accounts, which may watch each other."""
        self._gaps: set[SiteGap] = set()

    @property
    def gaps(self) -> tuple[SiteGap, ...]:
        """The sites and accounts of which nothing could be read, in order."""
        return tuple(sorted(self._gaps, key=lambda each: each.order))

    @property
    def notices(self) -> tuple[str, ...]:
        """What is to be said of monitoring accounts."""
        return self._watchers.notices

    def add(self, record: Record) -> list[Finding]:
        """The findings that can be made now; those about an account as a whole come with `finish`."""
        if record.site.account not in self._monitoring.accounts:
            return [*self._watching(), *self._site(record)]
        self._watchers.add(record)
        if record.site.account not in self._monitoring.outside:
            self._waiting.append(record)
        return []

    def _watching(self) -> list[Finding]:
        """The findings at the sites of monitoring accounts, once all of these are known."""
        waiting, self._waiting = self._waiting, []
        return [finding for record in waiting for finding in self._site(record)]

    def _site(self, record: Record) -> list[Finding]:
        site, reading = record.site, Reading(record)
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
        places = self._places(site, reading, account.once, [about])
        return list(self._judged(controls, places, Links.of(reading)))

    def _judged(self, controls: Iterable[Control], places: Callable[[str], Place], links: Links) -> Iterator[Finding]:
        """The findings at a site that has these links to other accounts."""

        @cache
        def watched(kind: str) -> Place:
            return self._watchers.seen_at(places(kind), kind, links)

        receivers = self._watchers.unread(links)
        for control in controls:
            if crosses_accounts(control, self._kinds):
                yield from self._crossing(control, watched(control.kind), receivers)
            else:
                yield from verdicts(control, places(control.kind))

    def _crossing(self, control: Control, place: Place, receivers: frozenset[str]) -> Iterator[Finding]:
        """The findings at a site that shares its metrics with these accounts: who is not scanned may have it."""
        if not receivers:
            yield from verdicts(control, place)
            return
        doubts = (*place.doubts, *map(doubt_of, sorted(receivers)))
        pairs = zip(verdicts(control, place), verdicts(control, replace(place, doubts=doubts)), strict=True)
        for certain, doubtful in pairs:
            if certain.outcome == "fail":
                self._shared.append((receivers, certain, doubtful))
            else:
                yield certain

    def _where_scanned(self) -> Iterator[Finding]:
        """The findings at sites whose metrics are shared, once it is known with whom."""
        scanned = {account.site.account for account in self._accounts.values() if account.once is not None}
        for receivers, certain, doubtful in self._shared:
            self._watchers.named(receivers & scanned)
            yield certain if receivers <= scanned else doubtful
        self._shared = []

    def finish(self) -> list[Finding]:
        """The findings that had to wait for the last record."""
        waiting = self._watching()
        accounts = [account for account in self._accounts.values() if self._once and account.entered]
        of_accounts = [finding for account in accounts for finding in self._account(account)]
        return [*waiting, *self._where_scanned(), *of_accounts]

    def _account(self, account: _Account) -> Iterator[Finding]:
        site, once = replace(account.site, region=GLOBAL), account.once or account.instead
        unseen = {kind: NOT_READ.as_fact() for kind in self._first}
        sites = account.about if account.visits else [unseen]
        places = self._places(site, once, once, sites, scanned=self._accounts)
        controls = (control for control in self._rules.for_site(site) if control.id in self._once)
        for control in controls:
            yield from verdicts(control, self._owners.known_at(places(control.kind)))

    def _places(
        self,
        site: Site,
        reading: Reading | None,
        once: Reading | None,
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

    def _found(self, kind: str, reading: Reading | None, once: Reading | None) -> tuple[Sequence[Resource], Gap | None]:
        """The resources of a kind, from the record that has them."""
        source = once if self._kinds[kind].scope == "account" else reading
        resources, gap = source.of(kind) if source else ((), NOT_READ)
        lost = self._kinds[kind].single and not resources and gap is None
        return resources, NOT_READ if lost else gap

    def _about(self, reading: Reading, once: Reading | None) -> Facts:
        """What `when` and `for_each` look at."""
        facts: dict[str, Any] = {}
        for kind in self._first:
            resources, gap = self._found(kind, reading, once)
            facts[kind] = resources[0].state if resources else (gap or NOT_READ).as_fact()
        return facts


class _Account:
    """What has to be kept of an account until its last site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.once: Reading | None = None
        """What the account has once."""
        self.instead: Reading | None = None
        """Where that is missing: a site that could not be read, and says why."""
        self.about: list[Facts] = []
        self.visits = 0
        self.entered = True

    def visit(self, reading: Reading, about: Facts) -> None:
        """Keeps of a site what matters to the account as a whole."""
        self.visits += 1
        self.entered = self.entered and reading.region != EVERYWHERE
        if reading.whole is None or reading.whole.reason not in OUT_OF_REACH:
            self.about.append(about)
            if reading.whole is not None and (self.instead is None or reading.region < self.instead.region):
                self.instead = reading
