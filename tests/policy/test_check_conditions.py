"""Conditions that the loader takes, and what it tells of others."""
# ruff: noqa: E501 - a problem is told on one line

from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.telling import messages


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        # paths
        ("nam: x", 'unknown field "nam" of alarm (did you mean "name"?)'),
        ("Name: x", 'unknown field "Name" of alarm (did you mean "name"?)'),
        (
            "zzzzzzz: x",
            'unknown field "zzzzzzz" of alarm (allowed: actions, name, notifies, tags, threshold, type, watches)',
        ),
        ("a..b: x", '"a..b" is not a path (names with a dot in them are quoted, as tags."a.b")'),
        ("'': x", '"" is not a path (names with a dot in them are quoted, as tags."a.b")'),
        ("name.: x", '"name." is not a path (names with a dot in them are quoted, as tags."a.b")'),
        ("tags.a.b: x", 'tags.a is text, and has no field "b"'),
        ("'\"name\"': x", "the field name is not to be quoted"),
        ("watches.metric: x", "watches is a list (say which of its elements: watches: {any: {metric: ...}})"),
        ("watches: {any: {metrc: x}}", 'unknown field "metrc" of the elements of watches (did you mean "metric"?)'),
        # words and shapes
        ("{}", "exists must not be empty"),
        ("3", "exists must be a mapping, not 3"),
        ("name: {}", "the condition on name must not be empty"),
        ("name: {lik: x}", 'unknown word "lik" (did you mean "like"?)'),
        ("name: {equals: x}", "equals is not written (name: VALUE)"),
        (
            "name: {at_least: 3}",
            (
                "at_least cannot be said of name, which is text (allowed: "
                "not, one_of, none_of, like, matches, contains, contains_all, present or schema)"
            ),
        ),
        (
            "notifies: {like: x}",
            (
                "like cannot be said of notifies, which is true or false (allowed: "
                "not, one_of, none_of, present or schema)"
            ),
        ),
        (
            "name: {any: x}",
            (
                "any cannot be said of name, which is text (allowed: "
                "not, one_of, none_of, like, matches, contains, contains_all, present or schema)"
            ),
        ),
        (
            "watches: {contains: {metric: x}}",
            (
                "contains cannot be said of watches, which is a list of groups of fields "
                "(allowed: any, all, none, count, present or schema)"
            ),
        ),
        (
            "watches: []",
            (
                "watches must be met by words: it is a list of groups of fields, not a list "
                "(allowed: any, all, none, count, present or schema)"
            ),
        ),
        ("tags: x", 'tags must be met by words: it is a map of text, not "x" (allowed: present or schema)'),
        (
            "actions: {any: {metric: x}}",
            'unknown word "metric" (allowed: contains, contains_all, like, matches, none_of, not, one_of, present, schema)',
        ),
        ("watches: {any: x}", 'any of watches must be a mapping, not "x"'),
        # literals
        ("name: 3", "name must be text, not 3 (quote it)"),
        ("name: true", "name must be text, not true (quote it)"),
        ("name: null", "name must be text, not nothing (for what is not set write {present: false})"),
        ("name: 111122223333", "name must be text, not 111122223333 (quote it)"),
        ("notifies: yes", 'notifies must be true or false, not "yes" (write true or false without quotes)'),
        ("notifies: 1", "notifies must be true or false, not 1"),
        ("threshold: '3'", 'threshold must be a number, not "3"'),
        ("threshold: true", "threshold must be a number, not true"),
        ("type: metrc", 'type must be one of metric or composite, not "metrc" (did you mean "metric"?)'),
        ("type: zzz", 'type must be one of metric or composite, not "zzz"'),
        ("type: 3", "type must be one of metric or composite, not 3"),
        ("actions: a", 'actions must be a list of text, not "a" (write [...] for the whole list, or {contains: ...})'),
        ("actions: [a, 3]", "each of actions must be text, not 3 (quote it)"),
        ("actions: {contains: 3}", "contains of actions must be text, not 3 (quote it)"),
        ("actions: {contains_all: a}", 'contains_all of actions must be a list, not "a"'),
        ("name: {one_of: []}", "one_of of name must not be empty"),
        ("name: {one_of: [a, 3]}", "each of one_of of name must be text, not 3 (quote it)"),
        ("threshold: {above: never}", 'above of threshold must be a number, not "never"'),
        ("name: {like: 3}", "like of name must be text, not 3 (quote it)"),
        ("name: {like: ' '}", 'like of name must be text, not " "'),
        ("name: {matches: '('}", "not a regular expression: missing ): ("),
        ("name: {matches: '(?=a)'}", "not a regular expression: invalid perl operator: (?="),
        ("actions: {count: {like: 3}}", "like cannot be said of a number of elements"),
        ("actions: {count: x}", 'count of actions must be a whole number, not "x"'),
        ("actions: {count: {at_leas: 1}}", 'unknown word "at_leas" (did you mean "at_least"?)'),
        ("name: {present: maybe}", 'present of name must be true or false, not "maybe"'),
        ("name: {schema: text}", 'schema of name must be a JSON Schema, not "text"'),
        (
            "name: {schema: {type: txt}}",
            "schema of name: not a JSON Schema: 'txt' is not valid under any of the given schemas",
        ),
        (
            "name: {schema: {$ref: 'https://example.com/s'}}",
            "schema of name: 'https://example.com/s' leads nowhere in this schema",
        ),
        # combinations
        ("any: {name: x}", "any of exists must be a list of conditions, not a mapping"),
        ("all: []", "all of exists must not be empty"),
        ("none: [x]", 'each of none must be a mapping, not "x"'),
        ("none: [{nam: x}]", 'unknown field "nam" of alarm (did you mean "name"?)'),
        # substitution
        ("name: ${wordd}", 'unknown parameter "wordd" (did you mean "word"?)'),
        ("name: a-${site.accont}", 'unknown parameter "site.accont" (did you mean "site.account"?)'),
        ("name: '${'", '${ without a name and }: "${" (write $${ for a literal ${)'),
        ("name: ${each}", "${each} has a value only with for_each, outside of when"),
        ("name: ${topic}", "parameter topic has no default, so only fix may use it"),
        ("name: ${days}", 'name must be text, not "${days}", which is 30'),
        ("threshold: ${word}", 'threshold must be a number, not "${word}", which is "s3"'),
        ("threshold: a${days}", 'threshold must be a number, not "a${days}", which is "a30"'),
        ("threshold: ${site.account}", 'threshold must be a number, not "${site.account}"'),
        ("type: ${word}", 'type must be one of metric or composite, not "${word}", which is "s3"'),
        ("name: x${models}", "parameter models is a list and must stand alone"),
        ("name: ${models}", 'name must be text, not "${models}", which is a list'),
        ("name: {one_of: ['${models}']}", 'each of one_of of name must be text, not "${models}", which is a list'),
        ("name: {one_of: '${word}'}", 'one_of of name must be a list of text, not "${word}", which is "s3"'),
        ("name: {like: '${models}'}", "like of name must be text, not a list"),
        ("name: {like: '${models}-'}", "parameter models is a list and must stand alone"),
        ("name: {matches: '(${word}'}", "not a regular expression: missing ): (x"),
    ],
)
def test_wrong_conditions(condition: str, expected: str, tmp_path: Path) -> None:
    assert messages("alarm", f"exists:\n  {condition}", tmp_path) == [expected]


@pytest.mark.parametrize(
    "condition",
    [
        "name: x",
        "name: ''",
        "name: {not: x, none_of: [y], like: 'a*', matches: 'a.*', contains: b, contains_all: [c], present: true}",
        "threshold: 3",
        "threshold: {at_least: 3, at_most: 4.5, above: 1, below: 9}",
        "tags.a: x",
        'tags."a.b": x',
        'tags."a\\"b": {like: "*"}',
        "tags.a b: x",
        "tags: {present: true, schema: {type: object}}",
        "actions: [a, b]",
        "actions: []",
        "actions: {contains: a, contains_all: [a], not: [a], any: a, none: {one_of: [a]}, all: {like: '*'}, count: 3}",
        "actions: {count: {at_least: 1, at_most: 3, not: 2, one_of: [1, 2.0]}}",
        "watches: {any: {metric: x, dimensions.a: y, any: [{account: 111122223333}, {account: '*'}]}}",
        "all: [{name: x}, {any: [{threshold: 1}, {none: [{type: metric}]}]}]",
        "name: ${word}",
        "name: {like: 'x-${days}*', matches: '${open}', contains: '${site.region}'}",
        "name: $${x}",
        "threshold: ${days}",
        "threshold: {above: '${ratio}'}",
        "notifies: ${heard}",
        "name: {one_of: '${models}'}",
        "name: {one_of: ['${site.account}', a]}",
        "actions: ${models}",
        "type: {not: 'x${site.account}'}",
        "name: ${wrong}",
        "name: {like: '${wrong}'}",
        "name: {schema: {type: string, pattern: '${x}'}}",
    ],
)
def test_right_conditions(condition: str, tmp_path: Path) -> None:
    assert messages("alarm", f"exists:\n  {condition}", tmp_path) == []
