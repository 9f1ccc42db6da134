from typing import Any

import pytest

from bedaudit.documents.event_selectors import Recorded, recorded

AGENT, GUARDRAIL = "AWS::Bedrock::AgentAlias", "AWS::Bedrock::Guardrail"
NOTHING = Recorded(management=False, anything=False, data=(), partial_data=())
SOME_MANAGEMENT = Recorded(management=False, anything=True, data=(), partial_data=())
MANAGEMENT = Recorded(management=True, anything=True, data=(), partial_data=())


def advanced(*selectors: dict[str, Any]) -> dict[str, Any]:
    """Each selector as fields to `Equals` values, or to a mapping of operators."""
    return {
        "AdvancedEventSelectors": [
            {
                "FieldSelectors": [
                    {"Field": field, **({"Equals": [words]} if isinstance(words, str) else words)}
                    for field, words in fields.items()
                ]
            }
            for fields in selectors
        ]
    }


def data(type_: str, **more: Any) -> dict[str, Any]:
    return {"eventCategory": "Data", "resources.type": type_, **more}


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ([{}], MANAGEMENT),
        ([{"ReadWriteType": "All", "IncludeManagementEvents": True}], MANAGEMENT),
        ([{"ReadWriteType": "ReadOnly"}], SOME_MANAGEMENT),
        ([{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}], SOME_MANAGEMENT),
        ([{"ReadWriteType": "ReadOnly"}, {"ReadWriteType": "WriteOnly"}], MANAGEMENT),
        ([{"IncludeManagementEvents": False}], NOTHING),
        ([{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}], MANAGEMENT),
        ([{"ExcludeManagementEventSources": ["bedrock.amazonaws.com"]}], SOME_MANAGEMENT),
        ([{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}], MANAGEMENT),
    ],
)
def test_classic_selectors_record_management_events(selectors: list[dict[str, Any]], expected: Recorded) -> None:
    assert recorded({"EventSelectors": selectors}) == expected


def test_a_trail_without_selectors_records_all_management_events() -> None:
    assert recorded({}) == recorded({"EventSelectors": [], "AdvancedEventSelectors": []}) == MANAGEMENT


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ([{"eventCategory": "Management"}], MANAGEMENT),
        ([{"eventCategory": "Management", "readOnly": "false"}], SOME_MANAGEMENT),
        ([{"eventCategory": "Management", "readOnly": each} for each in ("true", "false")], MANAGEMENT),
        (
            [
                {
                    "eventCategory": "Management",
                    "eventSource": {"NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]},
                }
            ],
            MANAGEMENT,
        ),
        ([{"eventCategory": "Management", "eventSource": {"NotStartsWith": ["bedrock"]}}], NOTHING),
        ([{"eventCategory": "Management", "eventSource": "bedrock.amazonaws.com"}], SOME_MANAGEMENT),
        ([{"eventCategory": "Management", "eventSource": {"StartsWith": ["bedrock"]}}], MANAGEMENT),
        ([{"eventCategory": "Management", "eventName": {"NotEquals": ["InvokeModel"]}}], SOME_MANAGEMENT),
        ([{"eventCategory": "NetworkActivity", "eventSource": "bedrock.amazonaws.com"}], NOTHING),
        ([{"eventCategory": {"EndsWith": ["Insight"]}}], NOTHING),
        ([data("AWS::S3::Object")], NOTHING),
        ([data(AGENT)], Recorded(management=False, anything=True, data=(AGENT,), partial_data=())),
        (
            [data(GUARDRAIL), data(AGENT)],
            Recorded(management=False, anything=True, data=(AGENT, GUARDRAIL), partial_data=()),
        ),
        ([data(AGENT, readOnly="true")], Recorded(management=False, anything=True, data=(), partial_data=(AGENT,))),
        (
            [data(AGENT, readOnly="true"), data(AGENT, readOnly="false")],
            Recorded(management=False, anything=True, data=(AGENT,), partial_data=()),
        ),
        (
            [data(AGENT, **{"resources.ARN": {"StartsWith": ["arn:aws:bedrock:us-east-1"]}})],
            Recorded(management=False, anything=True, data=(), partial_data=(AGENT,)),
        ),
        (
            [data(AGENT, eventName="InvokeAgent")],
            Recorded(management=False, anything=True, data=(), partial_data=(AGENT,)),
        ),
        (
            [data(AGENT, eventName="InvokeAgent"), data(AGENT)],
            Recorded(management=False, anything=True, data=(AGENT,), partial_data=()),
        ),
        (
            [data(AGENT, eventSource="bedrock.amazonaws.com")],
            Recorded(management=False, anything=True, data=(AGENT,), partial_data=()),
        ),
        ([data(AGENT, eventSource={"NotEquals": ["bedrock.amazonaws.com"]})], NOTHING),
        (
            [data("AWS::BedrockMantle::Project", eventSource="bedrock-mantle.amazonaws.com")],
            Recorded(management=False, anything=True, data=("AWS::BedrockMantle::Project",), partial_data=()),
        ),
    ],
)
def test_advanced_selectors_record(selectors: list[dict[str, Any]], expected: Recorded) -> None:
    assert recorded(advanced(*selectors)) == expected
