"""Annotations for GitHub Actions: workflow commands that mark the lines of the policies which do not hold.

GitHub shows ten of each level that a step prints, and drops the others silently; hence one a control, worst first, and
the last one says how many more there are.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from bedaudit.model import SEVERITIES, Finding, Report, Severity
from bedaudit.report import Options
from bedaudit.report.phrases import EVERYWHERE, counted, told, unread
from bedaudit.report.plain import harmless, shortened

Level: TypeAlias = Literal["error", "warning", "notice"]

_LEVELS: Final[Mapping[Severity, Level]] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "notice",
    "info": "notice",
}
_MOST: Final[Mapping[Level, int]] = {"error": 8, "warning": 9, "notice": 9}
"""Of each level GitHub shows ten in a step: one is left for what is to be said of the whole, two errors for scripts."""
_LONGEST: Final = 600
"""Characters; all of them are in the report."""
_ESCAPES: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY_ESCAPES: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


@dataclass(slots=True)
class _Problem:
    """A control that failed, or of which something was not seen."""

    first: Finding
    """Of the new ones, if there are any."""
    findings: int = 0
    new: int = 0

    @property
    def level(self) -> Level:
        return _LEVELS[self.first.severity] if self.first.outcome == "fail" else "warning"

    @property
    def badness(self) -> tuple[bool, int, int, str]:
        return (not self.new, SEVERITIES.index(self.first.severity), -self.findings, self.first.control)


def report(found: Report, options: Options) -> Iterator[str]:
    """One command a line; nothing where nothing failed and all was seen."""
    problems = sorted(_problems(found.findings), key=lambda each: each.badness)
    everywhere = [unread(gap.gap) for gap in found.gaps if gap.account == EVERYWHERE]
    if everywhere:
        yield _command("warning", {"title": "not read"}, "; ".join(everywhere))
    for level in ("error", "warning", "notice"):
        yield from _annotations(level, [each for each in problems if each.level == level])
    if found.notices:
        yield _command("notice", {"title": counted(len(found.notices), "notice")}, "; ".join(found.notices))


def _problems(findings: Iterable[Finding]) -> Iterable[_Problem]:
    problems: dict[tuple[str, str], _Problem] = {}
    for finding in findings:
        if finding.outcome in ("fail", "unknown"):
            problem = problems.setdefault((finding.control, finding.outcome), _Problem(finding))
            problem.findings += 1
            if finding.baseline == "new":
                problem.first = problem.first if problem.new else finding
                problem.new += 1
    return problems.values()


def _annotations(level: Level, problems: list[_Problem]) -> Iterator[str]:
    shown = problems if len(problems) <= _MOST[level] else problems[: _MOST[level] - 1]
    for problem in shown:
        mark = problem.first.source or problem.first.mark
        outcome = "failed" if problem.first.outcome == "fail" else "UNSEEN"
        title = f"{problem.first.severity}: {problem.first.control}"
        place = {"file": mark.file, "line": str(mark.line), "title": title}
        new = f", {problem.new:,} new" if problem.new else ""
        yield _command(level, place, f"{counted(problem.findings, 'finding')} {outcome}{new}. {_where(problem)}")
    if left := problems[len(shown) :]:
        findings = counted(sum(problem.findings for problem in left), "finding")
        yield _command(level, {}, f"and {counted(len(left), 'control')} more with {findings}: see the report")


def _where(problem: _Problem) -> str:
    finding = problem.first
    first = "" if problem.findings == 1 else "The first: "
    resource = f" {finding.resource.id}" if finding.resource else ""
    return f"{first}{finding.site.account} {finding.site.region}{resource}: {told(finding)}"


def _command(level: str, properties: Mapping[str, str], message: str) -> str:
    given = ",".join(
        f"{name}={shortened(harmless(value), _LONGEST).translate(_PROPERTY_ESCAPES)}"
        for name, value in properties.items()
    )
    text = shortened(harmless(message), _LONGEST).translate(_ESCAPES)
    return f"::{level} {given}::{text}\n" if given else f"::{level}::{text}\n"
