"""What a shell offers where the name of a policy or a control is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem


def controls(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The controls of the shipped policies that begin so."""
    from bedaudit.policy.builtin import BUILTIN, builtin_policies
    from bedaudit.policy.load import load

    shipped = load([f"{BUILTIN}{name}" for name in builtin_policies()])
    return [control.id for policy in shipped for control in policy.controls if control.id.startswith(incomplete)]


def policies(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, and the shipped policies that begin so."""
    from click.shell_completion import CompletionItem

    from bedaudit.policy.builtin import BUILTIN, builtin_policies

    names = [f"{BUILTIN}{name}" for name in ("all", *builtin_policies())]
    # bash forgets what was offered before a file.
    return [
        CompletionItem(incomplete, type="file"),
        *(CompletionItem(name) for name in names if name.startswith(incomplete)),
    ]
