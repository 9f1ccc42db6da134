from __future__ import annotations

from typing import Any

import pytest

from bedaudit.kinds.telemetry_link import KIND
from bedaudit.model import Call, Gap
from bedaudit.repairs.repair import Edit
from bedaudit.repairs.telemetry_link import LINK
from tests.repairs.editing import ACCOUNT, SITE, edit, read

MONITORING = "444455556666"
SINK = f"arn:aws:oam:us-east-1:{MONITORING}:sink/1"
ARN = f"arn:aws:oam:us-east-1:{ACCOUNT}:link/1"
FACTS = {"sink_account": MONITORING}
METRICS, GROUPS, TRACES = "AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace"
SEES = f"account {MONITORING} sees more of this one's telemetry from then on"
NEW = {"LabelTemplate": "$AccountName", "ResourceTypes": [METRICS, TRACES], "SinkIdentifier": SINK}


HELD: dict[str, Any] = {"Arn": ARN, "SinkArn": SINK, "logGroupName": "/x", "Unheard": 1}


def link(*types: str, metrics: str = "", groups: str = "", **more: Any) -> dict[str, Any]:
    named = {"MetricConfiguration": metrics, "LogGroupConfiguration": groups}
    filters = {name: {"Filter": text, "Unheard": 1} for name, text in named.items() if text}
    configuration = {"LinkConfiguration": {**filters, "Unheard": 1}} if filters else {}
    return {**HELD, "ResourceTypes": list(types), **configuration, **more}


def test_a_link_is_made_and_deleted_by_the_arn_that_it_is_given() -> None:
    after = {"LabelTemplate": "$AccountName", "ResourceTypes": [METRICS, TRACES], "SinkArn": SINK}
    undo = Call("oam", "DeleteLink", {"Identifier": "${Arn}"})
    assert edit(LINK, FACTS, None, {"create": NEW}) == Edit(
        after, (Call("oam", "CreateLink", NEW),), (undo,), "risky", SEES
    )


def test_a_link_that_is_there_already_is_not_made_again() -> None:
    there = link(METRICS, TRACES)
    assert edit(LINK, FACTS, there, {"create": NEW}) == Edit(there, (), ())
    reason = f"there is another link to account {MONITORING} already, which making this one would replace"
    assert edit(LINK, FACTS, link(TRACES), {"create": NEW}) == Edit(link(TRACES), (), (), "manual", reason)


BOTH = {"shares_bedrock_metrics": True, "shares_invocation_logs": True}


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        (link(TRACES), {"resource_types": [TRACES, METRICS]}, link(TRACES, METRICS)),
        (link(TRACES), BOTH, link(TRACES, METRICS, GROUPS)),
        (link(TRACES, logGroupName=None), BOTH, link(TRACES, METRICS, logGroupName=None)),
        (
            link(METRICS, GROUPS, metrics="Namespace NOT LIKE 'AWS/%'", groups="LogGroupName = '/y'"),
            BOTH,
            link(
                METRICS,
                GROUPS,
                metrics="Namespace NOT LIKE 'AWS/%' OR Namespace = 'AWS/Bedrock'",
                groups="LogGroupName = '/y' OR LogGroupName = '/x'",
            ),
        ),
    ],
)
def test_a_link_shares_more_and_keeps_what_it_has(before: Any, wanted: Any, after: Any) -> None:
    where = LINK.place(FACTS, SITE)
    assert where is not None
    configured = {"LinkConfiguration": after["LinkConfiguration"]} if "LinkConfiguration" in after else {}
    held = {"LinkConfiguration": before["LinkConfiguration"]} if "LinkConfiguration" in before else {}
    named = {"Identifier": ARN}
    call = Call("oam", "UpdateLink", {**named, "ResourceTypes": after["ResourceTypes"], **configured})
    undo = Call("oam", "UpdateLink", {**named, "ResourceTypes": before["ResourceTypes"], **held})
    assert LINK.edit(before, wanted, where, SITE) == Edit(after, (call,), (undo,), "risky", SEES)
    assert LINK.edit(after, wanted, where, SITE) == Edit(after, (), ())
    assert LINK.edit(before, {}, where, SITE) == Edit(before, (), ())


def test_a_filter_that_is_not_understood_is_left_to_people() -> None:
    raw = link(METRICS, metrics="Namespace ~ 'AWS'")
    reason = f"the filter of the link to account {MONITORING} is not what AWS documents"
    assert edit(LINK, FACTS, raw, {"shares_bedrock_metrics": True}) == Edit(raw, (), (), "manual", reason)


def test_without_a_link_nothing_is_shared() -> None:
    assert edit(LINK, FACTS, None, BOTH) == Edit(None, (), ())
    assert LINK.place({}, SITE) is None


@pytest.mark.parametrize(("sink", "there"), [(SINK, True), (SINK.replace("4444", "7777"), False)])
def test_a_link_is_found_by_the_account_that_it_goes_to(sink: str, there: bool) -> None:
    held = {"Arn": ARN, "SinkArn": sink, "ResourceTypes": [METRICS]}
    recorded = {
        "oam:ListLinks": {"Items": [held]},
        "oam:GetLink": {**held, "Label": "x"},
        "bedrock:GetModelInvocationLoggingConfiguration": {},
    }
    assert read(LINK, FACTS, recorded) == ({**held, "Label": "x", "logGroupName": None} if there else None)


@pytest.mark.parametrize(
    ("parameters", "facts"),
    [
        (NEW, {"sink_account": MONITORING, "shares_bedrock_metrics": True, "role": "source"}),
        ({**NEW, "LinkConfiguration": {}}, {"shares_bedrock_metrics": Gap("not_read").as_fact()}),
        ({**NEW, "SinkIdentifier": "${sink}", "ResourceTypes": [TRACES]}, {"shares_bedrock_metrics": False}),
    ],
)
def test_a_link_says_what_it_will_be(parameters: Any, facts: Any) -> None:
    assert KIND.create is not None
    made = KIND.create(parameters)
    assert made.call == Call("oam", "CreateLink", parameters)
    assert {name: made.facts.get(name) for name in facts} == facts
