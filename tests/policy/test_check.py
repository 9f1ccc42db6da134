"""Every problem that the loader tells of a policy, as the user reads it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from bedaudit.errors import PolicyError
from bedaudit.model import Call
from bedaudit.policy.load import load
from tests.policy.some_kinds import KINDS

PARAMETERS = """
    parameters:
      days: {type: integer, default: 30}
      ratio: {type: number, default: 0.5}
      heard: {type: boolean, default: true}
      word: {type: string, default: s3}
      open: {type: string, default: "("}
      models: {type: list, default: [a, b]}
      topic: {type: string}
      limit: {type: integer}
      wrong: {type: strin}
"""


def problems_of(text: str, tmp_path: Path) -> list[str]:
    file = tmp_path / "p.yaml"
    file.write_text(textwrap.dedent(text))
    try:
        load([str(file)], kinds=KINDS, check=complain)
    except PolicyError as error:
        return [str(problem).removeprefix(f"{file}:") for problem in error.problems]
    return []


def complain(call: Call) -> list[str]:
    return ["Period: must be a whole number"] if isinstance(call.parameters.get("Period", 60), str) else []


def control(kind: str, text: str) -> str:
    """A policy whose first control has these lines from line 7 on."""
    head = f"policy: p\ncontrols:\n  - id: c\n    {{}}\n    title: t\n    severity: low\n    resource: {kind}\n    why: w\n"
    return head.replace("    {}\n", "") + textwrap.indent(textwrap.dedent(text).strip(), "    ")


def messages(kind: str, text: str, tmp_path: Path) -> list[str]:
    parameters = textwrap.dedent(PARAMETERS).strip()
    found = problems_of(f"{control(kind, text)}\n{parameters}\n", tmp_path)
    declared = "type of parameter wrong must be one of string, integer, number, boolean or list"
    return [problem.split(": ", 1)[1] for problem in found if declared not in problem]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        # paths
        ("nam: x", 'unknown field "nam" of alarm (did you mean "name"?)'),
        ("Name: x", 'unknown field "Name" of alarm (did you mean "name"?)'),
        ("zzzzzzz: x", 'unknown field "zzzzzzz" of alarm (allowed: actions, name, notifies, tags, threshold, type, watches)'),
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
        ("name: {at_least: 3}", "at_least cannot be said of name, which is text (allowed: "
            "not, one_of, none_of, like, matches, contains, contains_all, present or schema)"),
        ("notifies: {like: x}", "like cannot be said of notifies, which is true or false (allowed: "
            "not, one_of, none_of, present or schema)"),
        ("name: {any: x}", "any cannot be said of name, which is text (allowed: "
            "not, one_of, none_of, like, matches, contains, contains_all, present or schema)"),
        ("watches: {contains: {metric: x}}", "contains cannot be said of watches, which is a list of groups of fields "
            "(allowed: any, all, none, count, present or schema)"),
        ("watches: []", "watches must be met by words: it is a list of groups of fields, not a list "
            "(allowed: any, all, none, count, present or schema)"),
        ("tags: x", 'tags must be met by words: it is a map of text, not "x" (allowed: present or schema)'),
        ("actions: {any: {metric: x}}", 'unknown word "metric" (allowed: contains, contains_all, like, matches, none_of, not, one_of, present, schema)'),
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
        ("name: {schema: {type: txt}}", "schema of name: not a JSON Schema: 'txt' is not valid under any of the given schemas"),
        ("name: {schema: {$ref: 'https://example.com/s'}}",
            "schema of name: 'https://example.com/s' leads nowhere in this schema"),
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
)  # fmt: skip
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


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("alarm", "require: {name: x}\nexists: {name: x}",
            ["a control says only one of require, exists or forbid (make it two controls)"]),
        ("alarm", "where: {name: x}", ["the control must say one of require, exists or forbid"]),
        ("alram", "require: {name: x}", ['unknown kind "alram" (did you mean "alarm"?)']),
        ("alarm", "require: {name: x}\nat_least_one: 3", ["at_least_one must be true or false, not 3"]),
        ("alarm", "forbid: {name: x}\nat_least_one: true", ["at_least_one has no use for forbid"]),
        ("alarm", "require: {name: x}\nwhen: {alarm.name: x}",
            ['unknown field "alarm" of the site (allowed: logging, usage)']),
        ("alarm", "require: {name: x}\nwhen: {usage.in_us: true}", ['unknown field "in_us" of usage (did you mean "in_use"?)']),
        ("alarm", "require: {name: '${each}'}\nwhen: {usage.active_models: {contains: '${each}'}}\nfor_each: usage.active_models",
            ["${each} has a value only with for_each, outside of when"]),
        ("alarm", "require: {name: x}\nfor_each: usage.in_use",
            ["for_each must lead to a list of text, and usage.in_use is true or false"]),
        ("alarm", "require: {name: x}\nfor_each: alarm.actions",
            ['unknown field "alarm" of the site (allowed: logging, usage)']),
        ("alarm", "require: {name: x}\nfor_each: [a]",
            ["for_each must be a path to a list of text, as usage.active_models, not a list"]),
        ("trail", "require: {name: '${site.region}'}",
            ["${site.region} has no value here (this kind is judged once an account)"]),
        ("alarm", "require: {name: x}\nwhere: {nam: x}", ['unknown field "nam" of alarm (did you mean "name"?)']),
        ("logging", "require: {cloudwatch: {log_group.name: x}}",
            ['"log_group.name" is a field, not a word (write cloudwatch.log_group.name: ...)']),
        ("logging", "require: {cloudwatch.log_group.retention_day: 3}",
            ['unknown field "retention_day" of cloudwatch.log_group (did you mean "retention_days"?)']),
        ("logging", "require: {cloudwatch.log_group.retention_days: yes}",
            ['cloudwatch.log_group.retention_days must be a whole number of days or never, not "yes"']),
        ("logging", "require: {cloudwatch.log_group.retention_days: 1.5}",
            ["cloudwatch.log_group.retention_days must be a whole number of days or never, not 1.5"]),
        ("alarm", "require: {name: x}\nframeworks: [a]", ["frameworks must be a mapping, not a list"]),
        ("alarm", "require: {name: x}\nframeworks: {cis: 1.2}", ["frameworks.cis must be a list of text, not 1.2"]),
        ("alarm", "require: {name: x}\nframeworks: {cis: [1.2]}", ["each of frameworks.cis must be text, not 1.2 (quote it)"]),
        ("alarm", "require: {name: x}\nreferences: ['http://a']", ['each of references must be an https URL, not "http://a"']),
        ("alarm", "require: {name: x}\nreferences: []", ["references must not be empty"]),
        # fix
        ("alarm", "require: {name: x}\nfix:", ["fix must be a mapping, not nothing"]),
        ("alarm", "require: {name: x}\nfix: {sett: 3}", ['unknown field "sett" of fix (did you mean "set"?)']),
        ("alarm", "require: {name: x}\nfix: {safety: saf}",
            ['safety must be one of safe, risky or manual, not "saf" (did you mean "safe"?)']),
        ("alarm", "require: {name: x}\nfix: {safety: 3}", ["safety must be one of safe, risky or manual, not 3"]),
        ("alarm", "require: {name: x}\nfix: {set: 3}", ["set must be a mapping, not 3"]),
        ("alarm", "require: {name: x}\nfix: {set: {nam: 3, name: 3, threshold: '${topic}', watches: []}}", [
            'unknown field "nam" of alarm (did you mean "name"?)', "name must be text, not 3 (quote it)",
            'threshold must be a number, not "${topic}"', "watches is a list of groups of fields and cannot be set as a whole"]),
        ("alarm", "require: {name: x}\nfix: {create: {}}",
            ["create has no use for require (it gives what an exists needs)"]),
        ("trail", "exists: {name: x}\nfix: {create: {}}", ["a resource of kind trail cannot be created"]),
        ("alarm", "exists: {name: x}\nfix: {create: [a]}", ["create must be a mapping of parameters, not a list"]),
        ("alarm", "exists: {name: x}\nfix: {create: {AlarmName: x}}",
            ["this does not make a resource of kind alarm: 'MetricName'"]),
        ("alarm", "exists: {name: x}\nfix: {create: {AlarmName: x, MetricName: m, AlarmActions: ['${topc}', {a: '${each}'}]}}",
            ['unknown parameter "topc" (did you mean "topic"?)', "${each} has a value only with for_each, outside of when"]),
        ("alarm", "exists: {name: x}\nfix: {create: {AlarmName: x, MetricName: m, Period: '${word}'}}",
            ["PutMetricAlarm: Period: must be a whole number"]),
        ("alarm", "exists: {name: x}\nfix: {create: {AlarmName: y, MetricName: m}}",
            ["what this creates does not meet the control's own exists (see name)"]),
        ("alarm", "where: {threshold: {above: '${days}'}}\nexists: {notifies: true}\n"
            "fix: {create: {AlarmName: y, MetricName: m, Threshold: '${ratio}'}}",
            ["what this creates does not meet the control's own exists (see threshold)"]),
        ("alarm", "for_each: usage.active_models\nexists: {watches: {any: {metric: other, account: '${each}'}}}\n"
            "fix: {create: {AlarmName: '${each}', MetricName: m}}",
            ["what this creates does not meet the control's own exists (see watches)"]),
        ("alarm", "where: {name: x}\nfix: {create: {AlarmName: y, MetricName: m}}",
            ["the control must say one of require, exists or forbid"]),
        # examples
        ("alarm", "require: {name: x}\nexamples: [a]", ["examples must be a mapping, not a list"]),
        ("alarm", "require: {name: x}\nexamples: {pas: [{}]}", ['unknown field "pas" of examples (did you mean "pass"?)']),
        ("alarm", "require: {name: x}\nexamples: {pass: {}}", ["the pass examples must be a list of examples, not a mapping"]),
        ("alarm", "require: {name: x}\nexamples: {pass: [3]}", ["alarm must be a mapping, not 3"]),
        ("alarm", "require: {name: x}\nexamples: {pass: [{nam: x, usage: {}}]}", [
            'unknown field "nam" of alarm (did you mean "name"?)',
            '"usage" is a kind of its own (write {resources: [...], usage: {...}})',
            'unknown field "usage" of alarm (allowed: actions, name, notifies, tags, threshold, type, watches)']),
        ("alarm", "require: {name: x}\nexamples: {pass: [{resources: {}, usag: {}}]}", [
            "resources must be a list of states, not a mapping", 'unknown field "usag" of the example (did you mean "usage"?)']),
        ("alarm", "require: {name: x}\nexamples: {pass: [{resources: [{name: 3}], usage: {in_use: x}}]}", [
            "name must be text, not 3 (quote it)", 'in_use must be true or false, not "x"']),
        ("alarm", "require: {name: x}\nexamples: {pass: [{tags: {a: 3}, actions: x, watches: [{account: 3}]}]}", [
            "tags.a must be text, not 3 (quote it)",
            'actions must be a list of text, not "x" (write [...] for the whole list, or {contains: ...})',
            "account must be text, not 3 (quote it)"]),
        ("alarm", "require: {name: x}\nexamples: {pass: [{name: {gap: denid}}]}", [
            "gap must be one of denied, denied_by_scp, region_disabled, unsupported, throttled, expired_credentials, "
            'unreachable, not_implemented, not_read or failed, not "denid" (did you mean "denied"?)']),
    ],
)  # fmt: skip
def test_wrong_controls(kind: str, text: str, expected: list[str], tmp_path: Path) -> None:
    assert messages(kind, text, tmp_path) == expected


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("alarm", "require: {name: x}\nat_least_one: true\nwhen: {usage.in_use: true, logging.destinations: {contains: s3}}"),
        ("alarm", "exists: {name: '${each}'}\nfor_each: logging.destinations"),
        ("trail", "require: {owner_account: 111122223333, accounts: [111122223333], name: '${site.account}'}"),
        ("logging", "require: {cloudwatch.log_group.retention_days: {at_least: '${days}', not: never, above: 3}}"),
        ("logging", "require: {cloudwatch.log_group.retention_days: 90.0, cloudwatch: {present: true}}"),
        ("alarm", "require: {name: x}\nfix: {}"),
        ("alarm", "require: {name: x}\nfix: {set: {name: '${topic}', threshold: '${limit}', tags.a: x, actions: ['${topic}']}}"),
        ("alarm", "exists: {name: x}\nfix: {create: {AlarmName: x, MetricName: m, AlarmActions: ['${topic}'], Threshold: '${limit}'}}"),
        ("alarm", "exists: {name: x}\nfix: {create: {AlarmName: x, MetricName: m, AlarmActions: '${models}', Period: '${limit}'}}"),
        ("alarm", "exists: {actions: {count: {at_most: '${days}'}}, name: x}\n"
            "fix: {create: {AlarmName: '${site.region}', MetricName: m}}"),
        ("alarm", "for_each: usage.active_models\nexists: {watches: {any: {metric: {one_of: ['*', '${each}']}}}}\n"
            "fix: {create: {AlarmName: a, MetricName: '${each}'}, safety: manual}"),
        ("alarm", "require: {name: x}\nexamples: {pass: [{name: x}, {}], fail: [{resources: []}], unknown: [{gap: denied}, "
            "{resources: {gap: throttled}, usage: {gap: denied}}, {tags: {gap: denied}, watches: [{gap: failed}]}]}"),
    ],
)  # fmt: skip
def test_right_controls(kind: str, text: str, tmp_path: Path) -> None:
    assert messages(kind, text, tmp_path) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", ["1:1: the policy must be a mapping, not a list"]),
        ("{}", ['1:1: the policy has no "policy"', '1:1: the policy has no "controls"']),
        ("policy: A b\ncontrols: []",
            ['1:9: policy must be lower-case words joined by -, not "A b"', "2:11: controls must not be empty"]),
        ("policy: p\ncontrol: 3\ncontrols: 3",
            ['2:1: unknown field "control" of the policy (did you mean "controls"?)',
             "3:11: controls must be a list of controls, not 3"]),
        ("policy: p\ndescription: ''\ncontrols: [3]",
            ['2:14: description must be text, not ""', "3:12: the control must be a mapping, not 3"]),
        ("policy: p\ncontrols: [{}]", [
            *(f'2:12: the control has no "{name}"' for name in ("id", "title", "severity", "resource", "why")),
            "2:12: the control must say one of require, exists or forbid"]),
        ("policy: p\ncontrols:\n  - {id: A, title: 3, severity: bad, resource: 3, why: , exists: {}}", [
            '3:10: id must be lower-case words joined by -, not "A"',
            "3:20: title must be text, not 3 (quote it)",
            '3:33: severity must be one of critical, high, medium, low or info, not "bad"',
            "3:48: resource must be text, not 3 (quote it)",
            "3:56: why must be text, not nothing"]),
        ("policy: p\nparameters: 3\ncontrols: []",
            ["2:13: parameters must be a mapping, not 3", "3:11: controls must not be empty"]),
        ("policy: p\nparameters:\n  A: {type: string}\n  each: {type: string}\n  a: {}\n  b: {type: text, x: 1}\n  "
         "c: {type: integer, default: 1.5}\n  d: {type: string, default: 3}\n  e: {type: list, default: [3]}\n  "
         "f: {type: number, default: true}\n  g: {type: boolean, default: yes}\n  h: {type: string, default: , description: 3}\n"
         "controls: []", [
            "3:3: a parameter's name is made of lower-case letters, digits and _, from a letter, and not each",
            "4:3: a parameter's name is made of lower-case letters, digits and _, from a letter, and not each",
            '5:6: parameter a has no "type"',
            '6:13: type of parameter b must be one of string, integer, number, boolean or list, not "text"',
            '6:19: unknown field "x" of parameter b (allowed: default, description, type)',
            "7:31: default of parameter c must be a whole number, not 1.5",
            "8:30: default of parameter d must be text, not 3 (quote it)",
            "9:28: default of parameter e must be a list of text, not a list",
            "10:30: default of parameter f must be a number, not true",
            '11:31: default of parameter g must be true or false, not "yes"',
            "12:30: default of parameter h must be text, not nothing",
            "12:45: description of parameter h must be text, not 3 (quote it)",
            "13:11: controls must not be empty"]),
        ("policy: p\npolicy: q\ncontrols: *x", [
            '2:1: duplicate key "policy", first at 1:1', "3:11: aliases are not allowed: *x (write the value out)"]),
        ("policy: 01\ndescription: 02\nparameters: {a: {type: string, default: 05}}\ncontrols: [{id: 03, references: [04]}]", [
            "1:9: an integer with a leading zero is ambiguous: 01 (quote account IDs)",
            "2:14: an integer with a leading zero is ambiguous: 02 (quote account IDs)",
            "3:41: an integer with a leading zero is ambiguous: 05 (quote account IDs)",
            *(f'4:12: the control has no "{name}"' for name in ("title", "severity", "resource", "why")),
            "4:12: the control must say one of require, exists or forbid",
            "4:17: an integer with a leading zero is ambiguous: 03 (quote account IDs)",
            "4:34: an integer with a leading zero is ambiguous: 04 (quote account IDs)"]),
    ],
)  # fmt: skip
def test_wrong_policies(text: str, expected: list[str], tmp_path: Path) -> None:
    assert problems_of(text, tmp_path) == expected
