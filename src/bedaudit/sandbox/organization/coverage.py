"""Seeds the alarms and anomaly detectors beyond the first few, and the metrics of a judge of answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.sandbox.backends.bedrock_evaluations import Jobs
from bedaudit.sandbox.backends.cloudwatch_alarms import Alarm as Held
from bedaudit.sandbox.backends.cloudwatch_alarms import Alarms
from bedaudit.sandbox.backends.cloudwatch_anomaly import Detectors
from bedaudit.sandbox.organization import watching
from bedaudit.sandbox.organization.coverage_plan import JUDGED, lacking
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.organization.site_setup import GROUP, Setup
from bedaudit.sandbox.organization.traffic import called

_AGENTCORE, _GUARDRAILS = "AWS/Bedrock-AgentCore", "AWS/Bedrock/Guardrails"
_APPLIED = {"Operation": "ApplyGuardrail"}
_RUNTIME = {"Service": "AgentCore.Runtime"}
_BAND: list[dict[str, Any]] = [
    {
        "Id": "tokens",
        "MetricStat": {
            "Metric": {"Namespace": "AWS/Bedrock", "MetricName": "InputTokenCount"},
            "Period": 3600,
            "Stat": "Sum",
        },
        "ReturnData": True,
    },
    {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(tokens, 3)", "ReturnData": True},
]
_PLAIN: Mapping[str, tuple[str, str, str, Mapping[str, str], Mapping[str, Any]]] = {
    "no-first-token-alarm": (
        "bedrock-first-token",
        "AWS/Bedrock",
        "TimeToFirstToken",
        {},
        {"ExtendedStatistic": "p90"},
    ),
    "no-output-token-alarm": ("bedrock-output-tokens", "AWS/Bedrock", "OutputTokenCount", {}, {"Threshold": 9e6}),
    "no-legacy-model-alarm": ("bedrock-legacy-models", "AWS/Bedrock", "LegacyModelInvocations", {}, {}),
    "no-mantle-alarm": ("bedrock-unlogged-endpoint", "AWS/BedrockMantle", "Inferences", {}, {}),
    "no-sensitive-data-alarm": ("bedrock-sensitive-data", "AWS/Logs", "LogEventsWithFindings", {}, {}),
    "no-configuration-alarm": ("bedrock-configuration", "CloudTrail", "BedrockConfigurationChanges", {}, {}),
    "no-guardrail-error-alarm": ("bedrock-guardrail-errors", _GUARDRAILS, "InvocationServerErrors", _APPLIED, {}),
    "no-guardrail-throttle-alarm": ("bedrock-guardrail-throttles", _GUARDRAILS, "InvocationThrottles", _APPLIED, {}),
    "no-agent-error-alarm": ("bedrock-agent-errors", _AGENTCORE, "SystemErrors", _RUNTIME, {}),
    "no-agent-throttle-alarm": ("bedrock-agent-throttles", _AGENTCORE, "Throttles", _RUNTIME, {}),
}
"""By the fault that is its absence: name, namespace, metric, dimensions, and what differs from most alarms."""
_DELETED = {
    "no-cloudwatch-delivery-alarm": "bedrock-log-delivery-cloudwatch",
    "no-s3-delivery-alarm": "bedrock-log-delivery-s3",
    "no-large-data-alarm": "bedrock-log-delivery-large-data",
    "model-without-latency-alarm": "bedrock-latency-p99",
}


def seed(site: Site, setup: Setup) -> None:
    """Makes what a site with traffic needs but for what it is to lack."""
    if not setup.traffic:
        return
    without = lacking(site)
    _alarms(site, without)
    _detectors(site, without)
    _quality(site, without)
    _odd_alarms(site, setup, without)
    watching.settle(site)
    if "alarm-without-data" in without:
        _silence(site, "bedrock-retired-model")


def _alarms(site: Site, without: frozenset[str]) -> None:
    agents = {"no-agent-error-alarm", "no-agent-throttle-alarm"}
    for fault, (name, namespace, metric, dimensions, settings) in _PLAIN.items():
        # An alarm on agents where none run would never have had data.
        if fault not in without and (fault not in agents or _runs_agents(site)):
            _put(site, name, Namespace=namespace, MetricName=metric, Dimensions=_listed(dimensions), **settings)
    if "no-input-token-alarm" not in without:
        above = {"ComparisonOperator": "GreaterThanUpperThreshold", "ThresholdMetricId": "band"}
        _put(site, "bedrock-input-tokens", Metrics=_BAND, Statistic=None, Period=None, Threshold=None, **above)
    _put(
        site,
        "bedrock-traffic-drop",
        Namespace="AWS/Bedrock",
        MetricName="Invocations",
        Threshold=1.0,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="notBreaching" if "silence-counts-as-fine" in without else "breaching",
    )
    deleted = [alarm for fault, alarm in _DELETED.items() if fault in without]
    if deleted:
        site("cloudwatch", "DeleteAlarms", AlarmNames=deleted)


def _runs_agents(site: Site) -> bool:
    return bool(site("cloudwatch", "ListMetrics", Namespace=_AGENTCORE)["Metrics"])


def _odd_alarms(site: Site, setup: Setup, without: frozenset[str]) -> None:
    of_bedrock = {"Namespace": "AWS/Bedrock"}
    if "average-of-a-count" in without:
        average = {"MetricName": "InvocationThrottles", "Statistic": "Average"}
        _put(site, "bedrock-average-of-throttles", **of_bedrock, **average)
    if "alarm-without-data" in without:
        retired = {"MetricName": "Invocations", "Dimensions": _listed({"ModelId": "anthropic.claude-v2"})}
        _put(site, "bedrock-retired-model", **of_bedrock, **retired)
    if "model-without-latency-alarm" in without:
        one = {"MetricName": "InvocationLatency", "Dimensions": _listed({"ModelId": called(setup)[0]})}
        _put(site, "bedrock-latency-of-one-model", **of_bedrock, **one, Threshold=20000.0, ExtendedStatistic="p99")
    if setup.guardrail_traffic or "alarm-mails-prompts" in without:
        _put_log_alarm(site, lines=10 if "alarm-mails-prompts" in without else 0)


def _put(site: Site, name: str, **settings: Any) -> None:
    """A metric alarm; a setting of None is left out."""
    most: dict[str, Any] = {
        "Statistic": None if "ExtendedStatistic" in settings else "Sum",
        "Period": 300,
        "EvaluationPeriods": 3,
        "Threshold": 0.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [_topic(site)],
    }
    given = {name: value for name, value in {**most, **settings}.items() if value is not None}
    site("cloudwatch", "PutMetricAlarm", AlarmName=name, **given)


def _put_log_alarm(site: Site, lines: int) -> None:
    role = f"arn:aws:iam::{site.account}:role/BedrockLogAlarm"
    query = {
        "QueryString": "filter output.outputBodyJson.stopReason = 'guardrail_intervened'",
        "LogGroupIdentifiers": [GROUP],
        "ScheduledQueryRoleARN": role,
        "ScheduleConfiguration": {"ScheduleExpression": "rate(5 minutes)", "StartTimeOffset": 300},
        "AggregationExpression": "count(*)",
    }
    site(
        "cloudwatch",
        "PutLogAlarm",
        AlarmName="bedrock-refusals",
        ScheduledQueryConfiguration=query,
        QueryResultsToEvaluate=3,
        QueryResultsToAlarm=2,
        Threshold=5.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[_topic(site)],
        **({"ActionLogLineCount": lines, "ActionLogLineRoleArn": role} if lines else {}),
    )


def _detectors(site: Site, without: frozenset[str]) -> None:
    """Detectors that have been trained, but for one that never will be."""
    learned = {"Namespace": "AWS/Bedrock", "MetricName": "InputTokenCount", "Stat": "Sum"}
    site("cloudwatch", "PutAnomalyDetector", SingleMetricAnomalyDetector=learned)
    rate = [
        {**_BAND[0], "Id": "tokens", "ReturnData": False},
        {"Id": "rate", "Expression": "tokens / PERIOD(tokens)", "ReturnData": True},
    ]
    site("cloudwatch", "PutAnomalyDetector", MetricMathAnomalyDetector={"MetricDataQueries": rate})
    shown = site.world.state(Detectors, site.account, site.region).shown
    for detector in shown:
        detector["StateValue"] = "TRAINED"
    if "untrained-detector" in without:
        counted = {"Namespace": "AWS/Bedrock", "MetricName": "Invocations", "Stat": "SampleCount"}
        site("cloudwatch", "PutAnomalyDetector", SingleMetricAnomalyDetector=counted)
        newest = site.world.state(Detectors, site.account, site.region).shown[-1]
        newest["StateValue"] = "TRAINED_INSUFFICIENT_DATA"


def _quality(site: Site, without: frozenset[str]) -> None:
    _evaluate(site, days_ago=120 if "no-evaluation" in without else 6)
    if "quality-not-measured" in without:
        return
    namespace, metric = JUDGED
    for hours in range(130 if "judge-stopped" in without else 2, 300, 12):
        datum = {"MetricName": metric, "Value": 4.2, "Timestamp": site.hours_ago(hours)}
        site("cloudwatch", "PutMetricData", Namespace=namespace, MetricData=[datum])
    if "nobody-hears-the-judge" not in without:
        below = {"ComparisonOperator": "LessThanThreshold", "Threshold": 3.5, "Statistic": "Average"}
        _put(site, "answers-are-helpful", Namespace=namespace, MetricName=metric, **below)


def _evaluate(site: Site, days_ago: int) -> None:
    data = {"taskType": "Generation", "dataset": {"name": "questions"}, "metricNames": ["Builtin.Correctness"]}
    site(
        "bedrock",
        "CreateEvaluationJob",
        jobName="weekly",
        roleArn=f"arn:aws:iam::{site.account}:role/BedrockEvaluation",
        evaluationConfig={"automated": {"datasetMetricConfigs": [data]}},
        inferenceConfig={"models": [{"bedrockModel": {"modelIdentifier": "amazon.nova-pro-v1:0"}}]},
        outputDataConfig={"s3Uri": f"s3://evaluations-{site.account}/weekly"},
    )
    job = site.world.state(Jobs, site.account, site.region).summaries[-1]
    job["creationTime"] = site.hours_ago(days_ago * 24)


def _silence(site: Site, name: str) -> None:
    """An alarm that has not been evaluated since it was made."""
    alarms = site.world.state(Alarms, site.account, site.region).by_name
    alarm = alarms[name]
    state = {"StateValue": "INSUFFICIENT_DATA", "StateReason": "Insufficient Data"}
    alarms[name] = Held(alarm.type, {**alarm.shown, **state})


def _topic(site: Site) -> str:
    return f"arn:aws:sns:{site.region}:{site.account}:bedrock-alarms"


def _listed(dimensions: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]
