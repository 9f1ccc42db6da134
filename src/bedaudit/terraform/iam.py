"""What IAM will answer: a role has the policies that the plan gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from bedaudit.model import Raw
from bedaudit.terraform.block import Block
from bedaudit.terraform.estate import Asked, Estate, not_managed
from bedaudit.terraform.value import reply

ROLE: Final = "aws_iam_role"
INLINE: Final = "aws_iam_role_policy"
POLICY: Final = "aws_iam_policy"
ATTACHMENT: Final = "aws_iam_role_policy_attachment"

_VERSION: Final = "v1"
"""What the one version of a policy is called that a plan knows."""


def role(estate: Estate, asked: Asked) -> Raw | None:
    """GetRole."""
    name = asked["RoleName"]
    found = estate.about(ROLE, "name", name)
    if found is None:
        return None if estate.goes(ROLE, "name", name) else not_managed(f"the role {name}")
    boundary = found.text("permissions_boundary")
    return reply(
        {
            "Role": {
                "Path": found.text("path") or "/",
                "RoleName": name,
                "Arn": found.text("arn"),
                "AssumeRolePolicyDocument": found.text("assume_role_policy"),
                "PermissionsBoundary": None if boundary is None else {"PermissionsBoundaryArn": boundary},
            }
        }
    )


def inline_names(estate: Estate, asked: Asked) -> Raw:
    """ListRolePolicies."""
    return reply({"PolicyNames": [block.text("name") for block in _inline(estate, asked["RoleName"])]})


def inline(estate: Estate, asked: Asked) -> Raw:
    """GetRolePolicy."""
    found = (each for each in _inline(estate, asked["RoleName"]) if each.text("name") == asked["PolicyName"])
    return reply({**asked.parameters, "PolicyDocument": next(found).text("policy")})


def _inline(estate: Estate, role: str) -> Iterator[Block]:
    """Those of their own, and those that are blocks of the role."""
    yield from estate.each(INLINE, "role", role)
    found = estate.about(ROLE, "name", role)
    if found is not None and not _is_computed(found, "inline_policy"):
        yield from (block for block in found.blocks("inline_policy") if block.text("name"))


def attached(estate: Estate, asked: Asked) -> Raw:
    """ListAttachedRolePolicies."""
    role = estate.about(ROLE, "name", asked["RoleName"])
    named = [block.text("policy_arn") for block in estate.each(ATTACHMENT, "role", asked["RoleName"])]
    own: Any = None if role is None or _is_computed(role, "managed_policy_arns") else role.texts("managed_policy_arns")
    arns = [*named, *(each for each in own or () if each not in named)]
    return reply({"AttachedPolicies": [{"PolicyArn": arn} for arn in arns]})


def _is_computed(block: Block, name: str) -> bool:
    """Whether the configuration leaves an attribute out, so that it only mirrors what others say."""
    return getattr(block.attributes.get(name), "computed", False) is True


def policy(estate: Estate, asked: Asked) -> Raw:
    """GetPolicy."""
    arn = asked["PolicyArn"]
    if estate.about(POLICY, "arn", arn) is None:
        not_managed(f"the policy {arn}")
    return {"Policy": {"Arn": arn, "DefaultVersionId": _VERSION}}


def version(estate: Estate, asked: Asked) -> Raw:
    """GetPolicyVersion."""
    found = estate.about(POLICY, "arn", asked["PolicyArn"])
    if found is None:
        return not_managed(f"the policy {asked['PolicyArn']}")
    return reply({"PolicyVersion": {"Document": found.text("policy"), "VersionId": _VERSION}})
