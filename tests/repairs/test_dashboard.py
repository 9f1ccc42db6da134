from __future__ import annotations

import json
from typing import Any

import pytest

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


@pytest.mark.parametrize("body", [{"widgets": []}, {"widgets": [*BODY["widgets"], {"type": "text"}]}])
def test_another_dashboard_of_the_name_is_left_to_people(body: Any) -> None:
    reason = "there is another dashboard genai already, which making this one would replace"
    assert edit(DASHBOARD, FACTS, raw(body), CREATE) == Edit(raw(body), (), (), "manual", reason)


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
