"""`bedaudit report`: stored reports and snapshots in other formats, and the trend over several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bedaudit.cli.command import Command, Talk
from bedaudit.cli.exits import PASSED
from bedaudit.cli.inputs import INPUTS, Place, matching, reading
from bedaudit.cli.options import StoredOptions, report_options
from bedaudit.cli.reports import Stored, compared, stored, write_reports

if TYPE_CHECKING:
    from bedaudit.model import Report
    from bedaudit.opening import Readable

EXAMPLES = """\
bedaudit report report.json -o html:report.html
bedaudit report history/*.json -o html:trend.html   the latest, and the trend
bedaudit report "s3://my-bucket/history/*.json" -o html:trend.html
bedaudit report today.jsonl.gz --policy policies/ --format markdown
"""


@click.command("report", cls=Command, examples=EXAMPLES, short_help="Other formats of stored reports, and the trend.")
@click.argument("files", metavar="REPORT|SNAPSHOT...", nargs=-1, required=True, type=INPUTS)
@report_options
@click.pass_context
def report(context: click.Context, /, files: tuple[Place, ...], **given: Any) -> int:
    """Write stored JSON reports, or snapshots judged anew, in other formats.

    Of several, the latest is written, with the trend that leads to it. Why a control matters is told where its policy
    is --policy or a shipped one, and has not changed since. Exits 0 whatever the reports say: they were judged before.
    """
    from bedaudit.report.summary import Point, summary

    options = StoredOptions(**given)
    asked = Stored.of(options)
    latest: Report | None = None
    points: list[Point] = []
    for place in matching(files, options.profile):
        with reading(place, options.profile) as file:
            found = _report(file, asked)
        points.append(Point(found.scan.finished_at, summary(found.findings)))
        if latest is None or found.scan.finished_at >= latest.scan.finished_at:
            latest = found
    assert latest is not None  # noqa: S101 - click asks for one at least
    history = sorted(points, key=lambda point: point.finished_at)[:-1]
    write_reports(compared(latest, asked.baseline), asked.outputs, context.ensure_object(Talk), options, tuple(history))
    return PASSED


def _report(file: Readable, asked: Stored) -> Report:
    from bedaudit.audit import from_snapshot
    from bedaudit.snapshot import is_snapshot

    return from_snapshot(file, asked.standard) if is_snapshot(file) else asked.explained(stored(file))
