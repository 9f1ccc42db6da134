"""`bedaudit policy`: working on policies, without AWS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bedaudit.cli import terminal
from bedaudit.cli.choices import unknown
from bedaudit.cli.command import Group
from bedaudit.cli.completion import controls, policies
from bedaudit.cli.options import as_json, config_option
from bedaudit.cli.terminal import counted
from bedaudit.errors import BedauditError

if TYPE_CHECKING:
    from bedaudit.cli.policies import Loaded
    from bedaudit.model import Mark
    from bedaudit.policy.model import Control

EXAMPLES = """\
bedaudit policy list                 the controls of the default policies
bedaudit policy validate policies/   every problem of every file
bedaudit policy test policies/       run the examples of each control
bedaudit policy schema > bedaudit.schema.json
"""

_COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "blue", "info": "dim"}

SOURCES = click.argument("sources", nargs=-1, metavar="[FILE|DIR|builtin:NAME]...", shell_complete=policies)


@click.command("policy", cls=Group, examples=EXAMPLES)
def policy() -> None:
    """Work on policies: list, show, validate and test them."""


@policy.command("validate", examples="bedaudit policy validate policies/ builtin:baseline\n")
@SOURCES
@config_option
def validate(sources: tuple[str, ...], config: Path | None) -> None:
    """Check policies, and tell all their problems at once.

    The settings of bedaudit.yaml and its waivers are checked with them.
    """
    from bedaudit.cli.policies import load
    from bedaudit.policy.waiver_file import load_waivers

    loaded = load(sources, config)
    if loaded.config.waivers:
        load_waivers(loaded.config.waivers)
    policies, controls = counted(len(loaded.policies), "policy", "policies"), counted(len(loaded.controls), "control")
    terminal.write(f"{policies}, {controls}: valid")


@policy.command("list", examples="bedaudit policy list builtin:all\nbedaudit policy list policies/ --format json\n")
@SOURCES
@config_option
@as_json
def list_(sources: tuple[str, ...], config: Path | None, format: str) -> None:  # noqa: A002
    """List controls."""
    from bedaudit.cli.policies import load

    loaded = load(sources, config)
    if format == "json":
        terminal.write(json.dumps([_described(control) for control in loaded.controls], indent=2))
        return
    _show_table(loaded)


def _described(control: Control) -> dict[str, Any]:
    return {
        "control": control.id,
        "title": control.title,
        "severity": control.severity,
        "kind": control.kind,
        "policy": control.policy,
        "why": control.why,
        "frameworks": {name: list(ids) for name, ids in control.frameworks.items()},
        "references": list(control.references),
        "fix": control.fix is not None,
        "file": control.mark.file,
        "line": control.mark.line,
    }


def _show_table(loaded: Loaded) -> None:
    from rich.table import Table
    from rich.text import Text

    from bedaudit.report.plain import harmless

    for number, each in enumerate(loaded.policies):
        table = Table.grid(padding=(0, 2, 0, 0))
        for control in each.controls:
            about = Text.assemble((control.id, "bold"), f"\n{harmless(control.title)} ", (f"({control.kind})", "dim"))
            table.add_row(Text(control.severity, style=_COLOURS[control.severity]), about)
        heading = Text.assemble("\n" * (number > 0), (each.name, "bold"), f": {harmless(each.description)}\n")
        terminal.show(heading, table)


@policy.command(
    "show", examples="bedaudit policy show invocation-logging-is-enabled\nbedaudit policy show bedrock-baseline\n"
)
@click.argument("name", metavar="NAME|CONTROL", shell_complete=controls)
@click.argument("sources", nargs=-1, metavar="[FILE|DIR|builtin:NAME]...", shell_complete=policies)
@config_option
def show(name: str, sources: tuple[str, ...], config: Path | None) -> None:
    """Print the YAML of a policy or of one of its controls."""
    from bedaudit.cli.policies import load, with_shipped

    if name.startswith("builtin:"):
        chosen = load((name,), config)
        terminal.write("\n".join(_source(chosen, each.file) for each in chosen.policies))
        return
    loaded = with_shipped(name, load(sources, config))
    controls = {control.id: control.mark for control in loaded.controls}
    policies = {each.name: each.file for each in loaded.policies}
    if name in controls:
        terminal.write(_lines(loaded, controls[name]))
    elif name in policies:
        terminal.write(_source(loaded, policies[name]))
    else:
        raise BedauditError(unknown("policy or control", name, [*policies, *controls]))


def _source(loaded: Loaded, file: str) -> str:
    from bedaudit.policy.files import find_sources

    sources, _ = find_sources(loaded.sources)
    return next(source.path for source in sources if source.file == file).read_text(encoding="utf-8")


def _lines(loaded: Loaded, mark: Mark) -> str:
    end = mark.end_line if mark.end_column > 1 else mark.end_line - 1
    return "\n".join(_source(loaded, mark.file).splitlines()[mark.line - 1 : end])


@policy.command("test", examples="bedaudit policy test\nbedaudit policy test policies/\n")
@SOURCES
@config_option
def test(sources: tuple[str, ...], config: Path | None) -> int:
    """Run the examples of each control.

    Exit 1 if one is not judged as it says.
    """
    from bedaudit.cli.policies import load
    from bedaudit.evaluate import run_examples
    from bedaudit.report.plain import harmless

    loaded = load(sources, config)
    failures = [failure for each in loaded.policies for failure in run_examples(each)]
    lines = [
        f"{each.mark.file}:{each.mark.line}:{each.mark.column}: {each.control}: expected {each.expected}, "
        f"got {each.found}: {harmless(each.message)}"
        for each in failures
    ]
    lines += [f"{control.id}: has no examples" for control in loaded.controls if not control.examples]
    run = sum(len(control.examples) for control in loaded.controls)
    judged = f"{len(failures)} not judged as they say" if failures else "each judged as it says"
    lines.append(f"{counted(run, 'example')} of {counted(len(loaded.controls), 'control')}: {judged}")
    terminal.write("\n".join(lines))
    return 1 if failures else 0


@policy.command("schema", examples="bedaudit policy schema > bedaudit.schema.json\n")
def schema() -> None:
    """Print the JSON Schema of policy files, for editors.

    In the first line of a policy:

    # yaml-language-server: $schema=bedaudit.schema.json
    """
    from bedaudit.kinds import kinds
    from bedaudit.policy.schema import json_schema

    terminal.write(json.dumps(json_schema(kinds()), indent=2))
