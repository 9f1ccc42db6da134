"""Alarms, dashboards, judged quality and logs of agents in the demo organisation: where good, and where lacking."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bedaudit.sandbox import FAULTS, SeededFault
from bedaudit.sandbox.organization import HEALTHY_ACCOUNT
from bedaudit.sandbox.organization.coverage_plan import FOREVER
from tests.sandbox.conftest import Client

MINE = {fault.name: fault for fault in FAULTS if fault.policy in ("alarms", "dashboards", "quality", "agents")}
HEALTHY = SeededFault(HEALTHY_ACCOUNT, "us-east-1", "none", "nothing", None)


class Place:
    """A place of the demo organisation, read over HTTP."""

    def __init__(self, client: Client, fault: SeededFault) -> None:
        self._client, self._fault = client, fault

    def __call__(self, service: str) -> Any:
        return self._client(service, self._fault.region, self._fault.account)

    def alarms(self) -> Mapping[str, Any]:
        found = self("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
        return {alarm["AlarmName"]: alarm for alarm in found}

    def has(self, alarm: str) -> bool:
        return alarm in self.alarms()

    def log_alarm(self) -> Any:
        (one,) = self("cloudwatch").describe_alarms(AlarmTypes=["LogAlarm"])["LogAlarms"]
        return one.get("ActionLogLineCount", 0)

    def detectors(self) -> list[tuple[str, str]]:
        types = ["SINGLE_METRIC", "METRIC_MATH"]
        found = self("cloudwatch").describe_anomaly_detectors(AnomalyDetectorTypes=types)["AnomalyDetectors"]
        return sorted((one.get("MetricName", "math"), one["StateValue"]) for one in found)

    def shown(self, title: str) -> bool:
        body = self("cloudwatch").get_dashboard(DashboardName="bedrock-operations")["DashboardBody"]
        here = (one["properties"] for one in json.loads(body)["widgets"])
        return title in {one["title"] for one in here if one["region"] == self._fault.region}

    def delivered(self) -> dict[str, str]:
        found = self("logs").describe_delivery_sources()["deliverySources"]
        return {one["resourceArns"][0].split(":", 5)[5].split("/")[0]: one["status"] for one in found}

    def evaluated(self) -> bool:
        since = datetime.now(UTC) - timedelta(days=30)
        return "jobSummaries" in self("bedrock").list_evaluation_jobs(creationTimeAfter=since)

    def judged(self) -> list[str]:
        return [one["MetricName"] for one in self("cloudwatch").list_metrics(Namespace="LLM/Judge")["Metrics"]]

    def kept(self) -> Any:
        (group,) = self("logs").describe_log_groups(logGroupNamePrefix=FOREVER)["logGroups"]
        return group.get("retentionInDays")


TRAINED = [("InputTokenCount", "TRAINED"), ("math", "TRAINED")]
EVERY = dict.fromkeys(("knowledge-base", "agent-alias", "runtime", "memory", "gateway"), "ACTIVE")


def without(name: str) -> dict[str, str]:
    return {kind: status for kind, status in EVERY.items() if kind != name}


SIGNS: dict[str, tuple[Callable[[Place], Any], Any, Any]] = {
    "no-first-token-alarm": (lambda place: place.has("bedrock-first-token"), False, True),
    "no-input-token-alarm": (lambda place: place.has("bedrock-input-tokens"), False, True),
    "no-s3-delivery-alarm": (lambda place: place.has("bedrock-log-delivery-s3"), False, True),
    "silence-counts-as-fine": (
        lambda place: place.alarms()["bedrock-traffic-drop"]["TreatMissingData"],
        "notBreaching",
        "breaching",
    ),
    "untrained-detector": (
        Place.detectors,
        [*TRAINED[:1], ("Invocations", "TRAINED_INSUFFICIENT_DATA"), *TRAINED[1:]],
        TRAINED,
    ),
    "alarm-mails-prompts": (Place.log_alarm, 10, 0),
    "alarm-without-data": (
        lambda place: {alarm["StateValue"] for alarm in place.alarms().values()},
        {"OK", "INSUFFICIENT_DATA"},
        {"OK"},
    ),
    "graph-of-nothing": (lambda place: place.shown("Blocked"), True, False),
    "errors-not-shown": (lambda place: place.shown("Errors and throttles"), False, True),
    "no-evaluation": (Place.evaluated, False, True),
    "quality-not-measured": (Place.judged, [], ["Helpfulness"]),
    "knowledge-base-without-logs": (Place.delivered, without("knowledge-base"), EVERY),
    "gateway-without-logs": (Place.delivered, without("gateway"), EVERY),
    "orphaned-delivery": (Place.delivered, {"knowledge-base": "INACTIVE"}, EVERY),
    "agent-logs-for-ever": (Place.kept, None, 400),
}


@pytest.mark.parametrize("name", SIGNS)
def test_a_fault_is_where_the_table_says(reader: Client, name: str) -> None:
    sign, faulty, _ = SIGNS[name]
    assert sign(Place(reader, MINE[name])) == faulty


@pytest.mark.parametrize("name", SIGNS)
def test_the_healthy_account_has_none_of_them(reader: Client, name: str) -> None:
    sign, _, healthy = SIGNS[name]
    assert sign(Place(reader, HEALTHY)) == healthy
