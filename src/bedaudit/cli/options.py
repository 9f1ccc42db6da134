"""The options that several commands share, and what was given for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click
from click.core import ParameterSource

from bedaudit.cli.choices import ACCOUNT, FORMAT, SEVERITY, SHARD
from bedaudit.cli.command import Option
from bedaudit.cli.completion import controls, policies
from bedaudit.cli.inputs import INPUT, Place
from bedaudit.cli.outputs import OUTPUT, Output

if TYPE_CHECKING:
    from bedaudit.model import Severity

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True)
class Scope:
    """What to look at, and as whom."""

    policy: tuple[str, ...]
    config: Path | None
    org: bool
    account: tuple[str, ...]
    region: tuple[str, ...]
    control: tuple[str, ...]
    role: str | None
    external_id: str | None
    profile: str | None
    concurrency: int
    transport: Literal["boto3", "fast"]
    workers: int


@dataclass(frozen=True, slots=True)
class ScanOptions(Scope):
    """What to do with what was seen, besides."""

    from_: Place | None
    terraform_plan: Path | None
    shard: tuple[int, int] | None
    engine: str | None
    resume: Path | None
    save_snapshot: Path | None
    format: str | None
    output: tuple[Output, ...]
    fail_on: Severity | None
    baseline: Place | None
    only_new: bool
    waivers: Path | None
    allow_unknown: bool
    exit_zero: bool
    sarif_for: Literal["github", "any"]
    sarif_category: str
    markdown_for: Literal["comment", "summary"]
    publish: Literal["security-hub"] | None


@dataclass(frozen=True, slots=True)
class StoredOptions:
    """How to judge snapshots, and what to write of them or of stored reports."""

    policy: tuple[str, ...]
    config: Path | None
    waivers: Path | None
    baseline: Place | None
    format: str | None
    output: tuple[Output, ...]
    sarif_for: Literal["github", "any"]
    sarif_category: str
    markdown_for: Literal["comment", "summary"]
    profile: str | None


@dataclass(frozen=True, slots=True)
class MergeOptions(StoredOptions):
    """What the whole means, besides."""

    fail_on: Severity | None
    only_new: bool
    allow_unknown: bool
    exit_zero: bool


def _option(heading: str, *names: str, **attributes: Any) -> Callable[[F], F]:
    long = next(name for name in names if name.startswith("--"))
    variable = f"BEDAUDIT_{long.removeprefix('--').replace('-', '_').upper()}"
    return click.option(*names, cls=Option, heading=heading, envvar=variable, **attributes)


def _usually(value: object) -> dict[str, Any]:
    """A default that the help tells."""
    return {"default": value, "show_default": True}


def _either(*words: str) -> dict[str, Any]:
    """One of these words, the first if none is given."""
    return {"type": click.Choice(words), **_usually(words[0])}


def _format(says: str, *words: str) -> Callable[[F], F]:
    """How a command writes what is no report, which no other command's variable decides."""
    return click.option("--format", cls=Option, **_either(*words), help=says)


def _together(*options: Callable[[F], F]) -> Callable[[F], F]:
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)


_judged = partial(_option, "What is required")
_scope = partial(_option, "Where to look")
_identity = partial(_option, "As whom")
_report = partial(_option, "Report")
_verdict = partial(_option, "Verdict")

config_option = _judged("--config", metavar="FILE", type=FILE, help="Settings. Default: bedaudit.yaml, if it is here.")
as_json = _format("What to write.", "text", "json")
policy_options = _together(
    _judged(
        "--policy",
        "-p",
        metavar="POLICY",
        shell_complete=policies,
        multiple=True,
        help="A file, a directory, or builtin:NAME; repeatable. Default: builtin:baseline.",
    ),
    config_option,
)
_control = _judged(
    "--control",
    metavar="ID",
    shell_complete=controls,
    multiple=True,
    help="Judge this control only; repeatable.",
)
_places = _together(
    _scope("--org", is_flag=True, help="Every active account of the organisation."),
    _scope("--account", metavar="ID", type=ACCOUNT, multiple=True, help="This account; repeatable. Default: your own."),
    _scope(
        "--region",
        metavar="REGION",
        multiple=True,
        help="This region; repeatable. Default: all that have Bedrock and are enabled.",
    ),
    _scope("--concurrency", metavar="N", type=click.IntRange(1, 1000), **_usually(64), help="Calls under way at once."),
    _scope(
        "--transport",
        **_either("fast", "boto3"),
        help="What carries reads: boto3 itself, or a faster way with the same requests and replies.",
    ),
    _scope(
        "--workers",
        metavar="N",
        type=click.IntRange(1, 64),
        **_usually(1),
        help="Processes that read, each with its share of the calls.",
    ),
)
_shard = _scope("--shard", metavar="I/N", type=SHARD, help="The I-th of N parts of the accounts; `merge` joins them.")
_engine = _scope("--engine", metavar="URL", help="Read on a Dask cluster, as dask://scheduler:8786.")
profile_option = _identity("--profile", metavar="NAME", help="A profile of the AWS configuration.")
_identities = _together(
    _identity("--role", metavar="NAME", help="The role to assume in each account but your own."),
    _identity("--external-id", metavar="ID", help="The external ID that the role asks for."),
    profile_option,
)
_written = _together(
    _report("--format", type=FORMAT, help="What to write to stdout. Default: text."),
    _report(
        "-o",
        "--output",
        metavar="FORMAT:PATH",
        type=OUTPUT,
        multiple=True,
        help="Write a report to a file or s3:// object as well (- is stdout, DIR/ a file an account); repeatable.",
    ),
    _report("--sarif-for", **_either("any", "github"), help="Whom SARIF is written for."),
    _report(
        "--sarif-category",
        metavar="NAME",
        default="",
        help="Tells alerts from those of another scan of the same accounts, by other policies.",
    ),
    _report(
        "--markdown-for",
        **_either("comment", "summary"),
        help="What Markdown is to fit in: a comment on a pull request, or the summary of a job.",
    ),
)
_reports = _together(
    _written,
    _report("--save-snapshot", metavar="FILE", type=FILE, help="Keep all that was read, to judge it again."),
)
_changes = partial(_option, "Changes")
journal_option = _changes("--journal", metavar="FILE", type=FILE, help="Where each step is noted. Default: a new file.")
yes_option = _changes("--yes", is_flag=True, help="Do not ask.")
fix_options = _together(
    policy_options,
    _control,
    _places,
    _identities,
    _changes("--dry-run", is_flag=True, help="Show the plan, and change nothing."),
    _changes("--out", metavar="PLAN", type=FILE, help="Write the plan to a file, as JSON."),
    _changes("--plan", metavar="PLAN", type=FILE, help="Apply only the steps of this saved plan, as they were saved."),
    _changes("--digest", metavar="DIGEST", help="With --plan: the digest it has to have; --dry-run shows it."),
    yes_option,
    _changes("--allow-risky", is_flag=True, help="Apply risky steps too."),
    _changes("--max-steps", metavar="N", type=click.IntRange(min=0), help="Apply at most so many steps."),
    journal_option,
    _format("How to show the plan.", "text", "json", "markdown"),
)
rollback_options = _together(_identities, config_option, yes_option)
_baseline = _verdict(
    "--baseline",
    metavar="REPORT",
    type=INPUT,
    help="An earlier JSON report, a file or s3:// object: say what is new, and what fixed.",
)
_waivers = _verdict("--waivers", metavar="FILE", type=FILE, help="Dated, owned exceptions.")
_gate = _together(
    _verdict(
        "--fail-on",
        metavar="SEVERITY",
        type=SEVERITY,
        help="The least severity that counts: critical, high, medium, low or info. Default: low.",
    ),
    _baseline,
    _verdict("--only-new", is_flag=True, help="Exit 1 only for what did not fail in the baseline."),
    _verdict("--allow-unknown", is_flag=True, help="Exit 0, not 3, where only unknowns are left."),
    _verdict("--exit-zero", is_flag=True, help="Exit 0 instead of 1 and 3."),
)
_verdicts = _together(_gate, _waivers)
merge_options = _together(policy_options, profile_option, _written, _verdicts)
report_options = _together(policy_options, _waivers, _baseline, profile_option, _written)
scope_options = _together(policy_options, _control, _places, _identities)
demo_options = _together(policy_options, _control, _places, _reports, _verdicts)
scan_options = _together(
    policy_options,
    _control,
    _places,
    _scope(
        "--from",
        "from_",
        metavar="SNAPSHOT",
        type=INPUT,
        help="Judge a saved snapshot, a file or s3:// object, instead of reading AWS.",
    ),
    _scope(
        "--terraform-plan",
        metavar="FILE",
        type=FILE,
        help="Judge what a plan, as written by `terraform show -json PLAN`, leaves behind instead of reading AWS.",
    ),
    _shard,
    _engine,
    _scope("--resume", metavar="SNAPSHOT", type=FILE, help="Go on with the snapshot of a scan that was stopped."),
    _identities,
    _reports,
    _report(
        "--publish",
        type=click.Choice(["security-hub"]),
        help="Give the findings to AWS Security Hub as well, each in its own account and region.",
    ),
    _verdicts,
)  # fmt: skip


def refuse(context: click.Context, names: dict[str, str], because: str) -> None:
    """A usage error for the first of these options (parameter to option) that was typed, where it would do nothing."""
    for parameter, option in names.items():
        if context.get_parameter_source(parameter) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{option} {because}", context)
