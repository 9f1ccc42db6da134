from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bedaudit.kinds.guardrail import KIND, Guardrail, read
from bedaudit.model import Facts, Gap, Resource
from tests.replay import ABSENT, NOW, Replay

DENIED = Gap("denied", "bedrock:GetGuardrail", "AccessDeniedException")
ARN = "arn:aws:bedrock:us-east-1:111122223333:guardrail/abc123"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"


def listed(*versions: str, **changes: Any) -> list[dict[str, Any]]:
    named = {"id": "abc123", "arn": ARN, "name": "chat", "status": "READY", "createdAt": NOW, "updatedAt": NOW}
    return [{**named, "version": version, **changes} for version in versions]


def listings(*versions: str | Gap, **changes: Any) -> dict[str, Any]:
    """What ListGuardrails says: one working draft, and its versions, each on a page of its own."""

    def reply(parameters: Mapping[str, Any]) -> Any:
        if "guardrailIdentifier" not in parameters:
            return {"guardrails": listed("DRAFT", **changes)}
        assert parameters == {"guardrailIdentifier": "abc123"}
        unread = next((version for version in versions if isinstance(version, Gap)), None)
        return unread or [{"guardrails": listed(str(version))} for version in ("DRAFT", *versions)]

    return {"bedrock:ListGuardrails": reply}


def guardrail(version: str = "2", **members: Any) -> Callable[[Mapping[str, Any]], Any]:
    """What GetGuardrail says of a version."""

    def reply(parameters: Mapping[str, Any]) -> Any:
        assert parameters == {"guardrailIdentifier": "abc123", "guardrailVersion": version}
        return {
            "name": "chat",
            "guardrailId": "abc123",
            "guardrailArn": ARN,
            "version": version,
            "status": "READY",
            "createdAt": NOW,
            "updatedAt": NOW,
            "blockedInputMessaging": "sha256:1",
            "blockedOutputsMessaging": "sha256:2",
            **members,
        }

    return reply


def content(**members: Any) -> dict[str, Any]:
    """A guardrail with a filter against prompt attacks alone."""
    attacks = {"type": "PROMPT_ATTACK", "inputStrength": "HIGH", "outputStrength": "NONE", **members}
    return {"bedrock:GetGuardrail": guardrail(contentPolicy={"filters": [attacks]})}


def pii(**members: Any) -> dict[str, Any]:
    """A guardrail that looks for one sort of personal data alone."""
    entities = [{"type": "EMAIL", "action": "BLOCK", **members}]
    return {"bedrock:GetGuardrail": guardrail(sensitiveInformationPolicy={"piiEntities": entities})}


def enforced(**members: Any) -> dict[str, Any]:
    config = {"configId": "e1", "guardrailId": "abc123", "guardrailVersion": "2", "owner": "ACCOUNT", **members}
    return {"bedrock:ListEnforcedGuardrailsConfiguration": {"guardrailsConfig": [config]}}


WHOLE = guardrail(
    topicPolicy={"topics": [{"name": "sha256:3", "definition": "sha256:4", "type": "DENY"}]},
    contentPolicy={
        "filters": [
            {"type": "HATE", "inputStrength": "LOW", "outputStrength": "LOW"},
            {"type": "PROMPT_ATTACK", "inputStrength": "HIGH", "outputStrength": "NONE"},
        ]
    },
    wordPolicy={"managedWordLists": [{"type": "PROFANITY"}]},
    sensitiveInformationPolicy={
        "piiEntities": [
            {"type": "PHONE", "action": "BLOCK"},
            {"type": "EMAIL", "action": "NONE", "inputAction": "NONE", "outputAction": "ANONYMIZE"},
            {"type": "NAME", "action": "NONE", "inputAction": "NONE", "outputAction": "NONE"},
            {"type": "AGE", "action": "BLOCK", "inputEnabled": False, "outputEnabled": False},
        ]
    },
    contextualGroundingPolicy={"filters": [{"type": "GROUNDING", "threshold": 0.7}]},
    automatedReasoningPolicy={"policies": ["arn:aws:bedrock:us-east-1:111122223333:automated-reasoning-policy/p1"]},
)
RECORDED: Mapping[str, Any] = {
    "bedrock:GetGuardrail": WHOLE,
    "bedrock:ListEnforcedGuardrailsConfiguration": {"guardrailsConfig": []},
    **listings("1", "2"),
}
STATE = {
    "id": "abc123",
    "name": "chat",
    "status": "READY",
    "version": "2",
    "has_version": True,
    "policies": [
        "content",
        "topic",
        "word",
        "sensitive_information",
        "contextual_grounding",
        "automated_reasoning",
    ],
    "blocks_prompt_attacks": True,
    "pii_types": ["EMAIL", "PHONE"],
    "intervenes": True,
    "enforced": False,
}
OPEN = {"blocks_prompt_attacks": False, "attacks_pass_because": "it has no filter for prompt attacks"}
EMPTY = {"intervenes": False, "does_not_intervene_because": "it has no filters"}
DETECTS = {"intervenes": False, "does_not_intervene_because": "its filters only detect, or are off"}
NOTHING = {"policies": [], "pii_types": [], **OPEN, **EMPTY}
ATTACKS = {"policies": ["content"], "pii_types": []}
MAIL = {"policies": ["sensitive_information"], "pii_types": ["EMAIL"], **OPEN}


def passing(because: str) -> dict[str, Any]:
    """Attacks pass a guardrail that has nothing else."""
    return {**ATTACKS, **DETECTS, "blocks_prompt_attacks": False, "attacks_pass_because": because}


UNREAD = DENIED.as_fact()
_UNREAD = dict.fromkeys(("policies", "blocks_prompt_attacks", "pii_types", "intervenes", "kms_key"), DENIED)
DETAILS = {
    name: value for name, value in Guardrail(**{**STATE, **_UNREAD}).facts().items() if value == DENIED.as_fact()
}

CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("whole", {}, {}),
    ("failed", listings("1", "2", status="FAILED"), {"status": "FAILED"}),
    (
        "versions_are_numbers_not_texts",
        {**listings("9", "10", "2"), "bedrock:GetGuardrail": guardrail("10")},
        {"version": "10", **NOTHING},
    ),
    (
        "only_a_draft",
        {**listings(), "bedrock:GetGuardrail": guardrail("DRAFT")},
        {"version": "DRAFT", "has_version": False, **NOTHING},
    ),
    ("versions_are_denied", listings(DENIED), {"version": UNREAD, "has_version": UNREAD, **DETAILS}),
    ("details_are_denied", {"bedrock:GetGuardrail": DENIED}, DETAILS),
    ("against_prompt_attacks_alone", content(), ATTACKS),
    (
        "prompt_attacks_are_only_detected",
        content(inputAction="NONE"),
        passing("its filter for prompt attacks only detects"),
    ),
    (
        "prompt_attacks_are_not_looked_for",
        content(inputEnabled=False),
        passing("its filter for prompt attacks is off"),
    ),
    (
        "the_filter_has_no_strength",
        content(inputStrength="NONE"),
        passing("its filter for prompt attacks has no strength"),
    ),
    ("another_filter", content(type="HATE"), {**ATTACKS, **OPEN}),
    ("personal_data_alone", pii(), MAIL),
    ("personal_data_of_answers_alone", pii(inputEnabled=False), MAIL),
    (
        "personal_data_is_only_detected",
        pii(action="NONE", inputAction="NONE", outputAction="NONE"),
        {**MAIL, **DETECTS, "pii_types": []},
    ),
    ("a_policy_of_nothing", {"bedrock:GetGuardrail": guardrail(wordPolicy={})}, NOTHING),
    (
        "a_regex_that_masks",
        {
            "bedrock:GetGuardrail": guardrail(
                sensitiveInformationPolicy={"regexes": [{"name": "a", "pattern": "b", "action": "ANONYMIZE"}]}
            )
        },
        {**MAIL, "pii_types": []},
    ),
    (
        "grounding_is_only_detected",
        {
            "bedrock:GetGuardrail": guardrail(
                contextualGroundingPolicy={"filters": [{"type": "RELEVANCE", "threshold": 0.5, "action": "NONE"}]}
            )
        },
        {**NOTHING, **DETECTS, "policies": ["contextual_grounding"]},
    ),
    (
        "a_key_that_is_gone",
        {"bedrock:GetGuardrail": guardrail(kmsKeyArn=KEY), "kms:DescribeKey": ABSENT},
        {**NOTHING, "kms_key": {"arn": KEY, "exists": False, "missing_because": f"there is no KMS key {KEY}"}},
    ),
    ("enforced", enforced(), {"enforced": True}),
    (
        "enforced_for_all_models_by_name",
        enforced(modelEnforcement={"includedModels": ["ALL"], "excludedModels": []}),
        {"enforced": True},
    ),
    (
        "enforced_for_one_model",
        enforced(modelEnforcement={"includedModels": ["amazon.nova-pro-v1:0"], "excludedModels": []}),
        {"enforced": False},
    ),
    (
        "enforced_but_for_one_model",
        enforced(modelEnforcement={"includedModels": ["ALL"], "excludedModels": ["amazon.nova-pro-v1:0"]}),
        {"enforced": False},
    ),
    ("another_is_enforced", enforced(guardrailId="def456"), {"enforced": False}),
    ("enforcement_is_denied", {"bedrock:ListEnforcedGuardrailsConfiguration": DENIED}, {"enforced": UNREAD}),
]


def guardrails(aws: Replay) -> list[Resource]:
    return list(asyncio.run(read(aws)))


@pytest.mark.parametrize(("recorded", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_states(recorded: dict[str, Any], expected: dict[str, Any]) -> None:
    (found,) = guardrails(Replay({**RECORDED, **recorded}, operations=KIND.operations))
    assert (found.id, found.arn, found.state) == ("abc123", ARN, {**STATE, **expected})


def test_the_key_is_read_as_any_other() -> None:
    metadata = {"KeyId": "1234abcd", "Arn": KEY, "KeyManager": "CUSTOMER", "KeyState": "Disabled"}
    key = {"kms:DescribeKey": {"KeyMetadata": metadata}}
    recorded = {**RECORDED, **key, "bedrock:GetGuardrail": guardrail(kmsKeyArn=KEY)}
    wanted = ("kms_key",)
    (found,) = guardrails(Replay(recorded, operations=KIND.operations, wanted=lambda part: part in wanted))
    read_key: Facts = found.state["kms_key"]
    assert (read_key["arn"], read_key["state"], read_key["customer_managed"]) == (KEY, "disabled", True)


def test_an_account_without_guardrails_costs_one_call() -> None:
    aws = Replay({"bedrock:ListGuardrails": {"guardrails": []}}, operations=KIND.operations)
    assert guardrails(aws) == []
    assert len(aws.calls) == 1


def test_no_details_are_read_that_nobody_asks_for() -> None:
    aws = Replay(RECORDED, operations=KIND.operations, wanted=lambda part: part == "has_version")
    guardrails(aws)
    assert [call[2] for call in aws.calls] == [{}, {"guardrailIdentifier": "abc123"}]


def test_no_words_of_a_guardrail_are_kept() -> None:
    (found,) = guardrails(Replay(RECORDED, operations=KIND.operations))
    assert "sha256" not in str((found.state, found.raw))
