"""`bedaudit iam`: with what it prints, scans and fixes are denied nothing, and nothing else is allowed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2
import pytest
import yaml

from bedaudit.cli.iam import FIXING, ROLE
from bedaudit.kinds import kinds
from bedaudit.permissions.actions import of_read, of_write
from bedaudit.sandbox import Sandbox, serve
from bedaudit.sandbox.faults import Entry
from tests.cli.run import bedaudit

ALL = ("--policy", "builtin:all")
ANYBODY = "sts:GetCallerIdentity"
"""Needs no permission."""
MENDED = ("--account", "111111111111", "--account", "333333333333")
WITHOUT_OCCASION = {
    "bedrock:ListAgents",
    "cloudwatch:GetAlarmMuteRule",
    "ec2:DescribeRegions",
    "firehose:DescribeDeliveryStream",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "lambda:GetFunctionConfiguration",
    "lambda:GetPolicy",
    "logs:DescribeDeliveryDestinations",
    "logs:DescribeDestinations",
    "organizations:ListAccountsForParent",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListRoots",
    "s3:GetBucketLocation",
}
"""For what the demo organisation does not have: functions and streams that listen, policies that are attached to roles,
a failing account:ListRegions, values that depend on an organizational unit."""
UNASKED = {
    "cloudwatch:ListTagsForResource",
    "logs:ListTagsForResource",
    "s3:GetAccountPublicAccessBlock",
    "s3:GetBucketTagging",
    "s3:ListAllMyBuckets",
}
"""For parts of the kinds that no shipped policy looks at: what is needed is known by kind."""
FORMATS = ("json", "cloudformation", "terraform")


@dataclass(frozen=True)
class Denials:
    """Everything but some operations, by account, and what was denied before."""

    allowed: dict[str, set[str]]
    seeded: frozenset[Entry]

    def __contains__(self, entry: Entry) -> bool:
        account, _, service, operation = entry
        permitted = self.allowed.get(account, self.allowed["*"])
        return entry in self.seeded or not {*_actions(f"{service}:{operation}")} <= permitted


def _actions(operation: str) -> tuple[str, ...]:
    reads = {str(each): of_read(each) for kind in kinds().values() for each in kind.operations}
    return (reads[operation],) if operation in reads else of_write(operation)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serve() as served:
        yield served


def allowed(at: Path, *options: str) -> set[str]:
    """The actions that a printed policy allows."""
    printed = bedaudit("iam", *options, at=at).json
    documents = printed if isinstance(printed, list) else [printed]
    found = [each for document in documents for each in document["Statement"]]
    assert all(isinstance(each["Action"], list) for each in found)
    return {action for each in found if each["Effect"] == "Allow" for action in each["Action"]}


def entering(at: Path) -> set[str]:
    """What the template lets whoever runs bedaudit do besides."""
    template = yaml.safe_load(bedaudit("iam", "--format", "cloudformation", at=at).out)
    document = template["Resources"]["EnteringPolicy"]["Properties"]["PolicyDocument"]
    return {action for each in document["Statement"] for action in each["Action"]}


def limit(sandbox: Sandbox, members: set[str], caller: set[str]) -> None:
    before: Any = sandbox.world.denials
    seeded = before.seeded if isinstance(before, Denials) else frozenset(before)
    by_account = {"*": {*members, ANYBODY}, sandbox.world.management: {*members, *caller, ANYBODY}}
    denials: Any = Denials(by_account, seeded)
    sandbox.world.denials = denials


def used(sandbox: Sandbox) -> set[str]:
    return {action for each in sandbox.ledger.operations() for action in _actions(each)} - {ANYBODY}


def test_a_scan_is_denied_nothing_and_uses_all_that_is_allowed(sandbox: Sandbox, tmp_path: Path) -> None:
    scan = ("scan", *ALL, "--org", "--role", sandbox.role, "--format", "json", "-q")
    free = bedaudit(*scan, at=tmp_path, env=sandbox.environment())
    sandbox.ledger.clear()
    members, caller = allowed(tmp_path, *ALL), entering(tmp_path)
    limit(sandbox, members, caller)
    bound = bedaudit(*scan, at=tmp_path, env=sandbox.environment())
    assert _judged(bound.json) == _judged(free.json)
    assert used(sandbox) - members - caller == set()
    assert (members | caller) - used(sandbox) == WITHOUT_OCCASION | UNASKED


def _judged(report: Any) -> dict[str, str]:
    return {each["id"]: each["outcome"] for each in report["findings"]}


def test_fixes_and_rollbacks_are_denied_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    policies = ("--policy", "builtin:baseline", "--policy", "builtin:regulated", "--policy", "builtin:audit-trail")
    caller = entering(tmp_path)
    fix = ("--org", "--role", sandbox.role, *MENDED, "--region", "us-east-1", "--yes", "--allow-risky", "-q")
    limit(sandbox, allowed(tmp_path, *policies, "--write"), caller)
    fixed = bedaudit("fix", *policies, *fix, "--journal", "j", at=tmp_path, env=sandbox.environment())
    assert "applied" in fixed.err
    assert "AccessDenied" not in fixed.out + fixed.err
    assert used(sandbox) - allowed(tmp_path, *policies) - caller == {
        "cloudtrail:PutEventSelectors",
        "cloudtrail:UpdateTrail",
        "cloudwatch:EnableAlarmActions",
        "cloudwatch:PutMetricAlarm",
        "logs:CreateLogGroup",
    }
    limit(sandbox, allowed(tmp_path, *policies, "--rollback"), caller)
    undone = bedaudit("rollback", "j", "--role", sandbox.role, "--yes", at=tmp_path, env=sandbox.environment())
    assert "undone" in undone.out + undone.err
    assert {"cloudwatch:DisableAlarmActions", "logs:DeleteLogGroup"} <= used(sandbox)
    assert "AccessDenied" not in undone.out + undone.err


def test_publishing_is_allowed_when_asked_for(tmp_path: Path) -> None:
    published = ("--publish", "security-hub")
    assert allowed(tmp_path, *published) - allowed(tmp_path) == {"securityhub:BatchImportFindings"}


@pytest.mark.parametrize("options", [(), ("--write",), ("--rollback",), ("--publish", "security-hub")])
def test_cloudformation_and_terraform_take_the_templates(tmp_path: Path, options: tuple[str, ...]) -> None:
    printed = {each: bedaudit("iam", *ALL, *options, "--format", each, at=tmp_path) for each in FORMATS}
    assert {each.code for each in printed.values()} == {0}
    (tmp_path / "role.yaml").write_text(printed["cloudformation"].out)
    lint = [sys.executable, "-m", "cfnlint", "role.yaml"]
    linted = subprocess.run(lint, cwd=tmp_path, capture_output=True, text=True, check=False)
    newer = [line for line in linted.stdout.splitlines() if line.startswith(("E", "W"))]
    assert newer == []
    configuration = hcl2.loads(printed["terraform"].out)
    names = {name.strip('"') for each in configuration["resource"] for names in each.values() for name in names}
    assert names == {"bedaudit_entering", "bedaudit", "bedaudit_1"}
    document = printed["terraform"].out.split('description = "What bedaudit may do, part 1"\n')[1]
    policy = document.split("jsonencode(")[1].split("\n}\n")[0].rstrip().removesuffix(")")
    named = policy.replace(
        "role/${var.role_name}", f"role/{FIXING if {*options} & {'--write', '--rollback'} else ROLE}"
    )
    assert json.loads(named) == printed["json"].json


def test_the_templates_speak_of_the_role_by_the_name_that_it_is_given(tmp_path: Path) -> None:
    printed = {each: bedaudit("iam", "--write", "--format", each, at=tmp_path).out for each in FORMATS}
    resources = yaml.safe_load(printed["cloudformation"])["Resources"].values()
    policies = [each["Properties"]["PolicyDocument"] for each in resources if "Managed" in each["Type"]]
    own = {each["Sid"]: each["Resource"] for policy in policies for each in policy["Statement"]}
    named = {"Fn::Sub": "arn:*:iam::*:role/${RoleName}"}
    assert (own["NeverChangeItself"], own["EnterAccounts"]) == (named, named)
    assert printed["terraform"].count('"Resource": "arn:*:iam::*:role/${var.role_name}"') == 2
    assert "role/BedauditFix" in printed["json"]
    assert "role/BedauditFix" not in printed["cloudformation"] + printed["terraform"]


@pytest.mark.parametrize(
    ("options", "role"),
    [
        ((), ROLE),
        (("--write",), FIXING),
        (("--rollback",), FIXING),
        (("--write", "--role", "Mine"), "Mine"),
    ],
)
def test_a_role_that_may_change_things_is_not_called_read_only(
    options: tuple[str, ...], role: str, tmp_path: Path
) -> None:
    template = yaml.safe_load(bedaudit("iam", *options, "--format", "cloudformation", at=tmp_path).out)
    assert template["Parameters"]["RoleName"]["Default"] == role


def test_a_name_that_is_none_is_refused(tmp_path: Path) -> None:
    ran = bedaudit("iam", "--role", 'x" {} ${y}', at=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "is no name of a role" in ran.err
