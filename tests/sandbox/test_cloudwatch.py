"""CloudWatch: metrics, alarms of three types, dashboards, anomaly detectors and mute rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import Client, plain

ACCOUNT = "111111111111"
ARN = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:"
METRIC = {"Namespace": "AWS/Bedrock", "MetricName": "Invocations"}
ALARM: dict[str, Any] = {
    **METRIC,
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 3,
    "Threshold": 5.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
LOG_ALARM: dict[str, Any] = {
    "ScheduledQueryConfiguration": {
        "QueryString": "fields @message",
        "LogGroupIdentifiers": [f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:any"],
        "ScheduledQueryRoleARN": f"arn:aws:iam::{ACCOUNT}:role/query",
        "ScheduleConfiguration": {"ScheduleExpression": "rate(5 minutes)", "StartTimeOffset": 300},
        "AggregationExpression": "count(*)",
    },
    "QueryResultsToEvaluate": 3,
    "QueryResultsToAlarm": 2,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
TYPES = ["MetricAlarm", "CompositeAlarm", "LogAlarm"]


def names(reply: dict[str, Any]) -> list[str]:
    shown = [*reply["CompositeAlarms"], *reply["MetricAlarms"], *reply["LogAlarms"]]
    return [alarm["AlarmName"] for alarm in shown]


def code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


@pytest.fixture
def alarms(client: Client) -> Any:
    """Four metric alarms, a composite one over two of them, and a log alarm."""
    api = client("cloudwatch")
    for name in ("a1", "a2", "b1", "b2"):
        api.put_metric_alarm(AlarmName=name, **ALARM)
    api.put_composite_alarm(AlarmName="both", AlarmRule=f'ALARM("a1") AND ALARM({ARN}a2)')
    api.put_log_alarm(AlarmName="logs", **LOG_ALARM)
    return api


def test_an_alarm_comes_back_as_it_was_put(client: Client) -> None:
    api = client("cloudwatch")
    actions = {"AlarmActions": [f"arn:aws:sns:us-east-1:{ACCOUNT}:topic"], "TreatMissingData": "notBreaching"}
    api.put_metric_alarm(AlarmName="a1", **ALARM, **actions, Tags=[{"Key": "team", "Value": "platform"}])
    (shown,) = api.describe_alarms()["MetricAlarms"]
    moments = [shown.pop(name) for name in sorted(shown) if name.endswith("Timestamp")]
    assert len(set(moments)) == 1
    assert shown == {
        **ALARM,
        **actions,
        "AlarmName": "a1",
        "AlarmArn": f"{ARN}a1",
        "ActionsEnabled": True,
        "Dimensions": [],
        "OKActions": [],
        "InsufficientDataActions": [],
        "StateValue": "INSUFFICIENT_DATA",
        "StateReason": "Unchecked: Initial alarm creation",
    }
    assert api.list_tags_for_resource(ResourceARN=f"{ARN}a1")["Tags"] == [{"Key": "team", "Value": "platform"}]


def test_an_alarm_on_metric_math_has_metrics_and_no_dimensions(client: Client) -> None:
    api = client("cloudwatch")
    stat = {"Metric": METRIC, "Period": 300, "Stat": "Sum"}
    queries = [
        {"Id": "m1", "MetricStat": stat, "ReturnData": False},
        {"Id": "e1", "Expression": "m1 * 2", "ReturnData": True},
    ]
    rest = {name: ALARM[name] for name in ("EvaluationPeriods", "Threshold", "ComparisonOperator")}
    api.put_metric_alarm(AlarmName="math", Metrics=queries, **rest)
    (shown,) = api.describe_alarms()["MetricAlarms"]
    assert shown["Metrics"] == [{**queries[0], "MetricStat": {**stat, "Metric": METRIC}}, queries[1]]
    assert "Dimensions" not in shown


def test_putting_an_alarm_again_keeps_its_state(alarms: Any) -> None:
    alarms.set_alarm_state(AlarmName="a1", StateValue="ALARM", StateReason="by hand")
    alarms.put_metric_alarm(AlarmName="a1", **{**ALARM, "Threshold": 9.0})
    (shown,) = alarms.describe_alarms(AlarmNames=["a1"])["MetricAlarms"]
    assert (shown["StateValue"], shown["Threshold"]) == ("ALARM", 9.0)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["a1", "a2", "b1", "b2"]),
        ({"AlarmTypes": TYPES}, ["both", "a1", "a2", "b1", "b2", "logs"]),
        ({"AlarmTypes": ["LogAlarm"]}, ["logs"]),
        ({"AlarmNamePrefix": "b"}, ["b1", "b2"]),
        ({"AlarmNamePrefix": "b", "AlarmTypes": TYPES}, ["both", "b1", "b2"]),
        ({"AlarmNames": ["a2", "none"]}, ["a2"]),
        ({"StateValue": "OK"}, []),
        ({"ActionPrefix": "arn:aws:sns"}, []),
        ({"ParentsOfAlarmName": "a1"}, ["both"]),
        ({"ParentsOfAlarmName": "b1"}, []),
        ({"ChildrenOfAlarmName": "both"}, ["a1", "a2"]),
    ],
)
def test_alarms_are_selected(alarms: Any, wanted: dict[str, Any], expected: list[str]) -> None:
    assert names(alarms.describe_alarms(**wanted)) == expected


def test_alarms_come_in_pages_over_the_types(alarms: Any) -> None:
    pages = alarms.get_paginator("describe_alarms").paginate(AlarmTypes=TYPES, PaginationConfig={"PageSize": 4})
    assert [names(page) for page in pages] == [["both", "a1", "a2", "b1"], ["b2", "logs"]]
    for number in range(60):
        alarms.put_metric_alarm(AlarmName=f"c{number}", **ALARM)
    assert len(names(alarms.describe_alarms())) == 50
    assert code(alarms.describe_alarms, NextToken="made up") == "InvalidNextToken"


def test_alarms_belong_to_one_account_and_region(alarms: Any, client: Client) -> None:
    assert names(client("cloudwatch", "us-west-2").describe_alarms(AlarmTypes=TYPES)) == []
    assert names(client("cloudwatch", account="222222222222").describe_alarms(AlarmTypes=TYPES)) == []
    assert len(alarms.describe_alarms_for_metric(**METRIC)["MetricAlarms"]) == 4


def test_actions_are_switched_and_alarms_deleted(alarms: Any) -> None:
    alarms.disable_alarm_actions(AlarmNames=["a1"])
    assert [a["ActionsEnabled"] for a in alarms.describe_alarms(AlarmNames=["a1", "a2"])["MetricAlarms"]] == [
        False,
        True,
    ]
    assert code(alarms.delete_alarms, AlarmNames=["a1", "none"]) == "ResourceNotFound"
    alarms.delete_alarms(AlarmNames=["a1", "both"])
    assert names(alarms.describe_alarms(AlarmTypes=TYPES)) == ["a2", "b1", "b2", "logs"]
    assert code(alarms.set_alarm_state, AlarmName="a1", StateValue="OK", StateReason="none") == "ResourceNotFound"


def test_tags_are_added_changed_and_taken_away(alarms: Any) -> None:
    alarms.tag_resource(ResourceARN=f"{ARN}a1", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    alarms.tag_resource(ResourceARN=f"{ARN}a1", Tags=[{"Key": "a", "Value": "3"}])
    alarms.untag_resource(ResourceARN=f"{ARN}a1", TagKeys=["b"])
    assert alarms.list_tags_for_resource(ResourceARN=f"{ARN}a1")["Tags"] == [{"Key": "a", "Value": "3"}]


def test_metrics_are_listed_for_two_weeks_and_summed_by_period(client: Client) -> None:
    api, now = client("cloudwatch"), datetime.now(UTC).replace(minute=30)
    model = {"Dimensions": [{"Name": "ModelId", "Value": "m"}]}
    for name, hours, more in (
        ("Invocations", 1, model),
        ("Invocations", 2, model),
        ("Errors", 5, {}),
        ("Old", 400, {}),
    ):
        at = now - timedelta(hours=hours)
        api.put_metric_data(Namespace="N", MetricData=[{"MetricName": name, "Value": 4.0, "Timestamp": at, **more}])
    listed = api.list_metrics(Namespace="N")["Metrics"]
    invocations = {"Namespace": "N", "MetricName": "Invocations", **model}
    assert listed == [{"Namespace": "N", "MetricName": "Errors", "Dimensions": []}, invocations]
    assert api.list_metrics(RecentlyActive="PT3H")["Metrics"] == [invocations]
    assert api.list_metrics(Dimensions=[{"Name": "ModelId"}])["Metrics"] == [invocations]
    assert api.list_metrics(Dimensions=[{"Name": "ModelId", "Value": "other"}])["Metrics"] == []
    assert client("cloudwatch", "eu-west-1").list_metrics()["Metrics"] == []
    stat = {"Metric": invocations, "Period": 3600}
    queries = [{"Id": n.lower(), "MetricStat": {**stat, "Stat": n}} for n in ("Sum", "Average", "SampleCount", "p99")]
    reply = api.get_metric_data(MetricDataQueries=queries, StartTime=now - timedelta(hours=3), EndTime=now)
    results = {r["Id"]: (r["Values"], r["StatusCode"]) for r in reply["MetricDataResults"]}
    assert results == {
        "sum": ([4.0, 4.0], "Complete"),
        "average": ([4.0, 4.0], "Complete"),
        "samplecount": ([1.0, 1.0], "Complete"),
        "p99": ([4.0, 4.0], "Complete"),
    }
    newest, older = reply["MetricDataResults"][0]["Timestamps"]
    assert newest - older == timedelta(hours=1)


def test_metrics_come_in_pages_of_five_hundred(client: Client) -> None:
    api = client("cloudwatch")
    data = [{"MetricName": f"m{number}", "Value": 1.0} for number in range(501)]
    api.put_metric_data(Namespace="N", MetricData=data)
    assert [len(page["Metrics"]) for page in api.get_paginator("list_metrics").paginate()] == [500, 1]


def test_dashboards_belong_to_the_account_whatever_the_region(client: Client) -> None:
    here, there = client("cloudwatch"), client("cloudwatch", "eu-west-1")
    assert (
        plain(here.put_dashboard(DashboardName="d", DashboardBody='{"widgets": []}'))["DashboardValidationMessages"]
        == []
    )
    arn = f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/d"
    shown = plain(there.get_dashboard(DashboardName="d"))
    assert shown == {"DashboardArn": arn, "DashboardName": "d", "DashboardBody": '{"widgets": []}'}
    (entry,) = there.list_dashboards()["DashboardEntries"]
    assert (entry["DashboardArn"], entry["Size"]) == (arn, 15)
    assert there.list_dashboards(DashboardNamePrefix="e")["DashboardEntries"] == []
    assert client("cloudwatch", account="222222222222").list_dashboards()["DashboardEntries"] == []
    assert code(here.put_dashboard, DashboardName="d", DashboardBody="{") == "InvalidParameterInput"
    assert code(here.delete_dashboards, DashboardNames=["d", "none"]) == "ResourceNotFound"
    here.delete_dashboards(DashboardNames=["d"])
    assert code(there.get_dashboard, DashboardName="d") == "ResourceNotFound"


def test_anomaly_detectors_are_single_metric_unless_types_are_named(client: Client) -> None:
    api = client("cloudwatch")
    query = {"Id": "m1", "MetricStat": {"Metric": METRIC, "Period": 300, "Stat": "Sum"}, "ReturnData": True}
    api.put_anomaly_detector(SingleMetricAnomalyDetector={**METRIC, "Stat": "Sum"})
    api.put_anomaly_detector(**METRIC, Stat="Sum", Configuration={"MetricTimezone": "UTC"})
    api.put_anomaly_detector(MetricMathAnomalyDetector={"MetricDataQueries": [query]})
    (single,) = api.describe_anomaly_detectors()["AnomalyDetectors"]
    assert single == {
        **METRIC,
        "Dimensions": [],
        "Stat": "Sum",
        "StateValue": "PENDING_TRAINING",
        "Configuration": {"MetricTimezone": "UTC"},
        "SingleMetricAnomalyDetector": {**METRIC, "Dimensions": [], "Stat": "Sum"},
    }
    assert api.describe_anomaly_detectors(Namespace="AWS/Lambda")["AnomalyDetectors"] == []
    both = api.describe_anomaly_detectors(AnomalyDetectorTypes=["SINGLE_METRIC", "METRIC_MATH"], MaxResults=1)
    assert both["NextToken"]
    api.delete_anomaly_detector(SingleMetricAnomalyDetector={**METRIC, "Stat": "Sum"})
    assert api.describe_anomaly_detectors()["AnomalyDetectors"] == []
    assert code(api.delete_anomaly_detector, **METRIC, Stat="Sum") == "ResourceNotFoundException"


def test_mute_rules_are_active_between_their_dates(client: Client) -> None:
    api, now = client("cloudwatch"), datetime.now(UTC).replace(microsecond=0)
    rule = {"Schedule": {"Expression": "cron(0 2 * * ? *)", "Duration": "PT4H"}}
    past, future = now - timedelta(days=1), now + timedelta(days=1)
    api.put_alarm_mute_rule(Name="now", Rule=rule, MuteTargets={"AlarmNames": ["a1"]}, ExpireDate=future)
    api.put_alarm_mute_rule(Name="later", Rule=rule, StartDate=future)
    api.put_alarm_mute_rule(Name="over", Rule=rule, ExpireDate=past)
    statuses = {n: api.get_alarm_mute_rule(AlarmMuteRuleName=n)["Status"] for n in ("now", "later", "over")}
    assert statuses == {"now": "ACTIVE", "later": "SCHEDULED", "over": "EXPIRED"}
    (summary,) = api.list_alarm_mute_rules(AlarmName="a1")["AlarmMuteRuleSummaries"]
    arn = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm-mute-rule:now"
    assert (summary["AlarmMuteRuleArn"], summary["Status"], summary["ExpireDate"]) == (arn, "ACTIVE", future)
    assert len(api.list_alarm_mute_rules(Statuses=["ACTIVE", "EXPIRED"])["AlarmMuteRuleSummaries"]) == 2
    api.delete_alarm_mute_rule(AlarmMuteRuleName="now")
    assert code(api.get_alarm_mute_rule, AlarmMuteRuleName="now") == "ResourceNotFoundException"
