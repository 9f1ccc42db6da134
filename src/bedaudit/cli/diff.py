"""`bedaudit diff`: what differs between two reports or two snapshots."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from bedaudit.cli import terminal
from bedaudit.cli.command import Command
from bedaudit.cli.exits import FAILED, PASSED
from bedaudit.cli.inputs import INPUTS, Place, fetched
from bedaudit.cli.options import as_json, profile_option
from bedaudit.cli.reports import stored

if TYPE_CHECKING:
    from bedaudit.diff import Change, Records
    from bedaudit.opening import Readable

EXAMPLES = """\
bedaudit diff last-week.json today.json
bedaudit diff before.jsonl.gz after.jsonl.gz --format json
"""


@click.command("diff", cls=Command, examples=EXAMPLES, short_help="What differs between two reports or two snapshots.")
@click.argument("old", type=INPUTS)
@click.argument("new", type=INPUTS)
@as_json
@profile_option
def diff(old: Place, new: Place, format: str, profile: str | None) -> int:  # noqa: A002
    """Say what appeared, went and changed between two JSON reports, or between two snapshots.

    Of reports: findings, by outcome, severity and drift. Of snapshots: resources and what could not be read, by their
    facts. Exit 0 if nothing differs, 1 if something does, 2 if they cannot be compared.
    """
    from bedaudit.report.differences import in_json, text

    changes = _changes(fetched(old, profile), fetched(new, profile))
    terminal.write_pieces(in_json(changes) if format == "json" else text(changes, terminal.width(sys.stdout)))
    return FAILED if changes else PASSED


def _changes(old: Readable, new: Readable) -> list[Change]:
    from bedaudit.diff import of_reports, of_snapshots
    from bedaudit.snapshot import is_snapshot

    snapshots = [path for path in (old, new) if is_snapshot(path)]
    if len(snapshots) == 1:
        raise click.UsageError(f"{snapshots[0]} is a snapshot and the other is none: give two of one sort")
    if snapshots:
        return list(of_snapshots(_records(old), _records(new)))
    return list(of_reports(stored(old), stored(new)))


def _records(path: Readable) -> Records:
    from bedaudit.snapshot import open_snapshot

    return lambda: open_snapshot(path)[1]
