from __future__ import annotations

from typing import Any

import pytest

from bedaudit.model import Call
from bedaudit.repairs.log_retention import RETENTION
from tests.repairs.editing import edit

FACTS = {"name": "group"}
HELD = {"logGroupName": "group", "arn": "arn:aws:logs:us-east-1:111122223333:log-group:group:*"}


def put(days: int) -> Call:
    return Call("logs", "PutRetentionPolicy", {"logGroupName": "group", "retentionInDays": days})


NEVER = Call("logs", "DeleteRetentionPolicy", {"logGroupName": "group"})


@pytest.mark.parametrize(
    ("raw", "undo", "safety"),
    [
        ({**HELD, "retentionInDays": 30}, put(30), "safe"),
        ({**HELD, "retentionInDays": 365}, put(365), "manual"),
        (HELD, NEVER, "manual"),
        ({**HELD, "retentionInDays": 30, "retentionPolicyName": "theirs"}, put(30), "manual"),
    ],
    ids=["longer", "shorter", "an end where there was none", "overruled by the account"],
)
def test_retention_is_lengthened_by_machine_and_shortened_by_people(raw: Any, undo: Call, safety: str) -> None:
    found = edit(RETENTION, FACTS, raw, {"retention_days": 90})
    assert (found.calls, found.undo, found.safety) == ((put(90),), (undo,), safety)


def test_what_is_as_wanted_or_nowhere_is_left_alone() -> None:
    assert edit(RETENTION, FACTS, {**HELD, "retentionInDays": 90}, {"retention_days": 90}).calls == ()
    assert edit(RETENTION, FACTS, HELD, {"retention_days": "never"}).calls == ()
    assert edit(RETENTION, FACTS, None, {"retention_days": 90}).calls == ()


def test_a_log_group_that_only_has_to_be_there_is_not_shortened_once_it_holds_something() -> None:
    wanted = {"exists": True, "retention_days": 90}
    full = {**HELD, "storedBytes": 12}
    assert edit(RETENTION, FACTS, full, wanted).calls == ()
    assert edit(RETENTION, FACTS, {**full, "retentionInDays": 365}, wanted).calls == ()
    assert edit(RETENTION, FACTS, {**full, "retentionInDays": 30}, wanted).calls == (put(90),)
    for made in ({"logGroupName": "group"}, {**HELD, "storedBytes": 0}):
        found = edit(RETENTION, FACTS, made, wanted)
        assert (found.calls, found.safety) == ((put(90),), "safe")
