"""Each drift of invocation logging and of what it needs: planned, mended, passing, and put back, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bedaudit import fixing
from bedaudit.audit import Standard
from bedaudit.aws.progress import Progress
from bedaudit.aws.settings import Settings
from bedaudit.cli.policies import load, rules
from bedaudit.remedy.apply import Allowed
from bedaudit.sandbox import Sandbox, serve

HEALTHY, SEARCH, STAGING = (digit * 12 for digit in "245")
GROUP = "/aws/bedrock/invocations"

Invoke = Callable[..., Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Drift:
    """Controls that fail at a place once it is broken there; what is broken in the demo is tried elsewhere."""

    controls: str
    """With spaces between them."""
    account: str
    region: str
    broken_by: tuple[str, str, Mapping[str, Any]]
    """Service, operation and parameters; `*` stands for the bucket's name in them."""
    policy: str = "baseline"

    @property
    def bucket(self) -> str:
        return f"bedrock-logs-{self.account}-{self.region}"


def retention(days: int) -> tuple[str, str, Mapping[str, Any]]:
    return "logs", "PutRetentionPolicy", {"logGroupName": GROUP, "retentionInDays": days}


def on_bucket(operation: str, **parameters: Any) -> tuple[str, str, Mapping[str, Any]]:
    return "s3", operation, {"Bucket": "*", **parameters}


NO_POLICY = on_bucket("DeleteBucketPolicy")
PUBLIC = on_bucket("DeletePublicAccessBlock")
BY_S3 = on_bucket(
    "PutBucketEncryption",
    ServerSideEncryptionConfiguration={
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}]
    },
)
SUSPENDED = on_bucket("PutBucketVersioning", VersioningConfiguration={"Status": "Suspended"})
EARLY = on_bucket(
    "PutBucketLifecycleConfiguration",
    LifecycleConfiguration={
        "Rules": [
            {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "elsewhere/"}, "Expiration": {"Days": 1}},
            {"ID": "early", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}},
        ]
    },
)
UNPROTECTED = (
    "logs",
    "PutLogGroupDeletionProtection",
    {"logGroupIdentifier": GROUP, "deletionProtectionEnabled": False},
)
UNMASKED = ("logs", "DeleteDataProtectionPolicy", {"logGroupIdentifier": GROUP})
UNMASKED_TOGETHER = (
    "logs",
    "DeleteAccountPolicy",
    {"policyName": "pii", "policyType": "DATA_PROTECTION_POLICY"},
)
OFF: tuple[str, str, Mapping[str, Any]] = ("bedrock", "DeleteModelInvocationLoggingConfiguration", {})
NOWHERE = (
    "bedrock",
    "PutModelInvocationLoggingConfiguration",
    {"loggingConfig": {"textDataDeliveryEnabled": True, "audioDataDeliveryEnabled": False}},
)


def of_buckets(rest: str) -> str:
    """The controls of both buckets, which are one in the demo organisation."""
    return f"invocation-log-bucket-{rest} large-data-bucket-{rest}"


DRIFTS = (
    Drift("invocation-logging-is-enabled-before-first-use", HEALTHY, "us-west-2", OFF),
    Drift("invocation-logging-has-a-destination", STAGING, "eu-west-1", NOWHERE),
    Drift("invocation-logs-are-kept-for-a-set-time", SEARCH, "eu-south-1", retention(30)),
    Drift(of_buckets("lets-bedrock-write"), HEALTHY, "eu-west-1", NO_POLICY),
    Drift(of_buckets("is-not-public"), HEALTHY, "eu-west-1", PUBLIC),
    Drift("bedrock-logs-are-kept-for-a-year", HEALTHY, "us-east-1", retention(30), "regulated"),
    Drift("bedrock-log-groups-are-protected-from-deletion", HEALTHY, "us-east-1", UNPROTECTED, "regulated"),
    Drift("bedrock-logs-mask-sensitive-data", HEALTHY, "us-east-1", UNMASKED_TOGETHER, "regulated"),
    Drift("bedrock-logs-mask-sensitive-data", HEALTHY, "eu-west-1", UNMASKED, "regulated"),
    *(
        Drift(of_buckets(rest), HEALTHY, "us-east-1", breaking, "regulated")
        for rest, breaking in {
            "has-a-customer-managed-key": BY_S3,
            "keeps-versions": SUSPENDED,
            "keeps-objects-for-a-year": EARLY,
            "demands-tls": NO_POLICY,
        }.items()
    ),
)


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with serve() as sandbox:
        yield sandbox


class Fixing:
    """Some controls at one place."""

    def __init__(self, sandbox: Sandbox, drift: Drift, at: Path) -> None:
        self.at = at
        service, operation, breaking = drift.broken_by
        given = {name: drift.bucket if value == "*" else value for name, value in breaking.items()}
        sandbox.invoke(drift.account, drift.region, service, operation, **given)
        key = sandbox.invoke(drift.account, drift.region, "kms", "CreateKey")["KeyMetadata"]["Arn"]
        parameters = {"log_key": key} | ({"large_data_bucket": "bedrock-logs"} if drift.policy == "baseline" else {})
        (at / "bedaudit.yaml").write_text(f"parameters: {parameters}")
        loaded = load([f"builtin:{drift.policy}"], at / "bedaudit.yaml")
        self.settings = Settings("test", regions=(drift.region,))
        self.standard = Standard(rules(loaded, drift.controls.split()), (), datetime.now(UTC).date())

    def plan(self) -> fixing.Planned:
        return fixing.dry_run(self.settings, self.standard, Progress(), lambda: datetime.now(UTC))

    def fix(self) -> list[str]:
        fixed = fixing.fix(
            self.settings, self.standard, Progress(), lambda: datetime.now(UTC),
            journal_file=self.at / "journal", decide=lambda _: Allowed(risky=True),
        )  # fmt: skip
        return [result.outcome for result in fixed.results or ()]

    def rollback(self) -> list[str]:
        undone = fixing.rollback(self.settings, Progress(), self.at / "journal", lambda _: True)
        return [result.outcome for result in undone or ()]


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.controls)
def test_drift_is_mended_and_can_be_put_back(
    served: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drift: Drift
) -> None:
    for name, value in {**served.environment(drift.account), "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, value)
    fixing_it = Fixing(served, drift, tmp_path)
    planned = fixing_it.plan()
    assert planned.plan.steps
    assert planned.plan.left == ()
    assert "fail" in {finding.outcome for finding in planned.report.findings}
    assert set(fixing_it.fix()) == {"applied"}
    again = fixing_it.plan()
    assert (again.plan.steps, again.plan.left) == ((), ())
    assert {finding.outcome for finding in again.report.findings} <= {"pass", "not_applicable"}
    assert set(fixing_it.rollback()) == {"undone"}
    assert fixing_it.plan().plan.members == planned.plan.members
