"""Each shipped policy finds, in the demo organisation, the faults that were seeded for it and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bedaudit.sandbox import FAULTS, Sandbox
from bedaudit.sandbox.organization import HEALTHY_ACCOUNT
from tests.cli.run import bedaudit

ORG = ("--org", "--role", "BedauditReadOnly")


@pytest.mark.parametrize("policy", sorted({fault.policy for fault in FAULTS}))
def test_a_policy_names_its_faults_and_no_healthy_resource(organization: Sandbox, tmp_path: Path, policy: str) -> None:
    scan = ("scan", *ORG, "--policy", f"builtin:{policy}", "--format", "json")
    ran = bedaudit(*scan, at=tmp_path, env=organization.environment())
    failed = [each for each in ran.json["findings"] if each["outcome"] == "fail"]
    found = sorted((each["account"], each["region"], each["control"], _id(each)) for each in failed)
    expected = [fault for fault in FAULTS if fault.policy == policy and fault.control]
    assert [each[:3] for each in found] == sorted((each.account, each.region, each.control or "") for each in expected)
    named = {(each.account, each.region, each.control, each.resource) for each in expected if each.resource}
    assert named <= set(found)
    assert HEALTHY_ACCOUNT not in {each["account"] for each in ran.json["findings"] if each["outcome"] == "unknown"}


def _id(finding: dict[str, dict[str, str] | None]) -> str:
    return (finding["resource"] or {}).get("id", "")
