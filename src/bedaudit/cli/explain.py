"""`bedaudit explain`: one control, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bedaudit.cli import terminal
from bedaudit.cli.command import Command
from bedaudit.cli.completion import controls
from bedaudit.cli.options import policy_options

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bedaudit.policy.model import Condition, Control

EXAMPLES = """\
bedaudit explain invocation-logging-is-enabled
bedaudit explain our-own-control --policy policies/
"""

_WHAT = {
    "require": "Each {kind}{where} must meet this:",
    "exists": "There must be one {kind}{where} of which this is true:",
    "forbid": "There must be no {kind}{where} of which this is true:",
}
_COMBINED = {"any": "at least one of:", "none": "none of:"}
_ELEMENTS = {
    "any": "must have an element of which this is true:",
    "all": "must have elements, of each of which this is true:",
    "none": "must have no element of which this is true:",
}


@click.command(
    "explain", cls=Command, examples=EXAMPLES, short_help="Why a control is there, what it requires and reads."
)
@click.argument("control", shell_complete=controls)
@policy_options
def explain(control: str, policy: tuple[str, ...], config: Path | None) -> None:
    """Why a CONTROL is there, what it requires and reads, and how it is mended."""
    from bedaudit.cli.policies import control_named, filled, load, with_shipped
    from bedaudit.terraform import deletions

    if control == deletions.CONTROL:
        sections = {"Reads": [deletions.READS], "How it is mended": [deletions.MENDED]}
        named = f"{control}, {deletions.SEVERITY}, of every Terraform plan that is judged"
        terminal.show(*_page(deletions.TITLE, named, deletions.WHY, sections))
        return
    loaded = with_shipped(control, load(policy, config))
    found = filled(control_named(control, loaded), loaded)
    named = f"{found.id}, {found.severity}, of the policy {found.policy}"
    terminal.show(*_page(found.title, named, found.why, _sections(found), found.references))


def _page(
    title: str, named: str, why: str, sections: Mapping[str, Sequence[str]], references: Sequence[str] = ()
) -> Iterator[RenderableType]:
    from rich.constrain import Constrain
    from rich.padding import Padding
    from rich.text import Text

    from bedaudit.report.plain import harmless

    yield Text(harmless(title), style="bold")
    yield Text(named)
    yield Text(f"\n{harmless(why)}")
    for heading, lines in sections.items():
        if lines:
            yield Text(f"\n{heading}", style="bold")
            yield from (Padding(Text(harmless(line.lstrip())), (0, 0, 0, 2 + _indent(line))) for line in lines)
    if references:
        yield Text("\nReferences", style="bold")
        # Not wrapped, so that a terminal takes each for one link.
        links = (f"  {harmless(link)}" for link in references)
        yield from (Constrain(Text(link, no_wrap=True, overflow="ignore")) for link in links)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _sections(control: Control) -> Mapping[str, Sequence[str]]:
    from bedaudit.kinds import kinds
    from bedaudit.policy.needs import Needs
    from bedaudit.policy.watching import with_links
    from bedaudit.report.mending import mending

    needs = Needs(with_links([control], kinds()))
    operations = {str(operation) for kind in needs.kinds for operation in kinds()[kind].operations}
    return {
        "Requires": list(_requirement(control)),
        "Reads": [f"{kind}.{path}" for kind in sorted(needs.kinds) for path in needs.paths(kind)],
        "Calls that may be made for it": [", ".join(sorted(operations))],
        "How it is mended": list(mending(control)),
        "Frameworks": [f"{name}: {', '.join(ids)}" for name, ids in sorted(control.frameworks.items())],
        "Stands in": [f"{control.mark.file}:{control.mark.line}"],
    }


def _requirement(control: Control) -> Iterator[str]:
    if control.when:
        yield "Only where:"
        yield from _words(control.when, 1)
    if control.for_each:
        yield f"Once for each of {'.'.join(control.for_each)}."
    yield _WHAT[control.mode].format(kind=control.kind, where=" selected below" if control.where else "")
    yield from _words(control.condition, 1)
    if control.where:
        yield "Selected are those of which this is true:"
        yield from _words(control.where, 1)
    if control.at_least_one:
        yield f"At least one {control.kind} must be there."


def _words(condition: Condition, depth: int) -> Iterator[str]:
    """A condition, one word a line."""
    from bedaudit.policy.model import Combination
    from bedaudit.policy.spelling import dotted, spelled
    from bedaudit.policy.words import WORDS, phrase

    indent = "  " * depth
    if isinstance(condition, Combination):
        if condition.op != "all":
            yield f"{indent}{_COMBINED[condition.op]}"
        for inner in condition.conditions:
            yield from _words(inner, depth + (condition.op != "all"))
    elif WORDS[condition.word].argument == "condition":
        yield f"{indent}{dotted(condition.path)} {_ELEMENTS[condition.word]}"
        yield from _words(condition.argument, depth + 1)
    else:
        subject = dotted(condition.path) or "it"
        yield f"{indent}{subject} must {phrase(spelled(condition))}"
