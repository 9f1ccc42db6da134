"""`bedaudit merge`: one report of the reports of shards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from bedaudit.cli.command import Command, Talk
from bedaudit.cli.exits import exit_code
from bedaudit.cli.options import REPORT_FILES, merge_options, refuse
from bedaudit.cli.outputs import Output, chosen
from bedaudit.cli.policies import Loaded, load, standard
from bedaudit.cli.reports import baseline_of, check_outputs, compared, controls_of, stored, write_reports
from bedaudit.errors import BedauditError

if TYPE_CHECKING:
    from bedaudit.model import Report, Severity

EXAMPLES = """\
bedaudit merge shard-1.json shard-2.json -o json:report.json
bedaudit merge shards/*.json --baseline last-week.json --only-new
bedaudit merge shards/*.jsonl.gz               snapshots, judged together
"""


@dataclass(frozen=True, slots=True)
class MergeOptions:
    """What to do with the whole."""

    policy: tuple[str, ...]
    config: Path | None
    format: str | None
    output: tuple[Output, ...]
    sarif_for: Literal["github", "any"]
    markdown_for: Literal["comment", "summary"]
    profile: str | None
    fail_on: Severity | None
    baseline: Path | None
    only_new: bool
    allow_unknown: bool
    exit_zero: bool
    waivers: Path | None


@click.command("merge", cls=Command, examples=EXAMPLES, short_help="Join the reports of shards into one.")
@click.argument("files", metavar="REPORT...|SNAPSHOT...", nargs=-1, required=True, type=REPORT_FILES)
@merge_options
@click.pass_context
def merge(context: click.Context, /, files: tuple[Path, ...], **given: Any) -> int:
    """Join JSON reports of `scan --shard`, each of other accounts, into the report of the whole scan.

    Exits as the whole scan would. What a shard could not judge because it depends on an account of another shard
    stays unknown in reports; their snapshots, judged together, say it. Compare with a baseline here, not in the
    shards: --baseline marks all findings anew.
    """
    options = MergeOptions(**given)
    outputs = chosen(options.format, options.output)
    check_outputs(outputs, options.profile)
    loaded = load(options.policy, options.config)
    baseline = baseline_of(options.baseline, only_new=options.only_new)
    report = compared(_whole(context, files, loaded, options.waivers), baseline)
    if not report.findings:
        raise BedauditError("nothing was judged: none of the parts has a finding")
    write_reports(report, outputs, context.ensure_object(Talk), options)
    fail_on = options.fail_on or loaded.config.fail_on or "low"
    return exit_code(
        report,
        fail_on,
        only_new=options.only_new,
        allow_unknown=options.allow_unknown,
        exit_zero=options.exit_zero,
    )


def _whole(context: click.Context, files: Sequence[Path], loaded: Loaded, waivers: Path | None) -> Report:
    from bedaudit.audit import from_snapshots
    from bedaudit.merge import merged
    from bedaudit.snapshot import is_snapshot

    if all(map(is_snapshot, files)):
        return from_snapshots(files, standard(loaded, (), waivers, datetime.now(UTC).date()))
    refuse(context, {"waivers": "--waivers"}, "is for snapshots: the findings of reports were waived before")
    whole = merged({str(path): stored(path) for path in files})
    return replace(whole, controls=controls_of(whole, loaded))
