"""What the loader tells of policies as a whole."""
# ruff: noqa: E501 - a problem is told on one line

from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.telling import problems_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", ["1:1: the policy must be a mapping, not a list"]),
        ("{}", ['1:1: the policy has no "policy"', '1:1: the policy has no "controls"']),
        (
            "policy: A b\ncontrols: []",
            ['1:9: policy must be lower-case words joined by -, not "A b"', "2:11: controls must not be empty"],
        ),
        (
            "policy: p\ncontrol: 3\ncontrols: 3",
            [
                '2:1: unknown field "control" of the policy (did you mean "controls"?)',
                "3:11: controls must be a list of controls, not 3",
            ],
        ),
        (
            "policy: p\ndescription: ''\ncontrols: [3]",
            ['2:14: description must be text, not ""', "3:12: the control must be a mapping, not 3"],
        ),
        (
            "policy: p\ncontrols: [{}]",
            [
                *(f'2:12: the control has no "{name}"' for name in ("id", "title", "severity", "resource", "why")),
                "2:12: the control must say one of require, exists or forbid",
            ],
        ),
        (
            "policy: p\ncontrols:\n  - {id: A, title: 3, severity: bad, resource: 3, why: , exists: {}}",
            [
                '3:10: id must be lower-case words joined by -, not "A"',
                "3:20: title must be text, not 3 (quote it)",
                '3:33: severity must be one of critical, high, medium, low or info, not "bad"',
                "3:48: resource must be text, not 3 (quote it)",
                "3:56: why must be text, not nothing",
            ],
        ),
        (
            "policy: p\nparameters: 3\ncontrols: []",
            ["2:13: parameters must be a mapping, not 3", "3:11: controls must not be empty"],
        ),
        (
            (
                "policy: p\nparameters:\n  A: {type: string}\n  each: {type: string}\n  a: {}\n  b: {type: text, x: 1}\n  "
                "c: {type: integer, default: 1.5}\n  d: {type: string, default: 3}\n  e: {type: list, default: [3]}\n  "
                "f: {type: number, default: true}\n  g: {type: boolean, default: yes}\n  h: {type: string, default: , description: 3}\n"
                "controls: []"
            ),
            [
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
                "13:11: controls must not be empty",
            ],
        ),
        (
            "policy: p\npolicy: q\ncontrols: *x",
            ['2:1: duplicate key "policy", first at 1:1', "3:11: aliases are not allowed: *x (write the value out)"],
        ),
        (
            "policy: 01\ndescription: 02\nparameters: {a: {type: string, default: 05}}\ncontrols: [{id: 03, references: [04]}]",
            [
                "1:9: an integer with a leading zero is ambiguous: 01 (quote account IDs)",
                "2:14: an integer with a leading zero is ambiguous: 02 (quote account IDs)",
                "3:41: an integer with a leading zero is ambiguous: 05 (quote account IDs)",
                *(f'4:12: the control has no "{name}"' for name in ("title", "severity", "resource", "why")),
                "4:12: the control must say one of require, exists or forbid",
                "4:17: an integer with a leading zero is ambiguous: 03 (quote account IDs)",
                "4:34: an integer with a leading zero is ambiguous: 04 (quote account IDs)",
            ],
        ),
    ],
)
def test_wrong_policies(text: str, expected: list[str], tmp_path: Path) -> None:
    assert problems_of(text, tmp_path) == expected
