"""What is made where it is missing, and no more: saved queries, metric filters and anomaly detectors."""

from __future__ import annotations

from typing import Any

import pytest

from bedaudit.kinds import kinds
from bedaudit.model import Call, Facts
from bedaudit.repairs.anomaly_detector import DETECTOR
from bedaudit.repairs.metric_filter import FILTER
from bedaudit.repairs.repair import Edit, Repair, undoing
from bedaudit.repairs.saved_query import QUERY
from tests.repairs.editing import SITE, edit, read

SAVED = {"name": "bedrock/tokens", "queryString": "stats count(*)", "logGroupNames": ["/x"]}
COUNTED = {
    "logGroupName": "/x",
    "filterName": "refused",
    "filterPattern": "{ $.a = 1 }",
    "metricTransformations": [{"metricName": "Refused", "metricNamespace": "Ours", "metricValue": "1"}],
}
SINGLE = {"SingleMetricAnomalyDetector": {"Namespace": "AWS/Bedrock", "MetricName": "Invocations", "Stat": "Sum"}}
QUERIES = [
    {"Id": "m", "MetricStat": {"Metric": {"Namespace": "AWS/Bedrock", "MetricName": "A"}, "Period": 60, "Stat": "Sum"}},
    {"Id": "e", "Expression": "m * 2"},
]
MATH = {"MetricMathAnomalyDetector": {"MetricDataQueries": QUERIES}}
TUNED = {"Configuration": {"MetricTimezone": "UTC"}}


def deleting(parameters: dict[str, Any]) -> Call:
    return Call("cloudwatch", "DeleteAnomalyDetector", parameters)


CASES: tuple[tuple[Repair, dict[str, Any], Call, Call], ...] = (
    (
        QUERY,
        SAVED,
        Call("logs", "PutQueryDefinition", SAVED),
        Call("logs", "DeleteQueryDefinition", {"queryDefinitionId": "${queryDefinitionId}"}),
    ),
    (
        FILTER,
        COUNTED,
        Call("logs", "PutMetricFilter", COUNTED),
        Call("logs", "DeleteMetricFilter", {"logGroupName": "/x", "filterName": "refused"}),
    ),
    (
        DETECTOR,
        {**SINGLE, **TUNED},
        Call("cloudwatch", "PutAnomalyDetector", {**SINGLE, **TUNED}),
        deleting(SINGLE),
    ),
    (DETECTOR, MATH, Call("cloudwatch", "PutAnomalyDetector", MATH), deleting(MATH)),
)


def facts(repair: Repair, parameters: dict[str, Any]) -> Facts:
    create = kinds()[repair.name].create
    assert create is not None
    return {**create(parameters).facts, "create": parameters}


@pytest.mark.parametrize(("repair", "parameters", "call", "undo"), CASES)
def test_what_is_missing_is_made_and_taken_away_again(
    repair: Repair, parameters: dict[str, Any], call: Call, undo: Call
) -> None:
    found = edit(repair, facts(repair, parameters), None, {"create": parameters})
    assert found == Edit(parameters, (call,), (undo,))


@pytest.mark.parametrize(("repair", "parameters"), [case[:2] for case in CASES])
def test_what_is_there_already_stays(repair: Repair, parameters: dict[str, Any]) -> None:
    raw = {**parameters, "Unheard": 1, "lastModified": 1, "creationTime": 1, "StateValue": "TRAINED"}
    where = facts(repair, parameters)
    assert edit(repair, where, raw, {"create": parameters}) == Edit(raw, (), ())
    other = dict.fromkeys(raw)
    found = edit(repair, where, other, {"create": parameters})
    assert (found.calls, found.safety, found.reason[:16]) == ((), "manual", "there is another")


@pytest.mark.parametrize("repair", [QUERY, FILTER, DETECTOR])
def test_without_a_name_there_is_no_place(repair: Repair) -> None:
    assert repair.place({}, SITE) is None


def test_they_are_found_by_what_tells_them_apart() -> None:
    saved = {**SAVED, "queryDefinitionId": "1"}
    others = [{**saved, "name": "bedrock/tokens by model"}, saved]
    assert read(QUERY, facts(QUERY, SAVED), {"logs:DescribeQueryDefinitions": {"queryDefinitions": others}}) == saved
    filters = [{**COUNTED, "logGroupName": "/y"}, COUNTED]
    assert read(FILTER, facts(FILTER, COUNTED), {"logs:DescribeMetricFilters": {"metricFilters": filters}}) == COUNTED
    detectors = [{**MATH, "StateValue": "TRAINED"}, {**SINGLE, "StateValue": "TRAINED"}]
    for parameters, found in ((SINGLE, detectors[1]), (MATH, detectors[0])):
        recorded = {"cloudwatch:DescribeAnomalyDetectors": {"AnomalyDetectors": detectors}}
        assert read(DETECTOR, facts(DETECTOR, parameters), recorded) == found


def test_an_undo_is_filled_with_what_aws_gave() -> None:
    call = Call("logs", "DeleteQueryDefinition", {"queryDefinitionId": "${queryDefinitionId}", "b": "${c}", "n": 1})
    made = {"queryDefinitionId": "7", "n": 2}
    assert undoing(call, made) == Call("logs", "DeleteQueryDefinition", {"queryDefinitionId": "7", "b": "${c}", "n": 1})
