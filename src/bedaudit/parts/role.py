"""The IAM role with which Bedrock writes invocation logs to CloudWatch Logs.

Its policies are judged here and not by SimulatePrincipalPolicy, on the one log stream that Bedrock writes to. Service
control policies and session policies are not seen.
https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from __future__ import annotations

from typing import Annotated

from bedaudit.documents.arn import parse as parse_arn
from bedaudit.documents.iam import Document, parse
from bedaudit.documents.iam_conditions import Context
from bedaudit.documents.iam_evaluate import Request, granted_actions
from bedaudit.documents.iam_match import Begins
from bedaudit.model import Gap, Raw
from bedaudit.parts.service_request import (
    OTHER_ACCOUNT,
    WhyNot,
    by_bedrock,
    is_so,
    times,
    told,
    why_allowed,
    why_not_all,
    why_not_allowed,
)
from bedaudit.reader import Operation, Reader
from bedaudit.state import Because, State

GET_ROLE = Operation("iam", "GetRole", absent=("NoSuchEntity", "NoSuchEntityException"))
LIST_INLINE = Operation("iam", "ListRolePolicies")
GET_INLINE = Operation("iam", "GetRolePolicy")
LIST_ATTACHED = Operation("iam", "ListAttachedRolePolicies")
GET_POLICY = Operation("iam", "GetPolicy")
GET_VERSION = Operation("iam", "GetPolicyVersion")
OPERATIONS = (GET_ROLE, LIST_INLINE, GET_INLINE, LIST_ATTACHED, GET_POLICY, GET_VERSION)

STREAM = "aws/bedrock/modelinvocations"
"""The log stream that Bedrock writes to."""
NEEDED = ("logs:CreateLogStream", "logs:PutLogEvents")
_MOST_ACTIONS = 100


class Role(State):
    """The IAM role with which Bedrock writes to a log group."""

    arn: str
    """Its ARN."""
    exists: Annotated[bool, Because("missing_because")]
    """Whether there is such a role."""
    missing_because: str | None = None
    """Which role there is not."""
    trusts_bedrock: Annotated[bool | Gap | None, Because("does_not_trust_because")] = None
    """Whether its trust policy lets Bedrock of this account and region assume it."""
    does_not_trust_because: str | None = None
    """What its trust policy asks for that Bedrock does not meet, or which statement denies it."""
    trust_limited_to_account: Annotated[bool | Gap | None, Because("any_account_because")] = None
    """Whether its trust policy refuses Bedrock when it acts for another account."""
    any_account_because: str | None = None
    """Which statement trusts Bedrock whatever account it acts for, and what is all that it asks for."""
    trust_limited_to_source: Annotated[bool | Gap | None, Because("any_source_because")] = None
    """Whether its trust policy refuses a source ARN (aws:SourceArn) that is not of this account."""
    any_source_because: str | None = None
    """Which statement trusts Bedrock whatever account the source ARN is of, and what is all that it asks for."""
    can_write_logs: Annotated[bool | Gap | None, Because("cannot_write_because")] = None
    """Whether its policies and permissions boundary allow what Bedrock needs on exactly its log stream."""
    cannot_write_because: str | None = None
    """Which action is not allowed or denied, and what the statement that comes nearest allows instead."""
    excess_actions: tuple[str, ...] | Gap | None = None
    """Actions, as its policies write them, that it is allowed beyond those two that Bedrock needs."""
    permissions_boundary: str | None = None
    """ARN of the managed policy that bounds it."""


async def read_role(aws: Reader, arn: str, log_group: str) -> Role | Gap:
    """The role, and whether with it Bedrock can write to the log group of this name in the site."""
    account, name = parse_arn(arn).account, arn.rpartition("/")[2]
    if account not in ("", aws.account):
        return Gap("failed", str(GET_ROLE), message=f"the role belongs to another account, {account}")
    reply = await aws.find(GET_ROLE, RoleName=name)
    if reply is None or reply["Role"]["Arn"].partition(":role/")[2] != arn.partition(":role/")[2]:
        return Role(arn=arn, exists=False, missing_because=_missing(arn, reply))
    role = reply["Role"]
    trust = parse(role.get("AssumeRolePolicyDocument"), "its trust policy")
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    here = why_not_allowed((trust,), by_bedrock(aws, "sts:AssumeRole"), GET_ROLE)
    account_open, source_open = _open_to_others(aws, trust)
    write = await aws.part("can_write_logs", lambda aws: _why_not_write(aws, role, boundary, log_group))
    return Role(
        arn=role["Arn"],
        exists=True,
        trusts_bedrock=is_so(here),
        does_not_trust_because=told(here),
        trust_limited_to_account=is_so(account_open),
        any_account_because=told(account_open),
        trust_limited_to_source=is_so(source_open),
        any_source_because=told(source_open),
        can_write_logs=is_so(write),
        cannot_write_because=told(write),
        excess_actions=await aws.part("excess_actions", lambda aws: _excess_actions(aws, name)),
        permissions_boundary=boundary,
    )


def _missing(arn: str, reply: Raw | None) -> str:
    """A role of the same name under another path is another role."""
    there = f"; the role of this name is {reply['Role']['Arn']}" if reply else ""
    return f"there is no role {arn}{there}"


def _open_to_others(aws: Reader, trust: Document) -> tuple[WhyNot, WhyNot]:
    """Why Bedrock may assume the role for another account, and with a source ARN of another account."""
    source = {"aws:SourceArn": Begins(f"arn:{aws.partition}:bedrock:{aws.region}:{OTHER_ACCOUNT}:")}
    requests = (
        by_bedrock(aws, "sts:AssumeRole", account=OTHER_ACCOUNT),
        by_bedrock(aws, "sts:AssumeRole", more=source),
    )
    for_account, for_source = (why_allowed((trust,), request, GET_ROLE) for request in requests)
    return for_account, for_source


async def _why_not_write(aws: Reader, role: Raw, boundary: str | None, log_group: str) -> WhyNot:
    policies = await _identity_policies(aws, role["RoleName"])
    bounds = None if boundary is None else (await _managed_policy(aws, boundary, "its permissions boundary"),)
    stream = f"arn:{aws.partition}:logs:{aws.region}:{aws.account}:log-group:{log_group}:log-stream:{STREAM}"
    context = Context(
        {
            "aws:PrincipalAccount": aws.account,
            "aws:PrincipalArn": role["Arn"],
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalType": "AssumedRole",
            "aws:RequestedRegion": aws.region,
            "aws:ResourceAccount": aws.account,
            "aws:SecureTransport": "true",
            **times(aws),
        }
    )
    requests = [Request(action, stream, context=context) for action in NEEDED]
    return why_not_all(
        why_not_allowed(each, request, GET_INLINE)
        for each in (policies, bounds)
        if each is not None
        for request in requests
    )


async def _excess_actions(aws: Reader, name: str) -> tuple[str, ...] | Gap:
    """Its boundary may take some of them away."""
    policies = await _identity_policies(aws, name)
    if any(policy.malformed for policy in policies):
        return Gap("failed", str(GET_INLINE), message="a policy of the role is not what AWS documents")
    needed = {action.lower() for action in NEEDED}
    excess = [action for action in granted_actions(policies) if action.lower() not in needed]
    if len(excess) <= _MOST_ACTIONS:
        return tuple(excess)
    return (*excess[:_MOST_ACTIONS], f"... and {len(excess) - _MOST_ACTIONS} more")


async def _identity_policies(aws: Reader, name: str) -> tuple[Document, ...]:
    inline = [each for page in await aws.pages(LIST_INLINE, RoleName=name) for each in page["PolicyNames"]]
    attached = [each for page in await aws.pages(LIST_ATTACHED, RoleName=name) for each in page["AttachedPolicies"]]
    documents = [
        parse(
            (await aws.call(GET_INLINE, RoleName=name, PolicyName=policy))["PolicyDocument"], f"inline policy {policy}"
        )
        for policy in inline
    ]
    managed = [await _managed_policy(aws, policy["PolicyArn"], "managed policy") for policy in attached]
    return (*documents, *managed)


async def _managed_policy(aws: Reader, arn: str, use: str) -> Document:
    version = (await aws.call(GET_POLICY, PolicyArn=arn))["Policy"]["DefaultVersionId"]
    reply = await aws.call(GET_VERSION, PolicyArn=arn, VersionId=version)
    return parse(reply["PolicyVersion"].get("Document"), f"{use} {arn}")
