"""The hands-on lab, done step by step in an account of its own with boto3 alone, and checked after each step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from bedaudit.sandbox import Sandbox, serve
from tests.cli.run import bedaudit

ACCOUNT, REGION = "777788889999", "us-east-1"
GROUP, STREAM, ROLE = "/aws/bedrock/model-invocations", "aws/bedrock/modelinvocations", "BedrockLogging"
CONTROLS = ("lab-logging-is-enabled", "lab-log-entries-arrive", "lab-query-is-saved", "lab-dashboard-is-there")
Aws = Callable[[str], Any]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """An empty sandbox."""
    with serve(seed=None) as served:
        yield served


def clients(sandbox: Sandbox) -> Aws:
    keys = sandbox.environment(ACCOUNT, REGION)
    session = boto3.Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name=REGION)
    return lambda service: session.client(service, endpoint_url=sandbox.url)  # type: ignore[call-overload]


def call_a_model(aws: Aws) -> None:
    at = datetime.now(UTC) - timedelta(hours=3)
    data = [{"MetricName": "Invocations", "Value": 3, "Timestamp": at, "Unit": "Count"}]
    aws("cloudwatch").put_metric_data(Namespace="AWS/Bedrock", MetricData=data)


def enable_logging(aws: Aws) -> None:
    aws("logs").create_log_group(logGroupName=GROUP)
    made = aws("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument="{}")
    destination = {"logGroupName": GROUP, "roleArn": made["Role"]["Arn"]}
    config = {"cloudWatchConfig": destination, "textDataDeliveryEnabled": True}
    aws("bedrock").put_model_invocation_logging_configuration(loggingConfig=config)


def deliver(aws: Aws) -> None:
    stream = {"logGroupName": GROUP, "logStreamName": STREAM}
    aws("logs").create_log_stream(**stream)
    event = {"timestamp": int(datetime.now(UTC).timestamp() * 1000), "message": json.dumps({"schemaVersion": "1.0"})}
    aws("logs").put_log_events(**stream, logEvents=[event])


def save_query(aws: Aws) -> None:
    query = "stats sum(input.inputTokenCount), sum(output.outputTokenCount) by modelId"
    aws("logs").put_query_definition(name="tokens", queryString=query, logGroupNames=[GROUP])


def build_dashboard(aws: Aws) -> None:
    names = ("Invocations", "InputTokenCount", "OutputTokenCount", "InvocationLatency")
    properties = {"region": REGION, "metrics": [["AWS/Bedrock", name] for name in names]}
    body = json.dumps({"widgets": [{"type": "metric", "properties": properties}]})
    aws("cloudwatch").put_dashboard(DashboardName="GenAI-Monitoring", DashboardBody=body)


STEPS: tuple[tuple[Callable[[Aws], None], dict[str, str]], ...] = (
    (call_a_model, dict(zip(CONTROLS, ("fail", "not_applicable", "fail", "fail"), strict=True))),
    (enable_logging, dict(zip(CONTROLS, ("pass", "fail", "fail", "fail"), strict=True))),
    (deliver, dict(zip(CONTROLS, ("pass", "pass", "fail", "fail"), strict=True))),
    (save_query, dict(zip(CONTROLS, ("pass", "pass", "pass", "fail"), strict=True))),
    (build_dashboard, dict.fromkeys(CONTROLS, "pass")),
)


def test_each_step_of_the_lab_is_one_control_more_that_passes(sandbox: Sandbox, tmp_path: Path) -> None:
    aws = clients(sandbox)
    for step, expected in STEPS:
        step(aws)
        scan = ("scan", "--policy", "builtin:lab", "--region", REGION, "--format", "json")
        ran = bedaudit(*scan, at=tmp_path, env=sandbox.environment(ACCOUNT, REGION))
        assert (step.__name__, {each["control"]: each["outcome"] for each in ran.json["findings"]}) == (
            step.__name__,
            expected,
        )
    assert (ran.code, ran.err) == (0, "")
