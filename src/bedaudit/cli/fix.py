"""`bedaudit fix`: plan what mends the drift, show it, ask, apply it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from bedaudit.cli import terminal
from bedaudit.cli.command import Command
from bedaudit.cli.exits import FAILED, PASSED, UNSEEN
from bedaudit.cli.options import Scope, fix_options
from bedaudit.cli.outputs import check_writable, write_file
from bedaudit.cli.policies import load, rules
from bedaudit.cli.settings import settings_of
from bedaudit.errors import PlanError

if TYPE_CHECKING:
    from bedaudit.audit import Standard
    from bedaudit.aws.settings import Settings
    from bedaudit.fixing import Fixed, Planned
    from bedaudit.remedy.apply import Allowed, Result

EXAMPLES = """\
bedaudit fix --dry-run                             what would be changed, and how
bedaudit fix --dry-run --out plan.json --format markdown
bedaudit fix --plan plan.json --digest sha256:...  that, as it was reviewed, and nothing else
bedaudit fix --control invocation-logging-is-enabled --region us-east-1
"""

ASKING = "there is no terminal to ask on: add --yes to apply the plan, or --dry-run to see it"


@dataclass(frozen=True, slots=True)
class FixOptions(Scope):
    """What to do with the drift."""

    dry_run: bool
    out: Path | None
    plan: Path | None
    digest: str | None
    yes: bool
    allow_risky: bool
    max_steps: int | None
    journal: Path | None
    format: Literal["text", "json", "markdown"]


@click.command("fix", cls=Command, examples=EXAMPLES, short_help="Plan what mends the drift, ask, and apply it.")
@fix_options
@click.pass_context
def fix(context: click.Context, /, **given: Any) -> int:
    """Plan the changes that mend what fails, show them, ask, and apply them one by one.

    Every change is read again before and after it, and noted in a journal from which `bedaudit rollback` undoes it.
    What is risky needs --allow-risky; what loses something, or is nobody's to decide but yours, is only shown.
    """
    options = FixOptions(**given)
    if not (options.dry_run or options.yes or sys.stdin.isatty()):
        raise click.UsageError(ASKING, context)
    if options.dry_run and options.plan:
        raise click.UsageError("--dry-run applies nothing, so it has no use for --plan", context)
    if options.digest and not options.plan:
        raise click.UsageError("--digest is that of a saved plan: name it with --plan", context)
    if options.out:
        check_writable(options.out)
    saved = _saved(options.plan, options.digest) if options.plan else None
    settings, standard = _asked(options)
    return _dry_run(options, settings, standard) if options.dry_run else _fix(options, settings, standard, saved)


def _asked(options: FixOptions) -> tuple[Settings, Standard]:
    from bedaudit.audit import Standard
    from bedaudit.policy.waiver_file import load_waivers

    loaded = load(options.policy, options.config)
    waivers = load_waivers(str(loaded.config.waivers)) if loaded.config.waivers else ()
    standard = Standard(rules=rules(loaded, options.control), waivers=waivers, today=datetime.now(UTC).date())
    return settings_of(options, loaded.config, units=standard.rules.needs_organizational_units), standard


def _saved(file: Path, reviewed: str | None) -> tuple[Mapping[str, Any], ...]:
    from bedaudit.fixing import repairs
    from bedaudit.opening import unpiped
    from bedaudit.remedy.plan_file import LARGEST, saved_steps

    try:
        with open(file, "rb", opener=unpiped) as opened:
            data = opened.read(LARGEST + 1)
        text = data.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(f"{file}: cannot be read: {error}") from error
    if len(data) > LARGEST:
        raise PlanError(f"{file}: is larger than {LARGEST:,} bytes, which no plan is")
    return saved_steps(text, str(file), repairs(), reviewed)


def _dry_run(options: FixOptions, settings: Settings, standard: Standard) -> int:
    from bedaudit.aws.progress import Progress
    from bedaudit.fixing import dry_run

    planned = dry_run(settings, standard, Progress(), lambda: datetime.now(UTC))
    _show(options, planned)
    if planned.plan.steps or planned.plan.left:
        return FAILED
    return PASSED if planned.report.complete else UNSEEN


def _fix(
    options: FixOptions, settings: Settings, standard: Standard, saved: tuple[Mapping[str, Any], ...] | None
) -> int:
    from bedaudit.aws.progress import Progress
    from bedaudit.fixing import fix as fix_aws
    from bedaudit.remedy.apply import Allowed

    journal = options.journal or Path(f"bedaudit-{settings.scan_id}.journal")
    check_writable(journal)
    allowed = Allowed(options.allow_risky, options.max_steps, saved)

    def decide(planned: Planned) -> Allowed | None:
        _show(options, planned)
        count = allowed.count(planned.plan.steps)
        if not count:
            return allowed
        agreed = options.yes or confirmed(f"Apply {terminal.counted(count, 'step')}?")
        if agreed:
            terminal.note(f"every step is noted in {journal}, from which bedaudit rollback takes it back")
        return allowed if agreed else None

    now = lambda: datetime.now(UTC)  # noqa: E731
    fixed = fix_aws(settings, standard, Progress(), now, journal_file=journal, decide=decide)
    show_results(fixed.results or ())
    return _code(fixed, saved)


def _code(fixed: Fixed, saved: tuple[Mapping[str, Any], ...] | None) -> int:
    plan, results = fixed.planned.plan, fixed.results
    gone = [each for each in saved or () if not any(step.was_saved_as(each) for step in plan.steps)]
    for each in gone:
        terminal.note(_refused(each))
    if results is None or gone or plan.left or not all(each.good for each in results):
        return FAILED
    return PASSED if fixed.planned.report.complete else UNSEEN


def _refused(step: Mapping[str, Any]) -> str:
    from bedaudit.report.plain import harmless

    named = " ".join(str(step[name]) for name in ("account", "region", "resource"))
    return f"refused: {harmless(named)}: what was saved is not what would be done now"


def _show(options: FixOptions, planned: Planned) -> None:
    from bedaudit.remedy.plan_file import written
    from bedaudit.report import plan as shown

    if options.out:
        write_file(options.out, [written(planned.plan)], mode=0o600)
    pieces = {"text": shown.text, "markdown": shown.in_markdown}.get(options.format)
    terminal.write_pieces(pieces(planned.plan) if pieces else [written(planned.plan)])


def show_results(results: Iterable[Result]) -> None:
    """Says on stderr how each step ended."""
    from bedaudit.report.plan import results as told

    for line in told(results):
        terminal.note(line.rstrip("\n"))


def confirmed(question: str) -> bool:
    """Asks on the terminal; anything but a clear yes is a no."""
    return click.confirm(question, default=False, err=True)
