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
    sarif_category: str = ""
    """Tells alerts from those of another scan of the same accounts, which would take them for fixed."""
    markdown_for: Literal["comment", "summary"] = "comment"
    """A comment on a pull request holds 64 KiB, the summary of a job 1 MiB."""
    name: str = ""
    """That of the file, where the report goes to one; what is beside it is then in the folder `beside`."""
    history: tuple[Point, ...] = ()
    """Earlier scans, the oldest first; a format that plots a trend ends it with the report itself."""

    @property
    def beside(self) -> str:
        """The folder of a report's further files: `report.d` of `report.html`; empty: there can be none."""
        return f"{self.name.rpartition('.')[0] or self.name}.d" if self.name else ""


Reporter: TypeAlias = Callable[[Report, Options], Iterator[str]]
"""Gives a report's text in pieces; joined, they are the whole."""


File: TypeAlias = tuple[str, Iterator[str]]
"""The name of a further file, and its text in pieces."""


def _reporter(module: str) -> Reporter:
    def report(found: Report, options: Options) -> Iterator[str]:
        reporter: Reporter = importlib.import_module(f"{__name__}.{module}").report
        return reporter(found, options)

    return report


_MODULES: Final = ("text", "json", "sarif", "html", "markdown", "junit", "csv", "ocsf", "asff", "github")

REPORTERS: Final[Mapping[str, Reporter]] = {name: _reporter(name) for name in _MODULES}


def beside(format_: str, found: Report, options: Options) -> Iterator[File] | None:
    """The files that a report has beside it, where it is too large for one; None: reports of this format have none."""
    module = importlib.import_module(f"{__name__}.{format_}")
    files: Callable[[Report, Options], Iterator[File]] | None = getattr(module, "beside", None)
    return files(found, options) if files else None
