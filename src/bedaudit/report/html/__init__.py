"""The report as a page for a browser: one file that loads nothing, and works without its script.

Where there are more findings than a page can hold, it has the worst, and each account has a page of its own beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from bedaudit.model import Report
from bedaudit.report import File, Options
from bedaudit.report.html.choice import MOST, chosen
from bedaudit.report.html.page import Beside, file_of, page
from bedaudit.report.html.tally import tally
from bedaudit.report.phrases import EVERYWHERE


def report(found: Report, options: Options) -> Iterator[str]:
    """The page, in pieces."""
    everything = len(found.findings) <= MOST
    folder = Beside("" if everything else options.beside)
    yield from page(found, options, tally(found), chosen(found.findings, everything=everything), folder)


def beside(found: Report, options: Options) -> Iterator[File]:
    """A page for each account, where one page cannot hold them all."""
    if len(found.findings) <= MOST:
        return
    for account, findings in groupby(found.findings, key=lambda finding: finding.site.account):
        gaps = tuple(gap for gap in found.gaps if gap.account in (account, EVERYWHERE))
        own = replace(found, findings=tuple(findings), gaps=gaps)
        home = Beside(home=f"../{options.name}")
        yield file_of(account), page(own, Options(), tally(own), chosen(own.findings, everything=True), home)
