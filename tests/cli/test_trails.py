"""An organization's trail, as a scan of one account and a scan with its owner see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bedaudit.sandbox import Sandbox
from tests.cli.run import bedaudit

OWNER, MEMBER, HEALTHY = "111111111111", "333333333333", "222222222222"
SCAN = ("scan", "--org", "--role", "BedauditReadOnly", "--policy", "builtin:audit-trail", "--format", "json")


@pytest.mark.parametrize(
    ("accounts", "outcome"),
    [((MEMBER,), "unknown"), ((MEMBER, OWNER), "pass"), ((HEALTHY,), "pass")],
)
def test_a_member_is_recorded_by_a_trail_that_its_owner_can_read(
    organization: Sandbox, tmp_path: Path, accounts: tuple[str, ...], outcome: str
) -> None:
    chosen = [word for account in accounts for word in ("--account", account)]
    control = ("--control", "bedrock-api-calls-are-recorded")
    ran = bedaudit(*SCAN, *control, *chosen, at=tmp_path, env=organization.environment())
    found = {each["account"]: each["outcome"] for each in ran.json["findings"]}
    assert found[accounts[0]] == outcome


def test_an_organizations_trail_is_judged_in_the_account_that_owns_it_alone(
    organization: Sandbox, tmp_path: Path
) -> None:
    ran = bedaudit(*SCAN, at=tmp_path, env=organization.environment())
    judged = [
        each["account"]
        for each in ran.json["findings"]
        if (each["resource"] or {}).get("id", "").endswith("/organization")
    ]
    assert set(judged) == {OWNER}
