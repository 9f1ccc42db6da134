"""Inference profiles, cost allocation tags and quotas over HTTP; and those of the demo organisation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bedaudit.sandbox import FAULTS, Sandbox, SeededFault
from bedaudit.sandbox.backends.cost_explorer import CostTags
from bedaudit.sandbox.organization import HEALTHY_ACCOUNT
from tests.sandbox.conftest import Client, plain

NOVA = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"
SHARED = "arn:aws:bedrock:us-east-1:111111111111:inference-profile/us.amazon.nova-pro-v1:0"
VPCS = {"QuotaCode": "L-F678F1CE", "DesiredValue": 9.0}
SEEDED = tuple(fault for fault in FAULTS if fault.policy == "cost")


def make(bedrock: Any, name: str = "chat", source: str = NOVA, **tags: str) -> str:
    given = [{"key": key, "value": value} for key, value in tags.items()]
    reply = bedrock.create_inference_profile(inferenceProfileName=name, modelSource={"copyFrom": source}, tags=given)
    return str(reply["inferenceProfileArn"])


def tags_of(bedrock: Any, arn: str) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in bedrock.list_tags_for_resource(resourceARN=arn)["tags"]}


def test_a_profile_stands_for_a_model_in_one_region(client: Client) -> None:
    bedrock = client("bedrock")
    arn = make(bedrock)
    (found,) = bedrock.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"]
    times = {name: found.pop(name) for name in ("createdAt", "updatedAt")}
    assert found == {
        "inferenceProfileName": "chat",
        "inferenceProfileArn": arn,
        "models": [{"modelArn": NOVA}],
        "inferenceProfileId": arn.rpartition("/")[2],
        "status": "ACTIVE",
        "type": "APPLICATION",
    }
    assert plain(bedrock.get_inference_profile(inferenceProfileIdentifier=arn)) == {**found, **times}


def test_a_profile_that_is_copied_from_aws_own_spans_its_regions(client: Client) -> None:
    bedrock = client("bedrock")
    id_ = make(bedrock, source=SHARED).rpartition("/")[2]
    models = bedrock.get_inference_profile(inferenceProfileIdentifier=id_)["models"]
    assert [model["modelArn"].split(":")[3] for model in models] == ["us-east-1", "us-west-2"]
    with pytest.raises(bedrock.exceptions.ValidationException):
        make(bedrock, "other", source=f"{SHARED}x")


def test_profiles_are_listed_by_type_and_page(client: Client) -> None:
    bedrock = client("bedrock")
    made = [make(bedrock, name) for name in ("one", "two", "three")]
    pager = bedrock.get_paginator("list_inference_profiles")
    pages = list(pager.paginate(typeEquals="APPLICATION", PaginationConfig={"PageSize": 2}))
    listed = [[each["inferenceProfileArn"] for each in page["inferenceProfileSummaries"]] for page in pages]
    assert listed == [made[:2], made[2:]]
    others = bedrock.list_inference_profiles()["inferenceProfileSummaries"]
    assert {each["type"] for each in others} == {"SYSTEM_DEFINED"}


def test_tags_of_a_profile_come_and_go(client: Client) -> None:
    bedrock = client("bedrock")
    arn = make(bedrock, team="support", app="chat")
    bedrock.tag_resource(resourceARN=arn, tags=[{"key": "team", "value": "sales"}])
    bedrock.untag_resource(resourceARN=arn, tagKeys=["app"])
    assert tags_of(bedrock, arn) == {"team": "sales"}


def test_profiles_with_tags_are_listed_by_page(client: Client) -> None:
    bedrock, tagging = client("bedrock"), client("resourcegroupstaggingapi")
    made = [make(bedrock, name, team=name) for name in ("one", "two", "three")]
    make(bedrock, "untagged")
    of_type = {"ResourceTypeFilters": ["bedrock:application-inference-profile"]}
    pages = list(tagging.get_paginator("get_resources").paginate(**of_type, PaginationConfig={"PageSize": 2}))
    listed = [[(one["ResourceARN"], one["Tags"]) for one in page["ResourceTagMappingList"]] for page in pages]
    tagged = [(arn, [{"Key": "team", "Value": name}]) for arn, name in zip(made, ("one", "two", "three"), strict=True)]
    assert listed == [tagged[:2], tagged[2:]]
    assert tagging.get_resources(ResourceTypeFilters=["sqs"])["ResourceTagMappingList"] == []


def test_a_deleted_profile_is_not_found(client: Client) -> None:
    bedrock = client("bedrock")
    arn = make(bedrock)
    with pytest.raises(bedrock.exceptions.ConflictException):
        make(bedrock)
    bedrock.delete_inference_profile(inferenceProfileIdentifier=arn)
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_inference_profile(inferenceProfileIdentifier=arn)


def test_what_is_no_application_profile_is_left_to_others(client: Client) -> None:
    bedrock = client("bedrock")
    with pytest.raises(bedrock.exceptions.ValidationException):
        bedrock.delete_inference_profile(inferenceProfileIdentifier=SHARED)
    model = "arn:aws:bedrock:us-east-1:111111111111:custom-model/amazon.nova-pro-v1:0/abcdefghijkl"
    for ask, more in (
        (bedrock.list_tags_for_resource, {}),
        (bedrock.tag_resource, {"tags": [{"key": "team", "value": "a"}]}),
        (bedrock.untag_resource, {"tagKeys": ["team"]}),
    ):
        with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
            ask(resourceARN=model, **more)


def keys(ce: Any, **wanted: Any) -> list[tuple[str, str]]:
    return [(tag["TagKey"], tag["Status"]) for tag in ce.list_cost_allocation_tags(**wanted)["CostAllocationTags"]]


def test_a_tag_that_was_seen_can_be_activated(sandbox: Sandbox, client: Client) -> None:
    ce = client("ce")
    tags = sandbox.world.state(CostTags, "111111111111", "global")
    for key in ("team", "app"):
        tags.seen(key, "2026-11-01")
    wanted = [{"TagKey": key, "Status": "Active"} for key in ("team", "never")]
    (error,) = ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=wanted)["Errors"]
    assert error["TagKey"] == "never"
    assert keys(ce) == [("team", "Active"), ("app", "Inactive")]
    assert keys(ce, Status="Active") == [("team", "Active")]
    assert keys(ce, TagKeys=["app"], Type="UserDefined") == [("app", "Inactive")]
    pages = list(ce.get_paginator("list_cost_allocation_tags").paginate(PaginationConfig={"PageSize": 1}))
    assert [len(page["CostAllocationTags"]) for page in pages] == [1, 1]


def test_quotas_of_bedrock_are_listed_by_page_and_can_be_raised(client: Client) -> None:
    quotas = client("service-quotas")
    pager = quotas.get_paginator("list_service_quotas")
    pages = list(pager.paginate(ServiceCode="bedrock", PaginationConfig={"PageSize": 5}))
    assert [len(page["Quotas"]) for page in pages] == [5, 3]
    nova = {"ServiceCode": "bedrock", "QuotaCode": "L-70423BDF"}
    asked = quotas.request_service_quota_increase(**nova, DesiredValue=900000.0)["RequestedQuota"]
    assert (asked["Status"], asked["DesiredValue"]) == ("APPROVED", 900000.0)
    assert quotas.get_service_quota(**nova)["Quota"]["Value"] == 900000.0
    assert client("service-quotas", "eu-west-1").get_service_quota(**nova)["Quota"]["Value"] == 400000.0
    with pytest.raises(quotas.exceptions.IllegalArgumentException):
        quotas.request_service_quota_increase(**nova, DesiredValue=1.0)
    for ask in (quotas.get_service_quota, lambda **of: quotas.request_service_quota_increase(**of, DesiredValue=1.0)):
        with pytest.raises(quotas.exceptions.NoSuchResourceException):
            ask(ServiceCode="bedrock", QuotaCode="L-00000000")


def test_quotas_of_other_services_are_left_to_others(client: Client) -> None:
    quotas = client("service-quotas")
    assert quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")["Quota"]["QuotaName"]
    for ask in (quotas.list_service_quotas, lambda **of: quotas.request_service_quota_increase(**of, **VPCS)):
        with pytest.raises(quotas.exceptions.ClientError) as caught:
            ask(ServiceCode="vpc")
        assert caught.value.response["Error"]["Code"] == "NotImplemented"


def profiles(bedrock: Any) -> dict[str, str]:
    found = bedrock.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"]
    return {each["inferenceProfileId"]: each["inferenceProfileArn"] for each in found}


def called(cloudwatch: Any, metric: str = "Invocations") -> set[str]:
    found = cloudwatch.list_metrics(Namespace="AWS/Bedrock", MetricName=metric)["Metrics"]
    return {each["Value"] for one in found for each in one["Dimensions"] if each["Name"] == "ModelId"}


def watched(cloudwatch: Any) -> list[Any]:
    found = cloudwatch.describe_alarms(AlarmNamePrefix="bedrock-quota-usage")["MetricAlarms"]
    return [alarm["Dimensions"] for alarm in found]


SIGNS: dict[str, Any] = {
    "profile-without-tags": lambda at, f: tags_of(at("bedrock"), profiles(at("bedrock"))[f.resource]) == {},
    "profile-bypassed": lambda at, f: (
        called(at("cloudwatch")) - profiles(at("bedrock")).keys() == {"amazon.nova-pro-v1:0"}
    ),
    "cost-tag-inactive": lambda at, f: ("team", "Inactive") in keys(at("ce")),
    "quota-unseen": lambda at, f: [len(dimensions) for dimensions in watched(at("cloudwatch"))] == [1],
    "quota-nearly-used": lambda at, f: most_used(at("cloudwatch")) > 180000,
}


def most_used(cloudwatch: Any) -> float:
    """Tokens of the busiest minute of a model, in half a day."""
    now = datetime.now(UTC)
    queries = [
        {
            "Id": f"m{index}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Bedrock",
                    "MetricName": "EstimatedTPMQuotaUsage",
                    "Dimensions": [{"Name": "ModelId", "Value": model}],
                },
                "Period": 60,
                "Stat": "Sum",
            },
        }
        for index, model in enumerate(sorted(called(cloudwatch, "EstimatedTPMQuotaUsage")))
    ]
    found = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=now - timedelta(hours=12), EndTime=now)
    return max(float(value) for result in found["MetricDataResults"] for value in result["Values"])


def test_members_do_not_see_the_tags_of_who_pays(reader: Client) -> None:
    member = reader("ce", account=HEALTHY_ACCOUNT)
    with pytest.raises(member.exceptions.ClientError, match="AccessDenied"):
        member.list_cost_allocation_tags()


@pytest.mark.parametrize("fault", SEEDED, ids=lambda fault: fault.name)
def test_a_fault_is_where_the_table_says(reader: Client, fault: SeededFault) -> None:
    region = "us-east-1" if fault.region == "global" else fault.region
    assert SIGNS[fault.name](lambda service: reader(service, region, fault.account), fault)


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_the_healthy_accounts_models_are_called_through_tagged_profiles(reader: Client, region: str) -> None:
    bedrock, cloudwatch = reader("bedrock", region, HEALTHY_ACCOUNT), reader("cloudwatch", region, HEALTHY_ACCOUNT)
    found = profiles(bedrock)
    assert called(cloudwatch) == called(cloudwatch, "EstimatedTPMQuotaUsage") == found.keys()
    assert [sorted(tags_of(bedrock, arn)) for arn in found.values()] == [["team"], ["team"]]
    assert watched(cloudwatch) == [[]]
    assert most_used(cloudwatch) < 100000
