"""References between planned resources, through modules and over `count` and `for_each`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bedaudit.audit.declared import declared
from bedaudit.model import Mark
from bedaudit.reader import Unreadable
from bedaudit.terraform.document import parse
from bedaudit.terraform.plan import Plan, Planned
from bedaudit.terraform.plan import plan as planned
from tests.terraform.plans import ACCOUNT, REGION, Made, plan, refers

LOGS = f"arn:aws:kms:{REGION}:{ACCOUNT}:key"


def read(text: bytes, **where: str) -> Plan:
    return planned(parse(text, "plan.json"), "plan.json", **where)


def at(address: str, text: bytes) -> Planned:
    return next(each for each in read(text).resources if each.address == address)


def key(index: int | str | None = None) -> Made:
    return Made("aws_kms_key", "k", {}, {"arn": True, "key_id": True, "id": True}, index=index)


def group(expression: Mapping[str, Any], index: int | str | None = None) -> Made:
    return Made(
        "aws_cloudwatch_log_group",
        "g",
        {"name": "/aws/bedrock/g"},
        {"kms_key_id": True, "arn": True},
        {"kms_key_id": expression},
        index=index,
    )


def module(*made: Made, **more: Any) -> Mapping[str, Any]:
    return {"made": made, **more}


@pytest.mark.parametrize(
    ("address", "text", "value"),
    [
        (
            "aws_cloudwatch_log_group.g",
            plan(key(), group(refers("aws_kms_key.k.arn"))),
            f"{LOGS}/aws_kms_key.k",
        ),
        (
            "aws_cloudwatch_log_group.g",
            plan(key(0), group({"references": ["aws_kms_key.k[0].arn", "aws_kms_key.k[0]", "aws_kms_key.k"]})),
            f"{LOGS}/aws_kms_key.k-0-.3af0b67f",
        ),
        (
            'aws_cloudwatch_log_group.g["eu"]',
            plan(key("eu"), key("us"), group({"references": ["aws_kms_key.k", "each.key"]}, "eu")),
            "aws_kms_key.k-eu-.4c71eab7",
        ),
        (
            'module.logs["a"].aws_cloudwatch_log_group.g',
            plan(
                key(),
                modules={
                    'module.logs["a"]': module(
                        group({"references": ["var.key"]}), expressions={"key": refers("aws_kms_key.k.arn")}
                    )
                },
            ),
            f"{LOGS}/aws_kms_key.k",
        ),
        (
            "aws_cloudwatch_log_group.g",
            plan(
                group({"references": ["module.keys.arn", "module.keys"]}),
                modules={"module.keys": module(key(), outputs={"arn": {"expression": refers("aws_kms_key.k.arn")}})},
            ),
            f"{LOGS}/module.keys.aws_kms_key.k",
        ),
    ],
    ids=["resource", "count", "for_each", "variable", "output"],
)
def test_reference_to_a_planned_resource_is_what_it_will_be_called(address: str, text: bytes, value: str) -> None:
    assert at(address, text).block.text("kms_key_id") == value


@pytest.mark.parametrize(
    "expression",
    [
        {},
        {"references": ["local.key"]},
        {"references": ["data.aws_kms_key.k.arn", "data.aws_kms_key.k"]},
        {"references": ["aws_kms_key.other.arn", "aws_kms_key.other"]},
        {"references": ["aws_kms_key.k.arn", "aws_kms_key.k", "aws_kms_key.l.arn", "aws_kms_key.l"]},
        {"references": ["aws_kms_key.k.tags_all", "aws_kms_key.k"]},
        {"references": ["module.none.arn", "module.none"]},
        {"references": ["var.of_the_root"]},
        {"references": [7, ""]},
        {"references": "aws_kms_key.k.arn"},
    ],
)
def test_expression_that_is_not_one_reference_stays_unknown(expression: Mapping[str, Any]) -> None:
    other = Made("aws_kms_key", "l", {}, {"arn": True})
    found = at("aws_cloudwatch_log_group.g", plan(key(), other, group(expression))).block
    with pytest.raises(Unreadable, match=r"known after apply: aws_cloudwatch_log_group\.g\.kms_key_id"):
        bool(found.text("kms_key_id"))


def test_modules_that_call_each_other_in_a_circle_end() -> None:
    made = group({"references": ["module.m.key", "module.m"]})
    looping = {"expression": {"references": ["var.key"]}}
    text = plan(
        made,
        modules={
            "module.m": module(
                outputs={"key": looping}, expressions={"key": {"references": ["module.m.key", "module.m"]}}
            )
        },
    )
    with pytest.raises(Unreadable):
        bool(at("aws_cloudwatch_log_group.g", text).block.text("kms_key_id"))


def test_name_that_aws_makes_up_begins_as_it_is_asked_for() -> None:
    bucket = Made("aws_s3_bucket", "b", {"bucket_prefix": "bedrock-"}, {"bucket": True, "arn": True, "id": True})
    found = at("aws_s3_bucket.b", plan(bucket)).block
    assert (found.text("bucket"), found.text("arn")) == (
        "bedrock-aws_s3_bucket.b",
        "arn:aws:s3:::bedrock-aws_s3_bucket.b",
    )


@pytest.mark.parametrize(
    ("provider", "values", "region"),
    [
        ({"constant_value": "us-gov-west-1"}, {}, ("aws-us-gov", "us-gov-west-1")),
        ({"references": ["var.region"]}, {}, ("aws", REGION)),
        ({"references": ["var.region"]}, {"region": "us-west-2"}, ("aws", "us-west-2")),
        ({"references": ["var.region"]}, {"arn": f"arn:aws:logs:ap-south-1:{ACCOUNT}:x"}, ("aws", "ap-south-1")),
        ({"references": ["local.region"]}, {}, ("aws-cn", "cn-north-1")),
    ],
)
def test_region_is_what_resource_or_provider_say_and_else_what_the_user_says(
    provider: Mapping[str, Any], values: Mapping[str, Any], region: tuple[str, str]
) -> None:
    made = Made("aws_cloudwatch_log_group", "g", {"name": "/aws/bedrock/g", **values})
    (found,) = read(plan(made, region=provider), region="cn-north-1").resources
    assert (found.place.partition, found.place.region) == region


@pytest.mark.parametrize(
    ("told", "given", "account", "notices"),
    [
        (ACCOUNT, {"account": "999999999999"}, ACCOUNT, ()),
        (None, {"account": "999999999999"}, "999999999999", ()),
        (
            None,
            {},
            "000000000000",
            ("the plan does not tell the account, which is called 000000000000 here: say it with --account",),
        ),
    ],
)
def test_account_is_the_callers_and_else_what_the_user_says(
    told: str | None, given: Mapping[str, str], account: str, notices: tuple[str, ...]
) -> None:
    found = read(plan(key(), account=told), **given)
    assert ([each.place.account for each in found.resources], found.notices) == ([account], notices)


def test_block_is_found_in_the_directory_of_its_module_and_nowhere_outside(tmp_path: Path) -> None:
    block = 'resource "aws_kms_key" "k" {\n}\n'
    root = tmp_path / "root"
    (root / "modules" / "x").mkdir(parents=True)
    (root / "main.tf").write_text(f"# {block}\n{block}")
    (root / "modules" / "x" / "keys.tf").write_text(block)
    (tmp_path / "outside.tf").write_text(block)
    modules = {
        "module.inside[0]": module(key()),
        "module.outside": module(key(), source="../"),
        "module.registry": module(key(), source="hashicorp/x/aws"),
    }
    assert declared(read(plan(key(), modules=modules)), root) == {
        "aws_kms_key.k": Mark("main.tf", 4, 1, 4, 27),
        "module.inside[0].aws_kms_key.k": Mark("modules/x/keys.tf", 1, 1, 1, 27),
    }
