"""The report that an engineer reads in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain

from rich.console import Console
from rich.text import Text

from bedaudit import __version__
from bedaudit.model import SEVERITIES, Drift, Finding, Report, Severity, Site, SiteGap
from bedaudit.report import Options
from bedaudit.report.groups import Block, Group, blocks, fixed, not_read, together, waived
from bedaudit.report.own_commands import explain_command
from bedaudit.report.phrases import (
    EVERYWHERE,
    actual,
    closed,
    counted,
    drifts,
    excepted,
    expected,
    nothing_there,
    planned_as,
    unread,
    unseen,
)
from bedaudit.report.plain import harmless
from bedaudit.report.summary import Point, Summary, summary

_STYLES: dict[Severity, str] = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "info": "blue",
}
_FAIL, _UNSEEN, _GOOD, _QUIET = "bold red", "bold magenta", "green", "dim"
_NARROWEST = 40
_TAG = 8
"""Columns of the tags FAIL and UNSEEN; details stand below what follows them."""
_LABEL = 10
_SITE = 28
"""Columns of an account and its name."""


def report(found: Report, options: Options) -> Iterator[str]:
    """The report as text, in pieces: a summary, what was not read, then the sites, worst first."""
    page = _Page(found, options, summary(found.findings))
    sections = (
        page.summary(),
        page.not_read(),
        page.blocks(),
        page.waived(),
        page.fixed(),
        page.trend(),
        page.notices(),
        page.next(),
    )
    separator = ""
    for rows in chain.from_iterable(sections):
        yield separator + page.text(rows)
        separator = "\n"


@dataclass(frozen=True, slots=True)
class _Row:
    """One logical line; what does not fit in the width goes on below its own beginning."""

    text: Text
    indent: int = 0
    label: Text | None = None
    column: int = 0
    """Columns of the label."""


class _Page:
    """Lays rows out in the width of the terminal."""

    def __init__(self, found: Report, options: Options, counts: Summary) -> None:
        self.report, self.options, self.counts = found, options, counts
        self.console = Console(
            file=StringIO(),
            width=max(options.width, _NARROWEST),
            height=1,
            color_system="standard" if options.colour else None,
            force_terminal=options.colour,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
            _environ={},
        )

    def text(self, rows: Iterable[_Row]) -> str:
        """Rows as they are printed."""
        lines = Text("\n").join(line for row in rows for line in self._lines(row))
        with self.console.capture() as capture:
            self.console.print(lines, soft_wrap=True)
        return capture.get()

    def _lines(self, row: _Row) -> Iterator[Text]:
        if row.label and row.column > self.console.width // 2:
            yield from self._lines(_Row(row.label, row.indent))
            row = _Row(row.text, row.indent + 2)
        indent = row.indent + row.column
        for number, line in enumerate(self._wrapped(row.text, self.console.width - indent - 1)):
            label = row.label if number == 0 and row.label else Text()
            whole = Text(" " * row.indent).append_text(label)
            whole.append(" " * (indent - whole.cell_len)).append_text(line)
            whole.rstrip()
            yield _no_command(whole)

    def _wrapped(self, text: Text, width: int) -> Iterable[Text]:
        return [text] if text.cell_len <= width else text.wrap(self.console, width, overflow="fold")

    def summary(self) -> Iterator[Iterable[_Row]]:
        """What a reader sees in three seconds."""
        scan, outcomes = self.report.scan, self.counts.outcomes
        yield [
            _Row(_many(("bedaudit", "bold"), f" {__version__}: {counted(scan.accounts, 'account')}, "
                       f"{counted(scan.sites, 'site')}, {counted(scan.calls, 'call')}"))
        ]  # fmt: skip
        severities = [(f"{number} {name}", _STYLES[name]) for name, number in self._severities()]
        rows = [
            self._number(outcomes["fail"], "FAILED", _FAIL, _joined(severities)),
            self._number(outcomes["unknown"], "UNSEEN", _UNSEEN, Text(unseen(self.report))),
            self._number(outcomes["pass"], "passed", _GOOD, Text()),
            self._number(outcomes["waived"], "waived", "yellow", Text()),
            self._number(outcomes["not_applicable"], "not applicable", _QUIET, Text(nothing_there(self.report))),
        ]
        since = ((self.counts.new, "new", _FAIL), (self.counts.fixed, "fixed", _GOOD))
        more = [self._number(number, name, style, Text("since the baseline")) for number, name, style in since]
        yield [*rows, *(more if self.counts.compared else ())]

    def _severities(self) -> list[tuple[Severity, int]]:
        numbers = self.counts.fail_by_severity
        return [(severity, numbers[severity]) for severity in SEVERITIES if numbers[severity]]

    def _number(self, number: int, name: str, style: str, more: Text) -> _Row:
        style = style if number else _QUIET
        return _Row(more, 2, Text(f"{number:>6,}  {name}", style), 26)

    def not_read(self) -> Iterator[Iterable[_Row]]:
        """Accounts and sites of which nothing was seen, as loud as failures."""
        for gaps, findings in not_read(self.report):
            yield self._gap_rows(gaps, findings)

    def _gap_rows(self, gaps: Sequence[SiteGap], findings: int) -> Iterator[_Row]:
        yield _Row(Text(unread(gaps[0].gap), _UNSEEN), 0, Text("UNSEEN", _UNSEEN), _TAG)
        for same in together((gap for gap in gaps if gap.account != EVERYWHERE), lambda gap: gap.account):
            regions = "not entered" if closed(same[0]) else ", ".join(harmless(gap.region) for gap in same)
            label = _account(same[0].account, same[0].account_name)
            yield _Row(Text(regions), _TAG, label, max(_SITE, label.cell_len + 2))
        if findings:
            yield _Row(Text(f"{counted(findings, 'finding')} unknown for it", _QUIET), _TAG)

    def blocks(self) -> Iterator[Iterable[_Row]]:
        """Sites with failures and gaps, worst first."""
        for block in blocks(self.report):
            yield self._heading(block)
            yield from (self._failure(group, alone=len(block.sites) == 1) for group in block.failures)
            yield from (self._unknown(group) for group in block.unknown)

    def _heading(self, block: Block) -> Iterator[_Row]:
        failed, unseen = (sum(map(len, groups)) for groups in (block.failures, block.unknown))
        counts = ", ".join(f"{number} {what}" for number, what in ((failed, "failed"), (unseen, "unseen")) if number)
        yield _Row(Text("-" * (self.console.width - 1), _QUIET))
        if len(block.sites) > 1:
            yield _Row(_many((f"{len(block.sites)} sites, each with {counts}", "bold")))
        else:
            counts = f"  {counts}"
        for sites in together(block.sites, lambda site: site.account):
            yield self._site_row(sites, counts if len(block.sites) == 1 else "")

    def _site_row(self, sites: Sequence[Site], counts: str) -> _Row:
        regions = ", ".join(harmless(site.region) for site in sites)
        label = _account(sites[0].account, sites[0].account_name)
        return _Row(_many((regions, "bold"), counts), 0, label, max(_SITE, label.cell_len + 2))

    def _failure(self, group: Group, *, alone: bool) -> Iterator[_Row]:
        """Failures of one control that lack the same; `alone`: at one site, of which a message may speak."""
        first = group[0]
        yield _title(Text("FAIL", _FAIL), first)
        yield _Row(Text(harmless(first.title)), _TAG)
        if alone and not drifts(first) and len({each.message for each in group}) == 1:
            yield _Row(Text(harmless(first.message)), _TAG)
        yield from _subjects(group)
        for same in together(drifts(first), lambda drift: f"{drift.path} {actual(drift)}"):
            yield from _drift(same)
        yield from self._why(first)
        yield _detail("policy", f"{harmless(first.mark.file)}:{first.mark.line}", _QUIET)

    def _why(self, finding: Finding) -> Iterator[_Row]:
        control = self.report.controls.get(finding.control)
        if self.options.why and control:
            yield _detail("why", harmless(control.why))

    def _unknown(self, group: Group) -> Iterator[_Row]:
        """Findings that are unknown for the same gaps."""
        sentences = [unread(gap) for gap in group[0].gaps] or [harmless(group[0].message)]
        for number, sentence in enumerate(sentences):
            yield _Row(Text(sentence, _UNSEEN), 0, Text("" if number else "UNSEEN", _UNSEEN), _TAG)
        for finding in group:
            where = finding.resource.id if finding.resource else finding.each
            control = f"{finding.control} ({where})" if where else finding.control
            yield _Row(Text(harmless(control)), _TAG, Text(finding.severity, _STYLES[finding.severity]), _LABEL)

    def waived(self) -> Iterator[Iterable[_Row]]:
        """What is excepted, by whom and until when."""
        for waiver, findings in waived(self.report):
            yield [
                _title(Text("WAIVED", "yellow"), findings[0]),
                _Row(Text(f"{excepted(waiver, len(findings))}, until {harmless(waiver.expires)}"), _TAG),
                _Row(Text(harmless(f"{waiver.reason} ({waiver.owner})")), _TAG),
            ]

    def fixed(self) -> Iterator[Iterable[_Row]]:
        """What failed in the baseline and no longer does."""
        for findings in fixed(self.report):
            yield self._fixed(findings)

    def _fixed(self, findings: Group) -> Iterator[_Row]:
        yield _title(Text("FIXED", _GOOD), findings[0])
        for same in together(findings, lambda finding: finding.site.account):
            regions = ", ".join(dict.fromkeys(harmless(finding.site.region) for finding in same))
            label = _account(same[0].site.account, same[0].site.account_name)
            yield _Row(Text(regions), _TAG, label, max(_SITE, label.cell_len + 2))

    def trend(self) -> Iterator[Iterable[_Row]]:
        """What earlier scans came to, the oldest first, and this one."""
        if self.options.history:
            now = Point(self.report.scan.finished_at, self.counts)
            yield [_Row(Text("Trend", "bold")), *map(_point, (*self.options.history, now))]

    def notices(self) -> Iterator[Iterable[_Row]]:
        """What a reader should know besides."""
        if self.report.notices:
            yield [_Row(Text(harmless(notice)), 0, Text("NOTE", "bold"), _TAG) for notice in self.report.notices]

    def next(self) -> Iterator[Iterable[_Row]]:
        """What to do now."""
        problems = (each for each in self.report.findings if each.outcome in ("fail", "unknown"))
        worst = min(problems, key=lambda each: (each.outcome, SEVERITIES.index(each.severity)), default=None)
        if worst:
            yield [_Row(_many("Next: ", (harmless(explain_command(worst)), "bold")))]
        elif self.report.findings and self.report.complete:
            yield [_Row(Text("Everything was seen, and it is as the policies ask.", _GOOD))]


def _point(point: Point) -> _Row:
    outcomes, severities = point.summary.outcomes, point.summary.fail_by_severity
    serious = f"{severities['critical']:,} critical, {severities['high']:,} high"
    numbers = _many(
        (f"{outcomes['fail']:>7,} failed", _FAIL if outcomes["fail"] else _QUIET),
        f"  {serious:<24}",
        (f"{outcomes['unknown']:>7,} unseen", _UNSEEN if outcomes["unknown"] else _QUIET),
    )
    return _Row(numbers, 2, Text(harmless(point.finished_at)), 22)


def _no_command(line: Text) -> Text:
    """A line that a CI runner takes for no workflow command, as it would `::error::`; one column wider if it did."""
    at = len(line.plain) - len(line.plain.lstrip())
    return line[: at + 1] + " " + line[at + 1 :] if line.plain.startswith("::", at) else line


def _title(tag: Text, finding: Finding) -> _Row:
    new = (" NEW", "bold") if finding.baseline == "new" else ""
    name = _many((f"{finding.severity:<{_LABEL}}", _STYLES[finding.severity]), (harmless(finding.control), "bold"), new)
    return _Row(name, 0, tag, _TAG)


def _subjects(group: Sequence[Finding]) -> Iterator[_Row]:
    """What the findings are about: resources, or what a control is judged for each of."""
    for finding in group:
        resource, evidence = finding.resource, finding.evidence
        if resource:
            yield _detail(resource.kind, harmless(resource.id))
            yield from (_detail("planned as", each, _QUIET) for each in planned_as(finding))
        if finding.each is not None:
            yield _detail("for", harmless(finding.each))
        if evidence and evidence.nearest is not None:
            yield _detail("nearest", harmless(evidence.nearest))


def _drift(same: Sequence[Drift]) -> Iterator[_Row]:
    """All that is required of one path, and once what is there."""
    yield _Row(Text(harmless(same[0].path), "bold"), _TAG)
    for drift in same:
        yield _Row(Text(expected(drift), _GOOD), _TAG + 2, Text("expected", _QUIET), _LABEL)
    yield _Row(Text(actual(same[0]), "red"), _TAG + 2, Text("actual", _QUIET), _LABEL)


def _detail(name: str, text: str, style: str = "") -> _Row:
    label = Text(harmless(name), _QUIET)
    return _Row(Text(text, style), _TAG, label, max(_LABEL, label.cell_len + 1))


def _account(account: str, name: str) -> Text:
    return _many((harmless(account), "bold"), f" {harmless(name)}" if name else "")


def _joined(parts: Iterable[tuple[str, str]]) -> Text:
    return Text(", ").join(Text(text, style) for text, style in parts)


def _many(*parts: str | tuple[str, str]) -> Text:
    return Text.assemble(*parts)
