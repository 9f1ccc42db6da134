"""What monitoring accounts have that is about the sites of others.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bedaudit.evaluate import sentences
from bedaudit.evaluate.reading import EVERYWHERE, NOT_READ, Reading
from bedaudit.evaluate.verdicts import OUT_OF_REACH, Place
from bedaudit.kinds.kind import Kind
from bedaudit.kinds.usage import NAMESPACES
from bedaudit.model import EVERY_ACCOUNT, GLOBAL, Facts, Gap, Monitoring, Reason, Record, Resource
from bedaudit.policy.facts import is_gap
from bedaudit.policy.watching import LINK, Seen, narrowed, own

_NO_LINKS: frozenset[Reason] = OUT_OF_REACH | {"not_implemented"}
"""Reasons for which a site has no links, rather than unknown ones."""


@dataclass(frozen=True, slots=True)
class Links:
    """The accounts with which a site shares its metrics, and what is known of each link."""

    by_account: Mapping[str, Facts] = field(default_factory=dict)
    gap: Gap | None = None
    """Why they are not known."""

    @staticmethod
    def of(reading: Reading) -> Links:
        """What a site says of its links."""
        resources, gap = reading.of(LINK)
        states = (resource.state for resource in resources if resource.state.get("role") == "source")
        found = {state["sink_account"]: state for state in states if "sink_account" in state and _shares(state)}
        return Links(found, gap if gap and gap.reason not in _NO_LINKS else None)


def _shares(link: Facts) -> bool:
    """Whether metrics of Bedrock pass the link, as far as is known."""
    unshared = link.get("unshared_namespaces", [])
    return is_gap(unshared) or not set(NAMESPACES) <= set(unshared)


def doubt_of(account: str) -> Gap:
    """That an account, with which metrics are shared, may watch them."""
    message = f"the metrics are shared with account {account}, which is not among the monitoring_accounts"
    return Gap("not_read", message=message, owner=account)


class Watchers:
    """The resources of the monitoring accounts that are about other accounts."""

    def __init__(self, monitoring: Monitoring, known: Mapping[str, Kind]) -> None:
        self._accounts, self._missing = monitoring.accounts, monitoring.missing
        self._kinds = {name: kind for name, kind in known.items() if kind.of_accounts}
        self._link = LINK in known
        self._said: dict[tuple[str, str], Mapping[str, Gap | None]] = {}
        """By account and region, why each kind is not known there."""
        self._unread: set[str] = set()
        self._receiving: set[str] = set()
        self._naming: dict[tuple[str, str, str], list[tuple[str, Resource]]] = {}
        """By kind, region and the account that is named, or `*`: resources and whose they are."""

    def add(self, record: Record) -> None:
        """Takes note of what the record of a monitoring account says of others."""
        reading, (account, region) = Reading(record), (record.site.account, record.site.region)
        if reading.whole is not None and reading.whole.reason not in OUT_OF_REACH:
            where = "" if region == EVERYWHERE else f" in {region}"
            self._unread.add(f"monitoring account {account} was not read{where}: {sentences.of_gap(reading.whole)}")
        self._said[account, region] = {name: reading.gap(name) for name in self._kinds}
        for kind in self._kinds.values():
            for resource in reading.of(kind.name)[0]:
                for named in _named(kind, resource.state) - {account}:
                    self._naming.setdefault((kind.name, region, named), []).append((account, resource))

    @property
    def notices(self) -> tuple[str, ...]:
        """Which monitoring accounts are not known, wholly or in some region."""
        receiving = (
            f"account {account} receives the metrics of other accounts and is not among the monitoring_accounts: "
            "its alarms and dashboards do not count for them"
            for account in sorted(self._receiving)
        )
        unread = (f"monitoring account {account} was not read as one" for account in self._missing)
        return (*receiving, *unread, *sorted(self._unread))

    def seen_at(self, place: Place, kind: str, links: Links) -> Place:
        """The place with all that is about it, in its own account and in others, and why there may be more."""
        known, account = self._kinds[kind], place.site.account
        own_ones = [_narrowed(known, resource, own(account)) for resource in place.resources]
        others = self._others(known, place, links)
        return replace(place, resources=[*own_ones, *others], doubts=tuple(self._doubts(known, place, links)))

    def named(self, receiving: Iterable[str]) -> None:
        """Takes note of accounts that are scanned, and receive metrics, but are no monitoring accounts."""
        self._receiving.update(receiving)

    def unread(self, links: Links) -> frozenset[str]:
        """The accounts with which a site shares its metrics, and of which it is not known what they watch."""
        return frozenset(links.by_account).difference(self._accounts, self._missing)

    def _others(self, kind: Kind, place: Place, links: Links) -> Iterator[Resource]:
        region = GLOBAL if kind.scope == "account" else place.site.region
        account = place.site.account
        naming = (self._naming.get((kind.name, region, named), []) for named in (account, EVERY_ACCOUNT))
        found = {(of, resource.id): resource for listed in naming for of, resource in listed if of != account}
        for (of, id_), resource in found.items():
            seen = _narrowed(kind, resource, _from_afar(account, links.by_account.get(of)))
            if any(seen.state.get(name) for name in kind.of_accounts):
                yield replace(seen, id=f"{of}/{id_}")

    def _doubts(self, kind: Kind, place: Place, links: Links) -> Iterator[Gap]:
        site = place.site
        for account in self._accounts:
            gap = self._gap(kind, account, site.region) if account != site.account else None
            if gap is not None and gap.reason not in OUT_OF_REACH:
                yield replace(gap, owner=account)
        yield from (Gap("not_read", owner=account) for account in self._missing if account != site.account)
        if self._link and links.gap is not None:
            yield links.gap

    def _gap(self, kind: Kind, account: str, region: str) -> Gap | None:
        """Why it is not known what a monitoring account has for a region; a region that it has not enabled is empty."""
        at = GLOBAL if kind.scope == "account" else region
        for where in (at, region, EVERYWHERE):
            if (account, where) in self._said:
                return self._said[account, where][kind.name]
        return None if (account, GLOBAL) in self._said else NOT_READ


def _narrowed(kind: Kind, resource: Resource, seen: Seen) -> Resource:
    state = narrowed(kind, resource.state, seen)
    return resource if state is resource.state else replace(resource, state=state)


def _named(kind: Kind, state: Facts) -> set[str]:
    """The accounts that a state may be about beside its own; `*` where that may be any."""
    lists = [state.get(name) for name in kind.of_accounts]
    accounts = [each if is_gap(each) else each.get("account") for one in lists if isinstance(one, list) for each in one]
    unknown = any(is_gap(each) for each in (*lists, *accounts))
    return {each for each in accounts if isinstance(each, str)} | ({EVERY_ACCOUNT} if unknown else set())


def _from_afar(account: str, link: Facts | None) -> Seen:
    """What the resources of a monitoring account say of another account, which has this link to it."""

    def seen(element: Facts) -> Facts | None:
        of = element.get("account")
        if of == account:
            return element
        if link is None:
            return None
        unknown: Facts | None = of if is_gap(of) else None
        return _passed(element, link) if of == EVERY_ACCOUNT else unknown

    return seen


def _passed(element: Facts, link: Facts) -> Facts | None:
    """An element about every account, as far as the link lets its metric pass."""
    namespace: Any = element.get("namespace")
    unshared: Any = link.get("unshared_namespaces", [])
    if is_gap(unshared):
        return dict(unshared)
    if namespace in unshared:
        return None
    unknown = Gap("not_read", message=f"whether the link shares metrics of {namespace} is not known")
    return element if namespace in NAMESPACES else unknown.as_fact()
