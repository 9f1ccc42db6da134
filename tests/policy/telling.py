"""What the loader tells of a policy that a test writes down in part."""

from __future__ import annotations

import textwrap
from pathlib import Path

from bedaudit.errors import PolicyError
from bedaudit.model import Call
from bedaudit.policy.load import load
from tests.policy.some_kinds import KINDS

PARAMETERS = """
    parameters:
      days: {type: integer, default: 30}
      ratio: {type: number, default: 0.5}
      heard: {type: boolean, default: true}
      word: {type: string, default: s3}
      open: {type: string, default: "("}
      models: {type: list, default: [a, b]}
      topic: {type: string}
      limit: {type: integer}
      wrong: {type: strin}
"""


def problems_of(text: str, tmp_path: Path) -> list[str]:
    file = tmp_path / "p.yaml"
    file.write_text(textwrap.dedent(text))
    try:
        load([str(file)], kinds=KINDS, check=complain)
    except PolicyError as error:
        return [str(problem).removeprefix(f"{file}:") for problem in error.problems]
    return []


def complain(call: Call) -> list[str]:
    return ["Period: must be a whole number"] if isinstance(call.parameters.get("Period", 60), str) else []


def control(kind: str, text: str) -> str:
    """A policy of one control that has these lines."""
    head = f"policy: p\ncontrols:\n  - id: c\n    title: t\n    severity: low\n    resource: {kind}\n    why: w\n"
    return head + textwrap.indent(textwrap.dedent(text).strip(), "    ")


def messages(kind: str, text: str, tmp_path: Path) -> list[str]:
    parameters = textwrap.dedent(PARAMETERS).strip()
    found = problems_of(f"{control(kind, text)}\n{parameters}\n", tmp_path)
    declared = "type of parameter wrong must be one of string, integer, number, boolean or list"
    return [problem.split(": ", 1)[1] for problem in found if declared not in problem]
