"""Seeds who reviews invocation logs: a metric filter with its alarm, and a stream that receives them."""

from __future__ import annotations

from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.organization.site_setup import GROUP
from bedaudit.sandbox.organization.watching import settle

_NAMESPACE, _METRIC = "Custom/Bedrock", "RefusedInvocations"


def count(site: Site) -> None:
    """Makes a metric filter."""
    counted = {"metricNamespace": _NAMESPACE, "metricName": _METRIC, "metricValue": "1"}
    pattern = "{ $.errorCode = * }"
    site(
        "logs",
        "PutMetricFilter",
        logGroupName=GROUP,
        filterName="refused",
        filterPattern=pattern,
        metricTransformations=[counted],
    )


def watch(site: Site) -> None:
    """Makes an alarm on what the metric filter counts."""
    site(
        "cloudwatch",
        "PutMetricAlarm",
        AlarmName="bedrock-refused-invocations",
        Namespace=_NAMESPACE,
        MetricName=_METRIC,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=10.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[f"arn:aws:sns:{site.region}:{site.account}:bedrock-alarms"],
    )
    settle(site)


def subscribe(site: Site) -> None:
    """Makes a stream and subscribes it."""
    site("kinesis", "CreateStream", StreamName="siem", ShardCount=1)
    destination = f"arn:aws:kinesis:{site.region}:{site.account}:stream/siem"
    role = f"arn:aws:iam::{site.account}:role/LogsToKinesis"
    site(
        "logs",
        "PutSubscriptionFilter",
        logGroupName=GROUP,
        filterName="siem",
        filterPattern="",
        destinationArn=destination,
        roleArn=role,
    )
