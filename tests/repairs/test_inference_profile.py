from __future__ import annotations

from typing import Any

import pytest

from bedaudit.model import Call
from bedaudit.repairs.inference_profile import TAGS
from bedaudit.repairs.repair import Edit
from tests.repairs.editing import ACCOUNT, SITE, edit, read

ARN = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/abc"
FACTS = {"names": ["abc", ARN]}


def raw(**tags: str) -> dict[str, Any]:
    return {"tags": tags, "Unheard": 1}


def tagging(**tags: str) -> Call:
    return Call(
        "bedrock", "TagResource", {"resourceARN": ARN, "tags": [{"key": k, "value": v} for k, v in tags.items()]}
    )


def untagging(*keys: str) -> Call:
    return Call("bedrock", "UntagResource", {"resourceARN": ARN, "tagKeys": list(keys)})


@pytest.mark.parametrize("wanted", [{"tags.team": "ai"}, {"tags": {"team": "ai"}}])
def test_a_tag_is_put_beside_the_others_and_taken_away_again(wanted: dict[str, Any]) -> None:
    assert edit(TAGS, FACTS, raw(theirs="x"), wanted) == Edit(
        raw(theirs="x", team="ai"), (tagging(team="ai"),), (untagging("team"),)
    )


def test_a_tag_that_has_a_value_gets_another_only_if_that_is_allowed() -> None:
    found = edit(TAGS, FACTS, raw(team="old", same="1"), {"tags.team": "ai", "tags.same": "1", "tags.cost": "7"})
    assert found == Edit(
        raw(team="ai", same="1", cost="7"),
        (tagging(team="ai", cost="7"),),
        (tagging(team="old"), untagging("cost")),
        "risky",
        "permissions and bills may depend on the value that the tag has now",
    )


def test_what_is_tagged_already_stays() -> None:
    assert edit(TAGS, FACTS, raw(team="ai"), {"tags.team": "ai"}) == Edit(raw(team="ai"), (), ())


def test_tags_are_read_by_their_keys() -> None:
    reply = {"tags": [{"key": "b", "value": "2"}, {"key": "a", "value": "1"}]}
    assert read(TAGS, FACTS, {"bedrock:ListTagsForResource": reply}) == {"tags": {"a": "1", "b": "2"}}


@pytest.mark.parametrize("facts", [{}, {"names": ["abc"]}, {"names": {"gap": {"reason": "not_read"}}}])
def test_a_profile_without_an_arn_has_no_place(facts: dict[str, Any]) -> None:
    assert TAGS.place(facts, SITE) is None
