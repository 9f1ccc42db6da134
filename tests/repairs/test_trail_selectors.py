from __future__ import annotations

from typing import Any

import pytest

from bedaudit.model import Call
from bedaudit.repairs.repair import Edit
from bedaudit.repairs.trail_selectors import SELECTORS
from tests.repairs.editing import ACCOUNT, edit, read

FACTS = {"name": "all", "owner": ACCOUNT, "home_region": "eu-west-1"}
ARN = f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/all"
FOREIGN: dict[str, Any] = {
    "Name": "théirs",
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::x/"]},
    ],
}
MANAGEMENT = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
ALL = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
GUARDRAIL, PROJECT = "AWS::Bedrock::Guardrail", "AWS::BedrockMantle::Project"
CHARGED = "CloudTrail charges for data events"


def data(type_: str, *fields: Any) -> dict[str, Any]:
    of_type = {"Field": "resources.type", "Equals": [type_]}
    return {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, of_type, *fields]}


def advanced(*selectors: Any) -> dict[str, Any]:
    return {"TrailARN": ARN, "AdvancedEventSelectors": list(selectors), "Unheard": 1}


def classic(*selectors: Any) -> dict[str, Any]:
    return {"TrailARN": ARN, "EventSelectors": list(selectors), "Unheard": 1}


def put(raw: dict[str, Any]) -> Call:
    held = {name: value for name, value in raw.items() if name.endswith("Selectors")}
    return Call("cloudtrail", "PutEventSelectors", {"TrailName": ARN, **held})


ONE = data(GUARDRAIL, {"Field": "resources.ARN", "Equals": ["arn:x"]})


@pytest.mark.parametrize(
    ("before", "wanted", "after", "safety", "reason"),
    [
        (
            advanced(FOREIGN, ONE),
            {"data_event_types": [GUARDRAIL, PROJECT]},
            advanced(FOREIGN, ONE, data(GUARDRAIL), data(PROJECT)),
            "risky",
            CHARGED,
        ),
        (
            advanced(FOREIGN, data(GUARDRAIL)),
            {"data_event_types": (GUARDRAIL, PROJECT), "records_management_events": True},
            advanced(FOREIGN, data(GUARDRAIL), MANAGEMENT, data(PROJECT)),
            "risky",
            CHARGED,
        ),
        (
            advanced(FOREIGN),
            {"records_management_events": True},
            advanced(FOREIGN, MANAGEMENT),
            "safe",
            "",
        ),
        (classic(ALL), {"data_event_types": [GUARDRAIL]}, advanced(MANAGEMENT, data(GUARDRAIL)), "risky", CHARGED),
        (
            classic({**ALL, "ReadWriteType": "WriteOnly", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}),
            {"data_event_types": [GUARDRAIL]},
            advanced(
                {
                    "FieldSelectors": [
                        *MANAGEMENT["FieldSelectors"],
                        {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]},
                        {"Field": "readOnly", "Equals": ["false"]},
                    ]
                },
                data(GUARDRAIL),
            ),
            "risky",
            CHARGED,
        ),
        (
            classic({**ALL, "IncludeManagementEvents": False, "DataResources": [{"Type": "AWS::S3::Object"}]}),
            {"records_management_events": True},
            classic({**ALL, "IncludeManagementEvents": False, "DataResources": [{"Type": "AWS::S3::Object"}]}, ALL),
            "safe",
            "",
        ),
    ],
)
def test_selectors_of_bedrock_are_put_beside_those_that_are_there(
    before: Any, wanted: Any, after: Any, safety: Any, reason: str
) -> None:
    assert edit(SELECTORS, FACTS, before, wanted) == Edit(after, (put(after),), (put(before),), safety, reason)


@pytest.mark.parametrize(
    ("raw", "wanted", "reason"),
    [
        (
            classic({**ALL, "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}),
            {"data_event_types": [GUARDRAIL]},
            "its classic selectors of data events would have to be written anew as advanced ones",
        ),
        *(
            (
                raw,
                {"records_management_events": True},
                "the trail records some management events only, and which is for people to say",
            )
            for raw in (
                classic({**ALL, "ReadWriteType": "ReadOnly"}),
                advanced(
                    {"FieldSelectors": [*MANAGEMENT["FieldSelectors"], {"Field": "readOnly", "Equals": ["true"]}]}
                ),
            )
        ),
    ],
)
def test_what_somebody_has_chosen_is_left_to_people(raw: Any, wanted: Any, reason: str) -> None:
    assert edit(SELECTORS, FACTS, raw, wanted) == Edit(raw, (), (), "manual", reason)


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (advanced(MANAGEMENT, data(GUARDRAIL)), {"data_event_types": [GUARDRAIL], "records_management_events": True}),
        (classic(ALL), {"records_management_events": True}),
        (classic(), {"records_management_events": False, "data_event_types": []}),
    ],
)
def test_there_is_nothing_to_add(raw: Any, wanted: Any) -> None:
    assert edit(SELECTORS, FACTS, raw, wanted) == Edit(raw, (), ())


def test_a_trail_that_says_nothing_of_selectors_is_put_back_to_what_that_means() -> None:
    found = edit(SELECTORS, FACTS, {"TrailARN": ARN}, {"data_event_types": [GUARDRAIL]})
    assert found.undo == (Call("cloudtrail", "PutEventSelectors", {"TrailName": ARN, "EventSelectors": [ALL]}),)


def test_the_trail_of_another_account_is_left_to_people() -> None:
    found = edit(SELECTORS, {**FACTS, "owner": "999999999999"}, advanced(FOREIGN), {"data_event_types": [GUARDRAIL]})
    reason = "the trail belongs to account 999999999999, and is changed from there"
    assert found == Edit(advanced(FOREIGN), (), (), "manual", reason)


def test_selectors_are_read_in_the_home_region() -> None:
    reply = {"TrailARN": ARN, "AdvancedEventSelectors": [FOREIGN]}
    assert read(SELECTORS, FACTS, {"cloudtrail:GetEventSelectors": reply}) == reply


def test_the_types_of_two_controls_are_wanted_together() -> None:
    join = SELECTORS.joins["data_event_types"]
    assert join([GUARDRAIL], [PROJECT, GUARDRAIL]) == [GUARDRAIL, PROJECT]
