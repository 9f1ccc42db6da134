"""`bedaudit scan` against a stock `moto_server` that was seeded with nothing but boto3 calls.

What stock moto does not implement (it answers with status 500 or 404 and an HTML page) must come out as gaps.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

REGION = "us-east-1"
GROUP = "/aws/bedrock/model-invocations"
STREAM = "aws/bedrock/modelinvocations"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


class Account:
    """boto3 clients of one account of the server."""

    def __init__(self, endpoint: str, credentials: dict[str, str]) -> None:
        self.endpoint = endpoint
        self.session = boto3.Session(region_name=REGION, **credentials)  # type: ignore[arg-type]

    def __call__(self, service: str, region: str = REGION) -> Any:
        return self.session.client(service, region_name=region, endpoint_url=self.endpoint)  # type: ignore[call-overload]

    def enter(self, account: str) -> Account:
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        keys = self("sts").assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
        return Account(
            self.endpoint,
            {
                "aws_access_key_id": keys["AccessKeyId"],
                "aws_secret_access_key": keys["SecretAccessKey"],
                "aws_session_token": keys["SessionToken"],
            },
        )


def seed_traffic(account: Account, region: str = REGION) -> None:
    data = [
        {
            "MetricName": metric,
            "Dimensions": dimensions,
            "Value": 7,
            "Timestamp": datetime.now(UTC) - timedelta(hours=age),
        }
        for metric in ("Invocations", "InvocationLatency", "InputTokenCount", "InvocationServerErrors")
        for dimensions in ([], [{"Name": "ModelId", "Value": "anthropic.claude-3-haiku-20240307-v1:0"}])
        for age in (3, 6)
    ]
    account("cloudwatch", region).put_metric_data(Namespace="AWS/Bedrock", MetricData=data)


def seed_deliveries(account: Account) -> None:
    data = [
        {"MetricName": metric, "Value": 7, "Timestamp": datetime.now(UTC) - timedelta(minutes=30)}
        for metric in ("ModelInvocationLogsCloudWatchDeliverySuccess", "ModelInvocationLogsS3DeliverySuccess")
    ]
    account("cloudwatch").put_metric_data(Namespace="AWS/Bedrock", MetricData=data)


def seed_keys(account: Account, number: str) -> str:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{number}:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Effect": "Allow",
                "Principal": {"Service": [f"logs.{REGION}.amazonaws.com", "bedrock.amazonaws.com"]},
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
                "Resource": "*",
            },
        ],
    }
    created = account("kms").create_key(Policy=json.dumps(policy))
    return str(created["KeyMetadata"]["Arn"])


def seed_bucket(account: Account, number: str, name: str, key: str) -> None:
    s3 = account("s3")
    s3.create_bucket(Bucket=name)
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_ownership_controls(
        Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}]
        },
    )
    allow = {
        "Sid": "AmazonBedrockLogsWrite",
        "Effect": "Allow",
        "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": ["s3:PutObject"],
        "Resource": [f"arn:aws:s3:::{name}/AWSLogs/{number}/BedrockModelInvocationLogs/*"],
        "Condition": {
            "StringEquals": {"aws:SourceAccount": number},
            "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:{REGION}:{number}:*"},
        },
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))


def seed_role(account: Account, number: str) -> str:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": number},
            "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:{REGION}:{number}:*"},
        },
    }
    write = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"arn:aws:logs:{REGION}:{number}:log-group:{GROUP}:log-stream:{STREAM}",
    }
    iam = account("iam")
    role = iam.create_role(
        RoleName="bedrock-logs",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    iam.put_role_policy(
        RoleName="bedrock-logs",
        PolicyName="write",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [write]}),
    )
    return str(role["Role"]["Arn"])


def seed_log_group(account: Account, key: str) -> None:
    logs = account("logs")
    logs.create_log_group(logGroupName=GROUP, kmsKeyId=key)
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=365)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    moment = int((datetime.now(UTC) - timedelta(minutes=5)).timestamp() * 1000)
    logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=[{"timestamp": moment, "message": "{}"}])


def seed_alarms(account: Account) -> None:
    topic = account("sns").create_topic(Name="on-call")["TopicArn"]
    account("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="on-call@example.com")
    for metric in (
        "InvocationServerErrors",
        "InvocationClientErrors",
        "InvocationThrottles",
        "InvocationLatency",
        "ModelInvocationLogsCloudWatchDeliveryFailure",
    ):
        account("cloudwatch").put_metric_alarm(
            AlarmName=f"bedrock-{metric}",
            Namespace="AWS/Bedrock",
            MetricName=metric,
            Statistic="Average" if metric == "InvocationLatency" else "Sum",
            Period=300,
            EvaluationPeriods=3,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=[topic],
        )


def seed_dashboard(account: Account) -> None:
    metrics = [["AWS/Bedrock", name] for name in ("Invocations", "InvocationLatency", "InputTokenCount")]
    widget = {"type": "metric", "width": 12, "height": 6, "properties": {"metrics": metrics, "region": REGION}}
    account("cloudwatch").put_dashboard(DashboardName="genai", DashboardBody=json.dumps({"widgets": [widget]}))


def seed_good(account: Account, number: str) -> None:
    key = seed_keys(account, number)
    seed_log_group(account, key)
    role = seed_role(account, number)
    for bucket in (f"logs-{number}", f"large-{number}"):
        seed_bucket(account, number, bucket, key)
    account("bedrock").put_model_invocation_logging_configuration(
        loggingConfig={
            "cloudWatchConfig": {
                "logGroupName": GROUP,
                "roleArn": role,
                "largeDataDeliveryS3Config": {"bucketName": f"large-{number}"},
            },
            "s3Config": {"bucketName": f"logs-{number}"},
            "textDataDeliveryEnabled": True,
            "imageDataDeliveryEnabled": True,
            "embeddingDataDeliveryEnabled": True,
        }
    )
    seed_traffic(account)
    seed_deliveries(account)
    seed_alarms(account)
    seed_dashboard(account)


@pytest.fixture(scope="module")
def organisation(endpoint: str) -> dict[str, str]:
    """A management account without Bedrock, a good member and a bad one."""
    management = Account(endpoint, {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"})
    organizations = management("organizations")
    organizations.create_organization(FeatureSet="ALL")
    numbers = {"management": str(management("sts").get_caller_identity()["Account"])}
    for name in ("good", "bad"):
        created = organizations.create_account(AccountName=name, Email=f"{name}@example.com")
        numbers[name] = created["CreateAccountStatus"]["AccountId"]
    seed_good(management.enter(numbers["good"]), numbers["good"])
    seed_traffic(management.enter(numbers["bad"]))
    return numbers


def scan(endpoint: str, home: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BEDAUDIT_"))} | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": str(home),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bedaudit", "scan", *arguments, "-o", "json:-"],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode in (0, 1, 3), done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def outcomes(report: dict[str, Any], account: str, region: str) -> dict[str, set[str]]:
    """The outcomes of each control at a site, but for those that do not apply."""
    found: dict[str, set[str]] = {}
    for finding in report["findings"]:
        if (finding["account"], finding["region"]) == (account, region) and finding["outcome"] != "not_applicable":
            found.setdefault(finding["control"], set()).add(finding["outcome"])
    return found


GOOD: dict[str, set[str]] = {
    control: {"pass"}
    for control in (
        "invocation-logging-is-enabled",
        "invocation-logs-carry-the-chosen-data",
        "invocation-logging-has-a-destination",
        "invocation-log-group-exists",
        "invocation-logs-are-kept-for-a-set-time",
        "invocation-log-group-has-a-customer-managed-key",
        "invocation-log-group-key-is-usable",
        "invocation-log-group-key-serves-cloudwatch-logs",
        "invocation-log-bucket-key-serves-bedrock",
        "large-data-bucket-key-serves-bedrock",
        "invocation-log-bucket-key-is-usable",
        "large-data-bucket-key-is-usable",
        "invocation-logging-role-exists",
        "invocation-logging-role-trusts-bedrock-here",
        "invocation-logging-role-can-write",
        "invocation-logging-role-is-guarded-against-confused-deputy",
        "invocation-log-bucket-is-this-accounts",
        "large-data-bucket-is-this-accounts",
        "invocation-log-bucket-lets-bedrock-write",
        "large-data-bucket-lets-bedrock-write",
        "invocation-log-bucket-is-not-public",
        "large-data-bucket-is-not-public",
        "invocation-log-bucket-has-no-acls",
        "large-data-bucket-has-no-acls",
        "no-model-is-called-past-invocation-logging",
        "invocation-logs-arrive",
        "server-errors-are-alarmed",
        "client-errors-are-alarmed",
        "throttles-are-alarmed",
        "latency-is-alarmed",
        "log-delivery-failures-are-alarmed",
        "bedrock-alarms-can-fire",
        "a-dashboard-shows-invocations-latency-and-tokens",
    )
}
GOOD["bedrock-alarms-are-heard"] = {"unknown"}  # stock moto cannot say whether an alarm is muted

BAD: dict[str, set[str]] = {
    control: {"fail"}
    for control in (
        "invocation-logging-is-enabled",
        "server-errors-are-alarmed",
        "client-errors-are-alarmed",
        "throttles-are-alarmed",
        "latency-is-alarmed",
        "a-dashboard-shows-invocations-latency-and-tokens",
    )
}
BAD["no-model-is-called-past-invocation-logging"] = {"pass"}
QUIET = {"invocation-logging-is-enabled-before-first-use": {"fail"}}


def test_each_control_is_judged_rightly_on_a_stock_moto_server(
    endpoint: str, organisation: dict[str, str], tmp_path: Path
) -> None:
    code, report, errors = scan(
        endpoint,
        tmp_path,
        "--org",
        *("--role", "OrganizationAccountAccessRole", "--region", REGION, "--region", "eu-west-1"),
    )
    assert outcomes(report, organisation["good"], REGION) == GOOD
    assert outcomes(report, organisation["bad"], REGION) == BAD
    assert outcomes(report, organisation["management"], REGION) == QUIET
    for account in organisation.values():
        assert outcomes(report, account, "eu-west-1") == QUIET
    unknown = [finding for finding in report["findings"] if finding["outcome"] == "unknown"]
    assert {gap["reason"] for finding in unknown for gap in finding["gaps"]} == {"not_implemented"}
    assert not any("<" in gap["message"] for finding in unknown for gap in finding["gaps"] if gap["message"])
    assert code == 1
    assert "Traceback" not in errors
    assert report["scan"]["calls"] < 60  # nothing is tried again
