from __future__ import annotations

import json
from typing import Any

import pytest

from bedaudit.documents.splice import with_elements
from bedaudit.model import Call
from bedaudit.repairs.dashboard import DASHBOARD
from bedaudit.repairs.repair import Edit, settled
from tests.repairs.editing import edit, read
from tests.replay import ABSENT

FACTS = {"name": "genai"}
BODY = {"widgets": [{"type": "metric", "properties": {"metrics": [["AWS/Bedrock", "Invocations"]], "region": "x"}}]}
TEXT = json.dumps(BODY, separators=(",", ":"))
CREATE = {"create": {"DashboardName": "genai", "DashboardBody": BODY}}
GET = "cloudwatch:GetDashboard"


def raw(body: Any) -> dict[str, Any]:
    """As AWS might write it."""
    text = json.dumps(body, indent=2)
    return {"DashboardName": "genai", "DashboardArn": "arn:x", "DashboardBody": text, "Body": body, "Unheard": 1}


def test_a_missing_dashboard_is_made_and_taken_away_again() -> None:
    assert edit(DASHBOARD, FACTS, None, CREATE) == Edit(
        {"DashboardName": "genai", "DashboardBody": TEXT, "Body": BODY},
        (Call("cloudwatch", "PutDashboard", {"DashboardName": "genai", "DashboardBody": TEXT}),),
        (Call("cloudwatch", "DeleteDashboards", {"DashboardNames": ["genai"]}),),
    )


def test_a_dashboard_that_is_there_already_is_not_made_again() -> None:
    assert edit(DASHBOARD, FACTS, raw(BODY), CREATE) == Edit(raw(BODY), (), ())


FOREIGN: dict[str, Any] = {
    "type": "text",
    "x": 0,
    "y": 3,
    "height": 4,
    "properties": {"markdown": "é <b>"},
    "new": [1.0],
}


@pytest.mark.parametrize("body", [{"widgets": []}, {"start": "-PT3H", "widgets": [FOREIGN], "new": {"of": 1}}])
def test_a_dashboard_is_given_the_widgets_that_it_lacks_and_keeps_all_others(body: Any) -> None:
    before = raw(body)
    found = edit(DASHBOARD, FACTS, before, CREATE)
    after = {**body, "widgets": [*body["widgets"], *BODY["widgets"]]}
    text = with_elements(before["DashboardBody"], "widgets", BODY["widgets"])
    put, back = (
        Call("cloudwatch", "PutDashboard", {"DashboardName": "genai", "DashboardBody": each})
        for each in (text, before["DashboardBody"])
    )
    assert found == Edit({**before, "DashboardBody": text, "Body": after}, (put,), (back,))


def test_widgets_are_put_below_those_that_are_there() -> None:
    placed = {**BODY["widgets"][0], "x": 0, "y": 2}
    wanted = {"create": {"DashboardName": "genai", "DashboardBody": {"widgets": [placed]}}}
    found = edit(DASHBOARD, FACTS, raw({"widgets": [FOREIGN, "?"]}), wanted)
    assert found.after is not None
    assert found.after["Body"]["widgets"] == [FOREIGN, "?", {**placed, "y": 9}]


@pytest.mark.parametrize("body", ["no body", {"widgets": {}}, {}])
def test_a_body_that_is_not_understood_is_left_to_people(body: Any) -> None:
    reason = "the body of dashboard genai is not what AWS documents"
    assert edit(DASHBOARD, FACTS, raw(body), CREATE) == Edit(raw(body), (), (), "manual", reason)


def creating(*widgets: Any, **more: Any) -> dict[str, Any]:
    return {"DashboardName": "genai", "DashboardBody": {"widgets": list(widgets), **more}}


def test_what_two_controls_want_of_a_dashboard_is_one_dashboard() -> None:
    join = DASHBOARD.joins["create"]
    first, second, below = (
        {"type": "text", "y": y, "height": 2, "properties": {"n": n}} for n, y in ((1, 0), (2, 0), (2, 2))
    )
    assert join(creating(first), creating(first, second)) == creating(first, below)
    assert join(creating(first), creating(second, start="-PT1H")) is None
    assert join(creating(first), {"DashboardName": "genai", "DashboardBody": "{}"}) is None


def test_how_a_body_is_written_makes_no_difference() -> None:
    again = {**raw(BODY), "DashboardBody": TEXT}
    assert settled(again, DASHBOARD.volatile) == settled(raw(BODY), DASHBOARD.volatile)
    assert settled(raw({}), DASHBOARD.volatile) != settled(raw(BODY), DASHBOARD.volatile)


@pytest.mark.parametrize(("text", "body"), [(TEXT, BODY), ("no body", "no body"), ("[]", "[]")])
def test_a_dashboard_is_read_as_text_and_as_what_it_holds(text: str, body: Any) -> None:
    reply = {"DashboardName": "genai", "DashboardBody": text}
    assert read(DASHBOARD, FACTS, {GET: reply}) == {**reply, "Body": body}


def test_there_is_no_dashboard() -> None:
    assert read(DASHBOARD, FACTS, {GET: ABSENT}) is None
