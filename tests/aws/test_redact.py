from __future__ import annotations

from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from bedaudit.aws.redact import SECRETS, digest, literals, redact
from tests.replay import model

HASH = digest("secret")


@pytest.mark.parametrize(
    ("operation", "reply", "expected"),
    [
        (
            ("bedrock", "GetGuardrail"),
            {
                "name": "kept",
                "wordPolicy": {"words": [{"text": "secret", "inputAction": "BLOCK"}]},
                "topicPolicy": {"topics": [{"name": "secret", "definition": "secret", "examples": ["secret"]}]},
            },
            {
                "name": "kept",
                "wordPolicy": {"words": [{"text": HASH, "inputAction": "BLOCK"}]},
                "topicPolicy": {"topics": [{"name": HASH, "definition": HASH, "examples": [HASH]}]},
            },
        ),
        (("bedrock", "GetGuardrail"), {"wordPolicy": None, "topicPolicy": {}}, {"wordPolicy": None, "topicPolicy": {}}),
        (
            ("lambda", "GetFunctionConfiguration"),
            {"Environment": {"Variables": {"TOKEN": "secret"}}, "Role": "secret"},
            {"Environment": {"Variables": {"TOKEN": HASH}}, "Role": "secret"},
        ),
        (("logs", "DescribeLogGroups"), {"logGroups": ["secret"]}, {"logGroups": ["secret"]}),
    ],
)
def test_secrets_become_their_hash_and_the_rest_stays(operation: tuple[str, str], reply: Any, expected: Any) -> None:
    assert redact(*operation, reply) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("ERROR -timeout", "ERROR -timeout"),
        ('{ $.errorCode = "secret" && $.size > 100 }', f'{{ $.errorCode = "{HASH}" && $.size > 100 }}'),
        ("{ $.identity.arn = 'secret' }", f'{{ $.identity.arn = "{HASH}" }}'),
        ("{ $.modelId = %secret% }", f'{{ $.modelId = "{HASH}" }}'),
        ("", ""),
    ],
)
def test_a_filter_pattern_keeps_its_fields_and_loses_what_it_looks_for(pattern: str, expected: str) -> None:
    assert literals(pattern) == expected


def test_a_saved_query_keeps_its_sources_and_commands_and_loses_what_it_looks_for() -> None:
    before, looked_for = "SOURCE '/aws/bedrock/x' | filter user = ", "'secret'"
    definition = {"queryString": before + looked_for, "parameters": [{"name": "who", "defaultValue": "secret"}]}
    hidden = f'{before}"{digest(looked_for)}"'
    assert redact("logs", "DescribeQueryDefinitions", {"queryDefinitions": [definition]}) == {
        "queryDefinitions": [{"queryString": hidden, "parameters": [{"name": "who", "defaultValue": HASH}]}]
    }


def _reach(shape: Shape | None, path: list[str]) -> bool:
    if not path:
        return shape is not None and shape.type_name == "string"
    match shape:
        case StructureShape():
            return path[0] in shape.members and _reach(shape.members[path[0]], path[1:])
        case ListShape():
            return path[0] == "*" and _reach(shape.member, path[1:])
        case MapShape():
            return _reach(shape.value, path[1:])
        case _:
            return False


@pytest.mark.parametrize(
    ("operation", "path"), [(operation, path) for operation in SECRETS for path in SECRETS[operation]]
)
def test_each_path_is_one_of_aws(operation: tuple[str, str], path: str) -> None:
    assert _reach(model(operation[0]).operation_model(operation[1]).output_shape, path.split("."))
