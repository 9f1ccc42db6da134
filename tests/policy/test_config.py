from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bedaudit.errors import PolicyError
from bedaudit.model import Mark
from bedaudit.policy.config import (
    Assignment,
    Config,
    Organization,
    Override,
    Values,
    WaiverRule,
    check_config,
    load_config,
    load_waivers,
)
from bedaudit.policy.load import load
from tests.policy.some_kinds import KINDS

WHOLE = """\
policies: [policies/a.yaml, "builtin:baseline", /b.yaml]
regions: [us-east-1, us-gov-west-1]
organization: {role: R, external_id: "1", exclude_accounts: [111122223333, "012345678901"],
  organizational_units: [ou-a]}
monitoring_accounts: ["444455556666"]
parameters: {topic: arn, days: 30}
assign:
  - {policy: p, organizational_units: [ou-b], parameters: {days: 3}}
controls:
  c: {severity: low}
  d: {enabled: false, reason: none yet}
waivers: waivers.yaml
fail_on: high
"""

POLICY = """\
policy: p
parameters:
  days: {type: integer, default: 30}
  topic: {type: string}
controls:
- {id: c, title: t, severity: low, resource: alarm, why: w, require: {name: x}}
"""


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def config_problems(text: str, tmp_path: Path) -> list[str]:
    file = write(tmp_path / "bedaudit.yaml", text)
    with pytest.raises(PolicyError) as caught:
        load_config(file)
    return [str(problem).removeprefix(f"{file}:") for problem in caught.value.problems]


def test_a_whole_configuration_becomes_values(tmp_path: Path) -> None:
    file = write(tmp_path / "bedaudit.yaml", WHOLE)
    assert load_config(file) == Config(
        file=file,
        policies=(f"{tmp_path}/policies/a.yaml", "builtin:baseline", "/b.yaml"),
        regions=("us-east-1", "us-gov-west-1"),
        organization=Organization("R", "1", ("111122223333", "012345678901"), ("ou-a",)),
        monitoring_accounts=("444455556666",),
        parameters=Values(
            {"topic": "arn", "days": 30}, {"topic": Mark(file, 6, 14, 6, 19), "days": Mark(file, 6, 26, 6, 30)}
        ),
        assign=(
            Assignment(
                "p", ("ou-b",), Values({"days": 3}, {"days": Mark(file, 8, 60, 8, 64)}), Mark(file, 8, 14, 8, 15)
            ),
        ),
        controls={
            "c": Override(Mark(file, 10, 3, 10, 4), "low"),
            "d": Override(Mark(file, 11, 3, 11, 4), None, enabled=False, reason="none yet"),
        },
        waivers=f"{tmp_path}/waivers.yaml",
        fail_on="high",
    )


def test_what_a_configuration_leaves_out_has_its_default(tmp_path: Path) -> None:
    file = write(tmp_path / "bedaudit.yaml", "regions: enabled\n")
    assert load_config(file) == Config(file=file)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("polices: []", ['1:1: unknown field "polices" of bedaudit.yaml (did you mean "policies"?)']),
        ("[]", ["1:1: bedaudit.yaml must be a mapping, not a list"]),
        ("", ["1:1: the file is empty"]),
        ("a: [", ["2:1: this is not YAML: did not find expected node content"]),
        ("policies: a", ['1:11: policies must be a list of text, not "a"']),
        ("policies: [1]", ["1:12: each of policies must be text, not 1 (quote it)"]),
        ("regions: all", ['1:10: regions must be enabled or a list of regions, not "all"']),
        ("regions: 3", ["1:10: regions must be a list of regions, or the word enabled, not 3"]),
        ("regions: [US]", ['1:11: a region must be a name as us-east-1, not "US"']),
        ("organization: {rol: x}", [
            '1:16: unknown field "rol" of organization (did you mean "role"?)']),
        ("organization: {role: 3, exclude_accounts: [1], organizational_units: []}", [
            "1:22: role of organization must be text, not 3 (quote it)",
            "1:44: each of exclude_accounts must be an account ID of 12 digits, not 1",
            "1:70: organizational_units must not be empty"]),
        ("monitoring_accounts: [012345678901]",
            ["1:23: an integer with a leading zero is ambiguous: 012345678901 (quote account IDs)"]),
        ("parameters: 3", ["1:13: parameters must be a mapping, not 3"]),
        ("assign: {}", ["1:9: assign must be a list, not a mapping"]),
        ("assign: [{policy: p, units: [a]}]", [
            '1:10: each of assign has no "organizational_units"', '1:10: each of assign has no "parameters"',
            '1:22: unknown field "units" of each of assign (allowed: organizational_units, parameters, policy)']),
        ("controls: {c: {severity: hi, enabled: no, reason: 3, x: 1}}", [
            '1:26: severity must be one of critical, high, medium, low or info, not "hi" (did you mean "high"?)',
            '1:39: enabled must be true or false, not "no"',
            "1:51: reason must be text, not 3 (quote it)",
            '1:54: unknown field "x" of override of "c" (allowed: enabled, reason, severity)']),
        ("controls: [c]", ["1:11: controls must be a mapping, not a list"]),
        ("waivers: []", ["1:10: waivers must be the path of a file, not a list"]),
        ("fail_on: hgih",
            ['1:10: fail_on must be one of critical, high, medium, low or info, not "hgih" (did you mean "high"?)']),
    ],
)  # fmt: skip
def test_wrong_configurations(text: str, expected: list[str], tmp_path: Path) -> None:
    assert config_problems(text, tmp_path) == expected


def test_a_configuration_that_is_not_there_is_a_problem() -> None:
    with pytest.raises(PolicyError, match=r"^/none:1:1: cannot be read: No such file or directory$"):
        load_config("/none")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (("parameters: {days: 3, topic: x}\nassign: [{policy: p, organizational_units: [a], parameters: {days: 3}}]\n"
         "controls: {c: {severity: low}}"), []),
        ("parameters: {dys: 3}", ['1:14: unknown parameter "dys" of the loaded policies (did you mean "days"?)']),
        ("parameters: {days: '3'}", ['1:14: parameter days must be a whole number, not "3"']),
        ("assign: [{policy: q, organizational_units: [a], parameters: {x: 3}}]",
            ['1:19: unknown policy "q" (allowed: p)']),
        ("assign: [{policy: p, organizational_units: [a], parameters: {x: 3, topic: 3}}]", [
            '1:62: unknown parameter "x" of policy p (allowed: days, topic)',
            "1:68: parameter topic must be text, not 3"]),
        ("controls: {cc: {enabled: false}}", ['1:12: unknown control "cc" (did you mean "c"?)']),
    ],
)  # fmt: skip
def test_a_configuration_names_what_the_policies_have(text: str, expected: list[str], tmp_path: Path) -> None:
    file = write(tmp_path / "bedaudit.yaml", text)
    policies = load([write(tmp_path / "p.yaml", POLICY)], kinds=KINDS)
    found = check_config(load_config(file), policies)
    assert [str(problem).removeprefix(f"{file}:") for problem in found] == expected


def test_waivers_become_values(tmp_path: Path) -> None:
    file = write(
        tmp_path / "waivers.yaml",
        "waivers:\n"
        "- {control: c, accounts: [111122223333, '2*'], regions: [us-*], resources: [x], reason: r, owner: o, "
        "expires: 2027-03-31}\n"
        "- {control: d, resources: ['*'], reason: r, owner: o, expires: '2028-02-29'}\n",
    )
    assert load_waivers(file) == (
        WaiverRule(
            "c", "r", "o", date(2027, 3, 31), Mark(file, 2, 13, 2, 14), ("111122223333", "2*"), ("us-*",), ("x",)
        ),
        WaiverRule("d", "r", "o", date(2028, 2, 29), Mark(file, 3, 13, 3, 14), (), (), ("*",)),
    )


def test_no_waivers_are_no_problem(tmp_path: Path) -> None:
    assert load_waivers(write(tmp_path / "waivers.yaml", "waivers: []\n")) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("waver: []", ['1:1: unknown field "waver" of the waivers file (did you mean "waivers"?)',
            '1:1: the waivers file has no "waivers"']),
        ("waivers: 3", ["1:10: waivers must be a list, not 3"]),
        ("", ["1:1: the file is empty"]),
        ("waivers: [3]", ["1:11: each waiver must be a mapping, not 3"]),
        ("waivers: [{}]", [
            *(f'1:11: each waiver has no "{name}"' for name in ("control", "reason", "owner", "expires")),
            "1:11: a waiver must say which accounts, regions or resources it covers"]),
        ("waivers: [{control: 1, reason: '', owner: 2, expires: 2027-02-30, accounts: [1], regions: x}]", [
            "1:21: control must be text, not 1 (quote it)", '1:32: reason must be text, not ""',
            "1:43: owner must be text, not 2 (quote it)", "1:55: there is no day 2027-02-30",
            "1:78: each of accounts must be text, not 1 (quote it)", '1:91: regions must be a list of text, not "x"']),
        ("waivers: [{control: c, reason: r, owner: o, expires: never, accounts: [a], account: b}]", [
            '1:54: expires must be a day as 2027-03-31, not "never"',
            '1:76: unknown field "account" of each waiver (did you mean "accounts"?)']),
    ],
)  # fmt: skip
def test_wrong_waivers(text: str, expected: list[str], tmp_path: Path) -> None:
    file = write(tmp_path / "waivers.yaml", text)
    with pytest.raises(PolicyError) as caught:
        load_waivers(file)
    assert [str(problem).removeprefix(f"{file}:") for problem in caught.value.problems] == expected
