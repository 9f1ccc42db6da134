from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bedaudit.model import Call
from bedaudit.repairs.bucket_lifecycle import lifecycle
from tests.repairs.editing import ACCOUNT, edit, read
from tests.replay import ABSENT

LIFECYCLE = lifecycle("s3")
FACTS = {"s3": {"bucket": "logs", "owned_by_account": True, "region": "us-east-1", "prefix": "team"}}
NAMED = {"Bucket": "logs", "ExpectedBucketOwner": ACCOUNT}
WANTED = {"s3.earliest_expiry_days": 365}


def rule(prefix: str, days: int, **more: Any) -> dict[str, Any]:
    filtered = {"Filter": {"Prefix": prefix}, "Expiration": {"Days": days}, "Status": "Enabled"}
    return {"ID": f"{prefix}-{days}", **filtered, **more}


def put(rules: list[Any], **beside: Any) -> Call:
    parameters = {**NAMED, "LifecycleConfiguration": {"Rules": rules}, **beside}
    return Call("s3", "PutBucketLifecycleConfiguration", parameters)


def test_only_the_rules_that_expire_logs_too_early_change() -> None:
    others = [
        rule("elsewhere/", 1),
        rule("team/", 400),
        rule("team/", 30, Status="Disabled"),
        rule("", 30, Filter={"And": {"Prefix": "", "Tags": [{"Key": "a", "Value": "b"}]}}),
        {"ID": "moves", "Filter": {}, "Status": "Enabled", "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]},
    ]
    early = rule("team/AWSLogs/", 30, NoncurrentVersionExpiration={"NoncurrentDays": 7})
    raw = {"Rules": [*others, early], "TransitionDefaultMinimumObjectSize": "all_storage_classes_128K"}
    found = edit(LIFECYCLE, FACTS, raw, WANTED)
    after = [*others, {**early, "Expiration": {"Days": 365}}]
    beside = {"TransitionDefaultMinimumObjectSize": "all_storage_classes_128K"}
    assert (found.calls, found.undo) == ((put(after, **beside),), (put([*others, early], **beside),))
    assert found.safety == "risky"


def test_a_rule_is_never_made_to_expire_sooner() -> None:
    assert edit(LIFECYCLE, FACTS, {"Rules": [rule("", 400)]}, WANTED).calls == ()


def test_a_rule_that_expires_by_date_is_left_to_people() -> None:
    raw = {"Rules": [rule("", 1, Expiration={"Date": datetime(2026, 1, 1, tzinfo=UTC)})]}
    found = edit(LIFECYCLE, FACTS, raw, WANTED)
    assert (found.calls, found.safety) == ((), "manual")


@pytest.mark.parametrize("wanted", [{}, {"s3.earliest_expiry_days": "never"}])
def test_nothing_else_is_edited(wanted: Any) -> None:
    assert edit(LIFECYCLE, FACTS, {"Rules": [rule("", 1)]}, wanted).calls == ()


def test_a_bucket_without_rules_expires_nothing() -> None:
    assert read(LIFECYCLE, FACTS, {"s3:GetBucketLifecycleConfiguration": ABSENT}) is None
    assert edit(LIFECYCLE, FACTS, None, WANTED).calls == ()
