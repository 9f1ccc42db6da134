"""`bedaudit report`: stored reports and snapshots in other formats, and the trend over several."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from bedaudit.cli.command import Command, Talk
from bedaudit.cli.exits import PASSED
from bedaudit.cli.options import REPORT_FILES, report_options
from bedaudit.cli.outputs import Output, chosen
from bedaudit.cli.policies import Loaded, load, standard
from bedaudit.cli.reports import baseline_of, check_outputs, compared, controls_of, stored, write_reports

if TYPE_CHECKING:
    from bedaudit.model import Report

EXAMPLES = """\
bedaudit report report.json -o html:report.html
bedaudit report history/*.json -o html:trend.html   the latest, and the trend
bedaudit report today.jsonl.gz --policy policies/ --format markdown
"""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How to judge snapshots, and what to write."""

    policy: tuple[str, ...]
    config: Path | None
    waivers: Path | None
    baseline: Path | None
    format: str | None
    output: tuple[Output, ...]
    sarif_for: Literal["github", "any"]
    markdown_for: Literal["comment", "summary"]
    profile: str | None


@click.command("report", cls=Command, examples=EXAMPLES, short_help="Other formats of stored reports, and the trend.")
@click.argument("files", metavar="REPORT|SNAPSHOT...", nargs=-1, required=True, type=REPORT_FILES)
@report_options
@click.pass_context
def report(context: click.Context, /, files: tuple[Path, ...], **given: Any) -> int:
    """Write stored JSON reports, or snapshots judged anew, in other formats.

    Of several, the latest is written, with the trend that leads to it. Why a control matters is told where its policy
    is --policy or a shipped one, and has not changed since. Exits 0 whatever the reports say: they were judged before.
    """
    from bedaudit.report.summary import Point, summary

    options = ReportOptions(**given)
    outputs = chosen(options.format, options.output)
    check_outputs(outputs, options.profile)
    loaded, baseline = load(options.policy, options.config), baseline_of(options.baseline)
    latest: Report | None = None
    points: list[Point] = []
    for path in files:
        found = _report(path, loaded, options)
        points.append(Point(found.scan.finished_at, summary(found.findings)))
        if latest is None or found.scan.finished_at >= latest.scan.finished_at:
            latest = found
    assert latest is not None  # noqa: S101 - click asks for one at least
    history = sorted(points, key=lambda point: point.finished_at)[:-1]
    write_reports(compared(latest, baseline), outputs, context.ensure_object(Talk), options, tuple(history))
    return PASSED


def _report(path: Path, loaded: Loaded, options: ReportOptions) -> Report:
    from bedaudit.audit import from_snapshot
    from bedaudit.snapshot import is_snapshot

    if is_snapshot(path):
        return from_snapshot(path, standard(loaded, (), options.waivers, datetime.now(UTC).date()))
    found = stored(path)
    return replace(found, controls=controls_of(found, loaded))
