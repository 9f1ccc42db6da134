"""Where resource blocks stand in the text of a Terraform configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bedaudit.model import Mark

_RESOURCE = re.compile(r'^[ \t]*resource[ \t]+"?([A-Za-z0-9_-]+)"?[ \t]+"?([A-Za-z0-9_-]+)"?', re.MULTILINE)


def blocks(text: str, file: str) -> Iterator[tuple[tuple[str, str], Mark]]:
    """Type and name of each resource block, and where it begins."""
    for found in _RESOURCE.finditer(text):
        start = found.start() + len(found[0]) - len(found[0].lstrip())
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        yield (found[1], found[2]), Mark(file, line, column, line, column + found.end() - start)
