"""IAM policy documents of what is needed, and of what must never be."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from bedaudit.permissions.actions import HAND_ROLE, resource_of

Document: TypeAlias = dict[str, Any]

LONGEST: Final = 6144
"""Characters of a managed policy, blanks not counted.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

CONTENT: Final = (
    "bedrock-agentcore:GetEvent",
    "bedrock-agentcore:GetMemoryRecord",
    "bedrock-agentcore:Invoke*",
    "bedrock-agentcore:ListEvents",
    "bedrock-agentcore:ListMemoryRecords",
    "bedrock-agentcore:RetrieveMemoryRecords",
    "bedrock-mantle:CreateInference",
    "bedrock-mantle:GetFile",
    "bedrock-mantle:GetInference",
    "bedrock:CreateModelInvocationJob",
    "bedrock:GenerateQuery",
    "bedrock:GetAgentMemory",
    "bedrock:GetExecutionFlowSnapshot",
    "bedrock:GetInvocationStep",
    "bedrock:Invoke*",
    "bedrock:ListFlowExecutionEvents",
    "bedrock:OptimizePrompt",
    "bedrock:Rerank",
    "bedrock:Retrieve*",
    "bedrock:StartFlowExecution",
    "kms:Decrypt",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:GetLogRecord",
    "logs:GetQueryResults",
    "logs:StartLiveTail",
    "logs:StartQuery",
    "logs:Unmask",
    "s3:GetObject*",
    "xray:BatchGetTraces",
    "xray:ListRetrievedTraces",
)
"""What shows prompts and answers, or makes a model answer; Converse is allowed by bedrock:InvokeModel."""

_OWN_ROLES: Final = ("iam:DeleteRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of an identity policy."""

    sid: str
    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ("*",)
    condition: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As IAM has it."""
        condition = {"Condition": dict(self.condition)} if self.condition else {}
        return {
            "Sid": self.sid,
            "Effect": self.effect,
            "Action": list(self.actions),
            "Resource": self.resources[0] if len(self.resources) == 1 else list(self.resources),
            **condition,
        }


def reading(actions: Iterable[str]) -> tuple[Statement, ...]:
    """What may be read, and what may not."""
    return (
        Statement("ReadConfiguration", "Allow", tuple(sorted(actions))),
        Statement("NeverReadContentNorInvokeModels", "Deny", CONTENT),
    )


def role_arn(role: str) -> str:
    """That of a role of any account by its name."""
    return f"arn:*:iam::*:role/{role}"


def entering(actions: Iterable[str], role: str) -> tuple[Statement, ...]:
    """What whoever runs bedaudit for an organisation needs besides: to know its accounts and to enter them."""
    return (
        Statement("ListAccounts", "Allow", tuple(sorted(actions))),
        Statement("EnterAccounts", "Allow", ("sts:AssumeRole",), (role_arn(role),)),
    )


def publishing(actions: Iterable[str]) -> tuple[Statement, ...]:
    """What gives findings to Security Hub, as those of the account's own product."""
    own = ("arn:*:securityhub:*:*:product/*/default",)
    return (Statement("PublishFindings", "Allow", tuple(sorted(actions)), own),)


def changing(actions: Iterable[str], role: str) -> tuple[Statement, ...]:
    """What may be changed, on resources of the sort that it is about; bedaudit's own role is never among them."""
    by_resource: dict[str, list[str]] = {}
    for action in sorted(set(actions) - {HAND_ROLE}):
        by_resource.setdefault(resource_of(action), []).append(action)
    allowed = (
        Statement(f"Change{_name(resource)}", "Allow", tuple(found), (resource,))
        for resource, found in by_resource.items()
    )
    return (*allowed, *_roles(set(actions), role))


def _roles(actions: set[str], role: str) -> Iterator[Statement]:
    if HAND_ROLE in actions:
        only_bedrock = {"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}}
        yield Statement("PassLoggingRole", "Allow", (HAND_ROLE,), (resource_of(HAND_ROLE),), only_bedrock)
    if actions & set(_OWN_ROLES):
        yield Statement("NeverChangeItself", "Deny", _OWN_ROLES, (role_arn(role),))


def _name(resource: str) -> str:
    """`Iam` of `arn:*:iam::*:role/*`, and which sort where a service has several."""
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return "Account"
    sort = "".join(each.capitalize() for each in parts[5].split("/")[0].split(":")[0].split("-") if each.isalpha())
    return parts[2].capitalize() + sort


def documents(statements: Iterable[Statement]) -> tuple[Document, ...]:
    """The statements in as many policies as IAM's limit asks for; a long statement is cut in two."""
    found: list[list[Statement]] = [[]]
    for statement in (piece for each in statements for piece in _pieces(each)):
        if found[-1] and size(_document([*found[-1], statement])) > LONGEST:
            found.append([])
        found[-1].append(statement)
    return tuple(_document(each) for each in found if each)


def _pieces(statement: Statement) -> Iterator[Statement]:
    """A statement that fits, or the parts of one that does not."""
    if size(_document([statement])) <= LONGEST:
        yield statement
        return
    half = len(statement.actions) // 2
    for number, actions in enumerate((statement.actions[:half], statement.actions[half:]), 1):
        yield from _pieces(
            Statement(f"{statement.sid}{number}", statement.effect, actions, statement.resources, statement.condition)
        )


def size(document: Document) -> int:
    """Characters that IAM counts."""
    return len("".join(json.dumps(document, separators=(",", ":")).split()))


def _document(statements: Iterable[Statement]) -> Document:
    return {"Version": "2012-10-17", "Statement": [each.as_json() for each in statements]}
