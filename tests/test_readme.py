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

README = Path(__file__).parents[1] / "README.md"
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


def test_the_policy_that_is_shown_loads_and_its_examples_hold(tmp_path: Path) -> None:
    shown = next(
        block for block in re.findall(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL) if "policy:" in block
    )
    file = tmp_path / "shown.yaml"
    file.write_text(shown)
    (policy,) = load([str(file)])
    assert run_examples(policy, kinds()) == ()
    assert all(control.examples for control in policy.controls)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`bedaudit ([a-z]+)", README.read_text()))))
def test_each_command_that_is_named_exists(command: str, tmp_path: Path) -> None:
    assert bedaudit(command, "--help", at=tmp_path).code == 0
