"""Seeds who watches: topics, alarms and dashboards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bedaudit.sandbox.backends.cloudwatch_alarms import Alarm as Held
from bedaudit.sandbox.backends.cloudwatch_alarms import Alarms
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.organization.site_setup import GUARDRAIL_ALARM, Alarm, Setup
from bedaudit.sandbox.organization.traffic import called

_ONCALL = "oncall@example.com"
UNHEARD_TOPIC, MISSING_TOPIC = "bedrock-alarms-unconfirmed", "bedrock-alarms-deleted"


def seed(site: Site, setup: Setup) -> None:
    """Makes the site's topics and alarms; the alarms have been in OK for a month."""
    alarms = (*setup.alarms, GUARDRAIL_ALARM) if setup.guardrail_traffic else setup.alarms
    for topic in sorted({alarm.topic for alarm in alarms} - {MISSING_TOPIC}):
        arn = site("sns", "CreateTopic", Name=topic)["TopicArn"]
        site("sns", "Subscribe", TopicArn=arn, Protocol="email", Endpoint=_ONCALL)
        if topic != UNHEARD_TOPIC:
            site("sns", "ConfirmSubscription", TopicArn=arn, Token=_ONCALL)
    for alarm in alarms:
        put(site, alarm)
    settle(site)


def put(site: Site, alarm: Alarm) -> None:
    """Makes an alarm, in the state that all begin with."""
    site(
        "cloudwatch",
        "PutMetricAlarm",
        AlarmName=alarm.name,
        Namespace=alarm.namespace,
        MetricName=alarm.metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in alarm.dimensions.items()],
        Period=300,
        EvaluationPeriods=3,
        DatapointsToAlarm=2,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        ActionsEnabled=alarm.actions_enabled,
        AlarmActions=[f"arn:aws:sns:{site.region}:{site.account}:{alarm.topic}"],
        **alarm.settings,
    )


def settle(site: Site) -> None:
    """Has the site's alarms been in OK for a month."""
    since = site.hours_ago(30 * 24)
    moments = ("StateUpdatedTimestamp", "StateTransitionedTimestamp", "AlarmConfigurationUpdatedTimestamp")
    state = {"StateValue": "OK", "StateReason": "Threshold not crossed", **dict.fromkeys(moments, since)}
    alarms = site.world.state(Alarms, site.account, site.region).by_name
    alarms.update({name: Held(alarm.type, {**alarm.shown, **state}) for name, alarm in alarms.items()})


def seed_dashboard(site: Site, regions: Mapping[str, Setup]) -> None:
    """Makes the account's dashboard, with a row of widgets for each region."""
    widgets = [widget for row, (region, setup) in enumerate(regions.items()) for widget in _row(row, region, setup)]
    if widgets:
        site("cloudwatch", "PutDashboard", DashboardName="bedrock", DashboardBody=json.dumps({"widgets": widgets}))


def _row(row: int, region: str, setup: Setup) -> list[dict[str, Any]]:
    titles = {"Invocations": "Sum", "InvocationLatency": "p99", "InputTokenCount": "Sum"}
    return [
        {
            "type": "metric",
            "x": 8 * column,
            "y": 6 * row,
            "width": 8,
            "height": 6,
            "properties": {
                "title": f"{name} in {region}",
                "region": region,
                "stat": stat,
                "metrics": _lines(name, setup),
            },
        }
        for column, (name, stat) in enumerate(titles.items())
    ]


def _lines(name: str, setup: Setup) -> list[list[Any]]:
    first, *others = called(setup)
    lines: list[list[Any]] = [["AWS/Bedrock", name, "ModelId", first], *(["...", other] for other in others)]
    return [*lines, [".", "OutputTokenCount", ".", first]] if name == "InputTokenCount" else lines
