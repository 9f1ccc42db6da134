"""What is waived is told wherever findings are."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from bedaudit.report import REPORTERS, Options
from tests.report.sample import REPORT

FINDINGS_ONLY = {"asff", "ocsf"}
"""Formats of findings for others to import, with no place for what is said of a scan as a whole."""


@pytest.mark.parametrize("name", sorted(set(REPORTERS) - {"github"}))
def test_format_says_why_until_when_and_by_whom_a_finding_is_waived(name: str) -> None:
    written = "".join(REPORTERS[name](REPORT, Options()))
    facts = ("Migration, SEC-1234", "platform-security@example.com", "2027-03-31")
    bare = unescape(written).replace("\\", "").replace("\u200b", "")
    assert [fact for fact in facts if fact not in bare] == []


@pytest.mark.parametrize("name", sorted(set(REPORTERS) - FINDINGS_ONLY))
def test_format_has_the_notices_of_waivers(name: str) -> None:
    notice = "waiver of 'logs-are-kept' (waivers.yaml:3, owner ops@example.com) expired on 2026-01-31"
    written = "".join(REPORTERS[name](replace(REPORT, notices=(notice,)), Options(width=200)))
    bare = unescape(written).replace("\\", "").replace("\u200b", "").replace("%3A", ":")
    assert notice in bare
