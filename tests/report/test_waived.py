"""What is waived is told wherever findings are."""

from __future__ import annotations

from html import unescape

import pytest

from bedaudit.report import REPORTERS, Options
from tests.report.sample import REPORT


@pytest.mark.parametrize("name", sorted(set(REPORTERS) - {"github"}))
def test_format_says_why_until_when_and_by_whom_a_finding_is_waived(name: str) -> None:
    written = "".join(REPORTERS[name](REPORT, Options()))
    facts = ("Migration, SEC-1234", "platform-security@example.com", "2027-03-31")
    bare = unescape(written).replace("\\", "").replace("\u200b", "")
    assert [fact for fact in facts if fact not in bare] == []
