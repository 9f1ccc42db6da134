"""What AWS will call planned resources: their names and ARNs, as far as these follow from what is planned.

A part of a name that AWS or the provider will make up is the resource's Terraform address instead.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource will be."""

    partition: str
    region: str
    account: str


@dataclass(frozen=True, slots=True)
class Naming:
    """How a type of resource is named."""

    name: str
    """The attribute that tells one from another."""
    arn: str
    """Of an ARN all that follows the partition; `{name}`, `{path}`, `{region}` and `{account}` stand in it."""
    arn_attribute: str = "arn"
    as_name: tuple[str, ...] = ("id",)
    """Other attributes that have the name,"""
    as_arn: tuple[str, ...] = ()
    """and the ARN."""
    prefix: str = ""
    """The attribute with the beginning of a name that the provider makes up."""


NAMINGS: Final[Mapping[str, Naming]] = {
    "aws_bedrock_guardrail": Naming(
        "guardrail_id", "bedrock:{region}:{account}:guardrail/{name}", "guardrail_arn", as_name=()
    ),
    "aws_bedrock_inference_profile": Naming("id", "bedrock:{region}:{account}:application-inference-profile/{name}"),
    "aws_cloudtrail": Naming("name", "cloudtrail:{region}:{account}:trail/{name}", as_name=(), as_arn=("id",)),
    "aws_cloudwatch_composite_alarm": Naming("alarm_name", "cloudwatch:{region}:{account}:alarm:{name}"),
    "aws_cloudwatch_dashboard": Naming("dashboard_name", "cloudwatch::{account}:dashboard/{name}", "dashboard_arn"),
    "aws_cloudwatch_log_group": Naming("name", "logs:{region}:{account}:log-group:{name}", prefix="name_prefix"),
    "aws_cloudwatch_log_metric_filter": Naming("name", ""),
    "aws_cloudwatch_metric_alarm": Naming("alarm_name", "cloudwatch:{region}:{account}:alarm:{name}"),
    "aws_cloudwatch_query_definition": Naming("query_definition_id", "logs:{region}:{account}:query-definition:{name}"),
    "aws_iam_policy": Naming(
        "name", "iam::{account}:policy{path}{name}", as_name=(), as_arn=("id",), prefix="name_prefix"
    ),
    "aws_iam_role": Naming("name", "iam::{account}:role{path}{name}", prefix="name_prefix"),
    "aws_iam_role_policy": Naming("name", "", as_name=(), prefix="name_prefix"),
    "aws_kms_key": Naming("key_id", "kms:{region}:{account}:key/{name}"),
    "aws_lambda_function": Naming("function_name", "lambda:{region}:{account}:function:{name}"),
    "aws_s3_bucket": Naming("bucket", "s3:::{name}", prefix="bucket_prefix"),
    "aws_sns_topic": Naming("name", "sns:{region}:{account}:{name}", as_name=(), as_arn=("id",), prefix="name_prefix"),
}


def identity(type_: str, known: Mapping[str, Any], address: str, place: Place) -> dict[str, str]:
    """The attributes by which others refer to a resource; `known`: what the plan tells of it."""
    naming = NAMINGS.get(type_)
    if naming is None:
        return {}
    told = [_text(known, each) for each in (naming.name, *naming.as_name)]
    name = next(filter(None, told), "") or _text(known, naming.prefix) + made_up(address)
    path = _text(known, "path") or "/"
    made = naming.arn.format(name=name, path=path, region=place.region, account=place.account)
    arns = [_text(known, each) for each in (naming.arn_attribute, *naming.as_arn)]
    arn = next((each for each in arns if each.startswith("arn:")), f"arn:{place.partition}:{made}")
    names = dict.fromkeys((naming.name, *naming.as_name), name)
    return names | (dict.fromkeys((naming.arn_attribute, *naming.as_arn), arn) if naming.arn else {})


def made_up(address: str) -> str:
    """A name that an address has to itself."""
    plain = _NOT_IN_NAMES.sub("-", address)
    return plain if plain == address else f"{plain}.{hashlib.sha256(address.encode()).hexdigest()[:8]}"


def _text(known: Mapping[str, Any], name: str) -> str:
    value = known.get(name)
    return value if isinstance(value, str) else ""
