"""The report as a comment on a pull request or as the summary of a job: as much as fits there, worst first.

Tables are those of https://github.github.com/gfm/#tables-extension-
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bedaudit import __version__
from bedaudit.model import SEVERITIES, Finding, Report, Severity, SiteGap
from bedaudit.report import Options
from bedaudit.report.groups import not_read, together
from bedaudit.report.phrases import EVERYWHERE, closed, counted, excepted, missed, nothing_there, told, unread, unseen
from bedaudit.report.plain import markdown, markdown_code, shortened
from bedaudit.report.summary import Point, summary

_LIMITS: Final[Mapping[str, int]] = {"comment": 65_536, "summary": 1_048_576}
"""Bytes; GitHub refuses a comment of more characters, and leaves out a summary of more bytes."""

_LEAST_ROW: Final = 64
"""Bytes of a row; no more rows than so many fit need be found."""
_SPARE: Final = 200
"""Bytes that are kept for the title of a section, and for saying what was cut from it."""
_LONGEST_NAME, _LONGEST_TEXT = 200, 500
_MOST_PLACES = 20

_SIGNS: Final[Mapping[Severity, str]] = {"critical": "🔴", "high": "🟠", "medium": "🟡", "low": "🔵", "info": "⚪"}
_PROBLEM_COLUMNS: Final = ("Severity", "Control", "Account", "Region", "Resource", "Finding")


@dataclass(frozen=True, slots=True)
class _Section:
    """A table, or a list where it has no columns."""

    title: str
    columns: Sequence[str]
    rows: Iterable[tuple[str, str]]
    """Each with how bad it is, where that orders them."""
    total: int
    share: float
    """Of the room that is left when its turn comes."""

    def fitting(self, room: int) -> str:
        """As much of the section as fits, and how much does not."""
        if not self.total:
            return ""
        lines = [f"\n### {self.title}\n\n"]
        if self.columns:
            lines += [f"| {' | '.join(self.columns)} |\n", "|---" * len(self.columns), "|\n"]
        room = int(room * self.share) - _SPARE
        for shown, (row, badness) in enumerate(self.rows):
            room -= _size(row)
            if room < 0:
                worst = f", {badness} and below" if badness else ""
                lines.append(f"\n**{self.total - shown:,} more are not shown here{worst}.**\n")
                break
            lines.append(row)
        return "".join(lines)


def report(found: Report, options: Options) -> Iterator[str]:
    """Counts, what was not read, what failed, what is unknown, what is waived, and notes."""
    head, foot = "".join(_head(found)), _foot(found)
    limit = _LIMITS[options.markdown_for]
    room = limit - _size(head) - _size(foot)
    yield head
    for section in (*_sections(found, limit // _LEAST_ROW), _trend(found, options.history)):
        text = section.fitting(room)
        room -= _size(text)
        yield text
    yield foot


def _sections(found: Report, most: int) -> Iterator[_Section]:
    dark = {(gap.account, gap.region) for gap in missed(found)}
    yield _Section("Not read", ("Where", "Why", "Findings"), _dark(found), len(not_read(found)), 0.25)
    yield _problems("Failed", found, most, lambda each: each.outcome == "fail", 0.75)
    yield _problems(
        "Unseen",
        found,
        most,
        lambda each: each.outcome == "unknown" and (each.site.account, each.site.region) not in dark,
        0.6,
    )
    waivers = Counter((each.waiver, each.control) for each in found.findings if each.waiver)
    rows = (
        _row(excepted(waiver, number), _code(control), _text(waiver.reason), _text(waiver.owner), _text(waiver.expires))
        for (waiver, control), number in waivers.items()
        if waiver
    )
    yield _Section("Waived", ("Findings", "Control", "Reason", "Owner", "Until"), _unordered(rows), len(waivers), 0.6)
    notes = (f"- {_text(notice)}\n" for notice in found.notices)
    yield _Section("Notes", (), _unordered(notes), len(found.notices), 1.0)


def _trend(found: Report, history: Sequence[Point]) -> _Section:
    """What this and earlier scans came to, the latest first."""
    points = (Point(found.scan.finished_at, summary(found.findings)), *reversed(history)) if history else ()
    rows = map(_point, points)
    return _Section("Trend", ("Finished", "Failed", "Critical", "High", "Unseen"), _unordered(rows), len(points), 1.0)


def _point(point: Point) -> str:
    outcomes, severities = point.summary.outcomes, point.summary.fail_by_severity
    numbers = (outcomes["fail"], severities["critical"], severities["high"], outcomes["unknown"])
    return _row(_code(point.finished_at), *(f"{number:,}" for number in numbers))


def _unordered(rows: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((row, "") for row in rows)


def _problems(title: str, found: Report, most: int, ours: Callable[[Finding], bool], share: float) -> _Section:
    total = sum(map(ours, found.findings))
    worst = heapq.nsmallest(most, filter(ours, found.findings), key=_badness) if total else []
    return _Section(title, _PROBLEM_COLUMNS, ((_problem(each), each.severity) for each in worst), total, share)


def _badness(finding: Finding) -> tuple[int, bool]:
    return SEVERITIES.index(finding.severity), finding.baseline != "new"


def _problem(finding: Finding) -> str:
    new = " **new**" if finding.baseline == "new" else ""
    return _row(
        f"{_SIGNS[finding.severity]} {finding.severity}{new}",
        _code(finding.control),
        f"{_code(finding.site.account)} {_name(finding.site.account_name)}".rstrip(),
        _code(finding.site.region),
        _code((finding.resource.id if finding.resource else finding.each) or ""),
        _text(told(finding)),
    )


def _dark(found: Report) -> Iterator[tuple[str, str]]:
    for gaps, findings in not_read(found):
        yield _row(_places(gaps), _text(f"{unread(gaps[0].gap)}."), f"{findings:,}"), ""


def _places(gaps: Sequence[SiteGap]) -> str:
    accounts = together((gap for gap in gaps if gap.account != EVERYWHERE), lambda gap: gap.account)
    named = "<br>".join(map(_place, accounts[:_MOST_PLACES])) or "everywhere"
    more = len(accounts) - _MOST_PLACES
    return f"{named}<br>and {counted(more, 'account')} more" if more > 0 else named


def _place(gaps: Sequence[SiteGap]) -> str:
    account = f"{_code(gaps[0].account)} {_name(gaps[0].account_name)}".rstrip()
    return account if closed(gaps[0]) else f"{account} {_text(', '.join(gap.region for gap in gaps))}"


def _head(found: Report) -> Iterator[str]:
    counts = summary(found.findings)
    outcomes, severities = counts.outcomes, counts.fail_by_severity
    yield f"## bedaudit: {outcomes['fail']:,} failed, {outcomes['unknown']:,} unseen\n\n"
    yield "| Findings | | |\n|--:|---|---|\n"
    worst = ", ".join(f"{_SIGNS[name]} {severities[name]:,} {name}" for name in SEVERITIES if severities[name])
    yield _row(f"**{outcomes['fail']:,}**", "**failed**", worst)
    yield _row(f"**{outcomes['unknown']:,}**", "**unseen**", unseen(found))
    yield _row(f"{outcomes['pass']:,}", "passed", "")
    yield _row(f"{outcomes['waived']:,}", "waived", "")
    yield _row(f"{outcomes['not_applicable']:,}", "not applicable", nothing_there(found))
    if counts.compared:
        yield _row(f"{counts.fixed:,}", "fixed", "since the baseline")
        yield _row(f"{counts.new:,}", "new", "since the baseline")


def _foot(found: Report) -> str:
    scan = found.scan
    size = f"{counted(scan.accounts, 'account')}, {counted(scan.sites, 'site')}, {counted(scan.calls, 'call')}"
    hint = "`bedaudit explain CONTROL` says why, and how it is fixed."
    return f"\n{hint}\n\n<sub>bedaudit {__version__}: {size}; {_code(scan.id)}, {_code(scan.finished_at)}</sub>\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _code(text: str) -> str:
    return markdown_code(shortened(text, _LONGEST_NAME))


def _name(text: str) -> str:
    return markdown(shortened(text, _LONGEST_NAME))


def _text(text: str) -> str:
    return markdown(shortened(text, _LONGEST_TEXT))


def _size(text: str) -> int:
    return len(text.encode())
