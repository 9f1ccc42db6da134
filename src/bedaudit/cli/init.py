"""`bedaudit init`: a repository that audits, to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from bedaudit import __version__
from bedaudit.cli import terminal
from bedaudit.cli.command import Command

EXAMPLES = """\
bedaudit init                in the root of a repository
bedaudit init ../audits
"""

FILES: Final = {
    "bedaudit.yaml": "bedaudit.yaml",
    "team.yaml": "policies/team.yaml",
    "gate.yml": ".github/workflows/bedaudit.yml",
    "org-scan.yml": ".github/workflows/bedaudit-org-scan.yml",
}
"""Each starter file, and where it goes."""

NEXT = """
Next:
  bedaudit policy test                  the examples of your policies
  bedaudit scan                         the account whose credentials you have
  bedaudit iam --format cloudformation  the role that scans need
Commit the files: the gate is green until the repository's variable BEDAUDIT_ROLE_ARN names a role to scan with."""


@click.command("init", cls=Command, examples=EXAMPLES, short_help="Write a starter bedaudit.yaml and GitHub workflows.")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=".")
def init(directory: Path) -> None:
    """Write starter files into DIRECTORY: settings, a policy of your own, a gate and a nightly scan.

    What is there already is left as it is.
    """
    from bedaudit.cli.outputs import write_file
    from bedaudit.errors import ReportError
    from bedaudit.report.plain import harmless

    for source, name in FILES.items():
        path = directory / name
        if path.exists():
            terminal.write(f"kept   {harmless(str(path))}")
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ReportError(f"{path.parent}: cannot be made: {error.strerror}") from error
        write_file(path, [_text(source, directory)])
        terminal.write(f"wrote  {harmless(str(path))}")
    terminal.write(NEXT)


def _text(source: str, directory: Path) -> str:
    """A starter file; the minute of its schedule is the directory's own, so that not all run at once."""
    import hashlib

    minute = 1 + hashlib.sha256(str(directory.resolve()).encode()).digest()[0] % 58
    text = (Path(__file__).parents[1] / "starter" / source).read_text(encoding="utf-8")
    return text.replace("@VERSION@", __version__).replace("@MINUTE@", str(minute))
