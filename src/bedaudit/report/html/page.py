"""Puts a page together: what the template is told, and what it may ask."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bedaudit import __version__
from bedaudit.kinds import kinds
from bedaudit.model import SEVERITIES, Finding, Report
from bedaudit.report import Options
from bedaudit.report.html.choice import Chosen
from bedaudit.report.html.plot import HEIGHT, WIDTH, shares, trend
from bedaudit.report.html.tally import NAMES, OUTCOMES, Judged, Place, Tally
from bedaudit.report.mending import mending
from bedaudit.report.own_commands import fix_command, sources
from bedaudit.report.phrases import EVERYWHERE, actual, closed, drifts, expected, unread
from bedaudit.report.plain import harmless
from bedaudit.report.summary import Point, Summary

_LINK: Final = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_CELLS: Final = 5_000
"""Cells of the grid that can be taken in at a glance, and at least so many rows:"""
_LEAST_ROWS: Final = 12


@dataclass(frozen=True, slots=True)
class Beside:
    """Where the pages of the accounts are, seen from this page; empty: there are none."""

    folder: str = ""
    home: str = ""
    """On the page of an account: the page of all accounts."""


def page(found: Report, options: Options, counts: Tally, chosen: Chosen, beside: Beside) -> Iterator[str]:
    """The page, in pieces."""
    whole = Summary(counts.outcomes, counts.since["fixed"], counts.failures)
    points = (*options.history, Point(found.scan.finished_at, whole))
    controls = sorted(counts.controls.values(), key=lambda control: control.badness)
    columns = sorted(controls, key=lambda control: (SEVERITIES.index(control.severity), control.id))
    places = counts.places
    yield from (
        _environment()
        .get_template("page.html")
        .generate(
            report=found,
            scan=found.scan,
            seconds=_seconds(found),
            counts=counts,
            held=chosen.held,
            by_control=chosen.by_control,
            controls=controls,
            numbers={control.id: number for number, control in enumerate(controls, 1)},
            columns=columns,
            bands=[(name, len(band)) for name in SEVERITIES if (band := [c for c in columns if c.severity == name])],
            places=places,
            rows=places[: max(_LEAST_ROWS, _CELLS // max(1, len(columns)))],
            trend=trend(points),
            beside=beside,
            named=sources(found.scan.policies),
        )
    )


@cache
def _environment() -> Environment:
    """The templates; whatever they print of what is not theirs is escaped, and nothing in it acts."""
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        version=__version__,
        style=_source(environment, "style.css"),
        script=_source(environment, "script.js"),
        outcomes=OUTCOMES,
        names=NAMES,
        severities=SEVERITIES,
        plot_width=WIDTH,
        plot_height=HEIGHT,
        everywhere=EVERYWHERE,
        shares=shares,
        operations=_operations,
        mending=mending,
        fix_command=fix_command,
        drifts=drifts,
        subject=_subject,
        cell=_cell,
        file_of=file_of,
    )
    environment.filters.update(
        number="{:,}".format, expected=expected, actual=actual, unread=unread, anchor=anchor, hash=_hash, closed=closed
    )
    environment.tests["link"] = lambda text: _LINK.fullmatch(text) is not None
    return environment


def _finalize(value: Any) -> Any:
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _source(environment: Environment, name: str) -> Markup:
    loader = environment.loader
    assert loader is not None  # noqa: S101 - given above
    return Markup(loader.get_source(environment, name)[0])  # noqa: S704 - a file of this package


def _hash(source: Markup) -> str:
    """As a content security policy names what it allows."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def anchor(finding: Finding) -> str:
    """The beginning of its id, which is enough to tell it from all others."""
    return finding.id[:16]


def file_of(account: str) -> str:
    """The name of an account's page."""
    name = account if re.fullmatch(r"\d{12}", account, re.ASCII) else hashlib.sha256(ascii_of(account)).hexdigest()[:12]
    return f"{name}.html"


def ascii_of(text: str) -> bytes:
    """Any text as bytes, half characters too."""
    return text.encode("ascii", "backslashreplace")


def _subject(finding: Finding) -> str:
    """What a finding is about, beside its site."""
    parts = (finding.resource.id if finding.resource else None, finding.each)
    return " for ".join(part for part in parts if part)


def _cell(place: Place, control: Judged) -> str:
    """How a control came out at a place; empty where it was not judged."""
    return OUTCOMES[place.worst[control.id]] if control.id in place.worst else ""


def _operations(kind: str) -> list[str]:
    """The calls by which a kind is read."""
    known: Mapping[str, Any] = kinds()
    return sorted(set(map(str, known[kind].operations))) if kind in known else []


def _seconds(found: Report) -> int | None:
    """How long the scan took, where its times say so."""
    try:
        begin, end = (datetime.fromisoformat(time) for time in (found.scan.started_at, found.scan.finished_at))
        return round((end - begin).total_seconds())
    except (ValueError, TypeError):
        return None
