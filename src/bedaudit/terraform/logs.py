"""What CloudWatch Logs will answer.

Policies of the account and filters of log groups count as the plan shows them: there may be others beside it.
"""

from __future__ import annotations

from typing import Any, Final

from bedaudit.model import Raw
from bedaudit.terraform.block import Block
from bedaudit.terraform.estate import Asked, Estate, not_managed
from bedaudit.terraform.plan import Planned
from bedaudit.terraform.value import reply

GROUP: Final = "aws_cloudwatch_log_group"
PROTECTION: Final = "aws_cloudwatch_log_data_protection_policy"
ACCOUNT_POLICY: Final = "aws_cloudwatch_log_account_policy"
METRIC_FILTER: Final = "aws_cloudwatch_log_metric_filter"
SUBSCRIPTION: Final = "aws_cloudwatch_log_subscription_filter"
QUERY: Final = "aws_cloudwatch_query_definition"


def groups(estate: Estate, asked: Asked) -> Raw:
    """DescribeLogGroups: of one name, or of several."""
    listed = estate.all(GROUP, asked.region)
    if "logGroupIdentifiers" in asked.parameters:
        wanted = [each for each in listed if each.block.text("name") in asked.parameters["logGroupIdentifiers"]]
    else:
        name = asked["logGroupNamePrefix"]
        wanted = [each for each in listed if each.block.text("name") == name]
        if not wanted and not estate.goes(GROUP, "name", name):
            not_managed(f"the log group {name}")
    return reply({"logGroups": [_group(estate, each) for each in wanted]})


def _group(estate: Estate, group: Planned) -> dict[str, Any]:
    block = group.block
    name, arn = block.text("name"), block.text("arn")
    protected = estate.about(PROTECTION, "log_group_name", name, group.place.region)
    return {
        "logGroupName": name,
        "arn": f"{arn}:*",
        "logGroupArn": arn,
        "retentionInDays": block.whole("retention_in_days"),
        "kmsKeyId": block.text("kms_key_id"),
        "logGroupClass": block.chosen("log_group_class"),
        "deletionProtectionEnabled": block.flag("deletion_protection_enabled"),
        "dataProtectionStatus": "ACTIVATED" if protected else None,
        "inheritedProperties": ["ACCOUNT_DATA_PROTECTION"] if estate.all(ACCOUNT_POLICY, group.place.region) else [],
    }


def names(estate: Estate, asked: Asked) -> Raw:
    """ListLogGroups."""
    listed = estate.all(GROUP, asked.region)
    return reply({"logGroups": [{"logGroupName": each.block.text("name")} for each in listed]})


def tags(estate: Estate, asked: Asked) -> Raw:
    """ListTagsForResource."""
    found = estate.about(GROUP, "arn", asked["resourceArn"])
    if found is None:
        return not_managed(asked["resourceArn"])
    return reply({"tags": found.mapping("tags_all") or found.mapping("tags") or {}})


def protection(estate: Estate, asked: Asked) -> Raw | None:
    """GetDataProtectionPolicy."""
    found = estate.about(PROTECTION, "log_group_name", asked["logGroupIdentifier"], asked.region)
    return None if found is None else reply({"policyDocument": found.text("policy_document")})


def account_policies(estate: Estate, asked: Asked) -> Raw:
    """DescribeAccountPolicies."""
    found = [each.block for each in estate.all(ACCOUNT_POLICY, asked.region)]
    wanted = [block for block in found if block.text("policy_type") == asked["policyType"]]
    return reply({"accountPolicies": [{"policyDocument": block.text("policy_document")} for block in wanted]})


def metric_filters(estate: Estate, asked: Asked) -> Raw:
    """DescribeMetricFilters."""
    return reply({"metricFilters": [_metric_filter(each.block) for each in estate.all(METRIC_FILTER, asked.region)]})


def _metric_filter(block: Block) -> dict[str, Any]:
    published = block.within("metric_transformation")
    return {
        "filterName": block.text("name"),
        "filterPattern": block.text("pattern") or "",
        "logGroupName": block.text("log_group_name"),
        "metricTransformations": [
            {
                "metricName": published.text("name"),
                "metricNamespace": published.text("namespace"),
                "metricValue": published.text("value"),
            }
        ],
    }


def subscriptions(estate: Estate, asked: Asked) -> Raw:
    """DescribeSubscriptionFilters."""
    found = estate.each(SUBSCRIPTION, "log_group_name", asked["logGroupName"], asked.region)
    members = {"filterName": "name", "destinationArn": "destination_arn", "logGroupName": "log_group_name"}
    filters = [{member: block.text(name) for member, name in members.items()} for block in found]
    return reply({"subscriptionFilters": filters})


def queries(estate: Estate, asked: Asked) -> Raw:
    """DescribeQueryDefinitions."""
    return reply({"queryDefinitions": [_query(each.block) for each in estate.all(QUERY, asked.region)]})


def _query(block: Block) -> dict[str, Any]:
    return {
        "queryDefinitionId": block.text("query_definition_id"),
        "name": block.text("name"),
        "queryString": block.text("query_string"),
        "logGroupNames": block.texts("log_group_names") or [],
    }
