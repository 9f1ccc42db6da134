"""The store of findings gives back what was added, in the order of reports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedaudit import findings as room
from bedaudit.findings import FindingStore
from bedaudit.model import Drift, Evidence, Finding, Gap, ResourceName, Site, Waiver, tally
from tests.judging import MARK

SITES = st.builds(Site, st.sampled_from(["1", "2"]), st.sampled_from(["eu-west-1", "global", "us-east-1"]))
NAMES = st.none() | st.builds(ResourceName, st.just("thing"), st.sampled_from("ab"), st.none() | st.just("arn"))
FINDINGS = st.builds(
    Finding,
    control=st.sampled_from("cd"),
    title=st.sampled_from("CD"),
    severity=st.sampled_from(["critical", "low"]),
    outcome=st.sampled_from(["pass", "fail", "waived"]),
    site=SITES,
    kind=st.just("thing"),
    resource=NAMES,
    each=st.none() | st.just("each"),
    message=st.text(max_size=3),
    policy=st.just("p"),
    mark=st.just(MARK),
    drift=st.just(()) | st.just((Drift("a.b", {"at_least": 3}, None),)),
    evidence=st.none() | st.just(Evidence("w")),
    gaps=st.just(()) | st.just((Gap("denied"),)),
    waiver=st.none() | st.just(Waiver("r", "o", "2026-12-01", "fail")),
    baseline=st.sampled_from([None, "new", "fixed"]),
)


@given(st.lists(st.lists(FINDINGS, max_size=8), max_size=8))
def test_all_that_was_added_is_given_in_order_as_often_as_asked(added: list[list[Finding]]) -> None:
    store = FindingStore()
    for each in added:
        store.add(each)
    expected = sorted((finding for each in added for finding in each), key=lambda finding: finding.order)
    assert list(store) == expected
    assert list(store) == expected
    assert len(store) == len(expected)
    assert tally(store) == tally(expected)


def test_many_findings_leave_memory_and_two_readers_do_not_disturb_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_IN_MEMORY", 100)
    store = FindingStore()
    added = [
        Finding("c", "C", "high", "pass", Site(str(at), "us-east-1"), "thing", None, None, "Is.", "p", MARK)
        for at in range(9)
    ]
    store.add(added)
    assert store._file._rolled  # type: ignore[attr-defined]
    assert list(zip(store, store, strict=True)) == [(finding, finding) for finding in added]
