"""The published schema and the loader agree: on what is right, on what is wrong, and on what only the loader knows."""
# ruff: noqa: E501 - a table reads better by lines

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bedaudit.errors import PolicyError
from bedaudit.kinds import kinds
from bedaudit.model import Call
from bedaudit.policy.builtin import builtin_policies
from bedaudit.policy.check import Check
from bedaudit.policy.check_policies import read_policy
from bedaudit.policy.load import load
from bedaudit.policy.schema import LOADER_ONLY, json_schema
from bedaudit.policy.words import WORDS
from bedaudit.policy.yaml import parse
from tests.policy.some_kinds import KINDS
from tests.policy.test_load import WHOLE

Json = Any


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(json_schema(KINDS))


def complain(call: Call) -> list[str]:
    return [] if "Period" not in call.parameters else ["no"]


def loads(document: Json) -> bool:
    """Whether the loader takes it, written as JSON."""
    node, problems = parse(json.dumps(document).encode(), "x")
    check = Check()
    if node:
        read_policy(check, node, KINDS, complain, "")
    return not problems and not check.problems


def whole() -> Json:
    return json.loads(_whole())


@cache
def _whole() -> str:
    node = parse(WHOLE.encode(), "x")[0]
    assert node
    document = node.plain()
    document["controls"] += [
        {
            "id": "logs-are-kept", "title": "t", "severity": "info", "resource": "logging", "why": "w",
            "when": {"any": [{"usage.in_use": True}, {"logging.enabled": {"not": False}}, {"usage": {"present": True}}]},
            "forbid": {
                "cloudwatch": {"present": True},
                "cloudwatch.log_group.retention_days": {"below": "never", "not": "${days}", "one_of": [1, "never"]},
                "cloudwatch.log_group.tags.a": {"contains": "x", "contains_all": ["y"]},
                "destinations": ["s3"],
                "enabled": "${heard}",
            },
            "fix": {"set": {"enabled": True, "destinations": ["s3"], "cloudwatch.log_group.tags.a": "b"}},
            "examples": {"fail": [{"cloudwatch": {"log_group": {"gap": "denied"}}, "destinations": [{"gap": "failed"}]}]},
        },
        {
            "id": "all-words", "title": "t", "severity": "info", "resource": "alarm", "why": "w",
            "require": {
                "name": {"like": "a*", "matches": "a.*", "none_of": ["b"], "schema": {"type": "string", "minLength": 2}},
                "actions": {"any": "a", "all": {"one_of": "${models}"}, "none": {"like": "x"}, "count": 3, "not": []},
                "watches": {"count": {"at_least": 1, "at_most": 9}, "all": {"account": 111122223333}},
                "threshold": {"above": 0.5, "at_most": "${days}"},
                "none": [{"type": "composite"}],
                "all": [{"notifies": True}],
            },
        },
    ]  # fmt: skip
    document["parameters"] |= {
        "heard": {"type": "boolean", "default": True},
        "models": {"type": "list", "default": ["a"]},
        "whole": {"type": "integer", "default": 2.0},
        "ratio": {"type": "number", "default": 1},
    }
    return json.dumps(document)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema(KINDS))


def test_every_word_is_in_the_schema_with_its_doc() -> None:
    text = json.dumps(json_schema(KINDS))
    assert [name for name, word in WORDS.items() if name != "equals" and json.dumps(word.doc) not in text] == []


def test_a_policy_that_says_everything_is_taken_by_both() -> None:
    assert loads(whole())
    assert list(validator().iter_errors(whole())) == []


@pytest.mark.parametrize("name", sorted(builtin_policies()))
def test_shipped_policies_meet_the_schema(name: str) -> None:
    node = parse(builtin_policies()[name].read_bytes(), name)[0]
    assert node
    assert list(Draft202012Validator(json_schema(kinds())).iter_errors(node.plain())) == []


def control(**members: Json) -> Callable[[Json], None]:
    """Gives the last control of the whole policy these members; None takes one away."""

    def change(document: Json) -> None:
        target = document["controls"][-1]
        for name, value in members.items():
            if value is None:
                del target[name]
            else:
                target[name] = value

    return change


def exists(**members: Json) -> Callable[[Json], None]:
    return control(require=None, exists={"name": "x"}, **members)


def logging(condition: Json) -> Callable[[Json], None]:
    return control(resource="logging", require=condition)


WRONG_EXAMPLES: list[Json] = [
    [], "x", {"pas": [{}]}, {"pass": []}, {"pass": {}}, {"pass": [3]}, {"pass": [{"nam": "x"}]},
    {"pass": [{"usage": {}}]}, {"pass": [{"resources": {}}]}, {"pass": [{"resources": [], "usag": {}}]},
    {"pass": [{"resources": [], "usage": {"in_use": "x"}}]}, {"pass": [{"resources": [{"name": 3}]}]},
    {"pass": [{"name": {"gap": "denid"}}]}, {"pass": [{"gap": 3}]}, {"pass": [{"gap": "denied", "name": "x"}]},
    {"pass": [{"tags": {"a": 3}}]}, {"pass": [{"tags": {"gap": "x"}}]}, {"pass": [{"watches": [{"account": 3}]}]},
    {"pass": [{"actions": "x"}]}, {"pass": [{"type": "x"}]}, {"pass": [{"threshold": "${days}"}]},
]  # fmt: skip

WRONG_PARAMETERS: list[Json] = [
    {"A": {"type": "string"}}, {"each": {"type": "string"}}, {"a": {}}, {"a": "x"}, {"a": {"type": "text"}},
    {"a": {"type": "string", "x": 1}}, {"a": {"type": "string", "default": 3}},
    {"a": {"type": "integer", "default": 1.5}}, {"a": {"type": "number", "default": True}},
    {"a": {"type": "boolean", "default": 1}}, {"a": {"type": "list", "default": [1]}},
    {"a": {"type": "string", "default": None}}, {"a": {"type": "string", "description": 3}},
]  # fmt: skip

WRONG_CONDITIONS: list[Json] = [
    {}, [], "x", {"nam": "x"}, {"name.x": "x"}, {"tags.a.b": "x"}, {"": "x"}, {"name.": "x"}, {'"name"': "x"},
    {"watches.metric": "x"}, {"watches": {"any": {"metrc": "x"}}}, {"watches": {"any": "x"}}, {"watches": []},
    {"watches": {"contains": "x"}}, {"name": {}}, {"name": {"equals": "x"}}, {"name": {"lik": "x"}},
    {"name": {"at_least": 3}}, {"name": {"any": "x"}}, {"notifies": {"like": "x"}}, {"tags": "x"}, {"tags": {}},
    {"name": 3}, {"name": None}, {"name": True}, {"name": ["x"]}, {"name": 111122223333}, {"notifies": 1},
    {"notifies": "x"}, {"threshold": "3"}, {"threshold": True}, {"threshold": "never"}, {"type": "metrc"},
    {"type": 3}, {"actions": "a"}, {"actions": [3]}, {"actions": {"contains": 3}}, {"actions": {"contains_all": "a"}},
    {"actions": {"contains_all": []}}, {"name": {"one_of": []}}, {"name": {"one_of": [3]}}, {"name": {"one_of": "a"}},
    {"threshold": {"above": "never"}}, {"name": {"like": 3}}, {"name": {"like": " "}}, {"name": {"matches": ["a"]}},
    {"actions": {"count": {"like": "a"}}}, {"actions": {"count": "x"}}, {"actions": {"count": {}}},
    {"actions": {"count": 1.5}}, {"actions": {"any": 3}}, {"actions": {"any": {"present": 1}}},
    {"name": {"present": "x"}}, {"name": {"schema": "x"}}, {"name": {"schema": {"type": "txt"}}},
    {"any": {"name": "x"}}, {"all": []}, {"none": ["x"]}, {"none": [{"nam": "x"}]},
    {"watches": {"any": {"account": 11112222333}}}, {"watches": {"all": {"dimensions": "x"}}},
]  # fmt: skip

WRONG_LOGGING: list[Json] = [
    {"cloudwatch": {"log_group.name": "x"}}, {"cloudwatch": "x"}, {"cloudwatch.log_group.retention_days": "x"},
    {"cloudwatch.log_group.retention_days": 1.5}, {"cloudwatch.log_group.retention_days": "x${days}"}, {"cloudwatch.log_group.retention_days": {"at_least": 1.5}},
    {"destinations": ["x"]}, {"destinations": {"contains": "x"}}, {"destinations": {"any": "x"}}, {"name": "x"},
    {"destinations": {"any": {"one_of": ["x"]}}},
]  # fmt: skip

WRONG_FIXES: list[Json] = [
    [], "x", {"sett": {}}, {"safety": "saf"}, {"safety": 3}, {"set": 3}, {"set": {"nam": 3}},
    {"set": {"name": 3}}, {"set": {"watches": []}}, {"set": {"tags": {}}}, {"create": {}},
]  # fmt: skip

WRONG_TEXTS: list[Json] = [3, "", [], {}, True]

WRONG: list[Callable[[Json], None]] = [
    *(control(**{name: None}) for name in ("id", "title", "severity", "resource", "why", "require")),
    *(control(**{name: value}) for name in ("id", "title", "why", "resource") for value in WRONG_TEXTS),
    control(id="A b"), control(severity="hgih"), control(severity=1), control(resource="alram"), control(titel="x"),
    control(exists={"name": "x"}), control(forbid={"name": "x"}),
    control(at_least_one="x"), control(require=None, forbid={"name": "x"}, at_least_one=True),
    control(when={"alarm.name": "x"}), control(when={"usage.in_us": True}), control(when={"usage.in_use": "x"}),
    control(when={}), control(for_each="usage.in_use"), control(for_each="usage"), control(for_each=["a"]),
    control(for_each="usage.active_models.a"), control(where={"nam": "x"}), control(where=[]),
    control(frameworks={"a": []}), control(frameworks={"a": [1]}), control(frameworks=[]),
    control(references=[]), control(references=["http://a"]), control(references="https://a"),
    # conditions
    *(control(require=condition) for condition in WRONG_CONDITIONS),
    *(logging(condition) for condition in WRONG_LOGGING),
    # fix
    *(control(fix=fix) for fix in WRONG_FIXES),
    control(resource="usage", require={"in_use": True}, examples={"pass": [{"resources": [], "usage": {}}]}),
    exists(fix={"create": []}), exists(resource="trail", fix={"create": {}}),
    # examples
    *(control(examples=examples) for examples in WRONG_EXAMPLES),
    # the file
    *(lambda document, name=name: document.pop(name) for name in ("policy", "controls")),
    *(lambda document, change=change: document.update(change) for change in (
        {"policy": "A"}, {"policy": 3}, {"polcy": "x"}, {"description": 3}, {"description": " "}, {"controls": []},
        {"controls": {}}, {"controls": ["x"]}, {"parameters": []},
        *({"parameters": {**whole()["parameters"], **more}} for more in WRONG_PARAMETERS),
    )),
]  # fmt: skip


@pytest.mark.parametrize("change", WRONG)
def test_wrong_keys_types_words_and_paths_are_refused_by_both(change: Callable[[Json], None]) -> None:
    document = whole()
    change(document)
    assert (loads(document), validator().is_valid(document)) == (False, False)


ONLY_THE_LOADER: dict[str, list[Callable[[Json], None]]] = {
    "templates": [
        control(require={"name": "${"}),
        control(require={"name": "${nobody}"}),
        control(require={"name": "${each}"}),
        control(require={"name": "${topic}"}),
        control(resource="trail", require={"name": "${site.region}"}),
        control(when={"usage.active_models": {"contains": "${each}"}}, for_each="usage.active_models"),
    ],
    "substitution": [
        control(require={"name": "${days}"}),
        control(require={"threshold": "${site.account}"}),
        control(require={"type": "${site.account}-"} | {"type": "${models}"}),
        logging({"cloudwatch.log_group.retention_days": "${ratio}"}),
        control(require={"name": {"like": "${models}"}}),
        control(require={"name": "-${models}"}),
    ],
    "patterns": [control(require={"name": {"matches": "("}})],
    "schemas": [
        control(require={"name": {"schema": {"$ref": "https://example.com/s"}}}),
        control(require={"name": {"schema": {"pattern": "(?=a)"}}}),
    ],
    "calls": [
        exists(fix={"create": {"AlarmName": "x"}}),
        exists(fix={"create": {"AlarmName": "x", "MetricName": "m", "Period": 1}}),
    ],
    "contradictions": [exists(fix={"create": {"AlarmName": "y", "MetricName": "m"}})],
}


@pytest.mark.parametrize("change", [change for changes in ONLY_THE_LOADER.values() for change in changes])
def test_what_the_values_mean_only_the_loader_knows(change: Callable[[Json], None]) -> None:
    document = whole()
    change(document)
    assert (loads(document), validator().is_valid(document)) == (False, True)


YAML_ONLY: dict[str, list[str]] = {
    "duplicates": ["policy: {}\npolicy: {}\n"],
    "yaml": ["a: &a 1\n", "a: *a\n", "<<: {}\n", "a: !!str b\n", "a\n--- b\n", "\x00\n"],
    "size": ["#" + "x" * 1_000_000, "[" * 51],
    "numbers": ["a: 012\n", "a: .nan\n", "a: 1e999\n"],
}


@pytest.mark.parametrize("text", [text for texts in YAML_ONLY.values() for text in texts])
def test_how_a_file_is_written_only_the_loader_knows(text: str) -> None:
    assert parse(text.encode(), "x")[1]


def test_uniqueness_over_files_only_the_loader_knows(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(json.dumps(whole()))
    assert validator().is_valid(whole())
    with pytest.raises(PolicyError, match="is already at"):
        load([str(tmp_path)], kinds=KINDS)


def test_each_thing_that_only_the_loader_knows_has_a_test() -> None:
    assert {*ONLY_THE_LOADER, *YAML_ONLY, "names"} == set(LOADER_ONLY)


def places(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


PLACES = list(places(whole()))
WORDS_AND_FIELDS = [
    "x", "name", "a.b", "", "any", "all", "like", "present", "gap", "resources", "usage", "usage.in_use", "tags.a", "set",
    "metric", "never", "s3", "denied", "${days}", "${models}", "${topic}", "${each}", "low", "alarm", "logging", "trail",
]  # fmt: skip
junk = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, 1, 1.5, -3, 2.0, 111122223333]) | st.sampled_from(WORDS_AND_FIELDS),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(WORDS_AND_FIELDS), inner, min_size=1, max_size=2)
    ),
    max_leaves=3,
)


def put(document: Json, path: tuple[Any, ...], value: Json) -> Json:
    if not path:
        return value
    target = document
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return document


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), junk)
def test_the_schema_takes_whatever_the_loader_takes(path: tuple[Any, ...], value: Json) -> None:
    document = put(whole(), path, value)
    if loads(document):
        assert [error.json_path for error in validator().iter_errors(document)] == []


TOLD_BY_MEANING = (
    "parameter", "${", "which is", "not a regular expression", "schema of", "does not", "PutMetricAlarm", "is already",
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), junk)
def test_the_schema_refuses_what_the_loader_refuses_but_for_what_values_mean(
    path: tuple[Any, ...], value: Json
) -> None:
    document = put(whole(), path, value)
    node, problems = parse(json.dumps(document).encode(), "x")
    assert node
    check = Check()
    read_policy(check, node, KINDS, None, "")
    told = [*problems, *check.problems]
    if any(not any(mark in str(problem) for mark in TOLD_BY_MEANING) for problem in told):
        assert not validator().is_valid(document), told
