"""`bedaudit targets`: what a scan would visit, and what it would cost."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from bedaudit.cli import terminal
from bedaudit.cli.command import Command
from bedaudit.cli.exits import PASSED, UNSEEN
from bedaudit.cli.options import Scope, as_json, scope_options
from bedaudit.cli.policies import load, rules
from bedaudit.cli.settings import settings_of
from bedaudit.cli.terminal import counted

if TYPE_CHECKING:
    from bedaudit.audit import Survey
    from bedaudit.policy.rules import Rules

EXAMPLES = """\
bedaudit targets
bedaudit targets --org --role BedauditReadOnly
bedaudit targets --org --role BedauditReadOnly --format json
"""

HOW = (
    "Each operation of the kinds that the policies look at is counted once a region, or once an account. Regions "
    "without Bedrock and parts that are not there cost less, further pages of long lists more."
)


@click.command("targets", cls=Command, examples=EXAMPLES, short_help="What a scan would visit, and the calls it costs.")
@scope_options
@as_json
def targets(format: str, **given: Any) -> int:  # noqa: A002
    """List the accounts and regions that a scan would visit, and estimate the calls that it would cost.

    Enters each account to ask which regions are enabled, and reads nothing else. Exit 3 if one cannot be entered.
    """
    from bedaudit.audit import survey
    from bedaudit.aws.progress import Progress

    scope = Scope(**given)
    loaded = load(scope.policy, scope.config)
    judged = rules(loaded, scope.control)
    seen = survey(settings_of(scope, loaded.config, units=judged.needs_organizational_units), Progress())
    calls = estimate(judged, seen)
    terminal.write(json.dumps(_described(seen, calls), indent=2) if format == "json" else _text(seen, calls))
    return UNSEEN if any(gap for _, _, gap in _visits(seen)) else PASSED


def estimate(judged: Rules, seen: Survey) -> int:
    """About how many calls a scan makes, computed as `HOW` says."""
    from bedaudit.kinds import kinds
    from bedaudit.policy.needs import Needs

    needed = [kinds()[name] for name in Needs(judged.controls.values()).kinds]
    entered = [regions for _, regions, gap in _visits(seen) if not gap]
    times = {"account": len(entered), "site": sum(map(len, entered))}
    asked = {(kind.scope, operation) for kind in needed for operation in kind.operations}
    return sum(times[scope] for scope, _ in asked)


def _visits(seen: Survey) -> Iterator[tuple[str, tuple[str, ...], dict[str, str] | None]]:
    """Each account, its regions, and why it cannot be entered."""
    from bedaudit.model import Gap

    for account, visit in seen.visits.items():
        if isinstance(visit, Gap):
            yield account.id, (), visit.as_json()
        else:
            yield account.id, visit.regions, None


def _described(seen: Survey, calls: int) -> dict[str, Any]:
    names = {account.id: account.name for account in seen.found.accounts}
    return {
        "identity": seen.found.identity,
        "partition": seen.found.partition,
        "accounts": [
            {"account": account, "account_name": names[account], "regions": list(regions), "gap": gap}
            for account, regions, gap in _visits(seen)
        ],
        "calls": {"estimate": calls, "how": HOW},
        "notices": list(_notices(seen)),
    }


def _text(seen: Survey, calls: int) -> str:
    from textwrap import fill

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
    visited = f"{counted(len(seen.visits), 'account')}, {counted(sites, 'region')}, about {counted(calls, 'call')}"
    notes = (fill(f"NOTE  {harmless(notice)}", wide) for notice in _notices(seen))
    return "\n".join([*lines, "", *notes, visited, fill(HOW, wide)])


def _notices(seen: Survey) -> Iterator[str]:
    from bedaudit.model import Gap

    yield from seen.found.notices
    for account, visit in seen.visits.items():
        if not isinstance(visit, Gap) and visit.notice:
            yield f"account {account.id}: {visit.notice}"


def _indented(text: str, wide: int) -> str:
    from textwrap import fill

    return fill(text, wide, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
