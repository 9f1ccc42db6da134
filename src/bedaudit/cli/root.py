"""`bedaudit` itself."""

from __future__ import annotations

import click

from bedaudit import __version__
from bedaudit.cli.command import Group
from bedaudit.cli.demo import demo, sandbox
from bedaudit.cli.diff import diff
from bedaudit.cli.explain import explain
from bedaudit.cli.fix import fix
from bedaudit.cli.iam import iam
from bedaudit.cli.init import init
from bedaudit.cli.kinds import kinds
from bedaudit.cli.merge import merge
from bedaudit.cli.policy import policy
from bedaudit.cli.report import report
from bedaudit.cli.rollback import rollback
from bedaudit.cli.scan import scan
from bedaudit.cli.targets import targets

EXAMPLES = """\
bedaudit demo                  see a whole audit, without an AWS account
bedaudit scan                  audit the account whose credentials you have
bedaudit scan --org --role BedauditReadOnly -o sarif:bedaudit.sarif
"""


@click.command(
    cls=Group,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "BEDAUDIT",
        "max_content_width": 100,
    },
    headings={
        "Audit": ("scan", "targets"),
        "Reports": ("report", "diff", "merge"),
        "Change": ("fix", "rollback"),
        "Policies": ("policy", "kinds", "explain"),
        "Begin": ("init", "iam", "demo", "sandbox"),
    },
    examples=EXAMPLES,
)
@click.version_option(__version__, message="%(prog)s %(version)s", allow_from_autoenv=False)
def root() -> None:
    """Audit how observable Amazon Bedrock is, across AWS accounts and regions.

    Every option can also be given by the environment: --fail-on by BEDAUDIT_FAIL_ON, and so on. Exit codes: 0 all
    is well, 1 something fails, 2 could not run, 3 something could not be read, 4 a bug, 130 interrupted.
    """


for command in (scan, targets, report, diff, merge, fix, rollback, iam, policy, kinds, explain, init, demo, sandbox):
    root.add_command(command)
