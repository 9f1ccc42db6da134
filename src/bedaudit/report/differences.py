"""What differs between two reports or snapshots, for people and as JSON."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from bedaudit.diff import Change
from bedaudit.policy.words import shown
from bedaudit.report.plain import ascii_json, harmless

_SIGNS = {"appeared": "+", "went": "-", "changed": "~"}
_VERSION = "1.0"


def text(changes: Sequence[Change], width: int) -> Iterator[str]:
    """The changes site by site, after how many there are."""
    counts = _counts(changes)
    yield ", ".join(f"{number:,} {how}" for how, number in counts.items()) + "\n"
    for site, of_site in groupby(changes, key=lambda change: change.site):
        yield "\n"
        yield from (
            f"{line}\n" for line in _wrapped(" ".join((site.account, site.account_name, site.region)), 0, width)
        )
        for change in of_site:
            yield from (f"{line}\n" for line in _lines(change, width))


def in_json(changes: Sequence[Change]) -> Iterator[str]:
    """One change a line."""
    yield f'{{"schema_version": "{_VERSION}",\n "summary": {ascii_json(_counts(changes))},\n "changes": ['
    separator = "\n  "
    for change in changes:
        yield separator + ascii_json(
            {
                "change": change.how,
                "account": change.site.account,
                "account_name": change.site.account_name,
                "region": change.site.region,
                "what": change.what,
                "name": change.name,
                "before": change.before,
                "after": change.after,
            }
        )
        separator = ",\n  "
    yield "\n ]}\n" if changes else "]}\n"


def _counts(changes: Iterable[Change]) -> dict[str, int]:
    return dict.fromkeys(_SIGNS, 0) | Counter(change.how for change in changes)


def _lines(change: Change, width: int) -> Iterator[str]:
    name = f" {change.name}" if change.name is not None else ""
    state = change.after or change.before or {}
    outcome = f" ({state['outcome']})" if change.how != "changed" and "outcome" in state else ""
    yield from _wrapped(f"{_SIGNS[change.how]} {change.what}{name}{outcome}", 2, width)
    if change.how == "changed":
        for path, before, after in change.leaves:
            yield from _wrapped(f"{path}: {_value(before)} -> {_value(after)}", 6, width)


def _value(value: object) -> str:
    return "not set" if value is None else shown(value)


def _wrapped(line: str, indent: int, width: int) -> Iterator[str]:
    """A line in the width of the terminal, of which no part is taken for a workflow command by a CI runner."""
    first, more = " " * indent, " " * (indent + 4)
    lines = textwrap.wrap(
        harmless(line), width - 2, initial_indent=first, subsequent_indent=more, break_on_hyphens=False
    )
    yield from (re.sub(r"^(\s*:):", r"\1 :", each) for each in lines)
