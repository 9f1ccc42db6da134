"""What a scan costs: calls are counted where they arrive."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bedaudit.sandbox import Sandbox
from bedaudit.sandbox.organization import HEALTHY_ACCOUNT
from tests.cli.run import bedaudit

QUIET, BUSY, MASKED_ONE_BY_ONE = "us-west-2", "us-east-1", "eu-west-1"
ONE_KIND = """
policy: one-kind
description: One kind alone.
controls:
  - id: a-query-is-saved
    title: A query is saved
    severity: low
    resource: saved_query
    exists: {language: CWLI}
    why: For the test.
"""


def calls(sandbox: Sandbox, policy: str, region: str, at: Path) -> list[str]:
    """The calls that a scan of the healthy account's site makes there.

    It is scanned twice, since what the sandbox answers late for the first time is asked for again.
    """
    site = ("--account", HEALTHY_ACCOUNT, "--region", region)
    scan = ("scan", "--org", "--role", sandbox.role, *site, "--policy", policy, "--quiet")
    for _ in range(2):
        sandbox.ledger.clear()
        ran = bedaudit(*scan, at=at, env=sandbox.environment())
        assert ran.code == 0, ran.out
    entries = (entry for entry in sandbox.ledger.entries if entry[:2] == (HEALTHY_ACCOUNT, region))
    return sorted(f"{service}:{operation}" for _, _, service, operation in entries)


@pytest.mark.parametrize("policy", ["builtin:baseline", "builtin:regulated"])
def test_a_site_where_bedrock_is_not_used_is_cheap(organization: Sandbox, tmp_path: Path, policy: str) -> None:
    assert calls(organization, policy, QUIET, tmp_path) == [
        "bedrock:GetModelInvocationLoggingConfiguration",
        "cloudwatch:ListMetrics",
    ]


def test_a_policy_that_mentions_one_kind_reads_that_kind_alone(organization: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(ONE_KIND)
    assert calls(organization, "one.yaml", QUIET, tmp_path) == ["logs:DescribeQueryDefinitions"]


def test_the_log_groups_of_a_busy_site_are_read_with_few_calls(organization: Sandbox, tmp_path: Path) -> None:
    found = Counter(calls(organization, "builtin:regulated", BUSY, tmp_path))
    assert {call: times for call, times in found.items() if call.startswith("logs:")} == {
        "logs:DescribeAccountPolicies": 1,
        "logs:DescribeLogGroups": 2,
        "logs:DescribeMetricFilters": 1,
        "logs:DescribeQueryDefinitions": 1,
        "logs:DescribeSubscriptionFilters": 1,
        "logs:ListLogGroups": 1,
    }


def test_log_groups_that_mask_by_policies_of_their_own_are_asked_for_these(
    organization: Sandbox, tmp_path: Path
) -> None:
    found = Counter(calls(organization, "builtin:regulated", MASKED_ONE_BY_ONE, tmp_path))
    groups = organization.invoke(HEALTHY_ACCOUNT, MASKED_ONE_BY_ONE, "logs", "DescribeLogGroups")["logGroups"]
    assert found["logs:GetDataProtectionPolicy"] == sum("dataProtectionStatus" in group for group in groups) > 0
    assert found["logs:DescribeAccountPolicies"] == 0
