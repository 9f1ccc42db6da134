"""Plans as `terraform show -json` writes them, cut to what is looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ACCOUNT, REGION = "111122223333", "eu-central-1"


@dataclass(frozen=True)
class Made:
    """A resource in a plan."""

    type: str
    name: str
    values: Mapping[str, Any]
    unknown: Mapping[str, Any] = field(default_factory=dict)
    refers: Mapping[str, Any] = field(default_factory=dict)
    """Expressions that are references, by attribute."""
    actions: Sequence[str] = ("create",)
    index: int | str | None = None

    @property
    def key(self) -> str:
        return "" if self.index is None else f"[{json.dumps(self.index)}]"

    def address(self, module: str = "") -> str:
        return f"{module}{'.' if module else ''}{self.type}.{self.name}{self.key}"

    def planned(self, module: str) -> Mapping[str, Any]:
        return {**self._named(module), "values": self.values}

    def changed(self, module: str) -> Mapping[str, Any]:
        known = {"before": None, "after": self.values, "after_unknown": self.unknown}
        return {**self._named(module), "change": {"actions": self.actions, **known}}

    def _named(self, module: str) -> Mapping[str, Any]:
        named = {"address": self.address(module), "mode": "managed", "type": self.type, "name": self.name}
        return named | ({} if self.index is None else {"index": self.index})

    def configured(self) -> Mapping[str, Any]:
        return {
            "address": f"{self.type}.{self.name}",
            "mode": "managed",
            "type": self.type,
            "name": self.name,
            "provider_config_key": "aws",
            "expressions": self.refers,
        }


def refers(*references: str) -> Mapping[str, Any]:
    """An expression, with the references as Terraform lists them: the longest, then its beginnings."""
    return {"references": [*references, *(each.rpartition(".")[0] for each in references if each.count(".") > 1)]}


def deleted(type_: str, name: str, before: Mapping[str, Any]) -> Mapping[str, Any]:
    """The change of a resource that goes."""
    named = {"address": f"{type_}.{name}", "mode": "managed", "type": type_, "name": name}
    return {**named, "change": {"actions": ["delete"], "before": before, "after": None, "after_unknown": {}}}


def plan(
    *made: Made,
    gone: Sequence[Mapping[str, Any]] = (),
    region: Any = None,
    account: str | None = ACCOUNT,
    modules: Mapping[str, Mapping[str, Any]] | None = None,
    **more: Any,
) -> bytes:
    """A plan of resources in the root module, and of modules: by address their `made` and, of its call, what else."""
    modules = modules or {}
    caller = {"address": "data.aws_caller_identity.me", "mode": "data", "type": "aws_caller_identity", "name": "me"}
    prior = [{**caller, "values": {"account_id": account}}] if account else []
    children = [
        {"address": address, "resources": [each.planned(address) for each in module["made"]]}
        for address, module in modules.items()
    ]
    changes = [each.changed(address) for address, module in modules.items() for each in module["made"]]
    calls = {
        address.removeprefix("module.").partition("[")[0]: {
            "source": module.get("source", "./modules/x"),
            "expressions": module.get("expressions", {}),
            "module": {
                "resources": [each.configured() for each in module["made"]],
                "outputs": module.get("outputs", {}),
            },
        }
        for address, module in modules.items()
    }
    document = {
        "format_version": "1.2",
        "terraform_version": "1.9.5",
        "variables": {"region": {"value": REGION}},
        "planned_values": {
            "root_module": {"resources": [each.planned("") for each in made], "child_modules": children}
        },
        "resource_changes": [*(each.changed("") for each in made), *changes, *gone],
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": prior}}},
        "configuration": {
            "provider_config": {
                "aws": {"name": "aws", "expressions": {"region": region or {"references": ["var.region"]}}}
            },
            "root_module": {"resources": [each.configured() for each in made], "module_calls": calls},
        },
        **more,
    }
    return json.dumps(document).encode()


KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Effect": "Allow",
            "Principal": {"Service": f"logs.{REGION}.amazonaws.com"},
            "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
            "Resource": "*",
        },
    ],
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "bedrock.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:*"},
            },
        }
    ],
}
WRITE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/bedrock/invocations:*",
        }
    ],
}
KEY = Made(
    "aws_kms_key",
    "logs",
    {"policy": json.dumps(KEY_POLICY), "enable_key_rotation": True, "is_enabled": True, "tags": None},
    {"arn": True, "id": True, "key_id": True, "tags_all": {}},
)
GROUP = Made(
    "aws_cloudwatch_log_group",
    "invocations",
    {"name": "/aws/bedrock/invocations", "retention_in_days": 365, "skip_destroy": False},
    {"arn": True, "id": True, "kms_key_id": True, "log_group_class": True},
    {"name": {"constant_value": "/aws/bedrock/invocations"}, "kms_key_id": refers("aws_kms_key.logs.arn")},
)
ROLE = Made(
    "aws_iam_role",
    "logging",
    {"name": "bedrock-logging", "path": "/", "assume_role_policy": json.dumps(TRUST)},
    {"arn": True, "id": True, "inline_policy": True, "managed_policy_arns": True},
    {"name": {"constant_value": "bedrock-logging"}, "assume_role_policy": {}},
)
INLINE = Made(
    "aws_iam_role_policy",
    "write",
    {"name": "write", "policy": json.dumps(WRITE)},
    {"id": True, "role": True},
    {"role": refers("aws_iam_role.logging.id")},
)
LOGGING = Made(
    "aws_bedrock_model_invocation_logging_configuration",
    "this",
    {
        "logging_config": [
            {
                "text_data_delivery_enabled": True,
                "image_data_delivery_enabled": True,
                "embedding_data_delivery_enabled": True,
                "video_data_delivery_enabled": True,
                "cloudwatch_config": [
                    {"log_group_name": "/aws/bedrock/invocations", "large_data_delivery_s3_config": []}
                ],
                "s3_config": [],
            }
        ]
    },
    {"id": True, "logging_config": [{"cloudwatch_config": [{"role_arn": True}], "s3_config": []}]},
    {
        "logging_config": [
            {
                "cloudwatch_config": [
                    {
                        "log_group_name": refers("aws_cloudwatch_log_group.invocations.name"),
                        "role_arn": refers("aws_iam_role.logging.arn"),
                    }
                ]
            }
        ]
    },
)
GOOD = (KEY, GROUP, ROLE, INLINE, LOGGING)
