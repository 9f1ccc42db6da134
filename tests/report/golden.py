"""Golden files: what a report is to look like, byte for byte. BEDAUDIT_GOLDEN=write writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

from bedaudit import __version__

FOLDER = Path(__file__).parent / "golden"


def assert_golden(name: str, text: str) -> None:
    text = text.replace(f'"{__version__}"', '"VERSION"').replace(f" {__version__}: ", " VERSION: ")
    path = FOLDER / name
    if os.environ.get("BEDAUDIT_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
