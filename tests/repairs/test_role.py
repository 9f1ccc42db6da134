from __future__ import annotations

import json
from typing import Any

import pytest

from bedaudit.model import Call
from bedaudit.repairs.repair import settled
from bedaudit.repairs.role import ROLE
from tests.repairs.editing import ACCOUNT, SITE, edit, place, read
from tests.replay import ABSENT, NOW

FACTS = {"role": {"arn": f"arn:aws:iam::{ACCOUNT}:role/team/logging"}, "log_group": {"name": "/a/b"}}
TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:*"},
    },
}
WRITING = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/a/b:log-stream:aws/bedrock/modelinvocations",
}
FOREIGN = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
FOREIGN |= {"Action": "sts:AssumeRole"}
ALL = {"role.exists": True, "role.trusts_bedrock": True, "role.can_write_logs": True}


def document(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def iam(operation: str, **parameters: Any) -> Call:
    return Call("iam", operation, {"RoleName": "logging", **parameters})


def raw(trust: Any, inline: Any = None, **role: Any) -> dict[str, Any]:
    held = {"Role": {"RoleName": "logging", "AssumeRolePolicyDocument": trust, **role}, "logGroupName": "/a/b"}
    return held if inline is None else {**held, "PolicyDocument": inline}


DELETE_POLICY = iam("DeleteRolePolicy", PolicyName="BedrockInvocationLogging")


def test_a_role_that_is_not_there_is_made_as_the_guide_says_and_taken_away_again() -> None:
    found = edit(ROLE, FACTS, None, ALL)
    assert found.calls == (
        iam("CreateRole", Path="/team/", AssumeRolePolicyDocument=text(document(TRUST))),
        iam("PutRolePolicy", PolicyName="BedrockInvocationLogging", PolicyDocument=text(document(WRITING))),
    )
    assert found.undo == (DELETE_POLICY, iam("DeleteRole"))
    assert found.after == raw(document(TRUST), document(WRITING))


def test_a_role_that_is_not_there_writes_to_the_log_group_of_the_configuration() -> None:
    bare = {"role": FACTS["role"]}
    found = edit(ROLE, bare, {"logGroupName": "/a/b"}, ALL)
    assert found.calls == edit(ROLE, FACTS, None, ALL).calls
    assert edit(ROLE, bare, {"logGroupName": None}, ALL).reason == "no log group is named that the role would write to"


def test_a_role_that_is_not_asked_for_is_not_made() -> None:
    assert edit(ROLE, FACTS, None, {"role.can_write_logs": True}).calls == ()


def test_what_is_missing_is_put_beside_what_others_said() -> None:
    found = edit(ROLE, FACTS, raw(document(FOREIGN), document(FOREIGN), Description="kept"), ALL)
    assert found.after == raw(document(FOREIGN, TRUST), document(FOREIGN, WRITING), Description="kept")
    assert found.undo == (
        iam("PutRolePolicy", PolicyName="BedrockInvocationLogging", PolicyDocument=text(document(FOREIGN))),
        iam("UpdateAssumeRolePolicy", PolicyDocument=text(document(FOREIGN))),
    )
    assert found.safety == "safe"


def test_an_inline_policy_that_was_not_there_goes_again() -> None:
    found = edit(ROLE, FACTS, raw(document(TRUST)), ALL)
    assert (len(found.calls), found.undo) == (1, (DELETE_POLICY,))


def test_a_permissions_boundary_may_have_the_last_word() -> None:
    bounded = raw(document(TRUST), PermissionsBoundary={"PermissionsBoundaryArn": "arn:aws:iam::aws:policy/X"})
    assert edit(ROLE, FACTS, bounded, ALL).safety == "risky"


def test_whoever_trusts_bedrock_alone_trusts_it_for_this_account_only() -> None:
    bare = {
        "Sid": "A",
        "Effect": "Allow",
        "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    limits = {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT}:*"},
    }
    asks = {"ArnLike": {"aws:sourcearn": "theirs", "aws:PrincipalArn": "x"}}
    theirs = {**bare, "Condition": asks}
    shared = {**bare, "Principal": {"Service": ["bedrock.amazonaws.com", "lambda.amazonaws.com"]}}
    wanted = {"role.trust_limited_to_account": True, "role.trust_limited_to_source": True}
    found = edit(ROLE, FACTS, raw(document(bare, theirs, shared, FOREIGN)), wanted)
    mended = {**theirs, "Condition": {**asks, "StringEquals": {"aws:SourceAccount": ACCOUNT}}}
    assert found.after == raw(document({**bare, "Condition": limits}, mended, shared, FOREIGN))
    assert len(found.calls) == 1


def test_without_a_log_group_nothing_is_granted() -> None:
    found = edit(ROLE, {"role": FACTS["role"]}, {**raw(document(TRUST)), "logGroupName": None}, ALL)
    assert (found.calls, found.reason) == ((), "no log group is named that the role would write to")


@pytest.mark.parametrize("arn", [f"arn:aws:iam::{ACCOUNT[::-1]}:role/x", "role"])
def test_a_role_of_another_account_has_no_place(arn: str) -> None:
    assert ROLE.place({"role": {"arn": arn}}, SITE) is None


def test_a_role_is_named_without_its_path() -> None:
    assert place(ROLE, FACTS).parameters == {"RoleName": "logging", "Path": "/team/", "logGroupName": "/a/b"}
    bare = {"role": {"arn": f"arn:aws:iam::{ACCOUNT}:role/logging"}}
    assert place(ROLE, bare).parameters == {"RoleName": "logging", "Path": "/", "logGroupName": None}


def test_a_role_is_read_with_its_one_policy_and_the_log_group_of_the_configuration() -> None:
    role = {"RoleName": "logging", "Path": "/", "RoleId": "A" * 16, "Arn": FACTS["role"]["arn"], "CreateDate": NOW}
    trusting = {**role, "AssumeRolePolicyDocument": text(document(TRUST)), "RoleLastUsed": {"LastUsedDate": NOW}}
    inline = {"RoleName": "logging", "PolicyName": "BedrockInvocationLogging", "PolicyDocument": text(document())}
    config = {"loggingConfig": {"cloudWatchConfig": {"logGroupName": "/c", "roleArn": FACTS["role"]["arn"]}}}
    replies = {
        "iam:GetRole": {"Role": trusting},
        "iam:ListRolePolicies": {"PolicyNames": ["x", "BedrockInvocationLogging"]},
        "iam:GetRolePolicy": inline,
        "bedrock:GetModelInvocationLoggingConfiguration": config,
    }
    found = read(ROLE, {"role": FACTS["role"]}, replies)
    assert settled(found, ROLE.volatile) == {
        "Role": {**role, "AssumeRolePolicyDocument": text(document(TRUST))},
        "PolicyDocument": text(document()),
    }
    assert read(ROLE, FACTS, {"iam:GetRole": ABSENT}) == {"logGroupName": "/a/b"}
