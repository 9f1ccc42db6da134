"""Observability Access Manager: sinks, their policies, and links."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bedaudit.sandbox import Sandbox
from bedaudit.sandbox.world import Account
from tests.sandbox.conftest import Client, plain
from tests.sandbox.test_logs import code

MONITOR, SOURCE = "111111111111", "222222222222"
METRICS = ["AWS::CloudWatch::Metric"]
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "oam:CreateLink", "Resource": "*"}


def policy(**more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{**OPEN, **more}]})


@pytest.fixture
def sink(client: Client) -> str:
    arn: str = client("oam").create_sink(Name="central")["Arn"]
    return arn


def test_a_region_has_one_sink(client: Client, sink: str) -> None:
    api = client("oam")
    assert [(each["Arn"], each["Name"]) for each in api.list_sinks()["Items"]] == [(sink, "central")]
    assert api.get_sink(Identifier=sink)["Name"] == "central"
    assert code(api.create_sink, Name="other") == "ConflictException"
    assert client("oam", "us-west-2").list_sinks()["Items"] == []
    api.delete_sink(Identifier=sink)
    assert code(api.get_sink, Identifier=sink) == "ResourceNotFoundException"


def test_only_whom_the_sinks_policy_lets_may_link(sandbox: Sandbox, client: Client, sink: str) -> None:
    api, source = client("oam"), client("oam", account=SOURCE)
    wanted = {"LabelTemplate": "$AccountName", "ResourceTypes": METRICS, "SinkIdentifier": sink}
    assert code(api.get_sink_policy, SinkIdentifier=sink) == "ResourceNotFoundException"
    assert code(source.create_link, **wanted) == "AccessDeniedException"
    of_organization = {"StringEquals": {"aws:PrincipalOrgID": "o-sandbox001"}}
    api.put_sink_policy(SinkIdentifier=sink, Policy=policy(Condition=of_organization))
    assert code(source.create_link, **wanted) == "AccessDeniedException"
    sandbox.world.accounts[SOURCE] = Account(SOURCE, "chat")
    link = source.create_link(**wanted)
    summary = {"LinkArn": link["Arn"], "Label": "chat", "ResourceTypes": METRICS}
    assert api.list_attached_links(SinkIdentifier=sink)["Items"] == [summary]
    assert code(api.delete_sink, Identifier=sink) == "ConflictException"
    assert code(source.create_link, **{**wanted, "SinkIdentifier": f"{sink}x"}) == "InvalidParameterException"


def test_a_links_filters_are_shown_by_get_link_alone(client: Client, sink: str) -> None:
    api = client("oam")
    api.put_sink_policy(SinkIdentifier=sink, Policy=policy())
    filters = {"MetricConfiguration": {"Filter": "Namespace = 'AWS/EC2'"}}
    made = api.create_link(LabelTemplate="here", ResourceTypes=METRICS, SinkIdentifier=sink, LinkConfiguration=filters)
    arn = made["Arn"]
    (listed,) = api.list_links()["Items"]
    assert listed == {name: made[name] for name in ("Arn", "Id", "Label", "ResourceTypes", "SinkArn")}
    assert plain(api.get_link(Identifier=arn))["LinkConfiguration"] == filters
    all_of_it = {"MetricConfiguration": {"Filter": "*"}}
    api.update_link(Identifier=arn, ResourceTypes=METRICS, LinkConfiguration=all_of_it)
    assert api.get_link(Identifier=arn)["LinkConfiguration"] == {}
    api.delete_link(Identifier=arn)
    assert code(api.get_link, Identifier=arn) == "ResourceNotFoundException"


def test_links_come_five_a_page(client: Client) -> None:
    sinks = []
    for account in "345678":
        api = client("oam", account=account * 12)
        sinks.append(api.create_sink(Name="central")["Arn"])
        api.put_sink_policy(SinkIdentifier=sinks[-1], Policy=policy())
    source = client("oam", account=SOURCE)
    *most, last = sinks
    for each in most:
        source.create_link(LabelTemplate="x", ResourceTypes=METRICS, SinkIdentifier=each)
    wanted = {"LabelTemplate": "x", "ResourceTypes": METRICS, "SinkIdentifier": last}
    assert code(source.create_link, **wanted) == "ServiceQuotaExceededException"
    pages = source.get_paginator("list_links").paginate(PaginationConfig={"PageSize": 2})
    assert [len(each["Items"]) for each in pages] == [2, 2, 1]
