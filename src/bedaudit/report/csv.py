"""The findings as a table for spreadsheets: RFC 4180, a row a finding or notice, no cell that a spreadsheet calculates.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from typing import Final

from bedaudit.model import Finding, Report
from bedaudit.report import Options
from bedaudit.report.phrases import differs, drifts, unread
from bedaudit.report.plain import harmless

_CALCULATED: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets know the wide ones too
"""What a formula begins with."""

_COLUMNS: Final[Mapping[str, Callable[[Finding], str | None]]] = {
    "id": lambda each: each.id,
    "outcome": lambda each: each.outcome,
    "severity": lambda each: each.severity,
    "control": lambda each: each.control,
    "title": lambda each: each.title,
    "account": lambda each: each.site.account,
    "account_name": lambda each: each.site.account_name,
    "region": lambda each: each.site.region,
    "kind": lambda each: each.kind,
    "resource": lambda each: each.resource.id if each.resource else None,
    "arn": lambda each: each.resource.arn if each.resource else None,
    "each": lambda each: each.each,
    "message": lambda each: each.message,
    "drift": lambda each: " ".join(map(differs, drifts(each))),
    "gaps": lambda each: "; ".join(map(unread, each.gaps)),
    "policy": lambda each: each.policy,
    "file": lambda each: each.mark.file,
    "line": lambda each: str(each.mark.line),
    "waiver": lambda each: each.waiver.reason if each.waiver else None,
    "waiver_owner": lambda each: each.waiver.owner if each.waiver else None,
    "waiver_expires": lambda each: each.waiver.expires if each.waiver else None,
    "baseline": lambda each: each.baseline,
}


def report(found: Report, options: Options) -> Iterator[str]:
    """A line of names, the findings in the order of all reports, and the notices, as if they were outcomes."""
    row = StringIO(newline="")
    writer = csv.writer(row)
    yield _line(writer.writerow, row, _COLUMNS)
    for finding in found.findings:
        yield _line(writer.writerow, row, (_cell(value(finding) or "") for value in _COLUMNS.values()))
    for notice in found.notices:
        said = {"outcome": "notice", "message": _cell(notice)}
        yield _line(writer.writerow, row, (said.get(name, "") for name in _COLUMNS))


def _cell(text: str) -> str:
    text = harmless(text).strip()
    return f"'{text}" if text.startswith(_CALCULATED) else text


def _line(write: Callable[..., object], row: StringIO, cells: object) -> str:
    row.seek(0)
    row.truncate()
    write(cells)
    return row.getvalue()
