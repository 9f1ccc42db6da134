"""The nouns of bedaudit, as frozen values."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

Severity: TypeAlias = Literal["critical", "high", "medium", "low", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")
"""Worst first."""

Outcome: TypeAlias = Literal["pass", "fail", "unknown", "not_applicable", "waived"]

Baseline: TypeAlias = Literal["new", "unchanged", "fixed"]
"""What became of a finding since an earlier report."""

Reason: TypeAlias = Literal[
    "denied", "denied_by_scp", "region_disabled", "unsupported", "throttled", "expired_credentials",
    "unreachable", "not_implemented", "not_read", "failed",
]  # fmt: skip

Facts: TypeAlias = Mapping[str, Any]
"""A state as plain JSON: a field that AWS does not set is left out, an unreadable part is `{"gap": {...}}`."""

Raw: TypeAlias = Mapping[str, Any]
"""A reply of AWS, as botocore parsed it."""

_COMPACT = json.JSONEncoder(separators=(",", ":"))

GLOBAL = "global"
"""The region of what an account has once."""

EVERY_ACCOUNT = "*"
"""In place of an account: every one that shares its telemetry with the account that looks."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be read, and why."""

    reason: Reason
    operation: str | None = None
    """`service:Operation`, as `logs:DescribeLogGroups`."""
    code: str | None = None
    """The error code that AWS gave."""
    message: str | None = None
    owner: str | None = None
    """The account in which it can be read, where that is another one: where the owner is scanned it is judged there."""

    def as_fact(self) -> Facts:
        """Its form inside a state."""
        return _as_fact(self)

    def as_json(self) -> dict[str, str]:
        """Without the members that are not known."""
        names = ("reason", "operation", "code", "message", "owner")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@lru_cache(4096)
def _as_fact(gap: Gap) -> Facts:
    return {"gap": gap.as_json()}


@dataclass(frozen=True, slots=True)
class Site:
    """One account in one region: the unit of scanning. `region` may be `global`."""

    account: str
    region: str
    partition: str = "aws"
    account_name: str = ""
    organizational_units: tuple[str, ...] = ()
    """From the root of the organisation to the account's own unit; empty where not read."""


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS API call as data."""

    service: str
    operation: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing of a kind at a site."""

    kind: str
    id: str
    """Unique within its kind and site."""
    arn: str | None
    state: Facts
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KindGap:
    """A kind that could not be read at a site; kind None: nothing could be read there."""

    kind: str | None
    gap: Gap


@dataclass(frozen=True, slots=True)
class Record:
    """All that was read at one site."""

    site: Site
    read_at: str
    """RFC 3339, UTC."""
    kinds: tuple[str, ...]
    """The kinds that were read or tried, sorted; a kind that is not among them is a `not_read` gap."""
    resources: tuple[Resource, ...]
    gaps: tuple[KindGap, ...] = ()


@dataclass(frozen=True, slots=True)
class Monitoring:
    """The accounts whose alarms and dashboards count for the sites that they watch; their records come first."""

    accounts: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    """Those of them that are read for the sake of others only, and not judged."""
    missing: tuple[str, ...] = ()
    """Other accounts that are said to watch, and were not read for it."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between what is required and what is."""

    path: str
    expected: Any
    actual: Any
    """None where AWS says that it is not set."""
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """For `exists`: the resource that met it, or the one that came nearest and what it lacks."""

    witness: str | None = None
    nearest: str | None = None
    lacks: tuple[Drift, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a control stands; lines and columns count from 1, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class ResourceName:
    """Which resource a finding is about."""

    kind: str
    id: str
    arn: str | None


@dataclass(frozen=True, slots=True)
class Waiver:
    """A dated, owned exception, and the outcome that it covers."""

    reason: str
    owner: str
    expires: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict of one control on one resource, or on a site where `resource` is None."""

    control: str
    title: str
    severity: Severity
    outcome: Outcome
    site: Site
    kind: str
    resource: ResourceName | None
    each: str | None
    message: str
    policy: str
    mark: Mark
    drift: tuple[Drift, ...] = ()
    evidence: Evidence | None = None
    gaps: tuple[Gap, ...] = ()
    waiver: Waiver | None = None
    baseline: Baseline | None = None
    source: Mark | None = None
    """Where the resource is declared, if it was judged before it was made."""

    @property
    def id(self) -> str:
        """The fingerprint: it knows what is judged where, and no value, line or time."""
        resource = self.resource.id if self.resource else None
        named = [self.control, self.site.account, self.site.region, self.kind, resource, self.each]
        return hashlib.sha256(_COMPACT.encode(named).encode()).hexdigest()

    @property
    def order(self) -> tuple[str, str, int, str, str, str]:
        """The order of findings in every report."""
        resource = self.resource.id if self.resource else ""
        severity = SEVERITIES.index(self.severity)
        return (self.site.account, self.site.region, severity, self.control, resource, self.each or "")


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One policy that took part in a scan."""

    name: str
    file: str
    digest: str
    """`sha256:` and the hash of the file's bytes."""


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """Who looked, when, and at how much."""

    id: str
    started_at: str
    finished_at: str
    identity: str
    """The ARN of the caller."""
    accounts: int
    sites: int
    calls: int
    policies: tuple[PolicyFile, ...]


@dataclass(frozen=True, slots=True)
class SiteGap:
    """A gap that hit a whole account (region `*`) or site."""

    account: str
    account_name: str
    region: str
    gap: Gap

    @property
    def order(self) -> tuple[str, str, str]:
        """The order of gaps in every report."""
        return (self.account, self.region, str(self.gap.as_json()))


Tally: TypeAlias = Mapping[tuple[Outcome, Severity, Baseline | None], int]
"""How many findings there are of each sort."""


class Findings(Protocol):
    """Findings in the order of reports, given as often as asked; they need not all be in memory."""

    def __iter__(self) -> Iterator[Finding]: ...
    def __len__(self) -> int: ...


@runtime_checkable
class Tallied(Protocol):
    """Findings of which some things are known already, since to go through many takes long."""

    @property
    def tally(self) -> Tally:
        """The counts."""

    @property
    def sites(self) -> Iterable[Site]:
        """Each site that has findings, in order."""

    @property
    def titles(self) -> Mapping[str, tuple[str, Severity]]:
        """Title and severity of each control that has findings."""

    def having(self, outcomes: Collection[Outcome]) -> Iterator[Finding]:
        """Those of some outcomes, in order."""


def tally(findings: Iterable[Finding]) -> Tally:
    """Counts findings, if that is not done."""
    if isinstance(findings, Tallied):
        return findings.tally
    return Counter((finding.outcome, finding.severity, finding.baseline) for finding in findings)


def sites(findings: Iterable[Finding]) -> Iterable[Site]:
    """Each site that has findings, in order."""
    return findings.sites if isinstance(findings, Tallied) else dict.fromkeys(each.site for each in findings)


def titles(findings: Iterable[Finding]) -> Mapping[str, tuple[str, Severity]]:
    """Title and severity of each control that has findings."""
    if isinstance(findings, Tallied):
        return findings.titles
    return {each.control: (each.title, each.severity) for each in findings}


def having(outcomes: Collection[Outcome], findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings of some outcomes, in order."""
    if isinstance(findings, Tallied):
        return findings.having(outcomes)
    return (each for each in findings if each.outcome in outcomes)


@dataclass(frozen=True, slots=True)
class Report:
    """All that one scan found, in its final order."""

    scan: ScanFacts
    findings: Findings
    gaps: tuple[SiteGap, ...] = ()
    notices: tuple[str, ...] = ()
    """Sorted, each once."""
    controls: Mapping[str, Any] = field(default_factory=dict)
    """The controls that were judged, by id: `bedaudit.policy.model.Control`, for what a report says of each."""

    @property
    def complete(self) -> bool:
        """Nothing was left unseen."""
        unseen = any(gap.gap.reason not in ("region_disabled", "unsupported") for gap in self.gaps)
        return not unseen and not any(outcome == "unknown" for outcome, _, _ in tally(self.findings))
