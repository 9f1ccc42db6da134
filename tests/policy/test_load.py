from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from bedaudit.errors import PolicyError
from bedaudit.model import Mark
from bedaudit.policy.builtin import builtin_policies
from bedaudit.policy.load import load
from bedaudit.policy.model import Combination, Control, Example, Fix, Parameter, Policy, Template
from bedaudit.policy.model import Test as Term
from tests.policy.some_kinds import KINDS

WHOLE = """\
policy: everything
description: All that can be said.
parameters:
  days: {type: integer, default: 30, description: How long.}
  topic: {type: string}

controls:
  - id: alarms-are-heard
    title: Alarms are heard
    severity: high
    resource: alarm
    when: {usage.in_use: true}
    where: {type: metric, 'tags."a.b"': x}
    for_each: usage.active_models
    exists:
      watches: {any: {metric: x, dimensions.ModelId: {one_of: ['*', '${each}']}}}
      actions: {count: {at_least: 1, below: 9}, contains: a}
      any: [{threshold: {above: '${days}', not: 3}}, {name: {like: '$${x'}}]
    why: So that somebody wakes up.
    fix:
      set: {name: '${topic}', threshold: 3}
      create: {AlarmName: alarm, MetricName: x, Threshold: 31, AlarmActions: [a, '${topic}'],
               Dimensions: [{Name: ModelId, Value: '${each}'}]}
      safety: risky
    frameworks: {nist: [AU-2, AU-3]}
    references: ['https://example.com/a']
    examples:
      pass:
        - {name: x, tags: {a: b}}
      unknown: [{resources: [{threshold: {gap: denied}}], usage: {gap: throttled}}, {resources: {gap: denied}}]

  # The last.
  - id: owners-are-known
    title: Owners are known
    severity: low
    resource: trail
    require: {accounts: [111122223333]}
    at_least_one: true
    why: Because.

"""


def write(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def small(name: str, control: str) -> str:
    return (
        f"policy: {name}\ncontrols:\n- {{id: {control}, title: t, severity: low, resource: alarm, why: w, "
        "require: {name: x}}\n"
    )


def problems(*sources: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load(sources, kinds=KINDS)
    return [str(problem) for problem in caught.value.problems]


def test_a_whole_policy_becomes_values(tmp_path: Path) -> None:
    file = write(tmp_path / "whole.yaml", WHOLE)
    heard = Control(
        id="alarms-are-heard",
        title="Alarms are heard",
        severity="high",
        kind="alarm",
        mode="exists",
        condition=Combination(
            "all",
            (
                Term(
                    ("watches",),
                    "any",
                    Combination(
                        "all",
                        (
                            Term(("metric",), "equals", "x"),
                            Term(("dimensions", "ModelId"), "one_of", ("*", Template("${each}"))),
                        ),
                    ),
                ),
                Term(("actions",), "count", (Term((), "at_least", 1), Term((), "below", 9))),
                Term(("actions",), "contains", "a"),
                Combination(
                    "any",
                    (
                        Combination(
                            "all",
                            (Term(("threshold",), "above", Template("${days}")), Term(("threshold",), "not", 3)),
                        ),
                        Term(("name",), "like", Template("$${x")),
                    ),
                ),
            ),
        ),
        why="So that somebody wakes up.",
        policy="everything",
        mark=Mark(file, 8, 5, 30, 112),
        where=Combination("all", (Term(("type",), "equals", "metric"), Term(("tags", "a.b"), "equals", "x"))),
        when=Term(("usage", "in_use"), "equals", True),
        for_each=("usage", "active_models"),
        fix=Fix(
            set={"name": Template("${topic}"), "threshold": 3},
            create={
                "AlarmName": "alarm",
                "MetricName": "x",
                "Threshold": 31,
                "AlarmActions": ["a", Template("${topic}")],
                "Dimensions": [{"Name": "ModelId", "Value": Template("${each}")}],
            },
            safety="risky",
        ),
        frameworks={"nist": ("AU-2", "AU-3")},
        references=("https://example.com/a",),
        examples=(
            Example("pass", ({"name": "x", "tags": {"a": "b"}},), {}, Mark(file, 29, 11, 29, 34)),
            Example(
                "unknown",
                ({"threshold": {"gap": {"reason": "denied"}}},),
                {"usage": {"gap": {"reason": "throttled"}}},
                Mark(file, 30, 17, 30, 83),
            ),
            Example("unknown", ({"gap": {"reason": "denied"}},), {}, Mark(file, 30, 85, 30, 111)),
        ),
    )
    owners = Control(
        id="owners-are-known",
        title="Owners are known",
        severity="low",
        kind="trail",
        mode="require",
        condition=Term(("accounts",), "equals", ("111122223333",)),
        why="Because.",
        policy="everything",
        mark=Mark(file, 33, 5, 39, 18),
        at_least_one=True,
    )
    assert load([file], kinds=KINDS) == (
        Policy(
            "everything",
            "All that can be said.",
            {"days": Parameter("days", "integer", "How long.", 30), "topic": Parameter("topic", "text", "")},
            (heard, owners),
            file,
            f"sha256:{hashlib.sha256(WHOLE.encode()).hexdigest()}",
        ),
    )


def test_a_directory_is_every_policy_below_it_in_order(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/z.yml", "a/.hidden.yaml", "c.json"):
        stem = "p" + "".join(letter for letter in name if letter.isalpha())
        write(tmp_path / name, small(stem, stem))
    assert [policy.file for policy in load([str(tmp_path)], kinds=KINDS)] == [
        str(tmp_path / name) for name in ("b.yaml", "a/.hidden.yaml", "a/z.yml")
    ]


def test_a_file_that_is_named_twice_is_loaded_once(tmp_path: Path) -> None:
    file = write(tmp_path / "a.yaml", small("a", "a"))
    (tmp_path / "link.yaml").symlink_to(file)
    loaded = load([file, str(tmp_path), f"{tmp_path}/../{tmp_path.name}/a.yaml"], kinds=KINDS)
    assert [policy.file for policy in loaded] == [file]


def test_names_that_stand_twice_are_told_with_both_places(tmp_path: Path) -> None:
    first, second = write(tmp_path / "1.yaml", small("a", "c")), write(tmp_path / "2.yaml", small("a", "c"))
    assert problems(first, second) == [
        f'{second}:1:9: policy "a" is already at {first}:1:9',
        f'{second}:3:8: control "c" is already at {first}:3:8',
    ]


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path / "1.yaml", "policy: a\ncontrols: 3\n")
    write(tmp_path / "2.yaml", "{")
    write(tmp_path / "3.yaml", "policy: b\ncontrols: [&x 1]\n")
    assert problems(str(tmp_path)) == [
        f"{tmp_path}/1.yaml:2:11: controls must be a list of controls, not 3",
        f"{tmp_path}/2.yaml:2:1: this is not YAML: did not find expected node content",
        f"{tmp_path}/3.yaml:2:12: anchors are not allowed: &x (write the value out where it is needed)",
        f"{tmp_path}/3.yaml:2:12: the control must be a mapping, not 1",
    ]


def test_sources_that_name_no_policy_are_problems(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "empty").mkdir()
    assert problems(
        f"{tmp_path}/none.yaml", f"{tmp_path}/empty", "a\0b", "builtin:basline", f"{tmp_path}/loop", "builtin:"
    ) == [
        f"{tmp_path}/empty:1:1: the directory has no policies (files that end in .yaml or .yml)",
        "a\0b:1:1: cannot be read: embedded null byte",
        'builtin:basline:1:1: no built-in policy is called "basline" (did you mean "baseline"?)',
        f'builtin::1:1: no built-in policy is called "" (allowed: {", ".join(sorted([*builtin_policies(), "all"]))})',
        f"{tmp_path}/none.yaml:1:1: cannot be read: No such file or directory",
        f"{tmp_path}/loop:1:1: cannot be read: Too many levels of symbolic links",
    ]


def test_a_directory_that_cannot_be_listed_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", denied)
    assert problems(str(tmp_path)) == [f"{tmp_path}:1:1: cannot be read: Permission denied"]


def test_a_shipped_policy_is_called_by_its_place_in_the_repository() -> None:
    loaded = load(["builtin:baseline"])
    assert [(policy.name, policy.file) for policy in loaded] == [("bedrock-baseline", "policies/baseline.yaml")]


def test_all_shipped_policies_are_all_but_the_laboratory() -> None:
    names = [name for name in builtin_policies() if name != "lab"]
    assert [policy.file for policy in load(["builtin:all"])] == [f"policies/{name}.yaml" for name in names]


def test_shipped_policies_are_found_in_a_package_and_in_a_checkout(tmp_path: Path) -> None:
    package = tmp_path / "src/bedaudit"
    checkout, installed = tmp_path / "policies/a.yaml", package / "policies/b.yaml"
    write(checkout, "")
    assert builtin_policies(package) == {"a": checkout}
    write(installed, "")
    assert builtin_policies(package) == {"b": installed}
