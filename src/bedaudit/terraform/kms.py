"""What KMS will answer."""

from __future__ import annotations

import json
from typing import Final

from bedaudit.model import Raw
from bedaudit.terraform.estate import Asked, Estate, not_managed
from bedaudit.terraform.plan import Planned
from bedaudit.terraform.value import reply

KEY: Final = "aws_kms_key"
ALIAS: Final = "aws_kms_alias"
POLICY: Final = "aws_kms_key_policy"


def key(estate: Estate, asked: Asked) -> Raw | None:
    """DescribeKey."""
    reference = asked["KeyId"]
    if "alias/aws/" in reference:
        return {"KeyMetadata": {"KeyId": reference, "Arn": reference, "KeyManager": "AWS", **_SOUND}}
    found = _key(estate, asked)
    if found is None:
        return None if estate.goes(KEY, "arn", reference) else not_managed(f"the KMS key {reference}")
    block = found.block
    enabled = block.flag("is_enabled")
    return reply(
        {
            "KeyMetadata": {
                "KeyId": block.text("key_id"),
                "Arn": block.text("arn"),
                "KeyManager": "CUSTOMER",
                "KeyState": "Disabled" if enabled is False else "Enabled",
                "KeySpec": block.chosen("customer_master_key_spec") or _SOUND["KeySpec"],
                "KeyUsage": block.chosen("key_usage") or _SOUND["KeyUsage"],
                "MultiRegion": block.attributes.get("multi_region") is True,
            }
        }
    )


_SOUND: Final = {"KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT"}
"""What a key is if nobody says otherwise."""


def policy(estate: Estate, asked: Asked) -> Raw:
    """GetKeyPolicy; a new key has a policy that leaves all to IAM."""
    found = _key(estate, asked)
    if found is None:
        return not_managed(f"the KMS key {asked['KeyId']}")
    apart = estate.about(POLICY, "key_id", found.block.text("key_id"))
    told = apart.text("policy") if apart else found.block.chosen("policy")
    return reply({"Policy": _first_policy(estate) if told is None else told})


def _first_policy(estate: Estate) -> str:
    root = {"AWS": f"arn:{estate.partition}:iam::{estate.account}:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def rotation(estate: Estate, asked: Asked) -> Raw:
    """GetKeyRotationStatus."""
    found = _key(estate, asked)
    if found is None:
        return not_managed(f"the KMS key {asked['KeyId']}")
    return reply({"KeyRotationEnabled": found.block.flag("enable_key_rotation") or False})


def _key(estate: Estate, asked: Asked) -> Planned | None:
    """The key by its id, its ARN, or an alias."""
    reference = asked["KeyId"].rpartition(":key/")[2]
    if "alias/" in reference:
        alias = estate.about(ALIAS, "name", f"alias/{reference.rpartition('alias/')[2]}", asked.region)
        if alias is None:
            return None
        reference = (alias.text("target_key_id") or "").rpartition(":key/")[2]
    return estate.named(KEY, "key_id", reference, asked.region)
