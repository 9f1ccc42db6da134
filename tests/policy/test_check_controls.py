"""Controls that the loader takes, and what it tells of others."""
# ruff: noqa: E501 - a problem is told on one line

from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.telling import messages


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (
            "alarm",
            "require: {name: x}\nexists: {name: x}",
            ["a control says only one of require, exists or forbid (make it two controls)"],
        ),
        ("alarm", "where: {name: x}", ["the control must say one of require, exists or forbid"]),
        ("alram", "require: {name: x}", ['unknown kind "alram" (did you mean "alarm"?)']),
        ("alarm", "require: {name: x}\nat_least_one: 3", ["at_least_one must be true or false, not 3"]),
        ("alarm", "forbid: {name: x}\nat_least_one: true", ["at_least_one has no use for forbid"]),
        (
            "alarm",
            "require: {name: x}\nwhen: {alarm.name: x}",
            ['unknown field "alarm" of the site (allowed: logging, usage)'],
        ),
        (
            "alarm",
            "require: {name: x}\nwhen: {usage.in_us: true}",
            ['unknown field "in_us" of usage (did you mean "in_use"?)'],
        ),
        (
            "alarm",
            "require: {name: '${each}'}\nwhen: {usage.active_models: {contains: '${each}'}}\nfor_each: usage.active_models",
            ["${each} has a value only with for_each, outside of when"],
        ),
        (
            "alarm",
            "require: {name: x}\nfor_each: usage.in_use",
            ["for_each must lead to a list of text, and usage.in_use is true or false"],
        ),
        (
            "alarm",
            "require: {name: x}\nfor_each: alarm.actions",
            ['unknown field "alarm" of the site (allowed: logging, usage)'],
        ),
        (
            "alarm",
            "require: {name: x}\nfor_each: [a]",
            ["for_each must be a path to a list of text, as usage.active_models, not a list"],
        ),
        (
            "trail",
            "require: {name: '${site.region}'}",
            ["${site.region} has no value here (this kind is judged once an account)"],
        ),
        ("alarm", "require: {name: x}\nwhere: {nam: x}", ['unknown field "nam" of alarm (did you mean "name"?)']),
        (
            "logging",
            "require: {cloudwatch: {log_group.name: x}}",
            ['"log_group.name" is a field, not a word (write cloudwatch.log_group.name: ...)'],
        ),
        (
            "logging",
            "require: {cloudwatch.log_group.retention_day: 3}",
            ['unknown field "retention_day" of cloudwatch.log_group (did you mean "retention_days"?)'],
        ),
        (
            "logging",
            "require: {cloudwatch.log_group.retention_days: yes}",
            ['cloudwatch.log_group.retention_days must be a whole number of days or never, not "yes"'],
        ),
        (
            "logging",
            "require: {cloudwatch.log_group.retention_days: 1.5}",
            ["cloudwatch.log_group.retention_days must be a whole number of days or never, not 1.5"],
        ),
        ("alarm", "require: {name: x}\nframeworks: [a]", ["frameworks must be a mapping, not a list"]),
        ("alarm", "require: {name: x}\nframeworks: {cis: 1.2}", ["frameworks.cis must be a list of text, not 1.2"]),
        (
            "alarm",
            "require: {name: x}\nframeworks: {cis: [1.2]}",
            ["each of frameworks.cis must be text, not 1.2 (quote it)"],
        ),
        (
            "alarm",
            "require: {name: x}\nreferences: ['http://a']",
            ['each of references must be an https URL, not "http://a"'],
        ),
        ("alarm", "require: {name: x}\nreferences: []", ["references must not be empty"]),
        # fix
        ("alarm", "require: {name: x}\nfix:", ["fix must be a mapping, not nothing"]),
        ("alarm", "require: {name: x}\nfix: {sett: 3}", ['unknown field "sett" of fix (did you mean "set"?)']),
        (
            "alarm",
            "require: {name: x}\nfix: {safety: saf}",
            ['safety must be one of safe, risky or manual, not "saf" (did you mean "safe"?)'],
        ),
        ("alarm", "require: {name: x}\nfix: {safety: 3}", ["safety must be one of safe, risky or manual, not 3"]),
        ("alarm", "require: {name: x}\nfix: {set: 3}", ["set must be a mapping, not 3"]),
        (
            "alarm",
            "require: {name: x}\nfix: {set: {nam: 3, name: 3, threshold: '${topic}', watches: []}}",
            [
                'unknown field "nam" of alarm (did you mean "name"?)',
                "name must be text, not 3 (quote it)",
                'threshold must be a number, not "${topic}"',
                "watches is a list of groups of fields and cannot be set as a whole",
            ],
        ),
        (
            "alarm",
            "require: {name: x}\nfix: {create: {}}",
            ["create has no use for require (it gives what an exists needs)"],
        ),
        ("trail", "exists: {name: x}\nfix: {create: {}}", ["a resource of kind trail cannot be created"]),
        ("alarm", "exists: {name: x}\nfix: {create: [a]}", ["create must be a mapping of parameters, not a list"]),
        (
            "alarm",
            "exists: {name: x}\nfix: {create: {AlarmName: x}}",
            ["this does not make a resource of kind alarm: 'MetricName'"],
        ),
        (
            "alarm",
            "exists: {name: x}\nfix: {create: {AlarmName: x, MetricName: m, AlarmActions: ['${topc}', {a: '${each}'}]}}",
            [
                'unknown parameter "topc" (did you mean "topic"?)',
                "${each} has a value only with for_each, outside of when",
            ],
        ),
        (
            "alarm",
            "exists: {name: {matches: '('}}\nfix: {create: {AlarmName: x, MetricName: m}}",
            ["not a regular expression: missing ): ("],
        ),
        (
            "alarm",
            "exists: {name: x}\nfix: {create: {AlarmName: x, MetricName: m, Period: '${word}'}}",
            ["PutMetricAlarm: Period: must be a whole number"],
        ),
        (
            "alarm",
            "exists: {name: x}\nfix: {create: {AlarmName: y, MetricName: m}}",
            ["what this creates does not meet the control's own exists (see name)"],
        ),
        (
            "alarm",
            (
                "where: {threshold: {above: '${days}'}}\nexists: {notifies: true}\n"
                "fix: {create: {AlarmName: y, MetricName: m, Threshold: '${ratio}'}}"
            ),
            ["what this creates does not meet the control's own exists (see threshold)"],
        ),
        (
            "alarm",
            (
                "for_each: usage.active_models\nexists: {watches: {any: {metric: other, account: '${each}'}}}\n"
                "fix: {create: {AlarmName: '${each}', MetricName: m}}"
            ),
            ["what this creates does not meet the control's own exists (see watches)"],
        ),
        (
            "alarm",
            "where: {name: x}\nfix: {create: {AlarmName: y, MetricName: m}}",
            ["the control must say one of require, exists or forbid"],
        ),
        # examples
        ("alarm", "require: {name: x}\nexamples: [a]", ["examples must be a mapping, not a list"]),
        (
            "alarm",
            "require: {name: x}\nexamples: {pas: [{}]}",
            ['unknown field "pas" of examples (did you mean "pass"?)'],
        ),
        (
            "alarm",
            "require: {name: x}\nexamples: {pass: {}}",
            ["the pass examples must be a list of examples, not a mapping"],
        ),
        ("alarm", "require: {name: x}\nexamples: {pass: [3]}", ["alarm must be a mapping, not 3"]),
        (
            "alarm",
            "require: {name: x}\nexamples: {pass: [{nam: x, usage: {}}]}",
            [
                'unknown field "nam" of alarm (did you mean "name"?)',
                '"usage" is a kind of its own (write {resources: [...], usage: {...}})',
                'unknown field "usage" of alarm (allowed: actions, name, notifies, tags, threshold, type, watches)',
            ],
        ),
        (
            "alarm",
            "require: {name: x}\nexamples: {pass: [{resources: {}, usag: {}}]}",
            [
                "resources must be a list of states, not a mapping",
                'unknown field "usag" of the example (did you mean "usage"?)',
            ],
        ),
        (
            "alarm",
            "require: {name: x}\nexamples: {pass: [{resources: [{name: 3}], usage: {in_use: x}}]}",
            ["name must be text, not 3 (quote it)", 'in_use must be true or false, not "x"'],
        ),
        (
            "alarm",
            "require: {name: x}\nexamples: {pass: [{tags: {a: 3}, actions: x, watches: [{account: 3}]}]}",
            [
                "tags.a must be text, not 3 (quote it)",
                'actions must be a list of text, not "x" (write [...] for the whole list, or {contains: ...})',
                "account must be text, not 3 (quote it)",
            ],
        ),
        (
            "alarm",
            "require: {name: x}\nexamples: {pass: [{name: {gap: denid}}]}",
            [
                (
                    "gap must be one of denied, denied_by_scp, region_disabled, unsupported, throttled, expired_credentials, "
                    'unreachable, not_implemented, not_read or failed, not "denid" (did you mean "denied"?)'
                )
            ],
        ),
    ],
)
def test_wrong_controls(kind: str, text: str, expected: list[str], tmp_path: Path) -> None:
    assert messages(kind, text, tmp_path) == expected


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            "alarm",
            "require: {name: x}\nat_least_one: true\nwhen: {usage.in_use: true, logging.destinations: {contains: s3}}",
        ),
        ("alarm", "exists: {name: '${each}'}\nfor_each: logging.destinations"),
        ("trail", "require: {owner_account: 111122223333, accounts: [111122223333], name: '${site.account}'}"),
        ("logging", "require: {cloudwatch.log_group.retention_days: {at_least: '${days}', not: never, above: 3}}"),
        ("logging", "require: {cloudwatch.log_group.retention_days: 90.0, cloudwatch: {present: true}}"),
        ("alarm", "require: {name: x}\nfix: {}"),
        (
            "alarm",
            "require: {name: x}\nfix: {set: {name: '${topic}', threshold: '${limit}', tags.a: x, actions: ['${topic}']}}",
        ),
        (
            "alarm",
            "exists: {name: x}\nfix: {create: {AlarmName: x, MetricName: m, AlarmActions: ['${topic}'], Threshold: '${limit}'}}",
        ),
        (
            "alarm",
            "exists: {name: x}\nfix: {create: {AlarmName: x, MetricName: m, AlarmActions: '${models}', Period: '${limit}'}}",
        ),
        (
            "alarm",
            (
                "exists: {actions: {count: {at_most: '${days}'}}, name: x}\n"
                "fix: {create: {AlarmName: '${site.region}', MetricName: m}}"
            ),
        ),
        (
            "alarm",
            (
                "for_each: usage.active_models\nexists: {watches: {any: {metric: {one_of: ['*', '${each}']}}}}\n"
                "fix: {create: {AlarmName: a, MetricName: '${each}'}, safety: manual}"
            ),
        ),
        (
            "alarm",
            (
                "require: {name: x}\nexamples: {pass: [{name: x}, {}], fail: [{resources: []}], unknown: [{gap: denied}, "
                "{resources: {gap: throttled}, usage: {gap: denied}}, {tags: {gap: denied}, watches: [{gap: failed}]}]}"
            ),
        ),
    ],
)
def test_right_controls(kind: str, text: str, tmp_path: Path) -> None:
    assert messages(kind, text, tmp_path) == []
