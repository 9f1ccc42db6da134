"""What a failing finding wants of which document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bedaudit.evaluate import judge
from bedaudit.model import Record, Resource, Site
from bedaudit.policy.config import Config
from bedaudit.policy.load import load
from bedaudit.policy.rules import Rules
from bedaudit.remedy.wanted import Wanted, wanted
from bedaudit.repairs import mounts

SITE = Site("111122223333", "us-east-1")
GROUP = {"name": "/aws/bedrock/x", "exists": True}
POLICY = """
policy: small
parameters:
  days: {{type: integer, default: 100, description: Days.}}
  key: {{type: string, description: A key.}}
controls:
  - id: is-as-wanted
    title: Is as wanted
    severity: low
    resource: invocation_logging
    {says}
    why: So.
    {fix}
"""


def asked(tmp_path: Path, says: str, fix: str, group: Mapping[str, Any]) -> Wanted:
    """What is wanted of a log group of invocation logs that the control fails."""
    (tmp_path / "p.yaml").write_text(POLICY.format(says=says, fix=fix))
    rules = Rules.of(load([str(tmp_path / "p.yaml")]), Config())
    resource = Resource("invocation_logging", "x", None, {"enabled": True, "cloudwatch": {"log_group": group}})
    record = Record(SITE, "2026-11-20T12:00:00Z", ("invocation_logging",), (resource,))
    (finding,) = judge(rules, [record]).findings
    assert finding.outcome == "fail"
    (control,) = rules.for_site(SITE)
    return wanted(control, finding, resource if finding.resource else None, mounts())


DAYS = "cloudwatch.log_group.retention_days"


@pytest.mark.parametrize(
    ("says", "fix", "values"),
    [
        (f"require: {{{DAYS}: 90}}", "fix: {}", {"retention_days": 90}),
        (f"require: {{{DAYS}: {{at_least: '${{days}}'}}}}", "fix: {}", {"retention_days": 120}),
        (f"require: {{{DAYS}: {{at_least: 120, at_most: 400}}}}", "fix: {}", {"retention_days": 120}),
        (f"require: {{{DAYS}: {{at_most: 13}}}}", "fix: {}", {"retention_days": 7}),
        (f"require: {{{DAYS}: {{at_least: 60}}}}", f"fix: {{set: {{{DAYS}: 365}}}}", {"retention_days": 365}),
        (f"require: {{{DAYS}: {{one_of: [90, 365]}}}}", f"fix: {{set: {{{DAYS}: 365}}}}", {"retention_days": 365}),
        (f"forbid: {{{DAYS}: 30}}", f"fix: {{set: {{{DAYS}: 365}}}}", {"retention_days": 365}),
    ],
)
def test_words_give_values_and_bounds_move_to_what_aws_takes(
    tmp_path: Path, says: str, fix: str, values: dict[str, Any]
) -> None:
    found = asked(tmp_path, says, fix, {**GROUP, "retention_days": 30})
    assert found.left == ()
    assert [(wish.repair.name, wish.values) for wish in found.wishes] == [("log_group.retention", values)]
    assert found.wishes[0].place.parameters == {"logGroupName": "/aws/bedrock/x"}


@pytest.mark.parametrize(
    ("says", "fix", "reason"),
    [
        (f"require: {{{DAYS}: 90}}", "", "the control says nothing about how to mend it"),
        (f"require: {{{DAYS}: {{at_least: 4000}}}}", "fix: {}", f"AWS takes no such value of {DAYS}"),
        (
            "require: {cloudwatch.log_group.log_class: standard}",
            "fix: {}",
            "nothing sets cloudwatch.log_group.log_class",
        ),
        (
            "require: {cloudwatch.log_group.deletion_protection: true}",
            "fix: {set: {cloudwatch.log_group.kms_key.arn: '${key}'}}",
            "the parameter key has no value: set it in bedaudit.yaml",
        ),
        (f"forbid: {{{DAYS}: 30}}", "fix: {}", "nothing can be derived from what it requires"),
    ],
)
def test_what_gives_no_value_is_left_with_a_reason(tmp_path: Path, says: str, fix: str, reason: str) -> None:
    group = {**GROUP, "retention_days": 30, "log_class": "essentials", "deletion_protection": False}
    assert asked(tmp_path, says, fix, group) == Wanted((), (reason,))


def test_choice_is_left_to_people(tmp_path: Path) -> None:
    found = asked(tmp_path, f"require: {{{DAYS}: {{one_of: [90, 365]}}}}", "fix: {}", {**GROUP, "retention_days": 30})
    assert found.wishes == ()
    assert "gives no one value" in found.left[0]


def test_terms_that_are_met_want_nothing(tmp_path: Path) -> None:
    says = f"require: {{{DAYS}: {{at_least: 7}}, cloudwatch.log_group.deletion_protection: true}}"
    found = asked(tmp_path, says, "fix: {}", {**GROUP, "retention_days": 30, "deletion_protection": False})
    assert [wish.values for wish in found.wishes] == [{"deletion_protection": True}]


def test_what_is_set_tells_where_the_rest_is(tmp_path: Path) -> None:
    says = "require: {cloudwatch.log_group.exists: true}"
    fix = "fix: {set: {cloudwatch.log_group.name: /aws/bedrock/new}}"
    found = asked(tmp_path, says, fix, {"exists": False})
    places = {wish.repair.name: wish.place.parameters for wish in found.wishes}
    assert places["log_group.create"] == {"logGroupName": "/aws/bedrock/new"}


def test_no_resource_and_nothing_to_create_is_left(tmp_path: Path) -> None:
    says = f"at_least_one: true\n    where: {{enabled: false}}\n    require: {{{DAYS}: 90}}"
    assert "there is no resource" in asked(tmp_path, says, "fix: {}", GROUP).left[0]
