"""How drift is mended, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bedaudit.policy.builtin import builtin_policies
from bedaudit.policy.load import load
from bedaudit.policy.model import Control
from bedaudit.repairs import mounts
from bedaudit.report.mending import mending

POLICY = """\
policy: mine
description: Mine.
controls:
  - {{id: it-is-so, title: It is so, severity: low, why: So., {says}}}
"""
MANUAL = (
    "resource: tracing, require: {transaction_search: true}, fix: {safety: manual, set: {destination: cloudwatch_logs}}"
)
BY_PEOPLE = "By people: each finding says what is expected and what is there instead."
BY_FIX = "By `bedaudit fix`, which shows each change and asks:"


def control(tmp_path: Path, says: str) -> Control:
    file = tmp_path / "mine.yaml"
    file.write_text(POLICY.format(says=says))
    return load([str(file)])[0].controls[0]


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("resource: log_group, require: {retention_days: {at_least: 30}}", [BY_PEOPLE]),
        ("resource: usage, require: {in_use: true}, fix: {}", [BY_PEOPLE]),
        (
            "resource: log_group, require: {retention_days: {at_least: 30}}, fix: {}",
            [
                BY_FIX,
                "  Sets how many days the log group keeps its events.",
                "    Safe, and undone by `bedaudit rollback`.",
                "    Shown, and left to people, where shorter retention deletes events that are kept now.",
                "So that it is as the control requires.",
            ],
        ),
        (
            MANUAL,
            [
                BY_FIX,
                "  Sends spans to CloudWatch Logs.",
                "    Risky, and applied only with --allow-risky: CloudWatch Logs charges for all spans from then on.",
                "So that:",
                "  destination is cloudwatch_logs",
                "All of it is shown, and applied by people only: the control says so.",
            ],
        ),
    ],
)
def test_a_control_says_what_mends_it_how_safe_that_is_and_why(tmp_path: Path, says: str, told: list[str]) -> None:
    assert list(mending(control(tmp_path, says))) == told


def test_every_repair_says_what_it_does() -> None:
    assert [mount.repair.name for mount in mounts() if not mount.repair.does.endswith(".")] == []
    assert [mount.repair.name for mount in mounts() for why in mount.repair.rated.values() if why.endswith(".")] == []


def test_whatever_a_shipped_control_fixes_some_repair_mends() -> None:
    shipped = load([f"builtin:{name}" for name in builtin_policies()])
    fixed = [each for policy in shipped for each in policy.controls if each.fix is not None]
    assert [each.id for each in fixed if list(mending(each)) == [BY_PEOPLE]] == []
