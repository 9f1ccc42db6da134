"""Writes a report of very many findings: `python -m tests.bench.many_findings FORMAT NUMBER PATH`."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path

from bedaudit.findings import FindingStore
from bedaudit.model import Finding
from bedaudit.report import REPORTERS, Options
from tests.report.sample import FINDINGS, REPORT


def findings(number: int) -> Iterator[Finding]:
    """Those of the sample, account after account."""
    for at in range(number):
        sample = FINDINGS[at % len(FINDINGS)]
        account = f"{100000000000 + at // len(FINDINGS):012}"
        yield dataclasses.replace(sample, site=dataclasses.replace(sample.site, account=account))


def write(format_: str, number: int, path: Path) -> None:
    """Writes the report."""
    store = FindingStore()
    store.add(findings(number))
    with path.open("w") as file:
        file.writelines(REPORTERS[format_](dataclasses.replace(REPORT, findings=store), Options(name=path.name)))


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
