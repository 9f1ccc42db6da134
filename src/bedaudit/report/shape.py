"""The JSON report as models: `schemas/report.schema.json` for reading many findings quickly."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, InstanceOf

from bedaudit.model import Baseline, Outcome, Reason, Severity

Text = InstanceOf[str]
"""Any text: AWS may say what is no Unicode."""
Count = Annotated[int, Field(ge=0)]
Position = Annotated[int, Field(ge=1)]


class Part(BaseModel):
    """Members that are all known, of exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Tool(Part):
    """Who wrote the report."""

    name: Literal["bedaudit"]
    version: Text


class PolicyFile(Part):
    """A policy that took part."""

    name: Text
    file: Text
    digest: Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$")]


class Scan(Part):
    """Who looked, when, and at how much."""

    id: Text
    started_at: Text
    finished_at: Text
    identity: Text
    complete: bool
    accounts: Count
    sites: Count
    calls: Count
    policies: list[PolicyFile]


class BySeverity(Part):
    """Failures by severity."""

    critical: Count
    high: Count
    medium: Count
    low: Count
    info: Count


class Summary(Part):
    """How many findings have each outcome."""

    passed: Count = Field(alias="pass")
    fail: Count
    unknown: Count
    not_applicable: Count
    waived: Count
    fixed: Count
    fail_by_severity: BySeverity


class Head(Part):
    """A report whose lists were read one by one, and are empty here."""

    schema_version: Literal["1.0"]
    tool: Tool
    scan: Scan
    summary: Summary
    findings: list[Any]
    gaps: list[Any]
    notices: list[Any]


class Resource(Part):
    """What was judged."""

    kind: Text
    id: Text
    arn: Text | None


class Drift(Part):
    """One difference between what is required and what is."""

    path: Text
    expected: Any
    actual: Any
    because: Text | None = None


class Evidence(Part):
    """What a control that asks for one resource found."""

    witness: Text | None = None
    nearest: Text | None = None
    lacks: list[Drift]


class Gap(Part):
    """Something that could not be read."""

    reason: Reason
    operation: Text | None
    code: Text | None
    message: Text | None


class Policy(Part):
    """Where the control stands."""

    name: Text
    file: Text
    line: Position
    column: Position


class Waiver(Part):
    """The exception that covers a finding."""

    reason: Text
    owner: Text
    expires: Text
    outcome: Literal["fail", "unknown"]


class Finding(Part):
    """The verdict of one control on one resource, or on a site."""

    id: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    control: Text
    title: Text
    severity: Severity
    outcome: Outcome
    account: Text
    account_name: Text
    region: Text
    resource: Resource | None
    each: Text | None
    message: Text
    drift: list[Drift]
    evidence: Evidence | None
    gaps: list[Gap]
    policy: Policy
    waiver: Waiver | None
    baseline: Baseline | None


class SiteGap(Gap):
    """What could not be read of a whole account or site."""

    account: Text
    account_name: Text
    region: Text
