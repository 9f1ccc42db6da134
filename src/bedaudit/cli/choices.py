"""Types of arguments whose choices are computed, and only when one is given."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def unknown(what: str, word: str, words: Collection[str]) -> str:
    """A sentence on a word that is none of the words, with the nearest of them."""
    from bedaudit.policy.hints import near, quoted

    hint = near(word, words)
    return f"unknown {what} {quoted(word)}" + (f": {hint}" if hint else "")


class Word(click.ParamType[str]):
    """One of some words."""

    def __init__(self, name: str, words: Callable[[], Collection[str]]) -> None:
        self.name, self.words = name, words

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word itself, if it is known."""
        if value not in (words := self.words()):
            self.fail(unknown(self.name, value, words), param, ctx)
        return value

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The words, for the help."""
        return f"[{'|'.join(self.words())}]"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The words that begin so."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(word) for word in self.words() if word.startswith(incomplete)]


class AccountId(click.ParamType[str]):
    """An AWS account ID."""

    name = "account"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The ID itself, if it has twelve digits."""
        if not (len(value) == 12 and value.isascii() and value.isdigit()):
            self.fail(f"{value!r} is no AWS account ID: those have 12 digits", param, ctx)
        return value


class Shard(click.ParamType[tuple[int, int]]):
    """One of several parts."""

    name = "shard"

    def convert(
        self, value: str | tuple[int, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Which part, from 1, and of how many."""
        if isinstance(value, tuple):
            return value
        part, slash, parts = value.partition("/")
        if not (slash and part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
            self.fail(f"{value!r} is not I/N, as 1/4 to 4/4 are", param, ctx)
        return int(part), int(parts)


def _severities() -> Collection[str]:
    from bedaudit.model import SEVERITIES

    return SEVERITIES


def _formats() -> Collection[str]:
    from bedaudit.report import REPORTERS

    return REPORTERS


def _kinds() -> Collection[str]:
    from bedaudit.kinds import kinds

    return kinds()


SEVERITY = Word("severity", _severities)
FORMAT = Word("format", _formats)
KIND = Word("kind", _kinds)
ACCOUNT = AccountId()
SHARD = Shard()
