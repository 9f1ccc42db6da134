"""`bedaudit scan`: read, judge, report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bedaudit.cli import terminal
from bedaudit.cli.command import Command, Talk
from bedaudit.cli.exits import INTERRUPTED, UNSEEN, exit_code
from bedaudit.cli.inputs import Place, fetched
from bedaudit.cli.options import ScanOptions, refuse, scan_options
from bedaudit.cli.outputs import Output, check_writable, chosen
from bedaudit.cli.policies import load, standard
from bedaudit.cli.reports import baseline_of, check_outputs, compared, write_reports
from bedaudit.cli.settings import settings_of
from bedaudit.errors import BedauditError

if TYPE_CHECKING:
    from bedaudit.audit import Published, Standard
    from bedaudit.aws.settings import Settings
    from bedaudit.model import Report, Severity
    from bedaudit.policy.config import Config

EXAMPLES = """\
bedaudit scan                                  your account, all its regions
bedaudit scan --region us-east-1 --fail-on high
bedaudit scan --org --role BedauditReadOnly -o sarif:bedaudit.sarif
bedaudit scan --save-snapshot today.jsonl.gz
bedaudit scan --from today.jsonl.gz --policy policies/
bedaudit scan --terraform-plan plan.json       before it is applied
bedaudit scan --resume today.jsonl.gz          after Ctrl-C or a crash
"""

_LIVE_ONLY = {
    "save_snapshot": "--save-snapshot",
    "resume": "--resume",
    "shard": "--shard",
    "engine": "--engine",
    "role": "--role",
    "external_id": "--external-id",
    "publish": "--publish",
}
_UNPLANNED = {**_LIVE_ONLY, "from_": "--from", "org": "--org"}


@click.command("scan", cls=Command, examples=EXAMPLES, short_help="Read AWS (or a snapshot), judge it, report.")
@scan_options
@click.pass_context
def scan(context: click.Context, /, **given: Any) -> int:
    """Read the Bedrock configuration of AWS accounts and regions, judge it by policies, and report the drift.

    Reads only. What cannot be read is reported as unknown, never as passed or failed.

    A Terraform plan is judged as it shows the kinds of which it manages anything; the others are not
    applicable, what is known only after apply is unknown, and Bedrock counts as in use.
    """
    options, talk = ScanOptions(**given), context.ensure_object(Talk)
    if options.resume is not None:
        refuse(
            context, {"save_snapshot": "--save-snapshot"}, "has no meaning with --resume, which goes on with its own"
        )
    if options.terraform_plan is not None:
        refuse(context, _UNPLANNED, "has no meaning with --terraform-plan, which reads no AWS")
        return planned(options.terraform_plan, options, talk)
    if options.from_ is None:
        return live(options, talk)
    refuse(context, _LIVE_ONLY, "has no meaning with --from, which reads no AWS")
    return offline(options.from_, options, talk)


def live(options: ScanOptions, talk: Talk, *, places: Config | None = None) -> int:
    """Reads AWS and judges what it says; `places`: look there, and not where the user's settings say."""
    import gc

    from bedaudit.audit import begun
    from bedaudit.audit import scan as scan_aws
    from bedaudit.aws.progress import Progress
    from bedaudit.cli import progress

    gc.set_threshold(100_000, 50, 100)  # replies hold no cycles: looking for some after each 700 values is a waste
    asked, counters = prepare(options), Progress()
    scope = settings_of(options, places or asked.config, units=asked.standard.rules.needs_organizational_units)
    settings = replace(scope, shard=options.shard, engine=options.engine)
    snapshot = begun(options.resume) if options.resume else options.save_snapshot
    with progress.shown(counters, talk):
        scanned = scan_aws(settings, asked.standard, counters, lambda: datetime.now(UTC), snapshot)
    if not scanned.interrupted:
        return finish(asked, scanned.report, talk, settings)
    file = options.save_snapshot or options.resume
    kept = f"; go on with --resume {file}" if file else ""
    terminal.note(f"interrupted after {counters.sites_done} of {counters.sites} regions{kept}")
    finish(asked, scanned.report, talk)
    return INTERRUPTED


def offline(snapshot: Place, options: ScanOptions, talk: Talk) -> int:
    """Judges a snapshot."""
    from bedaudit.audit import from_snapshot

    asked = prepare(options)
    report = from_snapshot(fetched(snapshot, options.profile), asked.standard, options.account, options.region)
    return finish(asked, report, talk)


def planned(plan: Path, options: ScanOptions, talk: Talk) -> int:
    """Judges a Terraform plan."""
    from bedaudit.audit import from_plan

    if len(options.account) > 1 or len(options.region) > 1:
        raise BedauditError("of what a plan does not tell it, --account and --region say one account and one region")
    asked = prepare(options)
    account, region = next(iter(options.account), None), next(iter(options.region), None)
    return finish(asked, from_plan(plan, asked.standard, datetime.now(UTC), account, region), talk)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user wants judged and written, found to be possible."""

    options: ScanOptions
    config: Config
    standard: Standard
    fail_on: Severity
    outputs: tuple[Output, ...]
    baseline: Report | None


def prepare(options: ScanOptions) -> Asked:
    """Loads policies, settings and waivers, and looks at the outputs, before anything long begins.

    Raises:
        BedauditError: one of them is wrong.
    """
    outputs = chosen(options.format, options.output, options.save_snapshot)
    check_outputs(outputs, options.profile)
    if options.save_snapshot is not None:
        check_writable(options.save_snapshot, device=False)
    loaded = load(options.policy, options.config)
    return Asked(
        options=options,
        config=loaded.config,
        standard=standard(loaded, options.control, options.waivers, datetime.now(UTC).date()),
        fail_on=options.fail_on or loaded.config.fail_on or "low",
        outputs=outputs,
        baseline=baseline_of(options.baseline, options.profile, only_new=options.only_new),
    )


def finish(asked: Asked, report: Report, talk: Talk, settings: Settings | None = None) -> int:
    """Publishes as `settings` say, writes the reports, and says what they mean to a shell.

    Raises:
        BedauditError: nothing was judged, or a report cannot be written; the others are.
    """
    if not report.findings and asked.options.shard is None:
        raise BedauditError("nothing was judged: no region that was read has a control that is about it")
    options, published = asked.options, None
    report = compared(report, asked.baseline)
    if options.publish and settings:
        published = _publish(settings, report, compared=asked.baseline is not None)
        report = published.report
    write_reports(report, asked.outputs, talk, options)
    code = exit_code(
        report,
        asked.fail_on,
        only_new=options.only_new,
        allow_unknown=options.allow_unknown,
        exit_zero=options.exit_zero,
    )
    told = published is None or published.whole or options.exit_zero
    return code if told or code else UNSEEN


def _publish(settings: Settings, report: Report, *, compared: bool) -> Published:
    from bedaudit.audit import publish
    from bedaudit.aws.progress import Progress

    return publish(settings, Progress(), report, compared=compared)
