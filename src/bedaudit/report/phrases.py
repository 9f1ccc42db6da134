"""What every format says in the same words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bedaudit.model import Drift, Finding, Gap, Report, SiteGap, Waiver, sites
from bedaudit.policy.words import phrase, shown
from bedaudit.report.plain import harmless

EVERYWHERE = "*"
"""The region of an account that was not entered; as an account: the scan as a whole."""

NOT_MISSED = ("region_disabled", "unsupported")
"""Reasons for which there was nothing to see."""

_VERB = re.compile(r"^(not )?(?:be|have) ")


def expected(drift: Drift) -> str:
    """What is required, as `at least 365`, `not false` or `an element that meets ...`."""
    return harmless(_VERB.sub(r"\1", phrase(drift.expected)))


def actual(drift: Drift) -> str:
    """What is, as `30`, and why, where that is known."""
    if _combines(drift.expected) and isinstance(drift.actual, dict):
        value = " and ".join(f"{path} is {_value(each)}" for path, each in drift.actual.items())
    else:
        value = _value(drift.actual)
    return harmless(f"{value}: {drift.because}" if drift.because else value)


def _combines(expected: Any) -> bool:
    """Several conditions of which the drift is about; then what is comes by path."""
    return isinstance(expected, dict) and any(isinstance(ways, list) for ways in expected.values())


def _value(value: Any) -> str:
    return "not set" if value is None else shown(value)


def differs(drift: Drift) -> str:
    """One drift as a sentence."""
    return f"{harmless(drift.path)} must {harmless(phrase(drift.expected))}; it is {actual(drift)}."


def unread(gap: Gap) -> str:
    """One gap as a sentence without its full stop."""
    whence = " ".join(part for part in (gap.operation, gap.code) if part)
    words = gap.reason.replace("_", " ") + (f" ({whence})" if whence else "")
    return harmless(f"{words}: {gap.message}" if gap.message else words).rstrip(".")


def told(finding: Finding) -> str:
    """The finding's message, and what it does not say itself: what differs, and what could not be read."""
    differing = [differs(drift) for drift in drifts(finding) if f"{drift.path} is " not in finding.message]
    gaps = [gap for gap in finding.gaps if (gap.operation or gap.message or gap.reason) not in finding.message]
    unseen = [f"{unread(gap)}." for gap in gaps if finding.outcome != "fail"]
    return harmless(" ".join([sentence(finding.message), *differing, *unseen]))


def planned_as(finding: Finding) -> Iterator[str]:
    """Of a resource that is planned and not there yet: its address and, if it is known, where it is declared."""
    address = finding.resource.arn if finding.resource else None
    if address and not address.startswith("arn:"):
        place = f", {finding.source.file}:{finding.source.line}" if finding.source else ""
        yield harmless(f"{address}{place}")


def excepted(waiver: Waiver, findings: int) -> str:
    """How many findings a waiver covers of those that failed, or of those that were not seen."""
    return f"{findings:,} {'unseen' if waiver.outcome == 'unknown' else 'failed'}"


def sentence(text: str) -> str:
    """With its full stop."""
    return text if text.endswith(".") else f"{text}."


def counted(number: int, noun: str) -> str:
    """A number of things."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def drifts(finding: Finding) -> tuple[Drift, ...]:
    """What differs: of the finding's own resource, or of the nearest candidate."""
    return finding.drift or (finding.evidence.lacks if finding.evidence else ())


def missed(report: Report) -> list[SiteGap]:
    """The accounts and sites of which nothing could be read though there may be something."""
    return [gap for gap in report.gaps if gap.gap.reason not in NOT_MISSED]


def unseen(report: Report) -> str:
    """How many accounts and sites were not read."""
    gaps = [gap for gap in missed(report) if gap.account != EVERYWHERE]
    sites = sum(not closed(gap) for gap in gaps)
    accounts = len({gap.account for gap in gaps if closed(gap)})
    known = [(accounts, "account", "not entered"), (sites, "site", "not read")]
    return ", ".join(f"{counted(number, what)} {how}" for number, what, how in known if number)


def nothing_there(report: Report) -> str:
    """Where there was nothing to see, and why."""
    reasons = Counter(gap.gap.reason for gap in report.gaps if gap.gap.reason in NOT_MISSED)
    return ", ".join(f"{reason.replace('_', ' ')} at {counted(number, 'site')}" for reason, number in reasons.items())


def closed(gap: SiteGap) -> bool:
    """Whether the account itself let nobody in, be it asked about everywhere or in some regions."""
    return gap.region == EVERYWHERE or gap.gap.operation == "sts:AssumeRole"


def unentered(report: Report) -> set[str]:
    """The accounts of which nothing was seen; all of them, where nobody knows what else there is to see."""
    gaps = {(gap.account, gap.region) for gap in missed(report)}
    places = {(site.account, site.region) for site in sites(report.findings)}
    accounts = {account for account, _ in (*places, *gaps)}
    if (EVERYWHERE, EVERYWHERE) in gaps:
        return accounts
    return accounts - {account for account, _ in places - gaps}
