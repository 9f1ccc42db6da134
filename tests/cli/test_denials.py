"""What the auditor may not call makes findings unknown, and neither a green nor a red one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypeAlias

import pytest

from bedaudit.audit import Standard, scan
from bedaudit.aws.progress import Progress
from bedaudit.aws.regions import OPERATIONS as ENTERING
from bedaudit.aws.settings import Settings
from bedaudit.kinds import kinds
from bedaudit.model import Finding
from bedaudit.policy.config import Config
from bedaudit.policy.load import load
from bedaudit.policy.rules import Rules
from bedaudit.sandbox import Sandbox, serve
from bedaudit.sandbox.faults import Rule

SITE = ("444444444444", "us-east-1")
"""A site with much that is right and some faults."""
POLICIES = load(["builtin:all"])
OF_SITES = {"usage", "invocation_logging"}
"""Kinds that the controls of others ask about, too: what they call moves every control."""
STILL_KNOWN = {
    "logs:ListLogGroups": "the groups are found by their prefixes",
    "resourcegroupstaggingapi:GetResources": "each profile is asked for its tags",
    "sns:ListSubscriptionsByTopic": "the topic's own count says it",
    "organizations:DescribeOrganization": "who pays is not in the scan, whoever it is",
    "logs:DescribeDeliveries": "a delivery without its source is one wherever it leads; its name alone says less",
} | {str(operation): "how an account is entered" for operation in ENTERING}

Key: TypeAlias = tuple[str, str, str, str | None, str | None]
Judged: TypeAlias = Mapping[Key, Finding]
Judge: TypeAlias = Callable[[tuple[str, str], Rules], Judged]


@pytest.fixture(scope="module")
def demo() -> Iterator[Sandbox]:
    with serve() as sandbox:
        yield sandbox


@pytest.fixture
def judge(demo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Judge:
    for name, value in demo.environment().items():
        monkeypatch.setenv(name, value)

    def judged(at: tuple[str, str], rules: Rules) -> Judged:
        account, region = at
        asked = Settings("1", role=demo.role, organization=True, accounts=(account,), regions=(region,))
        done = scan(asked, Standard(rules, (), date(2026, 11, 20)), Progress(), lambda: datetime.now(UTC))
        return {_key(each): each for each in done.report.findings}

    return judged


def _key(found: Finding) -> Key:
    resource = found.resource.id if found.resource else None
    return (found.site.account, found.site.region, found.control, resource, found.each)


def about(operation: str) -> Rules:
    """The controls whose kinds make the call; others are not moved by it."""
    asking = {name for name, kind in kinds().items() if operation in map(str, kind.operations)}
    if "telemetry_link" in asking:
        asking.add("alarm")
    policies = (replace(one, controls=tuple(c for c in one.controls if c.kind in asking)) for one in POLICIES)
    return Rules.of(tuple(one for one in policies if one.controls), Config())


def turned(before: Judged, after: Judged) -> dict[Key, str]:
    """Findings that changed to anything but unknown; those that are gone must have left an unknown one behind."""
    unseen = {key[:3] for key, found in after.items() if found.outcome == "unknown"}
    moved = {key: after[key].outcome for key in before.keys() & after.keys() if _moved(before[key], after[key])}
    gone = {key: "gone" for key in before.keys() - after.keys() if key[:3] not in unseen}
    new = {key: found.outcome for key, found in after.items() if key not in before and found.outcome != "unknown"}
    return moved | gone | new


def _moved(before: Finding, after: Finding) -> bool:
    return after.outcome not in (before.outcome, "unknown")


def test_a_denied_call_turns_findings_to_unknown_only(demo: Sandbox, judge: Judge) -> None:
    of_sites = {str(operation) for kind in OF_SITES for operation in kinds()[kind].operations}
    demo.ledger.clear()
    before = judge(SITE, Rules.of(POLICIES, Config()))
    called = {f"{service}:{name}" for account, _, service, name in demo.ledger.entries if account == SITE[0]}
    wrong: dict[tuple[str | None, ...], str] = {}
    unmoved = set()
    for operation in sorted(called - STILL_KNOWN.keys() - of_sites):
        service, _, name = operation.partition(":")
        demo.faults.add(Rule(account=SITE[0], service=service, operation=name, code="AccessDeniedException"))
        rules = about(operation)
        after = judge(SITE, rules)
        demo.faults.clear()
        asked = {control.id for policy in rules.policies for control in policy.controls}
        was = {key: found for key, found in before.items() if key[2] in asked}
        wrong |= {(operation, *key): outcome for key, outcome in turned(was, after).items()}
        if {key: found.outcome for key, found in was.items()} == {key: each.outcome for key, each in after.items()}:
            unmoved.add(operation)
    assert (wrong, unmoved) == ({}, set())
