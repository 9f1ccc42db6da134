from __future__ import annotations

from typing import Any

import pytest

from bedaudit.model import Call
from bedaudit.repairs.repair import Edit, settled
from bedaudit.repairs.trail import LOGGING
from tests.repairs.editing import ACCOUNT, SITE, edit, read

FACTS = {"name": "all", "owner": ACCOUNT, "home_region": "eu-west-1"}
NAMED = {"Name": f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/all"}
STOPPED: dict[str, Any] = {
    "IsLogging": False,
    "StopLoggingTime": 1,
    "LatestDeliveryError": "NoSuchBucket",
    "Unheard": 1,
}
WANTED = {"logging": True}


def test_a_trail_is_started_and_stopped_again() -> None:
    assert edit(LOGGING, FACTS, STOPPED, WANTED) == Edit(
        {**STOPPED, "IsLogging": True},
        (Call("cloudtrail", "StartLogging", NAMED),),
        (Call("cloudtrail", "StopLogging", NAMED),),
    )


@pytest.mark.parametrize(
    ("raw", "wanted"), [({"IsLogging": True}, WANTED), ({"IsLogging": True}, {"logging": False}), (STOPPED, {})]
)
def test_there_is_nothing_to_start_and_never_anything_to_stop(raw: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert edit(LOGGING, FACTS, raw, wanted) == Edit(raw, (), ())


def test_the_trail_of_another_account_is_left_to_people() -> None:
    found = edit(LOGGING, {**FACTS, "owner": "999999999999"}, STOPPED, WANTED)
    reason = "the trail belongs to account 999999999999, and is started from there"
    assert found == Edit(STOPPED, (), (), "manual", reason)


def test_when_it_delivered_is_no_part_of_it() -> None:
    later = {"IsLogging": False, "LatestDeliveryTime": 9, "Unheard": 1}
    assert settled(STOPPED, LOGGING.volatile) == settled(later, LOGGING.volatile)


def test_its_status_is_read_in_its_home_region() -> None:
    assert read(LOGGING, FACTS, {"cloudtrail:GetTrailStatus": {"IsLogging": False}}) == {"IsLogging": False}
    found = LOGGING.place(FACTS, SITE)
    assert found is not None
    assert (found.region, found.parameters) == ("eu-west-1", NAMED)


@pytest.mark.parametrize("name", ["name", "owner", "home_region"])
def test_a_trail_that_is_half_known_has_no_place(name: str) -> None:
    assert LOGGING.place({**FACTS, name: None}, SITE) is None
