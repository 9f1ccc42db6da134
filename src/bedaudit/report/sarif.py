"""The SARIF 2.1.0 report: one run an account, so that what one account's scan could not see closes no alert of another.

A finding stands where its resource is declared, if that is known, and else where its control does in the policy.
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from urllib.parse import quote

from sarif_om import (
    ArtifactLocation,
    Invocation,
    Location,
    LogicalLocation,
    Message,
    Notification,
    PhysicalLocation,
    Region,
    ReportingDescriptor,
    ReportingDescriptorReference,
    Result,
    Run,
    RunAutomationDetails,
    SarifLog,
    Suppression,
    Tool,
    ToolComponent,
)

from bedaudit import __version__
from bedaudit.errors import ReportError
from bedaudit.model import Finding, Mark, Report, SiteGap, Waiver, having, sites
from bedaudit.report import Options
from bedaudit.report.json import drift_members, gap_members
from bedaudit.report.moments import moment, rfc3339
from bedaudit.report.phrases import EVERYWHERE, NOT_MISSED, sentence, told, unentered, unread
from bedaudit.report.plain import ascii_json, harmless
from bedaudit.report.sarif_rules import LEVELS, rules
from bedaudit.report.sarif_writer import members

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME: Final = "https://pypi.org/project/bedaudit/"
_MOST_RUNS, _MOST_RESULTS = 20, 25_000
"""What GitHub takes in a file, and in a run; it refuses the whole of a larger file."""

_END: Final[tuple[None, tuple[Finding, ...]]] = (None, ())


def report(found: Report, options: Options) -> Iterator[str]:
    """The report as one SARIF log, in pieces.

    Raises:
        ReportError: for GitHub, there are more accounts or findings than it takes in one file.
    """
    log = _Log(
        found,
        github=options.sarif_for == "github",
        category=options.sarif_category,
        rules=rules(found),
        unentered=unentered(found),
    )
    if log.github:
        _check_limits(log.results)
    whole = members(SarifLog(version="2.1.0", schema_uri=_SCHEMA, runs=[]))
    yield f'{{"$schema": "{whole["$schema"]}",\n "version": "{whole["version"]}",\n "runs": ['
    separator = "\n  "
    for account, findings in log.runs():
        yield separator
        yield from _run(log, account, findings)
        separator = ",\n  "
    yield "\n ]}\n"


@dataclass(frozen=True, slots=True)
class _Log:
    report: Report
    github: bool
    category: str
    rules: Sequence[ReportingDescriptor]
    unentered: set[str]

    @property
    def accounts(self) -> list[str]:
        """The accounts that have a run; one that was seen has it even if that is empty.

        GitHub refuses a file without a run, and takes an account that was not entered for one whose alerts are fixed.
        """
        seen = {gap.account for gap in self.report.gaps if gap.account != EVERYWHERE}
        seen |= {site.account for site in sites(self.report.findings)}
        return sorted(seen - self.unentered if self.github else seen) or [""]

    @property
    def findings(self) -> Iterator[Finding]:
        """Those that are written."""
        return having(("fail", "unknown") if self.github else ("fail", "unknown", "waived"), self.report.findings)

    @property
    def results(self) -> dict[str, int]:
        """How many findings are written, by account."""
        counts = Counter(finding.site.account for finding in self.findings)
        return {account: counts[account] for account in self.accounts}

    def runs(self) -> Iterator[tuple[str, Iterable[Finding]]]:
        """The findings that are written, by account, one after the other."""
        groups = groupby(self.findings, key=lambda each: each.site.account)
        account, findings = next(groups, _END)
        for name in self.accounts:
            while account is not None and account < name:
                account, findings = next(groups, _END)
            yield name, findings if account == name else ()


def _check_limits(results: Mapping[str, int]) -> None:
    if len(results) > _MOST_RUNS:
        raise ReportError(
            f"GitHub takes {_MOST_RUNS} accounts in one SARIF file and there are {len(results)}: "
            "scan fewer at a time with --account or --shard"
        )
    for account, number in results.items():
        if number > _MOST_RESULTS:
            raise ReportError(
                f"GitHub takes {_MOST_RESULTS:,} findings of one account and {account} has {number:,}: "
                "scan fewer controls or regions at a time with --control or --region"
            )


def _run(log: _Log, account: str, findings: Iterable[Finding]) -> Iterator[str]:
    indexes = {rule.id: index for index, rule in enumerate(log.rules)}
    names = ("bedaudit", log.category, account, log.report.scan.id)
    run = Run(
        tool=Tool(
            driver=ToolComponent(
                name="bedaudit",
                version=__version__,
                semantic_version=__version__,
                information_uri=_HOME,
                rules=log.rules,
            )
        ),
        automation_details=RunAutomationDetails(id="/".join(harmless(name) for name in names if name)),
        column_kind="unicodeCodePoints",
        invocations=[_invocation(log, account)],
    )
    yield ascii_json(members(run)).removesuffix("}")
    yield ', "results": ['
    separator = "\n   "
    for finding in findings:
        yield separator
        yield ascii_json(members(_result(finding, indexes, github=log.github)))
        separator = ",\n   "
    yield "]}"


def _invocation(log: _Log, account: str) -> Invocation:
    scan = log.report.scan
    gaps = [_gap_notification(gap) for gap in log.report.gaps if gap.account in (account, EVERYWHERE)]
    notices = [Notification(message=_message(notice), level="note") for notice in log.report.notices]
    return Invocation(
        execution_successful=account not in log.unentered,
        start_time_utc=_utc(scan.started_at),
        end_time_utc=_utc(scan.finished_at),
        tool_execution_notifications=gaps,
        tool_configuration_notifications=notices,
    )


def _utc(time: str) -> str | None:
    found = moment(time)
    return rfc3339(found) if found else None


def _gap_notification(gap: SiteGap) -> Notification:
    return Notification(
        message=_message(
            unread(gap.gap) if gap.account == EVERYWHERE else f"{gap.account} {gap.region}: {unread(gap.gap)}"
        ),
        level="note" if gap.gap.reason in NOT_MISSED else "error",
        descriptor=ReportingDescriptorReference(id=gap.gap.reason),
    )


def _result(finding: Finding, indexes: Mapping[str, int], *, github: bool) -> Result:
    """GitHub knows no kind and no suppression: there, what is unknown is a note that keeps the alert open.

    Elsewhere each result says how it is suppressed, be it not at all: section 3.27.23 wants that of all or of none.
    """
    rule_id = harmless(finding.control)
    is_open = (finding.waiver.outcome if finding.waiver else finding.outcome) == "unknown"
    return Result(
        rule_id=rule_id,
        rule_index=indexes[rule_id],
        kind="open" if is_open and not github else "fail",
        level=("note" if github else "none") if is_open else LEVELS[finding.severity],
        message=_message(f"{finding.site.account} {finding.site.region}: {told(finding)}"),
        locations=[_location(finding)],
        partial_fingerprints={"primaryLocationLineHash": f"{finding.id}:1"},
        baseline_state=finding.baseline if finding.baseline != "fixed" else None,
        suppressions=None if github else [_suppression(each) for each in (finding.waiver,) if each],
        properties=_properties(finding),
    )


def _message(text: str) -> Message:
    """A message that has no links: what stands in brackets before parentheses would be one."""
    return Message(text=sentence(harmless(text).replace("](", "] (")))


def _location(finding: Finding) -> Location:
    site, resource = finding.site, finding.resource
    kind = resource.kind if resource else finding.kind
    parts = [site.account, site.region, kind, *([resource.id] if resource else [])]
    name = LogicalLocation(
        name=harmless(resource.id if resource else kind),
        fully_qualified_name=harmless(resource.arn if resource and resource.arn else "/".join(parts)),
        kind="resource",
    )
    return Location(physical_location=_physical(finding.source or finding.mark), logical_locations=[name])


def _physical(mark: Mark) -> PhysicalLocation:
    """A relative place, also for a policy that lies outside the working directory."""
    parts = [part for part in mark.file.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    region = Region(start_line=mark.line, start_column=mark.column, end_line=mark.end_line, end_column=mark.end_column)
    uri = quote("/".join(parts), errors="backslashreplace")
    return PhysicalLocation(artifact_location=ArtifactLocation(uri=uri), region=region)


def _suppression(waiver: Waiver) -> Suppression:
    justification = f"{waiver.reason} ({waiver.owner}, until {waiver.expires})"
    return Suppression(kind="external", state="accepted", justification=harmless(justification))


def _properties(finding: Finding) -> dict[str, Any]:
    return {
        "account": finding.site.account,
        "region": finding.site.region,
        "severity": finding.severity,
        "drift": [drift_members(drift) for drift in finding.drift],
        "gaps": [gap_members(gap) for gap in finding.gaps],
    }
