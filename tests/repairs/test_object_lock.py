from __future__ import annotations

from typing import Any

import pytest

from bedaudit.model import Call
from bedaudit.repairs.object_lock import LOCK
from tests.repairs.editing import ACCOUNT, edit, read
from tests.replay import ABSENT

FACTS = {"bucket": "logs", "owned_by_account": True, "region": "us-east-1"}
NAMED = {"Bucket": "logs", "ExpectedBucketOwner": ACCOUNT}


def locked(**retention: Any) -> dict[str, Any]:
    return {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}}


def put(configuration: dict[str, Any]) -> Call:
    return Call("s3", "PutObjectLockConfiguration", {**NAMED, **configuration})


@pytest.mark.parametrize(
    ("raw", "after"),
    [
        (None, locked(Mode="GOVERNANCE", Days=365)),
        ({"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}, locked(Mode="GOVERNANCE", Days=365)),
        (locked(Mode="COMPLIANCE", Days=30), locked(Mode="COMPLIANCE", Days=365)),
    ],
)
def test_a_lock_is_only_shown(raw: dict[str, Any] | None, after: dict[str, Any]) -> None:
    found = edit(LOCK, FACTS, raw, {"object_lock.days": 365})
    assert (found.after, found.calls) == (after, (put(after),))
    assert (found.undo, found.safety) == (None if raw is None else (put(raw),), "manual")


def test_a_lock_of_as_many_days_stays_however_it_says_so() -> None:
    assert edit(LOCK, FACTS, locked(Mode="COMPLIANCE", Years=1), {"object_lock.days": 365}).calls == ()


def test_a_lock_is_read() -> None:
    assert read(LOCK, FACTS, {"s3:GetObjectLockConfiguration": locked(Mode="GOVERNANCE", Days=1)}) == locked(
        Mode="GOVERNANCE", Days=1
    )
    assert read(LOCK, FACTS, {"s3:GetObjectLockConfiguration": ABSENT}) is None
