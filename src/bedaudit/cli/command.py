"""click's commands with grouped help, examples as written, and `-v` and `--quiet` wherever they are typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click


@dataclass(slots=True)
class Talk:
    """How much the user wants to hear; filled in while the arguments are parsed."""

    verbose: int = 0
    quiet: bool = False


def _set_verbose(context: click.Context, _: click.Parameter, count: int) -> None:
    talk = context.ensure_object(Talk)
    talk.verbose = max(talk.verbose, count)


def _set_quiet(context: click.Context, _: click.Parameter, given: bool) -> None:  # noqa: FBT001 - click calls it so
    talk = context.ensure_object(Talk)
    talk.quiet = talk.quiet or given


class Option(click.Option):
    """An option that stands under a heading in the help."""

    def __init__(self, *arguments: Any, heading: str = "Options", **attributes: Any) -> None:
        self.heading = heading
        super().__init__(*arguments, **attributes)


def _talk_options() -> list[click.Parameter]:
    return [
        Option(
            ["-v", "--verbose"], count=True, expose_value=False, callback=_set_verbose, envvar="BEDAUDIT_VERBOSE",
            help="Say on stderr what is being done, and more in reports.",
        ),
        Option(
            ["-q", "--quiet"], is_flag=True, expose_value=False, callback=_set_quiet, envvar="BEDAUDIT_QUIET",
            help="No progress, no notes: errors only.",
        ),
    ]  # fmt: skip


class Command(click.Command):
    """A command whose help has its options under headings and its examples as they were written."""

    def __init__(self, *arguments: Any, examples: str = "", **attributes: Any) -> None:
        self.examples = examples
        super().__init__(*arguments, **attributes)
        self.params.extend(_talk_options())

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command, with as much said on the way as was asked for."""
        from bedaudit.cli.logs import start

        start(ctx.ensure_object(Talk))
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the options, one list a heading."""
        lists: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(ctx)):
                lists.setdefault(getattr(parameter, "heading", "Options"), []).append(record)
        last = lists.pop("Options", [])
        for heading, records in [*lists.items(), ("Options", last)]:
            with formatter.section(heading):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the examples."""
        write_examples(formatter, self.examples)


class Group(click.Group):
    """A group whose help lists its commands under headings."""

    command_class = Command

    def __init__(
        self, *arguments: Any, headings: Mapping[str, tuple[str, ...]] | None = None, examples: str = "", **more: Any
    ) -> None:
        self.headings, self.examples = headings, examples
        super().__init__(*arguments, **more)
        self.params.extend(_talk_options())

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the commands, one list a heading."""
        longest = max(len(name) for name in self.commands)
        for heading, names in (self.headings or {"Commands": tuple(self.commands)}).items():
            with formatter.section(heading):
                room = formatter.width - longest - 6
                formatter.write_dl(
                    [(name.ljust(longest), self.commands[name].get_short_help_str(room)) for name in names]
                )

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the commands first: they are what a newcomer looks for."""
        self.format_commands(ctx, formatter)
        records = [record for parameter in self.get_params(ctx) if (record := parameter.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the examples."""
        write_examples(formatter, self.examples)


def write_examples(formatter: click.HelpFormatter, examples: str) -> None:
    """Writes lines as they are: click would run them together."""
    if examples:
        with formatter.section("Examples"):
            for line in examples.strip().splitlines():
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n" if line else "\n")
