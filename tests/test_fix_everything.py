"""Everything that the policies say how to mend: broken, planned, mended, found mended, and put back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bedaudit.audit import Standard
from bedaudit.aws.check import check
from bedaudit.aws.progress import Progress
from bedaudit.aws.settings import Settings
from bedaudit.fixing import Planned, dry_run, fix, repairs, rollback
from bedaudit.model import GLOBAL
from bedaudit.permissions.actions import of_write
from bedaudit.permissions.needed import rollback_actions
from bedaudit.policy.builtin import builtin_policies
from bedaudit.policy.load import load
from bedaudit.policy.rules import Rules
from bedaudit.remedy.apply import Allowed
from bedaudit.remedy.plan import Step
from bedaudit.remedy.plan_file import saved_steps, written
from bedaudit.repairs import mounts
from bedaudit.sandbox import FAULTS, Sandbox, SeededFault, serve
from bedaudit.sandbox.organization import ROLE
from bedaudit.sandbox.world import MANAGEMENT
from tests.breaking import BREAKS, BREAKS_BY_NAME

POLICIES = {
    **{name: load([f"builtin:{name}"]) for name in sorted(builtin_policies())},
    "mended": load([str(Path(__file__).with_name("mended.yaml"))]),
}
"""With a policy of controls on all that can be mended, and that none which is shipped says how to mend."""
FIXABLE = {
    control.id for loaded in POLICIES.values() for policy in loaded for control in policy.controls if control.fix
}
BROKEN = [fault for fault in (*FAULTS, *BREAKS) if fault.control in FIXABLE]
TOLD = {"topic-nobody-confirmed", "topic-is-gone"}
"""Who is to be woken, no call can say."""
SHOWN = {
    "no-retention",
    "account-policy-shortens-retention",
    "agent-logs-for-ever",
    "key-disabled",
    "guardrail-key-disabled",
    "invocation-log-bucket-key-is-usable",
    "large-data-bucket-key-is-usable",
    "log-key-serves-another-region",
    "bucket-key-serves-another-region",
    "large-data-bucket-key-serves-bedrock",
    "log-key-is-not-rotated",
    "bucket-key-is-not-rotated",
    "large-data-bucket-key-is-rotated",
    "no-object-lock",
    "large-data-bucket-locks-objects",
}
"""Shorter retention deletes events; an account's policy, a key, and what can never be deleted, are for people."""
READING = ("Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "AssumeRole")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve() as served:
        yield served


def place_of(fault: SeededFault) -> str:
    """The region to scan, which for a whole account is any."""
    return "us-east-1" if fault.region in ("*", GLOBAL) else fault.region


def parameters(sandbox: Sandbox, fault: SeededFault) -> dict[str, Any]:
    """What only a user knows: keys, a topic, a bucket, a log group and a sink, which are there."""
    region = place_of(fault)
    call = partial(sandbox.invoke, fault.account, region)
    key = call("kms", "CreateKey")["KeyMetadata"]["Arn"]
    topic = call("sns", "CreateTopic", Name="mended")["TopicArn"]
    call("sns", "Subscribe", TopicArn=topic, Protocol="email", Endpoint="a@b.example")
    call("sns", "ConfirmSubscription", TopicArn=topic, Token="a@b.example")
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    bucket = f"mended-{fault.account}-{region}"
    if bucket not in {each["Name"] for each in call("s3", "ListBuckets")["Buckets"]}:
        call("s3", "CreateBucket", Bucket=bucket, **place)
    (sink,) = sandbox.invoke(MANAGEMENT, region, "oam", "ListSinks")["Items"]
    return {
        "log_key": key,
        "trail_key": key,
        "alarm_topic": topic,
        "large_data_bucket": "mended",
        "delivery_log_group": "/aws/vendedlogs/bedrock/agents",
        "telemetry_sink": sink["Arn"],
    }


@dataclass
class Mending:
    """One fault, and what is said of it."""

    standard: Standard
    settings: Settings
    journal: Path

    def plan(self) -> Planned:
        return dry_run(self.settings, self.standard, Progress(), lambda: datetime.now(UTC))

    def fix(self) -> list[tuple[str, str]]:
        fixed = fix(
            self.settings,
            self.standard,
            Progress(),
            lambda: datetime.now(UTC),
            journal_file=self.journal,
            decide=lambda _: Allowed(risky=True),
        )
        return [(each.outcome, each.message) for each in fixed.results or ()]

    def rollback(self) -> list[tuple[str, str]]:
        results = rollback(self.settings, Progress(), self.journal, lambda _: True)
        return [(each.outcome, each.message) for each in results or ()]


def failing(planned: Planned, fault: SeededFault) -> set[str]:
    """The findings about the fault."""
    found = (each for each in planned.report.findings if each.outcome == "fail" and each.site.account == fault.account)
    return {each.id for each in found if not each.resource or fault.resource in (None, each.resource.id)}


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.name)
def test_fault_is_planned_mended_found_mended_and_put_back(
    sandbox: Sandbox, fault: SeededFault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    if fault.name in BREAKS_BY_NAME:
        BREAKS_BY_NAME[fault.name](partial(sandbox.invoke, fault.account, place_of(fault)))
    rules = Rules(POLICIES[fault.policy], parameters(sandbox, fault), only=(str(fault.control),))
    standard = Standard(rules, (), datetime.now(UTC).date())
    # Only its owner can read what the organization's trail records.
    accounts = {MANAGEMENT, fault.account} if fault.region == GLOBAL else {fault.account}
    settings = Settings(
        "mending",
        accounts=tuple(sorted(accounts)),
        role=ROLE,
        monitoring_accounts=(MANAGEMENT,),
        regions=(place_of(fault),),
    )
    mending = Mending(standard, settings, tmp_path / "journal")
    sandbox.ledger.clear()

    before = mending.plan()
    assert [entry[3] for entry in sandbox.ledger.entries if not entry[3].startswith(READING)] == []
    assert len(saved_steps(written(before.plan), "plan.json", repairs())) == len(before.plan.steps)
    broken = failing(before, fault)
    assert broken
    left = {each.finding.id for each in before.plan.left}
    if fault.name in TOLD | SHOWN:
        shown = [step for step in before.plan.steps if concerns(step, broken)]
        assert broken <= left
        assert {step.safety for step in shown} == ({"manual"} if fault.name in SHOWN else set())
        assert all(step.reason and check(call) == () for step in shown for call in step.calls)
        if before.plan.steps == tuple(shown):
            assert mending.fix() == [("manual", step.reason) for step in shown]
            assert [entry[3] for entry in sandbox.ledger.entries if not entry[3].startswith(READING)] == []
        return

    assert not broken & left
    assert mending.fix() == [("applied", "")] * len(before.plan.steps)
    after = mending.plan()
    assert after.plan.steps == ()
    assert {each.outcome for each in after.report.findings if each.id in broken} <= {"pass"}
    assert {each.outcome for each in after.report.findings if each.control == fault.control} >= {"pass"}
    assert [outcome for outcome, _ in mending.rollback()] == ["undone"] * len(before.plan.steps)
    again = mending.plan()
    assert failing(again, fault) == broken
    assert [step.document.name for step in again.plan.steps] == [step.document.name for step in before.plan.steps]
    for one, other in zip(again.plan.steps, before.plan.steps, strict=True):
        assert one.is_at(one.before, other.before)
        assert (one.calls, one.undo) == (other.calls, other.undo)


def test_every_control_that_can_be_mended_is_mended_here() -> None:
    assert {fault.control for fault in BROKEN} == FIXABLE


def concerns(step: Step, findings: set[str]) -> bool:
    return not findings.isdisjoint(finding.id for finding in step.document.findings)


def test_every_call_of_a_repair_is_one_that_a_control_asks_for() -> None:
    controls = [control for loaded in POLICIES.values() for policy in loaded for control in policy.controls]
    writes = {name for mount in mounts() if mount.repair.by_machine for name in mount.repair.writes}
    assert {action for name in writes for action in of_write(name)} <= rollback_actions(controls)


def test_repairs_read_with_operations_that_only_read() -> None:
    reads = {operation.name for mount in mounts() for operation in mount.repair.reads}
    assert {name for name in reads if not name.startswith(READING)} == set()


def test_repairs_that_others_come_after_exist() -> None:
    known = {mount.repair.name for mount in mounts()}
    assert {name for mount in mounts() for name in mount.repair.after} <= known
