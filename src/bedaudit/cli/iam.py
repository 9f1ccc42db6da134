"""`bedaudit iam`: the permissions that bedaudit needs, and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bedaudit.cli import terminal
from bedaudit.cli.choices import Word
from bedaudit.cli.command import Command, Option
from bedaudit.cli.options import policy_options
from bedaudit.cli.policies import load, rules

if TYPE_CHECKING:
    from bedaudit.permissions.documents import Document, Statement
    from bedaudit.policy.model import Control

EXAMPLES = """\
bedaudit iam > read.json                          a policy to scan with
bedaudit iam --write > fix.json                   a policy to scan and fix with
bedaudit iam --format cloudformation > role.yaml  a role for all accounts, by a StackSet
bedaudit iam --format terraform > role.tf
bedaudit iam --publish security-hub > read.json   and to give findings to Security Hub
"""

ROLE, FIXING = "BedauditReadOnly", "BedauditFix"
_ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)


@click.command("iam", cls=Command, examples=EXAMPLES, short_help="The IAM policy that scans and fixes need, no more.")
@policy_options
@click.option("--write", cls=Option, is_flag=True, help="What `fix` changes, too.")
@click.option("--rollback", cls=Option, is_flag=True, help="What `rollback` takes away, too. Includes --write.")
@click.option(
    "--publish",
    cls=Option,
    type=click.Choice(["security-hub"]),
    help="What `scan --publish` gives findings to, too.",
)
@click.option(
    "--role",
    cls=Option,
    metavar="NAME",
    envvar="BEDAUDIT_ROLE",
    help=f"The role to be assumed, if it is not {ROLE}, or with --write {FIXING}.",
)
@click.option(
    "--format",
    cls=Option,
    type=Word("format", lambda: ("json", "cloudformation", "terraform")),
    default="json",
    show_default=True,
    help="A policy document (a list of them where IAM's limit asks for several), or what deploys a role.",
)
def iam(  # noqa: PLR0913, PLR0917 - click calls it so
    policy: tuple[str, ...],
    config: Path | None,
    write: bool,  # noqa: FBT001 - click calls it so
    rollback: bool,  # noqa: FBT001 - click calls it so
    publish: str | None,
    role: str | None,
    format: str,  # noqa: A002 - click calls it so
) -> None:
    """Print the IAM permissions that the chosen policies need: what a scan reads, and with --write what a fix changes.

    Reading log events, objects and traces, decrypting and invoking models is denied. A fix may change the roles of
    Bedrock's logging, so whoever may fix can give themselves more: set a permissions boundary.
    """
    from bedaudit.permissions.cloudformation import template
    from bedaudit.permissions.documents import documents
    from bedaudit.permissions.terraform import configuration

    write = write or rollback
    role = (FIXING if write else ROLE) if role is None else role
    if not _ROLE_NAME.fullmatch(role):
        raise click.UsageError(f"{role!r} is no name of a role")
    loaded = load(policy, config)
    controls = tuple(rules(loaded, ()).controls.values())
    statements = (*_statements(controls, role, write=write, rollback=rollback), *_publishing(publish))
    found = documents(statements)
    if format == "json":
        terminal.write(json.dumps(found[0] if len(found) == 1 else found, indent=2))
    elif format == "cloudformation":
        terminal.write(template(found, _entering(role), role))
    else:
        terminal.write("".join(configuration(found, _entering(role), role)))


def _statements(controls: Sequence[Control], role: str, *, write: bool, rollback: bool) -> tuple[Statement, ...]:
    from bedaudit.aws.regions import OPERATIONS
    from bedaudit.permissions.actions import of_read
    from bedaudit.permissions.documents import changing, reading
    from bedaudit.permissions.needed import fix_actions, read_actions, rollback_actions

    read = read_actions(controls) | set(map(of_read, OPERATIONS))
    besides, changed = fix_actions(controls) if write else (set[str](), set[str]())
    taken = rollback_actions(controls) if rollback else set[str]()
    return (*reading(read | besides), *changing(changed | taken, role))


def _publishing(publish: str | None) -> tuple[Statement, ...]:
    from bedaudit.aws.security_hub import OPERATIONS
    from bedaudit.permissions.documents import publishing

    return publishing(map(str, OPERATIONS)) if publish else ()


def _entering(role: str) -> Document:
    from bedaudit.aws.organization import OPERATIONS
    from bedaudit.permissions.actions import of_read
    from bedaudit.permissions.documents import documents, entering

    (document,) = documents(entering(map(of_read, OPERATIONS), role))
    return document
