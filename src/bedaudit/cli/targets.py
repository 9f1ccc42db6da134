"""`bedaudit targets`: what a scan would visit, and what it would cost."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from bedaudit.cli import terminal
from bedaudit.cli.command import Command, Talk
from bedaudit.cli.exits import PASSED, UNSEEN
from bedaudit.cli.options import Scope, as_json, scope_options
from bedaudit.cli.policies import load, rules
from bedaudit.cli.settings import settings_of
from bedaudit.cli.terminal import counted

if TYPE_CHECKING:
    from bedaudit.audit import Estimate, Survey

EXAMPLES = """\
bedaudit targets
bedaudit targets --org --role BedauditReadOnly
bedaudit targets --org --role Audit -v  the calls of each operation as well
bedaudit targets --org --role BedauditReadOnly --format json
"""


@click.command("targets", cls=Command, examples=EXAMPLES, short_help="What a scan would visit, and the calls it costs.")
@scope_options
@as_json
@click.pass_context
def targets(context: click.Context, /, format: str, **given: Any) -> int:  # noqa: A002
    """List the accounts and regions that a scan would visit, and estimate the calls that it would cost.

    Enters each account to ask which regions are enabled, and reads nothing else; -v tells of each operation how often
    it would be called. Exit 3 if an account cannot be entered.
    """
    from bedaudit.audit import estimate, survey
    from bedaudit.aws.progress import Progress

    scope, progress = Scope(**given), Progress()
    loaded = load(scope.policy, scope.config)
    judged = rules(loaded, scope.control)
    seen = survey(settings_of(scope, loaded.config, units=judged.needs_organizational_units), progress)
    calls = estimate(judged, seen, progress.calls)
    detailed = context.ensure_object(Talk).verbose > 0
    told = json.dumps(_described(seen, calls), indent=2) if format == "json" else _text(seen, calls, detailed=detailed)
    terminal.write(told)
    return UNSEEN if any(gap for _, _, gap in _visits(seen)) else PASSED


def _visits(seen: Survey) -> Iterator[tuple[str, tuple[str, ...], dict[str, str] | None]]:
    """Each account, its regions, and why it cannot be entered."""
    from bedaudit.model import Gap

    for account, visit in seen.visits.items():
        if isinstance(visit, Gap):
            yield account.id, (), visit.as_json()
        else:
            yield account.id, visit.regions, None


def _described(seen: Survey, calls: Estimate) -> dict[str, Any]:
    from bedaudit.audit import HOW

    names = {account.id: account.name for account in seen.found.accounts}
    return {
        "identity": seen.found.identity,
        "partition": seen.found.partition,
        "accounts": [
            {"account": account, "account_name": names[account], "regions": list(regions), "gap": gap}
            for account, regions, gap in _visits(seen)
        ],
        "calls": {
            "least": calls.least,
            "most": calls.most,
            "how": HOW,
            "operations": {name: {"least": few, "most": many} for name, (few, many) in calls.operations.items()},
        },
        "notices": list(_notices(seen)),
    }


def _text(seen: Survey, calls: Estimate, *, detailed: bool) -> str:
    from textwrap import fill

    from bedaudit.audit import HOW
    from bedaudit.report.plain import harmless

    wide = terminal.width(sys.stdout)
    names = {account.id: harmless(account.name) for account in seen.found.accounts}
    lines: list[str] = []
    for account, regions, gap in _visits(seen):
        lines.append(f"{account}  {names[account]}".rstrip())
        if gap:
            why = " ".join(gap.get(part, "") for part in ("operation", "code", "message"))
            lines.append(_indented(f"NOT ENTERED  {gap['reason']}: {harmless(why)}", wide))
        else:
            lines.append(_indented(" ".join(regions), wide))
    sites = sum(len(regions) for _, regions, _ in _visits(seen))
    notes = (fill(f"NOTE  {harmless(notice)}", wide) for notice in _notices(seen))
    cost = f"{calls.least} to {counted(calls.most, 'call')}"
    visited = f"{counted(len(seen.visits), 'account')}, {counted(sites, 'region')}, {cost}"
    return "\n".join([*lines, "", *notes, visited, fill(HOW, wide), *(_operations(calls) if detailed else ())])


def _operations(calls: Estimate) -> Iterator[str]:
    yield f"\n{'least':>7} {'most':>7}"
    yield from (f"{least:>7} {most:>7}  {name}" for name, (least, most) in calls.operations.items())


def _notices(seen: Survey) -> Iterator[str]:
    from bedaudit.model import Gap

    yield from seen.found.notices
    for account, visit in seen.visits.items():
        if not isinstance(visit, Gap) and visit.notice:
            yield f"account {account.id}: {visit.notice}"


def _indented(text: str, wide: int) -> str:
    from textwrap import fill

    return fill(text, wide, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
