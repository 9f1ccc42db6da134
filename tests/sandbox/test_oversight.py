"""Trails, tracing, links and data retention: the demo organisation has them, but where its table of faults says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bedaudit.sandbox import SeededFault
from bedaudit.sandbox.organization import HEALTHY_ACCOUNT, telemetry, trails
from tests.sandbox.conftest import Client

FAULTS = (*trails.FAULTS, *telemetry.FAULTS)
HEALTHY = SeededFault(HEALTHY_ACCOUNT, "us-east-1", "none", "nothing", None)


class Place:
    """A place of the demo organisation, read over HTTP."""

    def __init__(self, client: Client, fault: SeededFault) -> None:
        self._client, self._fault = client, fault

    def __call__(self, service: str) -> Any:
        region = "us-east-1" if self._fault.region == "global" else self._fault.region
        return self._client(service, region, self._fault.account)

    def trail(self, name: str) -> Any:
        found = {each["Name"]: each for each in self("cloudtrail").describe_trails()["trailList"]}
        return found[name]

    def status(self, name: str) -> Any:
        return self("cloudtrail").get_trail_status(Name=self.trail(name)["TrailARN"])

    def narrowed(self) -> bool:
        selectors = self("cloudtrail").get_event_selectors(TrailName=trails.OWN)["AdvancedEventSelectors"]
        return any(field["Field"] == "resources.ARN" for each in selectors for field in each["FieldSelectors"])

    def spans_at(self) -> str:
        (policy,) = self("logs").describe_resource_policies()["resourcePolicies"]
        return str(policy["policyDocument"]).split("arn:aws:logs:")[1].split(":")[0]

    def indexed(self) -> float:
        (rule,) = self("xray").get_indexing_rules()["IndexingRules"]
        return float(rule["Rule"]["Probabilistic"]["DesiredSamplingPercentage"])

    def filters(self) -> list[str]:
        oam = self("oam")
        links = [oam.get_link(Identifier=each["Arn"]) for each in oam.list_links()["Items"]]
        return [name for link in links for name in link.get("LinkConfiguration", {})]

    def links(self) -> int:
        return len(self("oam").list_links()["Items"])

    def sink(self) -> Any:
        (sink,) = self("oam").list_sinks()["Items"]
        return sink["Arn"]


def _own_key(place: Place) -> bool:
    return "KmsKeyId" in place.trail(trails.OWN)


SIGNS: dict[str, tuple[Callable[[Place], Any], Any]] = {
    "log-files-are-not-validated": (
        lambda place: place.trail(trails.ORGANIZATION)["LogFileValidationEnabled"],
        False,
    ),
    "one-knowledge-base-only": (lambda place: place.narrowed(), True),
    "trail-without-key": (_own_key, False),
    "trail-is-stopped": (lambda place: place.status(trails.STOPPED)["IsLogging"], False),
    "trail-bucket-is-gone": (lambda place: place.status(trails.OWN)["LatestDeliveryError"], "NoSuchBucket"),
    "no-transaction-search": (lambda place: place("xray").get_trace_segment_destination()["Destination"], "XRay"),
    "spans-are-refused": (lambda place: place.spans_at(), "us-east-2"),
    "no-trace-is-indexed": (lambda place: place.indexed(), 0.0),
    "traces-without-key": (lambda place: place("xray").get_encryption_config()["EncryptionConfig"]["Type"], "NONE"),
    "region-is-not-linked": (lambda place: place.links(), 0),
    "filter-leaves-bedrock-out": (lambda place: place.filters(), ["MetricConfiguration"]),
    "filter-leaves-logs-out": (lambda place: place.filters(), ["LogGroupConfiguration"]),
    "sink-is-open": (
        lambda place: "Condition" in place("oam").get_sink_policy(SinkIdentifier=place.sink())["Policy"],
        False,
    ),
    "sink-receives-nothing": (
        lambda place: place("oam").list_attached_links(SinkIdentifier=place.sink())["Items"],
        [],
    ),
    "prompts-are-shared": (lambda place: place("bedrock").get_account_data_retention()["mode"], "provider_data_share"),
}
OF_A_MONITOR_OR_A_SECOND_TRAIL = {
    "log-files-are-not-validated",
    "trail-is-stopped",
    "sink-is-open",
    "sink-receives-nothing",
}
"""What the healthy account has nothing to compare with."""


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_is_there(reader: Client, fault: SeededFault) -> None:
    look, seen = SIGNS[fault.name]
    assert look(Place(reader, fault)) == seen


def _otherwise(name: str) -> bool:
    return name not in OF_A_MONITOR_OR_A_SECOND_TRAIL | {"trail-bucket-is-gone"}


@pytest.mark.parametrize("name", sorted(filter(_otherwise, SIGNS)))
def test_the_healthy_account_shows_no_such_sign(reader: Client, name: str) -> None:
    look, seen = SIGNS[name]
    assert look(Place(reader, HEALTHY)) != seen


def test_members_see_the_organizations_trail_beside_their_own(reader: Client) -> None:
    place = Place(reader, HEALTHY)
    assert place.trail(trails.ORGANIZATION)["IsOrganizationTrail"] is True
    for name in (trails.ORGANIZATION, trails.OWN):
        status = place.status(name)
        assert (status["IsLogging"], "LatestDeliveryError" in status) == (True, False)


def test_the_monitoring_account_receives_from_the_others(reader: Client) -> None:
    oam = reader("oam", "us-east-1")
    (sink,) = oam.list_sinks()["Items"]
    labels = [each["Label"] for each in oam.list_attached_links(SinkIdentifier=sink["Arn"])["Items"]]
    assert labels == ["prod-healthy", "prod-chat", "prod-search", "staging"]
