"""`bedaudit rollback`: undo what a fix did."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bedaudit.cli import terminal
from bedaudit.cli.command import Command
from bedaudit.cli.exits import FAILED, PASSED
from bedaudit.cli.fix import confirmed, show_results
from bedaudit.cli.options import FILE, Scope, rollback_options
from bedaudit.cli.policies import load
from bedaudit.cli.settings import settings_of

if TYPE_CHECKING:
    from bedaudit.remedy.journal import Entry

EXAMPLES = """\
bedaudit rollback bedaudit-20261120T120000Z-1a2b3c4d.journal
bedaudit rollback FILE --role BedauditFix --yes
"""


@dataclass(frozen=True, slots=True)
class RollbackOptions:
    """As whom, and whether to ask."""

    config: Path | None
    role: str | None
    external_id: str | None
    profile: str | None
    yes: bool


@click.command("rollback", cls=Command, examples=EXAMPLES, short_help="Undo what a fix did.")
@click.argument("journal", type=FILE)
@rollback_options
@click.pass_context
def rollback(context: click.Context, /, journal: Path, **given: Any) -> int:
    """Undo what a fix did, the last step first, from the journal that it kept.

    What was changed since, and what would lose data that has arrived, is refused.
    """
    from bedaudit.aws.progress import Progress
    from bedaudit.fixing import rollback as undo

    options = RollbackOptions(**given)
    if not (options.yes or sys.stdin.isatty()):
        raise click.UsageError("there is no terminal to ask on: add --yes to undo what the journal tells of", context)
    scope = Scope(
        policy=(),
        config=options.config,
        org=False,
        account=(),
        region=(),
        control=(),
        role=options.role,
        external_id=options.external_id,
        profile=options.profile,
        concurrency=16,
        transport="boto3",
        workers=1,
    )
    settings = settings_of(scope, load((), options.config).config, units=False)

    def decide(entries: tuple[Entry, ...]) -> bool:
        _show(entries)
        return options.yes or confirmed(f"Undo {terminal.counted(len(entries), 'step')}?")

    results = undo(settings, Progress(), journal, decide)
    show_results(results or ())
    if results == ():
        terminal.note("there is nothing to undo")
    return PASSED if results is not None and all(each.good for each in results) else FAILED


def _show(entries: tuple[Entry, ...]) -> None:
    from bedaudit.report.command_line import command_line
    from bedaudit.report.plain import harmless

    lines: list[str] = []
    for entry in reversed(entries):
        document = entry.step.document
        lines.append(f"{document.site.account} {document.place.region} {harmless(document.place.name)}")
        undo = entry.step.undo
        commands = (command_line(call, document.place.region) for call in undo or ())
        lines += [f"    {line}" for command in commands for line in command.splitlines()]
        lines += ["    cannot be undone"] if undo is None else []
    terminal.write("\n".join(lines))
