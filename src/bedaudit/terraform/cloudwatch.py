"""What CloudWatch will answer."""

from __future__ import annotations

from typing import Any, Final

from bedaudit.model import Raw
from bedaudit.terraform.bedrock import pairs
from bedaudit.terraform.block import Block
from bedaudit.terraform.estate import Asked, Estate, not_managed
from bedaudit.terraform.value import Unknown, reply

METRIC_ALARM: Final = "aws_cloudwatch_metric_alarm"
COMPOSITE_ALARM: Final = "aws_cloudwatch_composite_alarm"
DASHBOARD: Final = "aws_cloudwatch_dashboard"


def alarms(estate: Estate, asked: Asked) -> Raw:
    """DescribeAlarms."""
    if not any(estate.manages(each, asked.region) for each in (METRIC_ALARM, COMPOSITE_ALARM)):
        not_managed(f"alarms in {asked.region}")
    return reply(
        {
            "MetricAlarms": [_metric_alarm(each.block) for each in estate.all(METRIC_ALARM, asked.region)],
            "CompositeAlarms": [_composite(each.block) for each in estate.all(COMPOSITE_ALARM, asked.region)],
        }
    )


def _alarm(block: Block) -> dict[str, Any]:
    enabled = block.flag("actions_enabled")
    return {
        "AlarmName": block.text("alarm_name"),
        "AlarmArn": block.text("arn"),
        "ActionsEnabled": True if enabled is None else enabled,
        "AlarmActions": block.texts("alarm_actions") or [],
    }


def _metric_alarm(block: Block) -> Raw:
    return reply(
        {
            **_alarm(block),
            **_metric(block),
            "ComparisonOperator": block.text("comparison_operator"),
            "EvaluationPeriods": block.whole("evaluation_periods"),
            "DatapointsToAlarm": block.whole("datapoints_to_alarm"),
            "Threshold": block.number("threshold"),
            "ThresholdMetricId": block.text("threshold_metric_id"),
            "TreatMissingData": block.text("treat_missing_data"),
            "Period": block.whole("period"),
            "Statistic": block.text("statistic"),
            "ExtendedStatistic": block.text("extended_statistic"),
            "Unit": block.text("unit"),
            "Metrics": [_query(query) for query in block.blocks("metric_query")] or None,
        }
    )


def _metric(block: Block) -> dict[str, Any]:
    dimensions = block.mapping("dimensions")
    return {
        "Namespace": block.text("namespace"),
        "MetricName": block.text("metric_name"),
        "Dimensions": dimensions
        if dimensions is None or isinstance(dimensions, Unknown)
        else [{"Name": name, "Value": value} for name, value in dimensions.items()],
    }


def _query(block: Block) -> dict[str, Any]:
    metric = block.block("metric")
    return {
        "Id": block.text("id"),
        "Expression": block.text("expression"),
        "Label": block.text("label"),
        "ReturnData": block.flag("return_data") or False,
        "AccountId": block.text("account_id"),
        "Period": block.whole("period"),
        "MetricStat": None
        if metric is None
        else {
            "Metric": _metric(metric),
            "Period": metric.whole("period"),
            "Stat": metric.text("stat"),
            "Unit": metric.text("unit"),
        },
    }


def _composite(block: Block) -> Raw:
    return reply({**_alarm(block), "AlarmRule": block.text("alarm_rule")})


def tags(estate: Estate, asked: Asked) -> Raw:
    """ListTagsForResource."""
    arn = asked["ResourceARN"]
    found = estate.about(METRIC_ALARM, "arn", arn) or estate.about(COMPOSITE_ALARM, "arn", arn)
    return not_managed(arn) if found is None else reply({"Tags": pairs(found, "Key", "Value")})


def dashboards(estate: Estate, asked: Asked) -> Raw:
    """ListDashboards."""
    members = {"DashboardName": "dashboard_name", "DashboardArn": "dashboard_arn"}
    listed = [each.block for each in estate.all(DASHBOARD)]
    entries = [{member: block.text(name) for member, name in members.items()} for block in listed]
    return reply({"DashboardEntries": entries})


def dashboard(estate: Estate, asked: Asked) -> Raw | None:
    """GetDashboard."""
    found = estate.about(DASHBOARD, "dashboard_name", asked["DashboardName"])
    if found is None:
        return None
    return reply({"DashboardName": asked["DashboardName"], "DashboardBody": found.text("dashboard_body")})


def nothing(estate: Estate, asked: Asked) -> Raw:
    """ListAlarmMuteRules: what mutes an alarm for a while is no matter of a plan."""
    return {}
