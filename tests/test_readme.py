"""What README.md shows is so: the table of controls, the policy, the commands.

`BEDAUDIT_GOLDEN=write` renews the table.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bedaudit.evaluate import run_examples
from bedaudit.kinds import kinds
from bedaudit.policy.builtin import builtin_policies
from bedaudit.policy.load import load
from bedaudit.policy.model import Control, Policy
from tests.cli.run import bedaudit

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


COMMAND = r"(?:`|^    )bedaudit ([a-z]+)"


@pytest.mark.parametrize(
    "command", sorted({name for page in PAGES for name in re.findall(COMMAND, page.read_text(), re.MULTILINE)})
)
def test_each_command_that_is_named_exists(command: str, tmp_path: Path) -> None:
    assert bedaudit(command, "--help", at=tmp_path).code == 0
