"""Reads JSON reports back, plain or gzipped, one finding at a time; what is wrong in them is named."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bedaudit.errors import ReportError
from bedaudit.findings import FindingStore
from bedaudit.model import (
    Drift,
    Evidence,
    Finding,
    Gap,
    Mark,
    PolicyFile,
    Report,
    ResourceName,
    ScanFacts,
    Site,
    SiteGap,
    Waiver,
)
from bedaudit.opening import Readable, unpiped
from bedaudit.report import shape
from bedaudit.report.json import VERSION
from bedaudit.report.members import members
from bedaudit.snapshot.lines import plain_bytes

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_report(path: Readable, kinds: Collection[str]) -> Report:
    """A report as it was written, without what only the policies say of its controls; `kinds`: the names of all.

    Raises:
        ReportError: it cannot be read, is no report of this version, or has a finding whose id is not what it says.
    """
    try:
        with open(path, "rb", opener=unpiped) as file:
            return _Reading(kinds).report(plain_bytes(file))
    except ReportError as error:
        raise ReportError(f"{path}: {error}") from error
    except OSError as error:
        raise ReportError(f"{path}: cannot be read: {error.strerror}") from error
    except EOFError as error:
        raise ReportError(f"{path}: is cut off") from error
    except zlib.error as error:
        raise ReportError(f"{path}: is damaged: {error}") from error


@dataclass(slots=True)
class _Reading:
    kinds: Collection[str]
    head: dict[str, Any] = field(default_factory=dict)
    gaps: list[SiteGap] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    kind_of: dict[str, str] = field(default_factory=dict)
    """By control."""

    def report(self, chunks: Iterable[bytes]) -> Report:
        findings = FindingStore()
        findings.add(self._findings(chunks))
        scan = _valid(shape.Head, self.head, "").scan
        policies = tuple(PolicyFile(each.name, each.file, each.digest) for each in scan.policies)
        told = scan.model_dump(exclude={"complete", "policies"})
        return Report(ScanFacts(**told, policies=policies), findings, tuple(self.gaps), tuple(self.notices))

    def _findings(self, chunks: Iterable[bytes]) -> Iterator[Finding]:
        """The findings as they come; all else is kept."""
        number = 0
        for name, value in members(chunks):
            if name not in self.head:
                self.head[name], number = value, 0
                if name == "schema_version":
                    _check_version(value)
                continue
            where, number = f"{name}[{number}]", number + 1
            if name == "findings":
                yield self._finding(_valid(shape.Finding, value, where), where)
            elif name == "gaps":
                gap = _valid(shape.SiteGap, value, where)
                self.gaps.append(SiteGap(gap.account, gap.account_name, gap.region, _gap(gap)))
            elif isinstance(value, str) and name == "notices":
                self.notices.append(value)
            else:
                raise ReportError(f"{where}: is not what a report has there")

    def _finding(self, read: shape.Finding, where: str) -> Finding:
        resource, policy = read.resource, read.policy
        finding = Finding(
            control=read.control,
            title=read.title,
            severity=read.severity,
            outcome=read.outcome,
            site=Site(read.account, read.region, account_name=read.account_name),
            kind=resource.kind if resource else self.kind_of.get(read.control, ""),
            resource=ResourceName(resource.kind, resource.id, resource.arn) if resource else None,
            each=read.each,
            message=read.message,
            policy=policy.name,
            mark=Mark(policy.file, policy.line, policy.column, policy.line, policy.column),
            drift=_drifts(read.drift),
            evidence=_evidence(read.evidence),
            gaps=tuple(map(_gap, read.gaps)),
            waiver=Waiver(**read.waiver.model_dump()) if read.waiver else None,
            baseline=read.baseline,
        )
        return finding if finding.id == read.id else self._of_its_kind(finding, read.id, where)

    def _of_its_kind(self, finding: Finding, fingerprint: str, where: str) -> Finding:
        """The finding with the kind that its fingerprint knows and, where there is no resource, nothing else tells."""
        for kind in self.kinds if finding.resource is None else ():
            candidate = replace(finding, kind=kind)
            if candidate.id == fingerprint:
                self.kind_of[finding.control] = kind
                return candidate
        raise ReportError(f"{where}: the id is not that of what the finding says, or of a kind that is not known")


def _check_version(version: Any) -> None:
    if version != VERSION:
        raise ReportError(f"is of version {ascii(version)[:40]}; this bedaudit reads reports of version {VERSION!r}")


def _valid(model: type[ModelT], value: Any, where: str) -> ModelT:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        parts = [where, *(ascii(part)[:60].strip("'") for part in first["loc"])]
        raise ReportError(f"{'.'.join(filter(None, parts))}: {first['msg']}") from error


def _drifts(read: Sequence[shape.Drift]) -> tuple[Drift, ...]:
    return tuple(Drift(each.path, each.expected, each.actual, each.because) for each in read)


def _evidence(read: shape.Evidence | None) -> Evidence | None:
    return Evidence(read.witness, read.nearest, _drifts(read.lacks)) if read else None


def _gap(read: shape.Gap) -> Gap:
    return Gap(read.reason, read.operation, read.code, read.message)
