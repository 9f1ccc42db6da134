"""What README.md shows is so: the table of controls, the policy, the commands.

`BEDAUDIT_GOLDEN=write` renews the table.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import get_args

import click
import pytest

from bedaudit.cli.root import root
from bedaudit.evaluate import run_examples
from bedaudit.kinds import kinds
from bedaudit.model import Reason
from bedaudit.policy.builtin import builtin_policies
from bedaudit.policy.load import load
from bedaudit.policy.model import Control, Policy

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
HEAD = "| control | severity | kind | asks | fix |\n|---|---|---|---|---|\n"
TABLE = re.compile(r"(?<=<!-- controls -->\n).*?(?=<!-- /controls -->)", re.DOTALL)


def fixable(control: Control) -> str:
    return "yes" if control.fix is not None and control.fix.safety != "manual" else "by hand"


def section(name: str, policy: Policy) -> str:
    rows = "".join(
        f"| `{control.id}` | {control.severity} | {control.kind} | {control.title} | {fixable(control)} |\n"
        for control in policy.controls
    )
    summary = f"<summary><code>builtin:{name}</code>: {policy.description}</summary>"
    return f"<details>\n{summary}\n\n{HEAD}{rows}\n</details>\n"


def table() -> str:
    return "\n" + "\n".join(section(name, load([f"builtin:{name}"])[0]) for name in sorted(builtin_policies())) + "\n"


def test_the_table_lists_every_control() -> None:
    text = README.read_text()
    if os.environ.get("BEDAUDIT_GOLDEN") == "write":
        README.write_text(TABLE.sub(lambda _: table(), text))
    assert TABLE.findall(README.read_text()) == [table()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_policies_that_pages_show_load_and_their_examples_hold(page: Path, tmp_path: Path) -> None:
    for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)):
        if block.startswith("policy:"):
            file = tmp_path / f"{number}.yaml"
            file.write_text(block)
            (policy,) = load([str(file)])
            assert run_examples(policy, kinds()) == ()
            assert all(control.examples for control in policy.controls)


COMMAND = re.compile(r"`(bedaudit [^`\n]+)`|^    (bedaudit .+)$", re.MULTILINE)


def shown(page: Path) -> list[list[str]]:
    """The words of each command on a page, without its comment."""
    return [shlex.split(a or b, comments=True)[1:] for a, b in COMMAND.findall(page.read_text())]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_that_pages_name_exist(page: Path) -> None:
    for words in shown(page):
        command: click.Command = root
        context = click.Context(command)
        while isinstance(command, click.Group) and words and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        assert not (isinstance(command, click.Group) and words), words
        known = {name for option in command.get_params(context) for name in option.opts}
        assert {word for word in words if re.match(r"--?[a-z]", word)} <= known


def test_every_reason_why_something_is_unknown_is_explained() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    assert re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE) == list(get_args(Reason))
