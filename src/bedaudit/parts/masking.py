"""Data protection of a log group: its own policy and those of the account add up.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from bedaudit.model import Gap, Raw
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

GET_POLICY = Operation("logs", "GetDataProtectionPolicy", absent=("ResourceNotFoundException",))
DESCRIBE_ACCOUNT_POLICIES = Operation("logs", "DescribeAccountPolicies", tokens=("nextToken", "nextToken"))
OPERATIONS = (GET_POLICY, DESCRIBE_ACCOUNT_POLICIES)


class Masking(State):
    """What data protection does with sensitive data in a log group."""

    masks: tuple[str, ...]
    """Names of the data identifiers that are masked, as EmailAddress."""
    audits: bool
    """Whether findings of sensitive data are counted and reported."""
    set_by: Literal["group", "account"]
    """Whether the log group's own policy says so or only one of the account."""


async def read_masking(aws: Reader, group: Raw) -> Masking | Gap | None:
    """What data protection does in the log group that DescribeLogGroups describes."""
    own, account = await _own_policies(aws, group), await _account_policies(aws, group)
    statements = [_statements(document) for document in (*own, *account)]
    if not statements:
        return None
    if any(each is None for each in statements):
        return Gap("failed", str(GET_POLICY), message="the data protection policy is not what AWS documents")
    found = [statement for each in statements for statement in each or ()]
    return Masking(
        masks=tuple(sorted({name for each in found if _operation(each, "Deidentify") for name in _identifiers(each)})),
        audits=any(_operation(each, "Audit") for each in found),
        set_by="group" if own else "account",
    )


async def _own_policies(aws: Reader, group: Raw) -> tuple[str, ...]:
    """The status is there if the log group has, or ever had, a policy of its own."""
    if group.get("dataProtectionStatus") != "ACTIVATED":
        return ()
    reply = await aws.find(GET_POLICY, logGroupIdentifier=group["logGroupName"])
    document = (reply or {}).get("policyDocument")
    return (document,) if document else ()


async def _account_policies(aws: Reader, group: Raw) -> tuple[str, ...]:
    """A log group tells whether it inherits any."""
    if "ACCOUNT_DATA_PROTECTION" not in group.get("inheritedProperties", ()):
        return ()
    pages = await aws.pages(DESCRIBE_ACCOUNT_POLICIES, policyType="DATA_PROTECTION_POLICY")
    return tuple(policy.get("policyDocument", "") for page in pages for policy in page.get("accountPolicies", []))


def _statements(document: str) -> tuple[Mapping[str, Any], ...] | None:
    """The statements; None where the document is not understood."""
    try:
        statements = json.loads(document)["Statement"]
        return tuple(each for each in statements if isinstance(each, Mapping)) if isinstance(statements, list) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _operation(statement: Mapping[str, Any], name: str) -> bool:
    operation = statement.get("Operation")
    return isinstance(operation, Mapping) and name in operation


def _identifiers(statement: Mapping[str, Any]) -> Iterable[str]:
    """Names of data identifiers, without the ARN that stands before AWS's own."""
    identifiers = statement.get("DataIdentifier")
    for identifier in identifiers if isinstance(identifiers, list) else ():
        yield str(identifier).rpartition("data-identifier/")[2]
