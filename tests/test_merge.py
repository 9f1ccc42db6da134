"""The reports of parts, joined: what one scan of the whole would have said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bedaudit.audit import Standard, from_snapshot
from bedaudit.errors import ReportError
from bedaudit.merge import merged
from bedaudit.model import Mark, PolicyFile, Report
from bedaudit.policy.config import Config
from bedaudit.policy.load import load
from bedaudit.policy.rules import Rules
from bedaudit.policy.waiver_file import WaiverRule
from bedaudit.report import REPORTERS, Options
from tests.test_audit import POLICY, RECORDS, snapshot

WAIVED, CLOSED = "222222222222", "333333333333"
ACCOUNTS = ("111111111111", WAIVED, CLOSED)


def text(report: Report) -> str:
    return "".join(REPORTERS["json"](report, Options()))


def waiver(account: str, control: str = "logging-is-on", expires: date = date(2030, 1, 1)) -> WaiverRule:
    return WaiverRule(control, "Later.", "a@b.example", expires, Mark("w.yaml", 2, 1, 3, 1), (account,))


@pytest.fixture
def judged(tmp_path: Path) -> dict[str, Report]:
    """Of each account, and of all as `whole`."""
    (tmp_path / "small.yaml").write_text(POLICY)
    file = snapshot(tmp_path / "s.gz")
    waivers = (
        waiver(WAIVED),
        waiver("999999999999"),
        waiver(WAIVED, "another"),
        waiver(WAIVED, expires=date(2020, 1, 1)),
    )
    rules = Rules.of(load((str(tmp_path / "small.yaml"),)), Config())
    standard = Standard(rules, waivers, date(2026, 11, 28))
    parts = {account: from_snapshot(file, standard, (account,)) for account in ACCOUNTS}
    return {**parts, "whole": from_snapshot(file, standard)}


def test_merging_gives_the_bytes_of_one_scan(judged: dict[str, Report]) -> None:
    whole = judged.pop("whole")
    for parts in (judged, dict(reversed(judged.items()))):
        assert text(replace(merged(parts), scan=whole.scan)) == text(whole)
    assert len(RECORDS) == 4
    assert {notice.rsplit(")", 1)[1] for notice in whole.notices if "waiver" in notice} == {
        " expired on 2020-01-01 and no longer counts",
        " is of a control that this scan did not judge",
        " covers no finding of this scan",
    }


def test_the_facts_of_the_parts_are_joined(judged: dict[str, Report]) -> None:
    whole = judged.pop("whole")
    parts = {
        name: replace(
            each, scan=replace(each.scan, id=f"scan-{number}", started_at=f"2026-11-2{number}T12:00:00Z", calls=number)
        )
        for number, (name, each) in enumerate(judged.items(), 1)
    }
    assert merged(parts).scan == replace(
        whole.scan, id="scan-1, scan-2, scan-3", started_at="2026-11-21T12:00:00Z", calls=6
    )


def test_an_account_of_two_parts_is_refused(judged: dict[str, Report]) -> None:
    with pytest.raises(ReportError, match="account 222222222222 is in both whole and 222222222222: parts share no"):
        merged({"whole": judged["whole"], WAIVED: judged[WAIVED]})


def test_parts_that_other_policies_judged_are_refused(judged: dict[str, Report]) -> None:
    other = judged[CLOSED]
    changed = replace(other, scan=replace(other.scan, policies=(PolicyFile("small", "small.yaml", "sha256:1"),)))
    with pytest.raises(ReportError, match="111111111111 and 333333333333 were judged by different policies"):
        merged({ACCOUNTS[0]: judged[ACCOUNTS[0]], CLOSED: changed})


def test_what_was_merged_can_be_gone_through_again(judged: dict[str, Report]) -> None:
    del judged["whole"]
    findings = merged(judged).findings
    assert list(findings) == list(findings)
    assert len(findings) == len(list(findings)) == 4
    assert json.loads(text(merged(judged)))["scan"]["complete"] is False
