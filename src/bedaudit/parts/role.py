"""The IAM role with which Bedrock writes invocation logs to CloudWatch Logs.

Its policies are judged here and not by SimulatePrincipalPolicy, on the one log stream that Bedrock writes to. Service
control policies and session policies are not seen.
https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from __future__ import annotations

from bedaudit.documents.iam import Document, parse
from bedaudit.documents.iam_conditions import Context
from bedaudit.documents.iam_evaluate import Request, allows, granted_actions
from bedaudit.documents.iam_match import Begins
from bedaudit.documents.kleene import every
from bedaudit.model import Gap, Raw
from bedaudit.parts.service_request import OTHER_ACCOUNT, by_bedrock, decided, times
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

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
    exists: bool
    """Whether there is such a role."""
    trusts_bedrock: bool | Gap | None = None
    """Whether its trust policy lets Bedrock of this account and region assume it."""
    trust_limited_to_account: bool | Gap | None = None
    """Whether its trust policy refuses Bedrock when it acts for another account."""
    trust_limited_to_source: bool | Gap | None = None
    """Whether its trust policy refuses a source ARN (aws:SourceArn) that is not of this account."""
    can_write_logs: bool | Gap | None = None
    """Whether its policies and permissions boundary allow what Bedrock needs on exactly its log stream."""
    excess_actions: tuple[str, ...] | Gap | None = None
    """Actions, as its policies write them, that it is allowed beyond those two that Bedrock needs."""
    permissions_boundary: str | None = None
    """ARN of the managed policy that bounds it."""


async def read_role(aws: Reader, arn: str, log_group: str) -> Role | Gap:
    """The role, and whether with it Bedrock can write to the log group of this name in the site."""
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    if account not in ("", aws.account):
        return Gap("failed", str(GET_ROLE), message=f"the role belongs to another account, {account}")
    reply = await aws.find(GET_ROLE, RoleName=name)
    if reply is None or reply["Role"]["Arn"].partition(":role/")[2] != arn.partition(":role/")[2]:
        return Role(arn=arn, exists=False)
    role = reply["Role"]
    trust = parse(role.get("AssumeRolePolicyDocument"))
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return Role(
        arn=role["Arn"],
        exists=True,
        trusts_bedrock=_trusts(aws, trust),
        trust_limited_to_account=_opposite(_trusts(aws, trust, account=OTHER_ACCOUNT)),
        trust_limited_to_source=_opposite(_trusts(aws, trust, source=OTHER_ACCOUNT)),
        can_write_logs=await aws.part("can_write_logs", lambda aws: _can_write(aws, role, boundary, log_group)),
        excess_actions=await aws.part("excess_actions", lambda aws: _excess_actions(aws, name)),
        permissions_boundary=boundary,
    )


def _trusts(aws: Reader, trust: Document, *, account: str | None = None, source: str | None = None) -> bool | Gap:
    """Whether Bedrock may assume the role, acting for `account`, or with a source ARN of the account `source`."""
    more = {"aws:SourceArn": Begins(f"arn:{aws.partition}:bedrock:{aws.region}:{source}:")} if source else None
    request = by_bedrock(aws, "sts:AssumeRole", account=account, more=more)
    return decided(allows((trust,), request), GET_ROLE)


def _opposite(verdict: bool | Gap) -> bool | Gap:  # noqa: FBT001 - it is the thing negated
    return verdict if isinstance(verdict, Gap) else not verdict


async def _can_write(aws: Reader, role: Raw, boundary: str | None, log_group: str) -> bool | Gap:
    policies = await _identity_policies(aws, role["RoleName"])
    bounds = None if boundary is None else (await _managed_policy(aws, boundary),)
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
    verdicts = (allows(each, request) for each in (policies, bounds) if each is not None for request in requests)
    return decided(every(verdicts), GET_INLINE)


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
        parse((await aws.call(GET_INLINE, RoleName=name, PolicyName=policy))["PolicyDocument"]) for policy in inline
    ]
    managed = [await _managed_policy(aws, policy["PolicyArn"]) for policy in attached]
    return (*documents, *managed)


async def _managed_policy(aws: Reader, arn: str) -> Document:
    version = (await aws.call(GET_POLICY, PolicyArn=arn))["Policy"]["DefaultVersionId"]
    reply = await aws.call(GET_VERSION, PolicyArn=arn, VersionId=version)
    return parse(reply["PolicyVersion"].get("Document"))
