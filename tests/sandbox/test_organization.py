"""The demo organisation is what its table of faults says, and nothing else is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from bedaudit.sandbox import FAULTS, Sandbox, SeededFault
from bedaudit.sandbox.call import AwsError
from bedaudit.sandbox.organization import HEALTHY_ACCOUNT, ROLE
from tests.sandbox.conftest import Client

GROUP = "/aws/bedrock/invocations"
BASELINE = tuple(fault for fault in FAULTS if fault.policy == "baseline")
Read = Callable[..., Any]


@pytest.fixture
def read(organization: Sandbox) -> Read:
    """Reads in process: account, region, service, operation, parameters."""
    return organization.invoke


def logging_of(read: Read, account: str, region: str) -> Any:
    return read(account, region, "bedrock", "GetModelInvocationLoggingConfiguration").get("loggingConfig")


def group_of(read: Read, account: str, region: str) -> Any:
    groups = read(account, region, "logs", "DescribeLogGroups", logGroupNamePrefix=GROUP)["logGroups"]
    return groups[0] if groups else None


def last_event(read: Read, account: str, region: str) -> datetime:
    (stream,) = read(account, region, "logs", "DescribeLogStreams", logGroupName=GROUP)["logStreams"]
    newest = max(stream["lastEventTimestamp"], stream["lastIngestionTime"])
    return datetime.fromtimestamp(newest / 1000, UTC)


def trust_of(read: Read, account: str, region: str) -> Any:
    name = f"BedrockInvocationLogging-{region}"
    document = read(account, region, "iam", "GetRole", RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    (statement,) = (document if isinstance(document, dict) else json.loads(unquoted(document)))["Statement"]
    return statement


def unquoted(document: str) -> str:
    return unquote(document)


def written_by_role(read: Read, account: str, region: str) -> str:
    name = {"RoleName": f"BedrockInvocationLogging-{region}", "PolicyName": "write-invocation-logs"}
    document = read(account, region, "iam", "GetRolePolicy", **name)["PolicyDocument"]
    return str(json.loads(unquoted(document))["Statement"][0]["Resource"])


def granted_by_bucket(read: Read, account: str, region: str) -> Any:
    policy = read(account, region, "s3", "GetBucketPolicy", Bucket=f"bedrock-logs-{account}-{region}")
    document = policy.get("Policy") or policy
    return json.loads(document)["Statement"][0]


def served_by_key(read: Read, account: str, region: str, alias: str) -> Any:
    key = read(account, region, "kms", "DescribeKey", KeyId=f"alias/{alias}")["KeyMetadata"]["KeyId"]
    return json.loads(read(account, region, "kms", "GetKeyPolicy", KeyId=key, PolicyName="default")["Policy"])[
        "Statement"
    ]


def ownership(read: Read, account: str, region: str) -> Any:
    reply = read(account, region, "s3", "GetBucketOwnershipControls", Bucket=f"bedrock-logs-{account}-{region}")
    return (reply.get("OwnershipControls") or reply)["Rules"][0]["ObjectOwnership"]


def alarms(read: Read, account: str, region: str) -> dict[str, Any]:
    found = read(account, region, "cloudwatch", "DescribeAlarms", MaxRecords=100)["MetricAlarms"]
    return {alarm["AlarmName"]: alarm for alarm in found}


def metrics(read: Read, account: str, region: str) -> set[str]:
    return {metric["MetricName"] for metric in read(account, region, "cloudwatch", "ListMetrics")["Metrics"]}


def shown_regions(read: Read, account: str) -> set[str]:
    body = read(account, "us-east-1", "cloudwatch", "GetDashboard", DashboardName="bedrock")["DashboardBody"]
    return {widget["properties"]["region"] for widget in json.loads(body)["widgets"]}


def subscribers(read: Read, alarm: Any) -> list[str]:
    (topic,) = alarm["AlarmActions"]
    _, _, _, region, account, _ = topic.split(":")
    found = read(account, region, "sns", "ListSubscriptionsByTopic", TopicArn=topic)["Subscriptions"]
    return [subscription["SubscriptionArn"] for subscription in found]


def test_there_are_six_accounts_and_one_is_without_a_fault(reader: Client) -> None:
    accounts = reader("organizations").list_accounts()["Accounts"]
    assert [account["Name"] for account in accounts] == [
        "management",
        "prod-healthy",
        "prod-chat",
        "prod-search",
        "staging",
        "vendor-pilot",
    ]
    assert {fault.account for fault in FAULTS} == {account["Id"] for account in accounts} - {HEALTHY_ACCOUNT}


def test_no_two_faults_are_in_one_place() -> None:
    places = [(fault.account, fault.region, fault.control, fault.resource) for fault in FAULTS]
    assert len(set(places)) == len(places)
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("policy", sorted({fault.policy for fault in FAULTS}))
def test_faults_name_controls_of_their_policy(policy: str) -> None:
    file = Path(__file__).parents[2] / "policies" / f"{policy}.yaml"
    controls = {control["id"] for control in yaml.safe_load(file.read_text())["controls"]}
    assert {fault.control for fault in FAULTS if fault.control and fault.policy == policy} <= controls


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_the_healthy_accounts_logging_is_complete_and_arrives(read: Read, region: str) -> None:
    site = (HEALTHY_ACCOUNT, region)
    config, group = logging_of(read, *site), group_of(read, *site)
    bucket, role = f"bedrock-logs-{HEALTHY_ACCOUNT}-{region}", f"BedrockInvocationLogging-{region}"
    assert config == {
        "cloudWatchConfig": {
            "logGroupName": GROUP,
            "roleArn": f"arn:aws:iam::{HEALTHY_ACCOUNT}:role/{role}",
            "largeDataDeliveryS3Config": {"bucketName": bucket, "keyPrefix": "large"},
        },
        "s3Config": {"bucketName": bucket, "keyPrefix": "invocations"},
        **{f"{kind}DataDeliveryEnabled": True for kind in ("text", "image", "embedding", "video", "audio")},
    }
    on_behalf = {
        "StringEquals": {"aws:SourceAccount": HEALTHY_ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:{region}:{HEALTHY_ACCOUNT}:*"},
    }
    service = {"Principal": {"Service": "bedrock.amazonaws.com"}, "Effect": "Allow", "Condition": on_behalf}
    assert trust_of(read, *site) == {**service, "Action": "sts:AssumeRole"}
    stream = f"arn:aws:logs:{region}:{HEALTHY_ACCOUNT}:log-group:{GROUP}:log-stream:aws/bedrock/modelinvocations"
    assert written_by_role(read, *site) == stream
    delivered = f"AWSLogs/{HEALTHY_ACCOUNT}/BedrockModelInvocationLogs/*"
    paths = [f"arn:aws:s3:::{bucket}/{prefix}/{delivered}" for prefix in ("invocations", "large")]
    write = {"Sid": "AmazonBedrockLogsWrite", "Action": ["s3:PutObject"], "Resource": paths}
    assert granted_by_bucket(read, *site) == {**service, **write}
    key = read(*site, "kms", "DescribeKey", KeyId=group["kmsKeyId"])["KeyMetadata"]
    assert (group["retentionInDays"], key["KeyState"], key["KeyManager"]) == (365, "Enabled", "CUSTOMER")
    assert datetime.now(UTC) - last_event(read, *site) < timedelta(hours=1)


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_the_healthy_accounts_alarms_are_heard(read: Read, region: str) -> None:
    watched = {alarm.get("MetricName") for alarm in alarms(read, HEALTHY_ACCOUNT, region).values()}
    assert watched >= {
        "InvocationServerErrors",
        "InvocationClientErrors",
        "InvocationThrottles",
        "InvocationLatency",
        "ModelInvocationLogsCloudWatchDeliveryFailure",
        "ModelInvocationLogsS3DeliveryFailure",
        "ModelInvocationLargeDataS3DeliveryFailure",
        *({"InvocationsIntervened"} if region == "us-east-1" else ()),
    }
    for alarm in alarms(read, HEALTHY_ACCOUNT, region).values():
        (subscription,) = subscribers(read, alarm)
        assert subscription.startswith("arn:aws:sns:")
        assert (alarm["ActionsEnabled"], alarm["StateValue"]) == (True, "OK")


def test_the_healthy_account_is_quiet_elsewhere_and_shows_where_it_is_not(read: Read) -> None:
    assert shown_regions(read, HEALTHY_ACCOUNT) == {"us-east-1", "eu-west-1"}
    for region in ("us-west-2", "eu-south-1"):
        assert metrics(read, HEALTHY_ACCOUNT, region) == set()
        assert logging_of(read, HEALTHY_ACCOUNT, region)["textDataDeliveryEnabled"] is True


def grants_prefix(read: Read, account: str, region: str) -> str:
    return str(granted_by_bucket(read, account, region)["Resource"][0]).split("/")[1]


def key_state(read: Read, account: str, region: str) -> str:
    key = group_of(read, account, region)["kmsKeyId"]
    return str(read(account, region, "kms", "DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"])


def alarm_of(read: Read, fault: SeededFault) -> Any:
    return alarms(read, fault.account, fault.region)[fault.resource or ""]


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(AwsError) as caught:
        call()
    return caught.value.code


SIGNS: dict[str, tuple[Callable[[Read, SeededFault], Any], Any]] = {
    "metric-does-not-exist": (lambda read, f: alarm_of(read, f)["MetricName"], "ContentFilteredCount"),
    "dimension-is-a-star": (
        lambda read, f: alarm_of(read, f)["Dimensions"],
        [{"Name": "ModelId", "Value": "*"}],
    ),
    "topic-nobody-confirmed": (lambda read, f: subscribers(read, alarm_of(read, f)), ["PendingConfirmation"]),
    "topic-is-gone": (lambda read, f: refused(lambda: subscribers(read, alarm_of(read, f))), "NotFound"),
    "actions-are-disabled": (lambda read, f: alarm_of(read, f)["ActionsEnabled"], False),
    "no-retention": (lambda read, f: group_of(read, f.account, f.region).get("retentionInDays"), None),
    "no-throttle-alarm": (
        lambda read, f: "bedrock-throttles" in alarms(read, f.account, f.region),
        False,
    ),
    "dashboard-elsewhere": (lambda read, f: f.region in shown_regions(read, f.account), False),
    "confused-deputy": (lambda read, f: "Condition" in trust_of(read, f.account, f.region), False),
    "log-group-deleted": (lambda read, f: group_of(read, f.account, f.region), None),
    "trust-names-another-region": (
        lambda read, f: trust_of(read, f.account, f.region)["Condition"]["ArnLike"]["aws:SourceArn"].split(":")[3],
        "us-east-1",
    ),
    "role-writes-elsewhere": (lambda read, f: f"{GROUP}:" in written_by_role(read, f.account, f.region), False),
    "bucket-policy-for-another-prefix": (lambda read, f: grants_prefix(read, f.account, f.region), "bedrock"),
    "bucket-key-serves-another-region": (
        lambda read, f: served_by_key(read, f.account, f.region, "bedrock-bucket")[2]["Condition"]["ArnLike"],
        {"aws:SourceArn": "arn:aws:bedrock:us-east-2:111111111111:*"},
    ),
    "log-key-serves-another-region": (
        lambda read, f: served_by_key(read, f.account, f.region, "bedrock-log-group")[1]["Principal"],
        {"Service": "logs.us-east-2.amazonaws.com"},
    ),
    "acls-in-force": (lambda read, f: ownership(read, f.account, f.region), "ObjectWriter"),
    "endpoint-that-is-not-logged": (lambda read, f: "Inferences" in metrics(read, f.account, f.region), True),
    "key-disabled": (lambda read, f: key_state(read, f.account, f.region), "Disabled"),
    "nowhere-for-large-data": (
        lambda read, f: sorted(logging_of(read, f.account, f.region)["cloudWatchConfig"]),
        ["logGroupName", "roleArn"],
    ),
    "no-data": (lambda read, f: logging_of(read, f.account, f.region)["textDataDeliveryEnabled"], False),
    "nothing-arrives": (
        lambda read, f: datetime.now(UTC) - last_event(read, f.account, f.region) > timedelta(days=8),
        True,
    ),
    "logging-off": (lambda read, f: logging_of(read, f.account, f.region), None),
    "no-customer-managed-key": (lambda read, f: group_of(read, f.account, f.region).get("kmsKeyId"), None),
    "alarms-denied": (lambda read, f: refused(lambda: alarms(read, f.account, f.region)), "AccessDenied"),
    "region-disabled": (
        lambda read, f: refused(lambda: group_of(read, f.account, f.region)),
        "UnrecognizedClientException",
    ),
    "account-denied": (
        lambda read, f: refused(lambda: read(f.account, "us-east-1", "iam", "GetRole", RoleName=ROLE)),
        "NoSuchEntity",
    ),
}


@pytest.mark.parametrize("fault", BASELINE, ids=lambda fault: fault.name)
def test_a_fault_is_where_the_table_says(read: Read, fault: SeededFault) -> None:
    sign, expected = SIGNS[fault.name]
    assert sign(read, fault) == expected


@pytest.mark.parametrize("fault", [f for f in BASELINE if f.control and f.name != "logging-off"], ids=lambda f: f.name)
def test_bedrock_is_used_and_logging_on_wherever_a_control_is_to_fail(read: Read, fault: SeededFault) -> None:
    assert "Invocations" in metrics(read, fault.account, fault.region)
    assert logging_of(read, fault.account, fault.region) is not None


def test_the_auditor_may_enter_every_member_but_one(reader: Client) -> None:
    sts = reader("sts")
    for account in (digit * 12 for digit in "2345"):
        arn = f"arn:aws:iam::{account}:role/{ROLE}"
        assumed = sts.assume_role(RoleArn=arn, RoleSessionName="scan")["AssumedRoleUser"]["Arn"]
        assert assumed == f"arn:aws:sts::{account}:assumed-role/{ROLE}/scan"
    with pytest.raises(sts.exceptions.ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=f"arn:aws:iam::666666666666:role/{ROLE}", RoleSessionName="scan")


def test_a_denial_names_who_may_not_do_what(reader: Client) -> None:
    cloudwatch = reader("cloudwatch", "eu-west-1", "555555555555")
    because = "because no identity-based policy allows the cloudwatch:DescribeAlarms action"
    with pytest.raises(cloudwatch.exceptions.ClientError, match=because):
        cloudwatch.describe_alarms()
    assert reader("cloudwatch", "us-east-1", "555555555555").describe_alarms()["MetricAlarms"]
