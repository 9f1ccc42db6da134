"""What a scan costs: calls are counted at each site of the demo organisation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bedaudit.audit import Standard, scan
from bedaudit.aws import client
from bedaudit.aws.progress import Progress
from bedaudit.aws.regions import OPERATIONS as ENTERING
from bedaudit.aws.settings import Settings
from bedaudit.kinds import kinds
from bedaudit.policy.config import Config
from bedaudit.policy.load import load
from bedaudit.policy.model import Control
from bedaudit.policy.rules import Rules
from bedaudit.sandbox import Sandbox, serve
from bedaudit.snapshot import open_snapshot
from tests.judging import control, rules

HEALTHY, REGION = "222222222222", "eu-west-1"
QUIET = ((HEALTHY, "us-west-2"), (HEALTHY, "eu-south-1"))
ACTIVE = (
    (HEALTHY, REGION),
    ("111111111111", "us-west-2"),
    ("111111111111", "eu-south-1"),
    ("333333333333", "eu-west-1"),
)
"""Sites whose region is not the one in which an account's global things are read; some lack an alarm."""
AGENTS = "us-east-1"
"""A site where agents and guardrails run, whose region is also that in which the account's global things are read."""
ENTER = {"sts:GetCallerIdentity", "sts:AssumeRole", *map(str, ENTERING)}
OF_ACCOUNTS = {"iam", "s3", "kms", "sns"}
"""Services of roles, buckets, keys and topics: the sites of an account that name the same one share its calls."""


@pytest.fixture(scope="module")
def demo() -> Iterator[Sandbox]:
    with serve() as sandbox:
        yield sandbox


@pytest.fixture
def read(demo: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Scans by some rules; the calls, and the kinds that were read anywhere."""
    for name, value in demo.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(client, "_PATIENCE", ())  # what a busy machine answers late is not asked for again

    def reading(by: Rules, **settings: Any) -> tuple[list[tuple[str, str, str, str]], set[str]]:
        demo.ledger.clear()
        asked = Settings("1", role=demo.role, **{"organization": True, **settings})
        scan(asked, Standard(by, (), date(2026, 11, 20)), Progress(), lambda: datetime.now(UTC), tmp_path / "s.gz")
        _, records, _ = open_snapshot(tmp_path / "s.gz")
        return list(demo.ledger.entries), {kind for record in records for kind in record.kinds}

    return reading


def shipped(*names: str) -> Rules:
    return Rules.of(load([f"builtin:{name}" for name in names]), Config())


def test_a_quiet_site_costs_at_most_3_calls_and_a_used_one_20_under_the_baseline(read: Any) -> None:
    calls, _ = read(shipped("baseline"))
    counted = Counter((account, region) for account, region, _, _ in calls)
    assert {site: counted[site] for site in QUIET if not 0 < counted[site] <= 3} == {}
    assert {site: counted[site] for site in ACTIVE if not 3 < counted[site] <= 20} == {}


def test_a_site_with_everything_costs_at_most_30_calls_of_its_own_and_agents_add_8(read: Any) -> None:
    """Agents add three lists, their log groups and deliveries, tracing, and the receiver of invocation logs."""
    calls, _ = read(shipped("all"))
    assert 20 < len(own(calls, REGION)) <= 30 < len(own(calls, AGENTS)) <= 38


def own(calls: list[tuple[str, str, str, str]], region: str) -> list[str]:
    """The calls of a site of the healthy account, but for those that its sites share or that are the account's."""
    of_accounts = {
        str(operation) for kind in kinds().values() if kind.scope == "account" for operation in kind.operations
    }
    named = (f"{service}:{name}" for account, at, service, name in calls if (account, at) == (HEALTHY, region))
    return [name for name in named if name.partition(":")[0] not in OF_ACCOUNTS and name not in {*of_accounts, *ENTER}]


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_policy_that_mentions_one_kind_reads_only_that_kind(read: Any, kind: str) -> None:
    field = next(iter(kinds()[kind].state.model_fields))
    calls, found = read(rules(required(kind, field)), organization=False, accounts=(HEALTHY,), regions=(REGION,))
    assert found == {kind}
    asked = {f"{service}:{operation}" for account, _, service, operation in calls if account == HEALTHY}
    assert asked <= ENTER | {str(operation) for operation in kinds()[kind].operations}


def required(kind: str, field: str) -> Control:
    return control("require", {field: {"present": True}}, kind=kind)


@pytest.mark.parametrize(
    ("metric", "found"),
    [("InvocationThrottles", {"alarm"}), ("NobodyWatchesThis", {"alarm", "telemetry_link"})],
)
def test_links_to_other_accounts_are_read_where_something_is_missing(read: Any, metric: str, found: set[str]) -> None:
    wanted = control("exists", {"watches": {"any": {"metric": metric}}}, kind="alarm")
    _, kinds_read = read(rules(wanted), organization=False, accounts=(HEALTHY,), regions=(REGION,))
    assert kinds_read == found
