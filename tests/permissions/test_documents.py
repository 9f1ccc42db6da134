"""Policy documents: what they hold, how they are cut, and that IAM knows what they name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from bedaudit.permissions.documents import CONTENT, LONGEST, Statement, changing, documents, entering, reading, size
from bedaudit.permissions.needed import fix_actions, read_actions, rollback_actions
from bedaudit.policy.builtin import builtin_policies
from bedaudit.policy.load import load
from bedaudit.policy.model import Control

NEWER = {"bedrock:GetAccountDataRetention", "cloudwatch:PutLogAlarm"}
"""Actions that are newer than the list of actions."""


def shipped(*names: str) -> tuple[Control, ...]:
    policies = load(tuple(f"builtin:{name}" for name in names or builtin_policies()))
    return tuple(control for policy in policies for control in policy.controls)


def statements(controls: tuple[Control, ...]) -> tuple[Statement, ...]:
    return (*reading(read_actions(controls)), *changing(rollback_actions(controls), "Bedaudit"))


def test_a_scan_reads_and_never_sees_content() -> None:
    (document,) = documents(reading({"logs:DescribeLogGroups", "bedrock:ListGuardrails"}))
    assert document == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ReadConfiguration",
                "Effect": "Allow",
                "Action": ["bedrock:ListGuardrails", "logs:DescribeLogGroups"],
                "Resource": "*",
            },
            {
                "Sid": "NeverReadContentNorInvokeModels",
                "Effect": "Deny",
                "Action": list(CONTENT),
                "Resource": "*",
            },
        ],
    }


def test_nothing_that_is_needed_is_denied() -> None:
    needed = read_actions(shipped()) | rollback_actions(shipped())
    assert {each for each in needed for pattern in CONTENT if fnmatchcase(each, pattern)} == set()


@pytest.mark.parametrize(
    "action",
    [
        "bedrock-mantle:CreateInference",
        "bedrock-mantle:GetInference",
        "bedrock:GetAgentMemory",
        "bedrock:GetInvocationStep",
        "bedrock:InvokeModelWithResponseStream",
        "bedrock:RetrieveAndGenerate",
        "bedrock:StartFlowExecution",
        "logs:FilterLogEvents",
        "s3:GetObjectVersion",
        "xray:ListRetrievedTraces",
    ],
)
def test_what_shows_prompts_or_makes_a_model_answer_is_denied(action: str) -> None:
    assert any(fnmatchcase(action, pattern) for pattern in CONTENT)


def test_a_role_is_passed_to_bedrock_only_and_bedaudits_own_is_never_changed() -> None:
    assert changing({"iam:PassRole", "iam:PutRolePolicy"}, "Bedaudit") == (
        Statement("ChangeIamRole", "Allow", ("iam:PutRolePolicy",), ("arn:*:iam::*:role/*",)),
        Statement(
            "PassLoggingRole",
            "Allow",
            ("iam:PassRole",),
            ("arn:*:iam::*:role/*",),
            {"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}},
        ),
        Statement(
            "NeverChangeItself",
            "Deny",
            ("iam:DeleteRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"),
            ("arn:*:iam::*:role/Bedaudit",),
        ),
    )


def test_who_runs_bedaudit_may_enter_accounts_by_that_role_alone() -> None:
    assert entering({"organizations:ListAccounts"}, "Bedaudit")[1] == Statement(
        "EnterAccounts", "Allow", ("sts:AssumeRole",), ("arn:*:iam::*:role/Bedaudit",)
    )


def test_only_what_the_controls_look_at_is_allowed() -> None:
    (control,) = (each for each in shipped("baseline") if each.id == "invocation-logging-is-enabled")
    tags = [each for each in shipped() if each.kind == "cost_allocation_tag"]
    assert "ce:ListCostAllocationTags" in read_actions(tags)
    assert "s3:GetBucketPolicy" not in read_actions(tags)
    assert "logs:DescribeQueryDefinitions" not in read_actions([control])
    assert read_actions(shipped("baseline")) < read_actions(shipped())
    assert fix_actions([each for each in shipped() if each.fix is None]) == (set(), set())
    assert fix_actions([control])[1] == {
        "bedrock:PutModelInvocationLoggingConfiguration",
        "iam:CreateRole",
        "iam:PassRole",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        "logs:CreateLogGroup",
        "logs:PutRetentionPolicy",
    }
    assert rollback_actions([control]) - fix_actions([control])[1] == {
        "bedrock:DeleteModelInvocationLoggingConfiguration",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "logs:DeleteLogGroup",
        "logs:DeleteRetentionPolicy",
    }


@pytest.mark.parametrize("name", ["throttles", "dashboard"])
def test_what_makes_one_sort_of_thing_makes_no_other(name: str) -> None:
    controls = [each for each in shipped("baseline") if name in each.id and each.fix and each.fix.create is not None]
    assert controls
    sort = "PutDashboard" if name == "dashboard" else "PutMetricAlarm"
    assert fix_actions(controls)[1] == {f"cloudwatch:{sort}"}


def test_a_policy_that_is_too_long_becomes_several_with_the_same_statements() -> None:
    many = Statement("Many", "Allow", tuple(f"service:Operation{number:04}" for number in range(900)))
    one = Statement("One", "Deny", ("service:Other",))
    found = documents([many, one])
    assert len(found) > 1
    assert all(size(each) <= LONGEST for each in found)
    told = [each for document in found for each in document["Statement"]]
    assert [action for each in told for action in each["Action"]] == [*many.actions, *one.actions]
    sids = [each["Sid"] for each in told]
    assert len(set(sids)) == len(sids)
    assert size({"a b": " c d "}) == len('{"ab":"cd"}')


def _known(action: str) -> Iterator[dict[str, Any]]:
    service, name = action.split(":")
    data = get_action_data(service, name)
    yield from data[service] if data else ()


def test_iam_knows_every_action_and_limits_it_to_such_resources() -> None:
    unknown, unlimited = set(), set()
    for statement in statements(shipped()):
        for action in statement.actions if statement.effect == "Allow" else ():
            formats = {each["resource_arn_format"] for each in _known(action)}
            if not formats:
                unknown.add(action)
            elif not any(_is_of(statement.resources[0], each) for each in formats):
                unlimited.add((action, statement.resources[0]))
    assert unknown == NEWER
    assert unlimited == set()


def _is_of(resource: str, arn: str) -> bool:
    """Whether the pattern of a policy covers the ARNs of this form, or is for all."""
    return resource == "*" or fnmatchcase(arn, resource)


def test_the_documents_are_plain_json() -> None:
    for document in documents(statements(shipped())):
        assert json.loads(json.dumps(document)) == document
