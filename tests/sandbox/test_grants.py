"""Resource policies as far as the sandbox evaluates them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bedaudit.sandbox.grants import allows

USER = "arn:aws:iam::111111111111:user/one"
SESSION = "arn:aws:sts::111111111111:assumed-role/Auditor/scan"


def statement(principal: Any = "*", action: Any = "sns:Publish", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": action, **more}


ONLY_OWNER: dict[str, Any] = {"Condition": {"StringEquals": {"AWS:SourceOwner": "111111111111"}}}
CASES: list[tuple[str, list[dict[str, Any]], str, bool]] = [
    ("anybody", [statement()], USER, True),
    ("anybody of AWS", [statement({"AWS": "*"})], USER, True),
    ("its account", [statement({"AWS": "111111111111"})], USER, True),
    ("its account's root", [statement({"AWS": ["arn:aws:iam::111111111111:root"]})], SESSION, True),
    ("its role", [statement({"AWS": "arn:aws:iam::111111111111:role/Auditor"})], SESSION, True),
    ("another role", [statement({"AWS": "arn:aws:iam::111111111111:role/Other"})], SESSION, False),
    ("another account", [statement({"AWS": "222222222222"})], USER, False),
    ("a service", [statement({"Service": "cloudwatch.amazonaws.com"})], USER, False),
    ("another action", [statement(action="sns:Subscribe")], USER, False),
    ("actions by glob, whatever the case", [statement(action=["SNS:Pub*"])], USER, True),
    ("a denial wins", [statement(), statement(effect="Deny")], USER, False),
    ("a condition that is met", [statement(**ONLY_OWNER)], USER, True),
    ("a condition on what is not known", [statement(Condition={"Bool": {"aws:SecureTransport": "true"}})], USER, False),
]


@pytest.mark.parametrize(("statements", "principal", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_policy_allows(statements: list[dict[str, Any]], principal: str, expected: bool) -> None:
    policy = json.dumps({"Statement": statements})
    assert allows(policy, principal, "SNS:Publish", {"AWS:SourceOwner": "111111111111"}) is expected


@pytest.mark.parametrize("policy", [None, "", "{", "[]", "{}"])
def test_no_policy_allows_nothing(policy: str | None) -> None:
    assert allows(policy, USER, "sns:Publish") is False
