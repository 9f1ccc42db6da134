"""Finds moto's log groups, by name or ARN."""

from __future__ import annotations

from moto.backends import get_backend
from moto.logs.models import LogGroup

from bedaudit.sandbox.call import AwsError, Call


def groups(call: Call) -> dict[str, LogGroup]:
    """The groups of the account and region by name."""
    held: dict[str, LogGroup] = get_backend("logs")[call.account][call.region].groups
    return held


def find(call: Call, identifier: str) -> LogGroup:
    """A group by name or ARN."""
    group = groups(call).get(name_of(identifier))
    if group is None:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return group


def name_of(identifier: str) -> str:
    """The name of a group of which the name or the ARN is given."""
    return identifier.split(":log-group:", 1)[-1].removesuffix(":*")
