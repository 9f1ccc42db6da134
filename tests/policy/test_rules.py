from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bedaudit.errors import BedauditError
from bedaudit.model import PolicyFile, Site
from bedaudit.policy.config import Assignment, Config, Override, Values
from bedaudit.policy.model import Control, Parameter
from bedaudit.policy.rules import Rules
from tests.judging import MARK, control, policy

DAYS = Parameter("days", "integer", "Days.", 365)
TOPIC = Parameter("topic", "text", "A topic, for fixes.")
KEPT = control("require", {"size": {"at_least": "${days}"}}, id="kept")
NAMED = control("require", {"name": "${site.region}"}, id="named")
PLAIN = control("forbid", {"on": False}, id="plain")
POLICY = policy(KEPT, PLAIN, parameters=[DAYS, TOPIC])


def site(region: str = "us-east-1", *units: str) -> Site:
    return Site("111122223333", region, organizational_units=units)


def kept(days: Any) -> Control:
    return control("require", {"size": {"at_least": days}}, id="kept")


def assigned(days: int, *units: str, to: str = "p") -> Assignment:
    return Assignment(to, units, Values({"days": days}), MARK)


def test_parameters_have_their_defaults() -> None:
    assert Rules((POLICY,)).for_site(site()) == (kept(365), PLAIN)


def test_the_configuration_gives_parameters_their_values() -> None:
    rules = Rules.of((POLICY,), Config(parameters=Values({"days": 30, "of_another_policy": 1})))
    assert rules.for_site(site()) == (kept(30), PLAIN)


@pytest.mark.parametrize(
    ("units", "days"),
    [
        ((), 365),
        (("ou-other",), 365),
        (("ou-sandbox",), 30),
        (("r-root", "ou-sandbox"), 30),
        (("ou-sandbox", "ou-labs"), 7),
        (("ou-elsewhere",), 365),
    ],
)
def test_the_last_assignment_that_reaches_a_site_decides(units: tuple[str, ...], days: int) -> None:
    assignments = (assigned(30, "ou-sandbox"), assigned(7, "ou-labs", "ou-x"), assigned(1, "ou-elsewhere", to="q"))
    rules = Rules((POLICY,), assignments=assignments)
    assert rules.for_site(site("us-east-1", *units)) == (kept(days), PLAIN)
    assert rules.needs_organizational_units
    assert not Rules((POLICY,)).needs_organizational_units


def test_sites_of_the_same_values_share_their_controls() -> None:
    rules = Rules((POLICY,))
    assert rules.for_site(site("us-east-1")) is rules.for_site(site("eu-west-1"))


def test_a_control_may_speak_of_its_site() -> None:
    rules = Rules((policy(NAMED),))
    east, west = (control("require", {"name": region}, id="named") for region in ("us-east-1", "us-west-2"))
    assert (rules.for_site(site("us-east-1")), rules.for_site(site("us-west-2"))) == ((east,), (west,))


def test_overrides_change_controls_and_are_told() -> None:
    overrides = {
        "kept": Override(MARK, severity="low", reason="a pilot"),
        "plain": Override(MARK, enabled=False, reason="no need"),
        "named": Override(MARK, severity="high"),
        "of-another-policy": Override(MARK, enabled=False),
    }
    rules = Rules((policy(KEPT, PLAIN, NAMED, parameters=[DAYS]),), overrides=overrides)
    changed = dataclasses.replace(KEPT, severity="low")
    assert rules.controls == {"kept": changed, "named": NAMED}
    assert rules.notices == (
        "control kept has severity low instead of high: a pilot",
        "control plain is disabled: no need",
    )


def test_only_chosen_controls_are_judged() -> None:
    rules = Rules((POLICY,), only=("plain",))
    assert rules.for_site(site()) == (PLAIN,)
    assert rules.controls == {"plain": PLAIN}


def test_a_chosen_control_must_be_there() -> None:
    with pytest.raises(BedauditError, match="no such control in the loaded policies: nope"):
        Rules((POLICY,), only=("plain", "nope"))


def test_the_files_that_took_part() -> None:
    assert Rules((POLICY,)).policy_files == (PolicyFile("p", "policies/p.yaml", "sha256:0"),)
