"""What regulated workloads need: the demo organisation has it, and lacks it where its table of faults says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bedaudit.sandbox import FAULTS, SeededFault
from bedaudit.sandbox.organization import HEALTHY_ACCOUNT
from bedaudit.sandbox.organization.regulated_plan import KNOWLEDGE_BASE_LOGS
from tests.sandbox.conftest import Client

GROUP = "/aws/bedrock/invocations"
REGULATED = tuple(fault for fault in FAULTS if fault.policy == "regulated")
HEALTHY = SeededFault(HEALTHY_ACCOUNT, "us-east-1", "none", "nothing", None)


class Place:
    """A place of the demo organisation, read over HTTP."""

    def __init__(self, client: Client, fault: SeededFault) -> None:
        self._client, self._fault = client, fault
        self.bucket = {"Bucket": f"bedrock-logs-{fault.account}-{fault.region}"}

    def __call__(self, service: str) -> Any:
        return self._client(service, self._fault.region, self._fault.account)

    def group(self, name: str = GROUP) -> Any:
        return self("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]

    def masks(self) -> list[str]:
        """What is done with sensitive data, by the group's own policy or by the account's."""
        own = self("logs").get_data_protection_policy(logGroupIdentifier=GROUP)
        whole = self("logs").describe_account_policies(policyType="DATA_PROTECTION_POLICY")["accountPolicies"]
        policies = [json.loads(each["policyDocument"]) for each in (own, *whole) if "policyDocument" in each]
        return [name for policy in policies for statement in policy["Statement"] for name in statement["Operation"]]

    def watched(self) -> bool:
        (one,) = self("logs").describe_metric_filters(logGroupName=GROUP)["metricFilters"]
        name = one["metricTransformations"][0]["metricName"]
        alarms = self("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
        return name in {alarm.get("MetricName") for alarm in alarms}

    def receiver(self) -> Any:
        (one,) = self("logs").describe_subscription_filters(logGroupName=GROUP)["subscriptionFilters"]
        found = self("kinesis").list_streams()["StreamNames"]
        return one["destinationArn"].rpartition("/")[2] in found

    def queries(self) -> list[Any]:
        found = self("logs").describe_query_definitions()["queryDefinitions"]
        return [query["logGroupNames"] for query in found]

    def lock(self) -> Any:
        try:
            config = self("s3").get_object_lock_configuration(**self.bucket)["ObjectLockConfiguration"]
        except self("s3").exceptions.ClientError as error:
            return error.response["Error"]["Code"]
        return config["Rule"]["DefaultRetention"]

    def refusals(self) -> int:
        policy = json.loads(self("s3").get_bucket_policy(**self.bucket)["Policy"])
        return sum(statement["Effect"] == "Deny" for statement in policy["Statement"])

    def access_logs(self) -> str | None:
        logged = self("s3").get_bucket_logging(**self.bucket).get("LoggingEnabled", {})
        return str(logged["TargetBucket"]) if logged else None

    def encryption(self) -> str:
        config = self("s3").get_bucket_encryption(**self.bucket)["ServerSideEncryptionConfiguration"]
        return str(config["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"])

    def days(self) -> int:
        return int(self("s3").get_bucket_lifecycle_configuration(**self.bucket)["Rules"][0]["Expiration"]["Days"])

    def rotates(self, alias: str) -> bool:
        key = self("kms").describe_key(KeyId=f"alias/{alias}")["KeyMetadata"]["KeyId"]
        return bool(self("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])


SIGNS: dict[str, tuple[Callable[[Place], Any], Any, Any]] = {
    "metric-filter-without-alarm": (Place.watched, False, True),
    "no-object-lock": (Place.lock, "ObjectLockConfigurationNotFoundError", {"Mode": "GOVERNANCE", "Days": 365}),
    "vended-logs-without-key": (lambda place: "kmsKeyId" in place.group(KNOWLEDGE_BASE_LOGS), False, True),
    "plain-http": (Place.refusals, 0, 1),
    "receiver-is-gone": (Place.receiver, False, True),
    "access-is-not-logged": (Place.access_logs, None, f"access-logs-{HEALTHY_ACCOUNT}-us-east-1"),
    "account-policy-shortens-retention": (lambda place: place.group()["retentionInDays"], 180, 365),
    "objects-expire-early": (Place.days, 90, 400),
    "bucket-without-key": (Place.encryption, "AES256", "aws:kms"),
    "log-key-is-not-rotated": (lambda place: place.rotates("bedrock-log-group"), False, True),
    "log-group-can-be-deleted": (lambda place: place.group()["deletionProtectionEnabled"], False, True),
    "bucket-key-is-not-rotated": (lambda place: place.rotates("bedrock-bucket"), False, True),
    "versioning-suspended": (
        lambda place: place("s3").get_bucket_versioning(**place.bucket)["Status"],
        "Suspended",
        "Enabled",
    ),
    "no-saved-query": (Place.queries, [], [[GROUP]]),
    "audited-and-not-masked": (Place.masks, ["Audit"], ["Audit", "Deidentify"]),
    "infrequent-access": (lambda place: place.group()["logGroupClass"], "INFREQUENT_ACCESS", "STANDARD"),
}


@pytest.mark.parametrize("fault", REGULATED, ids=lambda fault: fault.name)
def test_a_fault_is_where_the_table_says(reader: Client, fault: SeededFault) -> None:
    sign, faulty, _ = SIGNS[fault.name]
    assert sign(Place(reader, fault)) == faulty


@pytest.mark.parametrize("name", SIGNS)
def test_the_healthy_account_has_none_of_them(reader: Client, name: str) -> None:
    sign, _, healthy = SIGNS[name]
    assert sign(Place(reader, HEALTHY)) == healthy
