"""The page of commands and options, of what the commands themselves say: no word of it is click's own."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import click

from bedaudit.cli.choices import Word
from bedaudit.cli.command import Command, Group
from bedaudit.cli.root import root

HEAD = """\
# Commands and options

What `--help` of a command says, too. An option can be given by an environment variable as well: what is typed comes
first, then the environment, then `bedaudit.yaml`. In a variable, flags are `1` or `0`, and several values are separated
by spaces. What every command takes:

"""
SHARED = {"verbose", "quiet"}
"""Options of every command."""


def options_page() -> Iterator[str]:
    yield HEAD
    yield from _table([option for option in options(root) if option.name in SHARED], ())
    for path, command in commands():
        yield f"\n## `{' '.join(('bedaudit', *path, *_arguments(command)))}`\n\n{_help(command)}\n"
        if own := [option for option in options(command) if option.name not in SHARED]:
            yield "\n"
            yield from _table(own, path)
        if isinstance(command, Command | Group) and command.examples:
            yield f"\n```text\n{command.examples.strip()}\n```\n"


def prose(text: str) -> str:
    """A sentence of a policy or an option, in a table or a paragraph: nothing in it is markup but code in backticks."""
    return re.sub(r"(`[^`|]+`)|([\\`*<>\[\]|~]|\b_|_\b)", lambda found: found[1] or f"\\{found[2]}", text)


def commands(
    command: click.Command = root, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each command with the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from commands(command.commands[name], (*path, name))


def options(command: click.Command) -> list[click.Option]:
    return [option for option in command.params if isinstance(option, click.Option)]


def variable(option: click.Option, path: tuple[str, ...]) -> str:
    """The environment variable of an option; none of what does nothing but print."""
    own = "_".join(("BEDAUDIT", *path, str(option.name))).upper().replace("-", "_")
    return "" if option.is_eager else str(option.envvar or own)


def _table(shown: list[click.Option], path: tuple[str, ...]) -> Iterator[str]:
    yield "| option | environment | meaning |\n|---|---|---|\n"
    for option in shown:
        names = " ".join(filter(None, (", ".join(f"`{name}`" for name in option.opts), prose(_value(option)))))
        default = f" Default: {option.default}." if option.show_default else ""
        named = variable(option, path)
        yield f"| {names} | {f'`{named}`' if named else ''} | {prose(f'{option.help}{default}')} |\n"


def _value(option: click.Option) -> str:
    """What stands for the value of an option; nothing for a flag."""
    kind: Any = option.type
    if option.is_flag or option.count:
        return ""
    if option.metavar:
        return option.metavar
    if isinstance(kind, click.Choice | Word):
        return "|".join(kind.choices if isinstance(kind, click.Choice) else kind.words())
    return "N" if isinstance(kind, click.IntRange) else str(kind.name).upper()


def _arguments(command: click.Command) -> list[str]:
    named = [each for each in command.params if isinstance(each, click.Argument)]
    return [each.metavar or (str(each.name).upper() if each.required else f"[{each.name}]".upper()) for each in named]


def _help(command: click.Command) -> str:
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    return "\n\n".join(prose(" ".join(paragraph.split())) for paragraph in paragraphs)
