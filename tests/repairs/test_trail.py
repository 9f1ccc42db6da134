from __future__ import annotations

from typing import Any

import pytest

from bedaudit.model import Call
from bedaudit.repairs.repair import Edit, settled
from bedaudit.repairs.trail import LOGGING, SETTINGS
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


TRAIL: dict[str, Any] = {
    "Name": "all",
    "TrailARN": NAMED["Name"],
    "S3BucketName": "logs",
    "IsMultiRegionTrail": False,
    "LogFileValidationEnabled": False,
    "HasCustomEventSelectors": False,
    "Unheard": {"of": 1},
}
TRAIL_AS_KNOWN = {name: value for name, value in TRAIL.items() if name != "Unheard"}
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"


def update(**parameters: Any) -> Call:
    return Call("cloudtrail", "UpdateTrail", {**NAMED, **parameters})


@pytest.mark.parametrize(
    ("wanted", "changed", "there", "back", "rated"),
    [
        (
            {"log_file_validation": True},
            {"LogFileValidationEnabled": True},
            update(EnableLogFileValidation=True),
            update(EnableLogFileValidation=False),
            ("safe", ""),
        ),
        (
            {"kms_key.arn": KEY},
            {"KmsKeyId": KEY},
            update(KmsKeyId=KEY),
            update(KmsKeyId=""),
            ("safe", "the policy of the KMS key has to let CloudTrail encrypt with it"),
        ),
        (
            {"multi_region": True, "log_file_validation": True},
            {"IsMultiRegionTrail": True, "LogFileValidationEnabled": True},
            update(IsMultiRegionTrail=True, EnableLogFileValidation=True),
            update(IsMultiRegionTrail=False, EnableLogFileValidation=False),
            ("risky", "it records, and CloudTrail may charge for, the events of every region from then on"),
        ),
    ],
)
def test_settings_are_changed_and_the_others_are_not_named(
    wanted: Any, changed: Any, there: Call, back: Call, rated: Any
) -> None:
    assert edit(SETTINGS, FACTS, TRAIL, wanted) == Edit({**TRAIL, **changed}, (there,), (back,), *rated)


@pytest.mark.parametrize("wanted", [{"log_file_validation": False}, {"multi_region": False}, {"kms_key.arn": KEY}])
def test_a_setting_is_never_taken_away_and_not_set_twice(wanted: Any) -> None:
    raw = {**TRAIL, "KmsKeyId": KEY, "IsMultiRegionTrail": True, "LogFileValidationEnabled": True}
    assert edit(SETTINGS, FACTS, raw, wanted) == Edit(raw, (), ())


@pytest.mark.parametrize(
    ("owner", "key", "reason"),
    [
        (ACCOUNT, KEY.replace("eu-west-1", "us-east-1"), "the KMS key that is said is not of this region"),
        ("999999999999", KEY, "the trail belongs to account 999999999999, and is changed from there"),
    ],
)
def test_what_cannot_be_set_from_here_is_left_to_people(owner: str, key: str, reason: str) -> None:
    found = edit(SETTINGS, {**FACTS, "owner": owner}, TRAIL, {"kms_key.arn": key})
    assert found == Edit(TRAIL, (), (), "manual", reason)


@pytest.mark.parametrize("trails", [[TRAIL_AS_KNOWN], []])
def test_settings_are_read_by_the_arn_of_the_trail(trails: list[Any]) -> None:
    found = read(SETTINGS, FACTS, {"cloudtrail:DescribeTrails": {"trailList": trails}})
    assert found == (TRAIL_AS_KNOWN if trails else None)
