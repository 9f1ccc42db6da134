from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.kinds.inference_profile import KIND, read
from bedaudit.model import Gap
from tests.replay import Replay

DENIED = Gap("denied", "bedrock:ListTagsForResource", "AccessDeniedException")
ARN = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/a1b2c3d4e5f6"
OTHER_ARN = ARN.replace("a1b2c3d4e5f6", "b")
SUMMARY = {
    "inferenceProfileName": "support-chat",
    "inferenceProfileArn": ARN,
    "models": [
        {"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"},
        {"modelArn": "arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-pro-v1:0"},
    ],
    "inferenceProfileId": "a1b2c3d4e5f6",
    "status": "ACTIVE",
    "type": "APPLICATION",
}
RECORDED: Mapping[str, Any] = {
    "bedrock:ListInferenceProfiles": {"inferenceProfileSummaries": [SUMMARY]},
    "bedrock:ListTagsForResource": {"tags": [{"key": "team", "value": "support"}, {"key": "app", "value": "chat"}]},
}
STATE = {
    "id": "a1b2c3d4e5f6",
    "name": "support-chat",
    "model": "amazon.nova-pro-v1:0",
    "status": "ACTIVE",
    "names": ["a1b2c3d4e5f6", ARN],
    "tags": {"team": "support", "app": "chat"},
    "tag_keys": ["app", "team"],
}
UNREAD = DENIED.as_fact()
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("tagged", {}, {}),
    ("without_tags", {"bedrock:ListTagsForResource": {"tags": []}}, {"tags": {}, "tag_keys": []}),
    ("tags_are_left_out", {"bedrock:ListTagsForResource": {}}, {"tags": {}, "tag_keys": []}),
    ("tags_are_denied", {"bedrock:ListTagsForResource": DENIED}, {"tags": UNREAD, "tag_keys": UNREAD}),
    (
        "no_model_is_named",
        {"bedrock:ListInferenceProfiles": {"inferenceProfileSummaries": [{**SUMMARY, "models": [{}]}]}},
        {"model": ""},
    ),
]


@pytest.mark.parametrize(("recorded", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_states(recorded: dict[str, Any], expected: dict[str, Any]) -> None:
    (found,) = asyncio.run(read(Replay({**RECORDED, **recorded}, operations=KIND.operations)))
    assert (found.id, found.arn, found.state) == ("a1b2c3d4e5f6", ARN, {**STATE, **expected})


OTHER = {**SUMMARY, "inferenceProfileId": "b", "inferenceProfileArn": OTHER_ARN}
TAGGED = "resourcegroupstaggingapi:GetResources"


def two(tagged: Any) -> tuple[dict[str, Any], list[str]]:
    """The tags of two profiles of several pages, and what was asked for them."""
    pages = [{"inferenceProfileSummaries": [SUMMARY]}, {"inferenceProfileSummaries": [OTHER]}, {}]
    recorded = {**RECORDED, "bedrock:ListInferenceProfiles": pages, TAGGED: tagged}
    aws = Replay(recorded, operations=KIND.operations, wanted=lambda part: part == "tags")
    found = {one.id: one.state["tags"] for one in asyncio.run(read(aws))}
    return found, [f"{operation} {parameters.get('resourceARN', '')}".strip() for operation, _, parameters in aws.calls]


def mapping(arn: str, **tags: str) -> dict[str, Any]:
    return {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def test_the_tags_of_several_profiles_are_in_one_list() -> None:
    pages = [{"ResourceTagMappingList": [mapping(ARN, team="a")]}, {"ResourceTagMappingList": [mapping(OTHER_ARN)]}]
    assert two(pages)[0] == {"a1b2c3d4e5f6": {"team": "a"}, "b": {}}
    assert set(two(pages)[1]) == {"bedrock:ListInferenceProfiles", TAGGED}


@pytest.mark.parametrize("tagged", [{}, {"ResourceTagMappingList": []}, DENIED])
def test_a_profile_that_the_list_does_not_have_is_asked_for_its_own(tagged: Any) -> None:
    found, asked = two(tagged)
    assert found == {"a1b2c3d4e5f6": STATE["tags"], "b": STATE["tags"]}
    assert {f"bedrock:ListTagsForResource {arn}" for arn in (ARN, OTHER_ARN)} <= set(asked)


def test_profiles_that_aws_defines_are_not_asked_for() -> None:
    aws = Replay(RECORDED, operations=KIND.operations, wanted=lambda part: False)
    asyncio.run(read(aws))
    assert aws.calls == [("bedrock:ListInferenceProfiles", None, {"typeEquals": "APPLICATION"})]
