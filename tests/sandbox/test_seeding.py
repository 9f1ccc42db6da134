"""Two demos are alike but for the time."""

from __future__ import annotations

from typing import Any

from bedaudit.sandbox import serve
from bedaudit.sandbox.organization import HEALTHY_ACCOUNT


def made_up() -> Any:
    """Whatever in a demo has identifiers that somebody had to make up."""
    with serve() as sandbox:
        site = (HEALTHY_ACCOUNT, "us-east-1")
        keys = sandbox.invoke(*site, "kms", "ListKeys")["Keys"]
        subscriptions = sandbox.invoke(*site, "sns", "ListSubscriptions")["Subscriptions"]
        roles = sandbox.invoke(*site, "iam", "ListRoles")["Roles"]
        return keys, subscriptions, [role["RoleId"] for role in roles]


def test_two_demos_have_the_same_identifiers() -> None:
    first = made_up()
    assert first == made_up()
    assert all(first)
