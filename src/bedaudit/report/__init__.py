"""Reports, one module a format; a format is imported when it is first used."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from bedaudit.model import Report
from bedaudit.report.summary import Point


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may ask of a report; a format takes what concerns it."""

    colour: bool = False
    width: int = 80
    """Columns of the terminal."""
    why: bool = False
    """Say of each failing control why it matters."""
    sarif_for: Literal["github", "any"] = "any"
    """GitHub closes every alert that a file no longer holds, and ignores suppressions and kinds."""
    markdown_for: Literal["comment", "summary"] = "comment"
    """A comment on a pull request holds 64 KiB, the summary of a job 1 MiB."""
    history: tuple[Point, ...] = ()
    """Earlier scans, the oldest first; a format that plots a trend ends it with the report itself."""


Reporter: TypeAlias = Callable[[Report, Options], Iterator[str]]
"""Gives a report's text in pieces; joined, they are the whole."""


def _reporter(module: str) -> Reporter:
    def report(found: Report, options: Options) -> Iterator[str]:
        reporter: Reporter = importlib.import_module(f"{__name__}.{module}").report
        return reporter(found, options)

    return report


_MODULES: Final = ("text", "json", "sarif", "markdown", "junit", "csv", "ocsf", "asff", "github")

REPORTERS: Final[Mapping[str, Reporter]] = {name: _reporter(name) for name in _MODULES}
