"""Reports that earlier runs stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bedaudit.model import Report


def stored(path: Path) -> Report:
    """A JSON report.

    Raises:
        ReportError: it is none that can be read.
    """
    from bedaudit.kinds import kinds
    from bedaudit.report.reading import read_report

    return read_report(path, kinds())
