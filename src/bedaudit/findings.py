"""The findings of a scan in their final order, kept outside memory once they are many."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from tempfile import SpooledTemporaryFile
from typing import Any, Final, get_args
from weakref import finalize

from bedaudit.model import Baseline, Finding, Outcome, Severity, Site, Tally

_IN_MEMORY: Final = 1024 * 1024
"""Bytes that are held before a file is made."""

_of_control = attrgetter("control", "title", "severity", "kind", "policy", "mark")
"""What all findings of a control have in common, and is held once."""

_of_finding = attrgetter(
    "outcome", "resource", "each", "message", "drift", "evidence", "gaps", "waiver", "baseline", "source"
)
_of_tally = attrgetter("outcome", "severity", "baseline")
_of_site = attrgetter("site")
_in_order = attrgetter("order")


class FindingStore:
    """Findings that are added site by site, and given in the order of reports as often as asked.

    They are written to an anonymous file, which is gone with the store; memory holds where each site's begin.
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - lives as long as the store
        finalize(self, self._file.close)
        self._blocks: dict[Site, list[tuple[int, int]]] = {}
        """By site, offset and size."""
        self._controls: dict[tuple[Any, ...], int] = {}
        self._end = 0
        self._tally: Counter[tuple[Outcome, Severity, Baseline | None]] = Counter()

    def add(self, findings: Iterable[Finding]) -> None:
        """Keeps more findings, those of a site together as far as they come together."""
        for site, group in groupby(findings, _of_site):
            found = tuple(group)
            self._tally.update(map(_of_tally, found))
            rows = [(self._number(_of_control(finding)), _of_finding(finding)) for finding in found]
            data = pickle.dumps(rows, pickle.HIGHEST_PROTOCOL)
            self._file.seek(self._end)
            self._file.write(data)
            self._blocks.setdefault(site, []).append((self._end, len(data)))
            self._end += len(data)

    def __len__(self) -> int:
        return self._tally.total()

    @property
    def tally(self) -> Tally:
        """How many there are of each sort."""
        return self._tally

    @property
    def sites(self) -> list[Site]:
        """Each site that has findings, in order."""
        return sorted(self._blocks, key=lambda site: (site.account, site.region))

    @property
    def titles(self) -> dict[str, tuple[str, Severity]]:
        """Title and severity of each control that has findings."""
        return {control: (title, severity) for control, title, severity, *_ in self._controls}

    def __iter__(self) -> Iterator[Finding]:
        return self.having(get_args(Outcome))

    def having(self, outcomes: Collection[Outcome]) -> Iterator[Finding]:
        """Those of some outcomes, in order."""
        controls = list(self._controls)
        for site in self.sites:
            rows = (row for block in self._blocks[site] for row in self._rows(*block))
            found = (_finding(site, controls[at], own) for at, own in rows if own[0] in outcomes)
            yield from sorted(found, key=_in_order)

    def _number(self, control: tuple[Any, ...]) -> int:
        return self._controls.setdefault(control, len(self._controls))

    def _rows(self, offset: int, size: int) -> list[tuple[int, tuple[Any, ...]]]:
        self._file.seek(offset)
        rows: list[tuple[int, tuple[Any, ...]]] = pickle.loads(self._file.read(size))  # noqa: S301 - written by add
        return rows


def _finding(site: Site, of_control: tuple[Any, ...], own: tuple[Any, ...]) -> Finding:
    control, title, severity, kind, policy, mark = of_control
    outcome, resource, each, message, *rest = own
    return Finding(control, title, severity, outcome, site, kind, resource, each, message, policy, mark, *rest)
