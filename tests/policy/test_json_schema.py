from __future__ import annotations

from typing import Any

import pytest

from bedaudit.policy.json_schema import schema_meets, schema_problem

SOUND: list[Any] = [
    True,
    {"type": "object", "properties": {"$ref": {"type": "string"}}},
    {"$ref": "#/$defs/name", "$defs": {"name": {"type": "string", "pattern": "^a"}}},
    {"$defs": {"tree": {"properties": {"child": {"$ref": "#/$defs/tree"}}}}, "$ref": "#/$defs/tree"},
    {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"type": "string"}}, "$ref": "#/$defs/a"},
    {"anyOf": [{"patternProperties": {"^a": {"type": "string"}}}]},
]


@pytest.mark.parametrize("schema", SOUND)
def test_a_sound_schema_has_no_problem(schema: Any) -> None:
    assert schema_problem(schema) is None


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"type": "nothing"}, "not a JSON Schema: 'nothing' is not valid under any of the given schemas"),
        (5, "not a JSON Schema: 5 is not of type 'object', 'boolean'"),
        ({"$ref": "https://example.com/schema"}, "'https://example.com/schema' leads nowhere in this schema"),
        ({"items": {"$ref": "#/$defs/none"}}, "'#/$defs/none' leads nowhere in this schema"),
        ({"items": {"$dynamicRef": "#none"}}, "'#none' leads nowhere in this schema"),
        ({"$id": "https://example.com/schema"}, "$id has no use here"),
        ({"$ref": "#"}, "its references lead in circles"),
        ({"if": {"const": "x"}, "then": {"$ref": "#"}}, "its references lead in circles"),
        ({"items": {"dependentSchemas": {"a": {"not": {"$ref": "#/items"}}}}}, "its references lead in circles"),
        (
            {"$defs": {"a": {"anyOf": [True, {"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}},
            "its references lead in circles",
        ),
        ({"pattern": "(?=a)"}, "'(?=a)' is not a regular expression: invalid perl operator: (?="),
        ({"patternProperties": {"\\z": True}}, "not a JSON Schema: '\\\\z' is not a 'regex'"),
    ],
)
def test_an_unsound_schema_is_told(schema: Any, problem: str) -> None:
    assert schema_problem(schema) == problem


@pytest.mark.parametrize(
    ("value", "schema", "valid"),
    [
        ("cab", {"pattern": "a"}, True),
        ("xyz", {"pattern": "a"}, False),
        (5, {"pattern": "a"}, True),
        ([{"a": 1}], {"contains": {"required": ["a"]}}, True),
        ([{"b": 1}], {"contains": {"required": ["a"]}}, False),
        (5, False, False),
    ],
)
def test_a_schema_judges_a_value(value: Any, schema: Any, valid: bool) -> None:
    assert schema_meets(value, schema) is valid
