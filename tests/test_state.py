"""What a state says as plain facts, and of its reasons."""

from __future__ import annotations

from typing import Any

import pytest

from bedaudit.evaluate import judge
from bedaudit.kinds import kinds
from bedaudit.model import Gap, Outcome
from bedaudit.parts.bucket import Bucket
from bedaudit.policy.needs import NOT_READ
from bedaudit.state import reason_of, shape_of
from tests.judging import DENIED, Thing, control, record, rules

REASON = "s3.does_not_grant_because"


@pytest.mark.parametrize(
    ("state", "facts"),
    [
        (Thing(on=True), {"on": True}),
        (Thing(on=False, off_because="it is broken"), {"on": False, "off_because": "it is broken"}),
        (Thing(on=DENIED), {"on": DENIED.as_fact(), "off_because": DENIED.as_fact()}),
        (Thing(on=DENIED, off_because="it is broken"), {"on": DENIED.as_fact(), "off_because": "it is broken"}),
        (Thing(tags=DENIED), {"tags": DENIED.as_fact()}),
        (Thing(), {}),
    ],
)
def test_the_reason_of_an_unreadable_verdict_is_unreadable(state: Thing, facts: dict[str, Any]) -> None:
    assert state.facts() == facts


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        ("s3.grants_bedrock", REASON),
        ("cloudwatch.large_data.grants_bedrock", "cloudwatch.large_data.does_not_grant_because"),
        (REASON, None),
        ("s3", None),
        ("s3.nothing", None),
        ("nothing.grants_bedrock", None),
        ("destinations.grants_bedrock", None),
    ],
)
def test_a_verdict_has_its_reason_beside_it(verdict: str, reason: str | None) -> None:
    found = reason_of(shape_of(kinds()["invocation_logging"].state), tuple(verdict.split(".")))
    assert (".".join(found) if found else None) == reason


def bucket(grants: bool | Gap, because: str | None = None) -> dict[str, Any]:
    """The facts of a bucket of which little is known."""
    unread = {name: Gap("not_read") for name, field in Bucket.model_fields.items() if field.is_required()}
    known: dict[str, Any] = {
        "bucket": "logs",
        "exists": True,
        "grants_bedrock": grants,
        "does_not_grant_because": because,
    }
    return dict(Bucket(**{**unread, **known}).facts())


@pytest.mark.parametrize(
    ("s3", "outcome"),
    [
        (bucket(grants=True), "pass"),
        (bucket(grants=False, because="it has no bucket policy"), "fail"),
        (bucket(grants=DENIED), "unknown"),
        (bucket(grants=Gap("not_read")), "unknown"),
        (DENIED.as_fact(), "unknown"),
        (NOT_READ, "unknown"),
    ],
)
def test_a_policy_on_a_reason_alone_does_not_pass_what_is_unreadable(s3: Any, outcome: Outcome) -> None:
    of = control("require", {REASON: {"present": False}}, kind="invocation_logging")
    (finding,) = judge(rules(of), (record(invocation_logging=[{"enabled": True, "s3": s3}]),), kinds()).findings
    assert finding.outcome == outcome
