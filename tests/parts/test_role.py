import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.model import Gap
from bedaudit.parts.role import OPERATIONS, Role, read_role
from tests.replay import ABSENT, NOW, Replay

ACCOUNT = "111122223333"
ARN = f"arn:aws:iam::{ACCOUNT}:role/service/BedrockLogging"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/Boundary"
STREAM = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/bedrock:log-stream:aws/bedrock/modelinvocations"
TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:*"},
    },
}
WRITE = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": STREAM}
STATE = Role(
    arn=ARN,
    exists=True,
    trusts_bedrock=True,
    trust_limited_to_account=True,
    trust_limited_to_source=True,
    can_write_logs=True,
    excess_actions=(),
)
TOLD = "the policy depends on something that is not known of the request"
DENIED = Gap("denied", "iam:X", "AccessDenied")


def document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def role(trust: str, **members: Any) -> dict[str, Any]:
    return {
        "iam:GetRole": {
            "Role": {
                "Path": "/service/",
                "RoleName": "BedrockLogging",
                "RoleId": "AROAEXAMPLEROLEID0001",
                "Arn": ARN,
                "CreateDate": NOW,
                "AssumeRolePolicyDocument": trust,
                **members,
            }
        }
    }


def trusting(**members: Any) -> dict[str, Any]:
    return role(document({**TRUST, **members}))


def inline(*statements: Any) -> dict[str, Any]:
    return {
        "iam:ListRolePolicies": {"PolicyNames": ["write"]},
        "iam:GetRolePolicy": {
            "RoleName": "BedrockLogging",
            "PolicyName": "write",
            "PolicyDocument": document(*statements),
        },
    }


def managed(*statements: Any) -> dict[str, Any]:
    return {
        "iam:GetPolicy": {"Policy": {"DefaultVersionId": "v3"}},
        "iam:GetPolicyVersion": {"PolicyVersion": {"Document": document(*statements)}},
    }


BOUND = role(document(TRUST), PermissionsBoundary={"PermissionsBoundaryArn": BOUNDARY})
ATTACHED = {
    "iam:ListRolePolicies": {"PolicyNames": []},
    "iam:ListAttachedRolePolicies": [
        {"AttachedPolicies": []},
        {"AttachedPolicies": [{"PolicyName": "write", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/write"}]},
    ],
}
RECORDED: Mapping[str, Any] = {
    **role(document(TRUST)),
    **inline(WRITE),
    "iam:ListAttachedRolePolicies": {"AttachedPolicies": []},
}


def read(recorded: Mapping[str, Any], arn: str = ARN, **options: Any) -> Role | Gap:
    return asyncio.run(read_role(Replay({**RECORDED, **recorded}, operations=OPERATIONS, **options), arn, "/bedrock"))


def only(operator: str, key: str, value: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def undecided(operation: str) -> Gap:
    return Gap("failed", operation, message=TOLD)


UNDECIDED_TRUST = dict.fromkeys(
    ("trusts_bedrock", "trust_limited_to_account", "trust_limited_to_source"), undecided("iam:GetRole")
)
UNCONDITIONAL = "statement 1 of its trust policy has no condition"
BY_ACCOUNT = f"statement 1 of its trust policy asks only for aws:SourceAccount StringEquals {ACCOUNT}"
BY_ANYBODY = "statement 1 of its trust policy asks only for aws:SourceArn ArnLike arn:aws:bedrock:*:*:*"
WITHIN = "log-stream:aws/bedrock/modelinvocations"
LACKS = "inline policy write does not allow logs:CreateLogStream"


def cannot_write(because: str) -> dict[str, Any]:
    return {"can_write_logs": False, "cannot_write_because": because}


def distrusts(because: str) -> dict[str, Any]:
    return {"trusts_bedrock": False, "does_not_trust_because": because}


def open_to_all(because: str) -> dict[str, Any]:
    return {
        "trust_limited_to_account": False,
        "any_account_because": because,
        "trust_limited_to_source": False,
        "any_source_because": because,
    }


REGION = f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:*"
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("a_role_as_documented", {}, {}),
    (
        "trust_without_conditions",
        trusting(Condition={}),
        open_to_all(UNCONDITIONAL),
    ),
    (
        "trust_by_account_only",
        trusting(**only("StringEquals", "aws:SourceAccount", ACCOUNT)),
        {"trust_limited_to_source": False, "any_source_because": BY_ACCOUNT},
    ),
    (
        "trust_by_source_only",
        trusting(**only("ArnLike", "aws:SourceArn", f"arn:aws:bedrock:us-east-1:{ACCOUNT}:*")),
        {},
    ),
    (
        "trust_by_source_in_any_region",
        trusting(**only("ArnLike", "aws:SourceArn", f"arn:aws:bedrock:*:{ACCOUNT}:*")),
        {},
    ),
    (
        "trust_by_source_of_anybody",
        trusting(**only("ArnLike", "aws:SourceArn", "arn:aws:bedrock:*:*:*")),
        open_to_all(BY_ANYBODY),
    ),
    (
        "trust_of_another_region_only",
        trusting(**only("ArnLike", "aws:SourceArn", REGION)),
        distrusts(
            f"statement 1 of its trust policy asks for aws:SourceArn ArnLike {REGION}; "
            f"here it is arn:aws:bedrock:us-east-1:{ACCOUNT}:*"
        ),
    ),
    (
        "trust_of_another_service",
        trusting(Principal={"Service": "lambda.amazonaws.com"}),
        distrusts(
            "its trust policy does not allow sts:AssumeRole to bedrock.amazonaws.com; "
            "statement 1 allows it to lambda.amazonaws.com only"
        ),
    ),
    (
        "trust_of_nobody",
        role(document()),
        distrusts("its trust policy does not allow sts:AssumeRole to bedrock.amazonaws.com"),
    ),
    (
        "trust_that_is_denied",
        role(document(TRUST, {**TRUST, "Sid": "No\nBedrock", "Effect": "Deny"})),
        distrusts(
            "statement No Bedrock of its trust policy explicitly denies sts:AssumeRole where aws:SourceAccount "
            f"StringEquals {ACCOUNT}"
        ),
    ),
    (
        "trust_of_another_account",
        trusting(**only("StringEquals", "aws:SourceAccount", "444455556666")),
        distrusts(
            "statement 1 of its trust policy asks for aws:SourceAccount StringEquals 444455556666; "
            f"here it is {ACCOUNT}"
        ),
    ),
    ("trust_with_an_unknown_key", trusting(**only("StringEquals", "aws:SourceOrgID", "o-a1")), UNDECIDED_TRUST),
    ("trust_that_is_malformed", role("{"), UNDECIDED_TRUST),
    ("attached_policy_on_the_second_page", ATTACHED | managed(WRITE), {}),
    (
        "no_policy",
        {"iam:ListRolePolicies": {"PolicyNames": []}},
        cannot_write(f"no policy allows logs:CreateLogStream on {STREAM}"),
    ),
    (
        "only_one_of_two_actions",
        inline({**WRITE, "Action": "logs:PutLogEvents"}),
        cannot_write(f"{LACKS}; statement 1 allows logs:PutLogEvents only"),
    ),
    (
        "the_other_of_two_actions",
        inline({**WRITE, "Action": "logs:CreateLogStream"}),
        cannot_write(
            "inline policy write does not allow logs:PutLogEvents; statement 1 allows logs:CreateLogStream only"
        ),
    ),
    (
        "another_group",
        inline({**WRITE, "Resource": STREAM.replace("/bedrock:", "/other:")}),
        cannot_write(f"{LACKS} on {STREAM}; statement 1 allows it on .../other:{WITHIN} only"),
    ),
    (
        "another_group_in_one_of_two_policies",
        ATTACHED
        | inline({**WRITE, "Action": "s3:*"})
        | managed({**WRITE, "Resource": STREAM.replace("/bedrock:", "/other:")}),
        cannot_write(
            f"no policy allows logs:CreateLogStream on {STREAM}; "
            f"statement 1 of managed policy arn:aws:iam::{ACCOUNT}:policy/write allows it on .../other:{WITHIN} only"
        )
        | {"excess_actions": ("s3:*",)},
    ),
    (
        "another_region",
        inline({**WRITE, "Resource": STREAM.replace("us-east-1", "eu-west-1")}),
        cannot_write(
            f"{LACKS} on {STREAM}; statement 1 allows it on "
            f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/bedrock:{WITHIN} only"
        ),
    ),
    (
        "a_star_before_the_stream",
        inline({**WRITE, "Resource": STREAM.replace(":log-stream:", ":*:log-stream:")}),
        cannot_write(f"{LACKS} on {STREAM}; statement 1 allows it on ...:*:{WITHIN} only"),
    ),
    (
        "a_denial",
        inline(WRITE, {**WRITE, "Effect": "Deny"}),
        cannot_write("statement 2 of inline policy write explicitly denies logs:CreateLogStream"),
    ),
    ("in_its_region_only", inline({**WRITE, **only("StringEquals", "aws:RequestedRegion", "us-east-1")}), {}),
    (
        "not_any_more",
        inline({**WRITE, **only("DateLessThan", "aws:CurrentTime", "2026-01-01T00:00:00Z")}),
        cannot_write(
            "statement 1 of inline policy write asks for aws:CurrentTime DateLessThan 2026-01-01T00:00:00Z; "
            "here it is 2026-11-20T12:00:00+00:00"
        ),
    ),
    (
        "from_an_address",
        inline({**WRITE, **only("IpAddress", "aws:SourceIp", "10.0.0.0/8")}),
        {"can_write_logs": undecided("iam:GetRolePolicy")},
    ),
    (
        "boundary_allows",
        BOUND | managed({**WRITE, "Action": "logs:*", "Resource": "*"}),
        {"permissions_boundary": BOUNDARY},
    ),
    (
        "boundary_takes_away",
        BOUND | managed({**WRITE, "Action": "s3:*"}),
        {
            "permissions_boundary": BOUNDARY,
            **cannot_write(
                f"its permissions boundary {BOUNDARY} does not allow logs:CreateLogStream; statement 1 allows s3:* only"
            ),
        },
    ),
    (
        "boundary_is_denied",
        BOUND | {"iam:GetPolicy": DENIED},
        {"permissions_boundary": BOUNDARY, "can_write_logs": DENIED},
    ),
    ("policies_are_denied", {"iam:GetRolePolicy": DENIED}, {"can_write_logs": DENIED, "excess_actions": DENIED}),
    (
        "list_of_policies_is_denied",
        {"iam:ListAttachedRolePolicies": DENIED},
        {"can_write_logs": DENIED, "excess_actions": DENIED},
    ),
    (
        "more_than_it_needs",
        inline({**WRITE, "Action": ["logs:*", "s3:GetObject"]}),
        {"can_write_logs": True, "excess_actions": ("logs:*", "s3:GetObject")},
    ),
    (
        "all_but_something",
        inline({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        {"excess_actions": ("not iam:*",)},
    ),
    (
        "a_policy_that_is_malformed",
        inline(WRITE, {"Effect": "Allow"}),
        {
            "can_write_logs": undecided("iam:GetRolePolicy"),
            "excess_actions": Gap(
                "failed", "iam:GetRolePolicy", message="a policy of the role is not what AWS documents"
            ),
        },
    ),
    ("needed_actions_in_other_case", inline({**WRITE, "Action": ["logs:createlogstream", "logs:putlogevents"]}), {}),
]


@pytest.mark.parametrize(("recorded", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_states(recorded: dict[str, Any], expected: dict[str, Any]) -> None:
    assert read(recorded) == STATE.model_copy(update=expected)


def test_very_many_excess_actions_are_counted() -> None:
    actions = [f"ec2:Action{index:03}" for index in range(105)]
    found = read(inline(WRITE, {**WRITE, "Action": actions}))
    assert found == STATE.model_copy(update={"excess_actions": (*actions[:100], "... and 5 more")})


def test_a_role_that_is_gone_has_its_arn_only() -> None:
    assert read({"iam:GetRole": ABSENT}) == Role(arn=ARN, exists=False, missing_because=f"there is no role {ARN}")


def test_a_role_of_the_same_name_under_another_path_is_another() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/BedrockLogging"
    assert read({}, arn) == Role(
        arn=arn, exists=False, missing_because=f"there is no role {arn}; the role of this name is {ARN}"
    )


def test_a_role_of_another_account_cannot_be_judged() -> None:
    arn = ARN.replace(ACCOUNT, "444455556666")
    assert read({}, arn) == Gap("failed", "iam:GetRole", message="the role belongs to another account, 444455556666")


def test_what_no_policy_asks_for_is_not_read() -> None:
    calls: list[Any] = []
    unread = Gap("not_read")
    expected = STATE.model_copy(update={"can_write_logs": unread, "excess_actions": unread})
    assert read({}, wanted=lambda part: False, calls=calls) == expected
    assert [call[0] for call in calls] == ["iam:GetRole"]
