"""Reports that are written, and those that earlier runs stored."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, Protocol, Self

import click

from bedaudit.cli import terminal
from bedaudit.cli.inputs import Place, fetched
from bedaudit.cli.outputs import Output, check_output, chosen, write_beside, write_output
from bedaudit.cli.policies import load, standard
from bedaudit.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bedaudit.audit import Standard
    from bedaudit.cli.command import Talk
    from bedaudit.cli.options import StoredOptions
    from bedaudit.cli.policies import Loaded
    from bedaudit.model import Report
    from bedaudit.opening import Readable
    from bedaudit.policy.model import Control
    from bedaudit.report.summary import Point


class Written(Protocol):
    """What is asked of reports: whom formats are for, and who writes them to S3."""

    @property
    def profile(self) -> str | None:
        """Of the AWS configuration."""

    @property
    def sarif_for(self) -> Literal["github", "any"]:
        """Of SARIF."""

    @property
    def sarif_category(self) -> str:
        """Of SARIF."""

    @property
    def markdown_for(self) -> Literal["comment", "summary"]:
        """Of Markdown."""


def stored(path: Readable) -> Report:
    """A JSON report.

    Raises:
        ReportError: it is none that can be read.
    """
    from bedaudit.kinds import kinds
    from bedaudit.report.reading import read_report

    return read_report(path, kinds())


def baseline_of(place: Place | None, profile: str | None, *, only_new: bool = False) -> Report | None:
    """The report to compare with, if there is one.

    Raises:
        click.UsageError: there has to be one, to tell what is new.
        ReportError: it cannot be read.
    """
    if only_new and place is None:
        raise click.UsageError("--only-new says nothing without --baseline REPORT")
    return stored(fetched(place, profile)) if place else None


@dataclass(frozen=True, slots=True)
class Stored:
    """What stored reports and snapshots are written as and compared with, found to be possible."""

    outputs: tuple[Output, ...]
    loaded: Loaded
    baseline: Report | None
    waivers: Path | None

    @classmethod
    def of(cls, asked: StoredOptions, *, only_new: bool = False) -> Self:
        """What is asked for.

        Raises:
            BedauditError: something of it is wrong.
        """
        outputs = chosen(asked.format, asked.output)
        check_outputs(outputs, asked.profile)
        loaded = load(asked.policy, asked.config)
        return cls(outputs, loaded, baseline_of(asked.baseline, asked.profile, only_new=only_new), asked.waivers)

    @property
    def standard(self) -> Standard:
        """By which snapshots are judged."""
        return standard(self.loaded, (), self.waivers, datetime.now(UTC).date())

    def explained(self, report: Report) -> Report:
        """A stored report, with what policies say of its controls."""
        return replace(report, controls=_controls_of(report, self.loaded))


def compared(report: Report, baseline: Report | None) -> Report:
    """The report against its baseline, if it has one."""
    from bedaudit.baseline import against

    return against(report, baseline) if baseline else report


def _controls_of(report: Report, loaded: Loaded) -> Mapping[str, Control]:
    """What policies say of the controls of a stored report: those that were loaded or ship, if they are the same."""
    from bedaudit.policy.builtin import BUILTIN, builtin_policies
    from bedaudit.policy.load import load as load_policies

    judged = {policy.name: policy.digest for policy in report.scan.policies}
    policies = loaded.policies
    if not judged.keys() <= {policy.name for policy in policies}:
        policies = (*policies, *load_policies(tuple(f"{BUILTIN}{name}" for name in builtin_policies())))
    same = (policy for policy in policies if judged.get(policy.name) == policy.digest)
    return {control.id: control for policy in same for control in policy.controls}


def check_outputs(outputs: Sequence[Output], profile: str | None) -> None:
    """Finds out before anything long begins that a report could not be written.

    Raises:
        ReportError: it could not.
    """
    for output in outputs:
        check_output(output.of("ACCOUNT") if output.by_account else output, profile)


def write_reports(
    report: Report, outputs: Sequence[Output], talk: Talk, asked: Written, history: tuple[Point, ...] = ()
) -> None:
    """Writes each output, also if another cannot be.

    Raises:
        ReportError: one of them cannot be written.
    """
    failed: list[str] = []
    for output in outputs:
        try:
            _write(output, report, talk, asked, history)
        except ReportError as error:
            failed.append(str(error))
    if failed:
        raise ReportError("\n".join(failed))


def _write(output: Output, report: Report, talk: Talk, asked: Written, history: tuple[Point, ...]) -> None:
    from bedaudit.report import REPORTERS, Options, beside

    shown = output.path is None
    how = Options(
        colour=shown and terminal.coloured(sys.stdout),
        width=terminal.width(sys.stdout) if shown else 80,
        why=talk.verbose > 0,
        sarif_for=asked.sarif_for,
        sarif_category=asked.sarif_category,
        markdown_for=asked.markdown_for,
        name=output.name,
        history=history,
    )
    reporter = REPORTERS[output.format]
    if output.by_account:
        for account, part in _by_account(report, skip_unentered=asked.sarif_for == "github"):
            write_output(output.of(account), reporter(part, how), asked.profile)
    else:
        write_output(output, reporter(report, how), asked.profile)
        if (pages := beside(output.format, report, how)) is not None:
            write_beside(output, how.beside, pages, asked.profile)


def _by_account(report: Report, *, skip_unentered: bool) -> Iterator[tuple[str, Report]]:
    """What a report says of each account; GitHub would take the alerts of one that was not entered for fixed."""
    from itertools import groupby

    from bedaudit.report.phrases import unentered

    skipped = unentered(report) if skip_unentered else ()
    for account, findings in groupby(report.findings, lambda finding: finding.site.account):
        if account not in skipped:
            gaps = tuple(gap for gap in report.gaps if gap.account == account)
            yield account, replace(report, findings=tuple(findings), gaps=gaps)
