"""`bedaudit merge`: one report of the reports of shards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bedaudit.cli.command import Command, Talk
from bedaudit.cli.exits import exit_code
from bedaudit.cli.inputs import INPUTS, Place, fetched, matching
from bedaudit.cli.options import MergeOptions, merge_options, refuse
from bedaudit.cli.reports import Stored, compared, stored, write_reports
from bedaudit.errors import BedauditError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedaudit.model import Report
    from bedaudit.opening import Readable

EXAMPLES = """\
bedaudit merge shard-1.json shard-2.json -o json:report.json
bedaudit merge shards/*.json --baseline last-week.json --only-new
bedaudit merge shards/*.jsonl.gz               snapshots, judged together
bedaudit merge "s3://my-bucket/shards/*.jsonl.gz"
"""


@click.command("merge", cls=Command, examples=EXAMPLES, short_help="Join the reports of shards into one.")
@click.argument("files", metavar="REPORT...|SNAPSHOT...", nargs=-1, required=True, type=INPUTS)
@merge_options
@click.pass_context
def merge(context: click.Context, /, files: tuple[Place, ...], **given: Any) -> int:
    """Join JSON reports of `scan --shard`, each of other accounts, into the report of the whole scan.

    Exits as the whole scan would. What a shard could not judge because it depends on an account of another shard
    stays unknown in reports; their snapshots, judged together, say it. Compare with a baseline here, not in the
    shards: --baseline marks all findings anew.
    """
    options = MergeOptions(**given)
    asked = Stored.of(options, only_new=options.only_new)
    read = [fetched(each, options.profile) for each in matching(files, options.profile)]
    report = compared(_whole(context, read, asked), asked.baseline)
    if not report.findings:
        raise BedauditError("nothing was judged: none of the parts has a finding")
    write_reports(report, asked.outputs, context.ensure_object(Talk), options)
    fail_on = options.fail_on or asked.loaded.config.fail_on or "low"
    return exit_code(
        report,
        fail_on,
        only_new=options.only_new,
        allow_unknown=options.allow_unknown,
        exit_zero=options.exit_zero,
    )


def _whole(context: click.Context, files: Sequence[Readable], asked: Stored) -> Report:
    from bedaudit.audit import from_snapshots
    from bedaudit.merge import merged
    from bedaudit.snapshot import is_snapshot

    if all(map(is_snapshot, files)):
        return from_snapshots(files, asked.standard)
    refuse(context, {"waivers": "--waivers"}, "is for snapshots: the findings of reports were waived before")
    return asked.explained(merged({str(file): stored(file) for file in files}))
