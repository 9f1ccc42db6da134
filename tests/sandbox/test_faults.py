"""Faults in every protocol that botocore speaks, and the ledger."""

from __future__ import annotations

import json
import time
import urllib.request
from collections import Counter
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from bedaudit.sandbox import THROTTLED, Faults, Rule, Sandbox, serve
from bedaudit.sandbox.call import AwsError
from bedaudit.sandbox.faults import Entry
from tests.sandbox.conftest import Client

PROTOCOLS: dict[str, tuple[str, dict[str, Any], str]] = {
    "rest-json": ("bedrock", {}, "get_model_invocation_logging_configuration"),
    "json 1.0, query compatible": ("cloudwatch", {}, "describe_alarms"),
    "json 1.1": ("logs", {}, "describe_log_groups"),
    "query": ("sns", {}, "list_topics"),
    "query, global": ("iam", {"RoleName": "any"}, "get_role"),
    "ec2": ("ec2", {}, "describe_regions"),
    "rest-xml": ("s3", {"Bucket": "any"}, "get_bucket_policy"),
}
CALL: Entry = ("111111111111", "us-east-1", "logs", "DescribeLogGroups")


def error(call: Any, **parameters: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response: Any = caught.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return response["Error"]["Code"], response["Error"].get("Message", ""), status


@pytest.mark.parametrize(("service", "parameters", "method"), PROTOCOLS.values(), ids=PROTOCOLS)
def test_an_error_has_the_shape_of_the_protocol(
    sandbox: Sandbox, client: Client, service: str, parameters: dict[str, Any], method: str
) -> None:
    sandbox.faults.add(Rule(service=service, code="AccessDenied", message="a < b & 'c'", status=403))
    assert error(getattr(client(service), method), **parameters) == ("AccessDenied", "a < b & 'c'", 403)


def test_head_bucket_has_an_error_without_a_body(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults.add(Rule(service="s3", code="AccessDenied", status=403))
    assert error(client("s3").head_bucket, Bucket="any") == ("403", "Forbidden", 403)


def test_a_dropped_connection_is_one_for_the_client(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults.add(Rule(drop=True, times=1))
    logs = client("logs")
    with pytest.raises(ConnectionClosedError):
        logs.describe_log_groups()
    assert logs.describe_log_groups()["logGroups"] == []


def test_latency_delays_the_answer(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults.add(Rule(latency=0.1))
    logs, began = client("logs"), time.monotonic()
    logs.describe_log_groups()
    assert time.monotonic() - began >= 0.1


def test_retry_after_reaches_the_client(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults.add(replace(THROTTLED, retry_after=2))
    with pytest.raises(ClientError) as caught:
        client("logs").describe_log_groups()
    headers = caught.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["retry-after"] == "2"


def test_rules_given_to_serve_hold_from_the_first_call() -> None:
    with serve(seed=None, faults=[THROTTLED]) as sandbox, pytest.raises(AwsError) as caught:
        sandbox.invoke("111111111111", "us-east-1", "logs", "DescribeLogGroups")
    assert caught.value.code == "ThrottlingException"


@pytest.mark.parametrize(
    ("rule", "hits"),
    [
        (Rule(), True),
        (Rule(service="logs", operation="Describe*"), True),
        (Rule(account="111111111111", region="us-*"), True),
        (Rule(account="222222222222"), False),
        (Rule(region="eu-west-1"), False),
        (Rule(operation="describe*"), False),
    ],
)
def test_a_rule_matches_by_globs(rule: Rule, hits: bool) -> None:
    assert rule.matches(CALL) is hits


def outcomes(faults: Faults, calls: int, call: Entry = CALL) -> list[bool]:
    struck = []
    for _ in range(calls):
        try:
            faults.strike(call)
        except AwsError:
            struck.append(True)
        else:
            struck.append(False)
    return struck


def test_a_rule_acts_so_many_times() -> None:
    faults = Faults()
    faults.add(replace(THROTTLED, times=2))
    assert outcomes(faults, 4) == [True, True, False, False]


def test_a_rule_acts_with_its_probability() -> None:
    faults = Faults()
    faults.add(replace(THROTTLED, probability=0.25))
    assert 180 < sum(outcomes(faults, 1000)) < 320


def test_a_bucket_lets_the_burst_pass_for_each_account_region_and_service() -> None:
    faults = Faults()
    faults.add(replace(THROTTLED, rate=0.001, burst=2))
    assert outcomes(faults, 3) == [False, False, True]
    assert outcomes(faults, 3, ("222222222222", *CALL[1:])) == [False, False, True]


def test_a_bucket_fills_again() -> None:
    now = 100.0
    faults = Faults(lambda: now)
    faults.add(replace(THROTTLED, rate=50, burst=1))
    assert outcomes(faults, 2) == [False, True]
    now += 0.03
    assert outcomes(faults, 1) == [False]


def test_what_waits_goes_on_when_the_faults_are_cleared(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults.add(Rule(latency=3600))
    asked = Thread(target=client("logs").describe_log_groups)
    asked.start()
    while not sandbox.ledger.entries:
        asked.join(0.01)
    sandbox.faults.clear()
    asked.join()


def test_the_ledger_counts_every_call_also_those_that_fail(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults.add(replace(THROTTLED, service="sns"))
    client("logs").describe_log_groups()
    client("logs", "eu-west-1", "222222222222").describe_log_groups()
    error(client("sns").list_topics)
    assert sandbox.ledger.counts() == Counter(
        {
            ("111111111111", "us-east-1", "logs", "DescribeLogGroups"): 1,
            ("222222222222", "eu-west-1", "logs", "DescribeLogGroups"): 1,
            ("111111111111", "us-east-1", "sns", "ListTopics"): 1,
        }
    )
    assert sandbox.ledger.operations(account="111111111111") == {"logs:DescribeLogGroups", "sns:ListTopics"}


def http(sandbox: Sandbox, method: str, path: str, body: object = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(sandbox.url + path, data, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, json.load(problem)


def test_faults_and_ledger_can_be_reached_over_http(sandbox: Sandbox, client: Client) -> None:
    rule = {"service": "logs", "code": "ThrottlingException", "times": 1}
    assert http(sandbox, "POST", "/sandbox/faults", rule)[0] == 200
    assert sandbox.faults.rules == (Rule(service="logs", code="ThrottlingException", times=1),)
    assert error(client("logs").describe_log_groups)[0] == "ThrottlingException"
    assert http(sandbox, "GET", "/sandbox/ledger") == (200, [dict(zip(LEDGER, (*CALL, 1), strict=True))])
    assert http(sandbox, "DELETE", "/sandbox/faults") == (200, [])
    assert http(sandbox, "DELETE", "/sandbox/ledger") == (200, [])
    assert http(sandbox, "GET", "/sandbox/faults") == (200, [])
    assert http(sandbox, "GET", "/sandbox/ledger") == (200, [])


LEDGER = ("account", "region", "service", "operation", "count")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [("POST", "/sandbox/faults", {"color": "red"}, 400), ("GET", "/sandbox/elsewhere", None, 404)],
)
def test_a_wrong_request_to_the_controls_is_refused(
    sandbox: Sandbox, method: str, path: str, body: object, status: int
) -> None:
    assert http(sandbox, method, path, body)[0] == status
