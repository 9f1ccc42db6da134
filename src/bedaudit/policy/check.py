"""Reads values of the types that a file must have, and collects what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from bedaudit.errors import Problem
from bedaudit.model import Mark
from bedaudit.policy.hints import listed, near, quoted, shown
from bedaudit.policy.yaml import BROKEN, Node

T = TypeVar("T")

_ACCOUNT = re.compile("[0-9]{12}")


class Check:
    """The problems of one file so far.

    A reader that finds a problem gives an empty value of its type; nobody uses it, since problems stop the load.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, mark: Mark, message: str, hint: str | None = None) -> None:
        """Tells of something wrong."""
        self.problems.append(Problem(mark.file, mark.line, mark.column, message, hint))

    def expected(self, node: Node, what: str, wanted: str, hint: str | None = None) -> None:
        """Tells that a value is of the wrong type, unless it was told already that it cannot be read."""
        if node.value is not BROKEN:
            self.problem(node.mark, f"{what} must be {wanted}, not {shown(node.plain())}", hint)

    def text(self, node: Node, what: str, *, pattern: re.Pattern[str] | None = None, wanted: str = "text") -> str:
        """Text that is not empty, and meets a pattern."""
        if isinstance(node.value, str) and node.value.strip() and (not pattern or pattern.fullmatch(node.value)):
            return node.value
        quote = isinstance(node.value, bool | int | float)
        self.expected(node, what, wanted, "quote it" if quote and wanted == "text" else None)
        return ""

    def account(self, node: Node, what: str) -> str:
        """An account ID; 12 digits need no quotation marks."""
        if _ACCOUNT.fullmatch(node.text):
            return node.text
        self.expected(node, what, "an account ID of 12 digits")
        return ""

    def flag(self, node: Node, what: str) -> bool:
        """True or false."""
        if isinstance(node.value, bool):
            return node.value
        self.expected(node, what, "true or false")
        return False

    def choice(self, node: Node, what: str, choices: Mapping[str, T]) -> T | None:
        """What stands in the table under the word."""
        if isinstance(node.value, str):
            if node.value in choices:
                return choices[node.value]
            hint = near(node.value, choices)
            self.problem(node.mark, f"{what} must be one of {listed(choices)}, not {quoted(node.value)}", _meant(hint))
            return None
        self.expected(node, what, f"one of {listed(choices)}")
        return None

    def items(self, node: Node, what: str, *, of: str = "") -> list[Node]:
        """The elements of a list, at least one."""
        if isinstance(node.value, list) and node.value:
            return node.value
        wanted = f"a list of {of}" if of else "a list"
        if node.value == []:
            self.problem(node.mark, f"{what} must not be empty")
        else:
            self.expected(node, what, wanted)
        return []

    def texts(self, node: Node, what: str) -> tuple[str, ...]:
        """A list of text."""
        return tuple(self.text(item, f"each of {what}") for item in self.items(node, what, of="text"))

    def mapping(self, node: Node, what: str) -> dict[str, Node]:
        """The members of a mapping, whatever they are called."""
        if isinstance(node.value, dict):
            return node.value
        self.expected(node, what, "a mapping")
        return {}

    def members(
        self, node: Node, what: str, known: Collection[str], *, obligatory: Collection[str] = ()
    ) -> dict[str, Node]:
        """The members of a mapping that may have only these names and must have some of them."""
        found = self.mapping(node, what)
        for name, member in found.items():
            if name not in known:
                self.problem(member.name_mark, f"unknown field {quoted(name)} of {what}", near(name, known))
        if isinstance(node.value, dict):
            for name in obligatory:
                if name not in found:
                    self.problem(node.mark, f"{what} has no {quoted(name)}")
        return {name: member for name, member in found.items() if name in known}


def _meant(hint: str | None) -> str | None:
    """Only a guess; what is allowed is said already."""
    return hint if hint and hint.startswith("did") else None


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems of one file as they stand in it."""
    return sorted(problems, key=lambda problem: (problem.line, problem.column))
