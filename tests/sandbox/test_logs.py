"""CloudWatch Logs: groups, what governs them, and saved queries; and Bedrock's logging configuration."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import Client, plain

ARN = "arn:aws:logs:us-east-1:111111111111:log-group:"
MASK = json.dumps({"Name": "mask", "Version": "2021-06-01", "Statement": []})


def code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def groups(api: Any, **wanted: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.describe_log_groups(**wanted)["logGroups"]
    return [{name: value for name, value in group.items() if name != "creationTime"} for group in found]


def shown(name: str, **more: Any) -> dict[str, Any]:
    return {
        "logGroupName": name,
        "arn": f"{ARN}{name}:*",
        "logGroupArn": f"{ARN}{name}",
        "metricFilterCount": 0,
        "storedBytes": 0,
        "logGroupClass": "STANDARD",
        "deletionProtectionEnabled": False,
        "bearerTokenAuthenticationEnabled": False,
        **more,
    }


@pytest.fixture
def logs(client: Client) -> Any:
    return client("logs")


def test_a_group_shows_class_key_protection_and_retention(logs: Any, client: Client) -> None:
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    protected = {"logGroupClass": "INFREQUENT_ACCESS", "deletionProtectionEnabled": True}
    logs.create_log_group(logGroupName="/a/one", kmsKeyId=key, **protected)
    logs.create_log_group(logGroupName="/a/two")
    logs.put_retention_policy(logGroupName="/a/two", retentionInDays=30)
    assert groups(logs) == [shown("/a/one", kmsKeyId=key, **protected), shown("/a/two", retentionInDays=30)]
    assert code(logs.put_retention_policy, logGroupName="/a/two", retentionInDays=31) == "InvalidParameterException"
    assert code(logs.delete_log_group, logGroupName="/a/one") == "OperationAbortedException"
    logs.put_log_group_deletion_protection(logGroupIdentifier=f"{ARN}/a/one", deletionProtectionEnabled=False)
    logs.delete_log_group(logGroupName="/a/one")
    assert [group["logGroupName"] for group in groups(logs)] == ["/a/two"]
    assert groups(client("logs", "us-west-2")) == groups(client("logs", account="222222222222")) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"logGroupNamePrefix": "/a"}, ["/a/One", "/a/two"]),
        ({"logGroupNamePattern": "one"}, ["/b/one"]),
        ({"logGroupIdentifiers": [f"{ARN}/b/one", "/a/two"]}, ["/a/two", "/b/one"]),
        ({"logGroupClass": "DELIVERY"}, ["/b/one"]),
        ({"logGroupNamePrefix": "/c"}, []),
    ],
)
def test_groups_are_selected(logs: Any, wanted: dict[str, Any], expected: list[str]) -> None:
    for name in ("/a/One", "/a/two"):
        logs.create_log_group(logGroupName=name)
    logs.create_log_group(logGroupName="/b/one", logGroupClass="DELIVERY")
    assert [group["logGroupName"] for group in groups(logs, **wanted)] == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["/a/One", "/a/two", "/b/one"]),
        ({"logGroupNamePattern": "one"}, ["/b/one"]),
        ({"logGroupNamePattern": "^/a/|one"}, ["/a/One", "/a/two", "/b/one"]),
        ({"logGroupNamePattern": "^a/two|a.two"}, []),
        ({"logGroupClass": "DELIVERY"}, ["/b/one"]),
    ],
)
def test_names_of_groups_are_selected(logs: Any, wanted: dict[str, Any], expected: list[str]) -> None:
    for name in ("/a/One", "/a/two"):
        logs.create_log_group(logGroupName=name)
    logs.create_log_group(logGroupName="/b/one", logGroupClass="DELIVERY")
    assert [group["logGroupName"] for group in logs.list_log_groups(**wanted)["logGroups"]] == expected


def test_names_of_groups_come_fifty_a_page_or_as_many_as_are_asked_for(logs: Any) -> None:
    for number in range(51):
        logs.create_log_group(logGroupName=f"g{number:02d}")
    first = logs.list_log_groups()
    assert len(first["logGroups"]) == 50
    (last,) = logs.list_log_groups(nextToken=first["nextToken"])["logGroups"]
    assert last == {"logGroupName": "g50", "logGroupArn": f"{ARN}g50", "logGroupClass": "STANDARD"}
    assert len(logs.list_log_groups(limit=1000)["logGroups"]) == 51
    assert code(logs.list_log_groups, logGroupNamePattern="(a)") == "InvalidParameterException"


def test_groups_by_pattern_show_little_and_exclude_a_prefix(logs: Any) -> None:
    logs.create_log_group(logGroupName="/a/one")
    (group,) = groups(logs, logGroupNamePattern="one")
    assert group == {"logGroupName": "/a/one", "arn": f"{ARN}/a/one:*", "logGroupArn": f"{ARN}/a/one"}
    both = {"logGroupNamePattern": "one", "logGroupNamePrefix": "/a"}
    assert code(logs.describe_log_groups, **both) == "InvalidParameterException"


def test_groups_come_fifty_a_page(logs: Any) -> None:
    for number in range(51):
        logs.create_log_group(logGroupName=f"g{number:02d}")
    assert [len(page["logGroups"]) for page in logs.get_paginator("describe_log_groups").paginate()] == [50, 1]


def test_a_key_must_exist_and_be_enabled(logs: Any, client: Client) -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]
    logs.create_log_group(logGroupName="g")
    logs.associate_kms_key(logGroupName="g", kmsKeyId=key["Arn"])
    assert groups(logs)[0]["kmsKeyId"] == key["Arn"]
    logs.disassociate_kms_key(logGroupName="g")
    assert "kmsKeyId" not in groups(logs)[0]
    kms.disable_key(KeyId=key["KeyId"])
    for arn in (key["Arn"], key["Arn"].replace("us-east-1", "us-west-2"), f"{key['Arn']}0"):
        assert code(logs.associate_kms_key, resourceIdentifier=f"{ARN}g", kmsKeyId=arn) == "InvalidParameterException"
    assert code(logs.associate_kms_key, logGroupName="none", kmsKeyId=key["Arn"]) == "ResourceNotFoundException"


def test_a_groups_masking_is_absent_until_it_is_put(logs: Any) -> None:
    logs.create_log_group(logGroupName="g")
    assert plain(logs.get_data_protection_policy(logGroupIdentifier="g")) == {"logGroupIdentifier": "g"}
    logs.put_data_protection_policy(logGroupIdentifier="g", policyDocument=MASK)
    assert logs.get_data_protection_policy(logGroupIdentifier=f"{ARN}g")["policyDocument"] == MASK
    assert groups(logs) == [shown("g", dataProtectionStatus="ACTIVATED")]
    logs.delete_data_protection_policy(logGroupIdentifier="g")
    assert groups(logs) == [shown("g")]
    assert code(logs.get_data_protection_policy, logGroupIdentifier="none") == "ResourceNotFoundException"
    assert (
        code(logs.put_data_protection_policy, logGroupIdentifier="g", policyDocument="{") == "InvalidParameterException"
    )


def retention(days: int | str, mode: str = "RETROACTIVE") -> str:
    return json.dumps({"retentionInDays": days, "enforcementMode": mode})


def test_account_wide_retention_overrides_the_group_and_the_longest_wins(logs: Any) -> None:
    for name in ("/app/one", "/other"):
        logs.create_log_group(logGroupName=name)
        logs.put_retention_policy(logGroupName=name, retentionInDays=365)
    time.sleep(0.002)
    kind: dict[str, Any] = {"policyType": "RETENTION_POLICY"}
    some = {"selectionCriteria": 'LogGroupNamePrefix IN ["/app"]'}
    logs.put_account_policy(policyName="short", policyDocument=retention(30), **kind, **some)
    logs.put_account_policy(policyName="long", policyDocument=retention(60), **kind, **some)
    logs.put_account_policy(policyName="new", policyDocument=retention(90, "NEW_ONLY"), **kind)
    assert groups(logs) == [
        shown("/app/one", retentionInDays=60, retentionPolicyName="long"),
        shown("/other", retentionInDays=365),
    ]
    logs.put_account_policy(policyName="ever", policyDocument=retention("NEVER_EXPIRE"), **kind)
    assert groups(logs, logGroupNamePrefix="/other") == [shown("/other", retentionPolicyName="ever")]
    assert len(logs.describe_account_policies(**kind)["accountPolicies"]) == 4
    (one,) = logs.describe_account_policies(**kind, policyName="short")["accountPolicies"]
    one.pop("lastUpdatedTime")
    document = {"policyName": "short", "policyDocument": retention(30), "scope": "ALL", "accountId": "111111111111"}
    assert one == {**document, **kind, **some}
    logs.delete_account_policy(policyName="short", **kind)
    assert code(logs.delete_account_policy, policyName="short", **kind) == "ResourceNotFoundException"


def test_account_wide_masking_is_inherited(logs: Any) -> None:
    logs.create_log_group(logGroupName="g")
    logs.put_account_policy(policyName="m", policyDocument=MASK, policyType="DATA_PROTECTION_POLICY")
    assert groups(logs) == [shown("g", inheritedProperties=["ACCOUNT_DATA_PROTECTION"])]


def test_saved_queries_are_replaced_as_a_whole_and_paged(logs: Any) -> None:
    first = logs.put_query_definition(name="a", queryString="fields @message", logGroupNames=["g"])["queryDefinitionId"]
    logs.put_query_definition(name="b", queryString="SELECT 1", queryLanguage="SQL")
    logs.put_query_definition(name="a2", queryString="fields @timestamp", queryDefinitionId=first)
    page = logs.describe_query_definitions(maxResults=1)
    (query,) = page["queryDefinitions"]
    query.pop("lastModified")
    assert query == {
        "queryDefinitionId": first,
        "name": "a2",
        "queryString": "fields @timestamp",
        "queryLanguage": "CWLI",
        "logGroupNames": [],
    }
    (rest,) = logs.describe_query_definitions(nextToken=page["nextToken"])["queryDefinitions"]
    assert rest["name"] == "b"
    assert [q["name"] for q in logs.describe_query_definitions(queryLanguage="SQL")["queryDefinitions"]] == ["b"]
    assert logs.delete_query_definition(queryDefinitionId=first)["success"] is True
    unknown = {"name": "c", "queryString": "x", "queryDefinitionId": first}
    assert code(logs.put_query_definition, **unknown) == "ResourceNotFoundException"


def test_a_metric_filter_that_is_put_again_is_replaced(logs: Any) -> None:
    counted = [{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}]
    for group, pattern in (("g", "ERROR"), ("h", "WARN"), ("g", "FATAL")):
        if pattern != "FATAL":
            logs.create_log_group(logGroupName=group)
        given = {"filterName": "f", "filterPattern": pattern, "metricTransformations": counted}
        logs.put_metric_filter(logGroupName=group, **given)
    found = logs.describe_metric_filters()["metricFilters"]
    assert [(each["logGroupName"], each["filterPattern"]) for each in found] == [("h", "WARN"), ("g", "FATAL")]
    missing = {"logGroupName": "none", "filterName": "f", "filterPattern": "", "metricTransformations": counted}
    assert code(logs.put_metric_filter, **missing) == "ResourceNotFoundException"


def test_metric_filters_are_counted_and_paged(logs: Any) -> None:
    logs.create_log_group(logGroupName="g")
    transformation = [{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}]
    for name in ("f1", "f2"):
        logs.put_metric_filter(
            logGroupName="g", filterName=name, filterPattern="x", metricTransformations=transformation
        )
    assert groups(logs) == [shown("g", metricFilterCount=2)]
    pages = logs.get_paginator("describe_metric_filters").paginate(logGroupName="g", PaginationConfig={"PageSize": 1})
    assert [[f["filterName"] for f in page["metricFilters"]] for page in pages] == [["f1"], ["f2"]]


def test_a_stream_tells_when_its_last_event_was(logs: Any) -> None:
    logs.create_log_group(logGroupName="g")
    stream = {"logGroupName": "g", "logStreamName": "aws/bedrock/modelinvocations"}
    logs.create_log_stream(**stream)
    at = int((datetime.now(UTC) - timedelta(days=9)).timestamp() * 1000)
    logs.put_log_events(**stream, logEvents=[{"timestamp": at, "message": "{}"}])
    (found,) = logs.describe_log_streams(logGroupName="g", logStreamNamePrefix="aws/bedrock")["logStreams"]
    assert (found["lastEventTimestamp"], found["lastIngestionTime"] > at) == (at, True)


def test_invocation_logging_is_absent_until_it_is_put(client: Client) -> None:
    here, there = client("bedrock"), client("bedrock", "us-west-2")
    assert plain(here.get_model_invocation_logging_configuration()) == {}
    large = {"bucketName": "bucket", "keyPrefix": "large"}
    cloudwatch = {
        "logGroupName": "g",
        "roleArn": "arn:aws:iam::111111111111:role/r",
        "largeDataDeliveryS3Config": large,
    }
    config = {"cloudWatchConfig": cloudwatch, "textDataDeliveryEnabled": True, "audioDataDeliveryEnabled": False}
    here.put_model_invocation_logging_configuration(loggingConfig=config)
    assert here.get_model_invocation_logging_configuration()["loggingConfig"] == config
    assert plain(there.get_model_invocation_logging_configuration()) == {}
    here.delete_model_invocation_logging_configuration()
    assert plain(here.get_model_invocation_logging_configuration()) == {}


def test_evaluation_jobs_are_listed_by_time(client: Client) -> None:
    api, now = client("bedrock"), datetime.now(UTC)
    data = {"taskType": "Generation", "dataset": {"name": "Builtin.Bold"}, "metricNames": ["Builtin.Accuracy"]}
    arn = api.create_evaluation_job(
        jobName="weekly",
        roleArn="arn:aws:iam::111111111111:role/r",
        evaluationConfig={"automated": {"datasetMetricConfigs": [data]}},
        inferenceConfig={"models": [{"bedrockModel": {"modelIdentifier": "amazon.nova-pro-v1:0"}}]},
        outputDataConfig={"s3Uri": "s3://bucket/out"},
    )["jobArn"]
    assert arn == "arn:aws:bedrock:us-east-1:111111111111:evaluation-job/000000000000"
    (job,) = api.list_evaluation_jobs(creationTimeAfter=now - timedelta(days=30))["jobSummaries"]
    assert (job["jobArn"], job["jobType"], job["evaluationTaskTypes"]) == (arn, "Automated", ["Generation"])
    assert api.list_evaluation_jobs(creationTimeAfter=now + timedelta(hours=1)).get("jobSummaries") is None
    assert api.list_evaluation_jobs(nameContains="month").get("jobSummaries") is None
