"""KMS: what moto leaves out of a key, and keys of other accounts, where their key policy decides."""

from __future__ import annotations

from typing import Any

from moto.backends import get_backend
from moto.kms.utils import RESERVED_ALIASES

from bedaudit.sandbox import grants
from bedaudit.sandbox.call import AwsError, Call, Reply, guard, operation

_ACROSS_ACCOUNTS = frozenset(
    {"DescribeKey", "GetKeyRotationStatus", "GetPublicKey", "Encrypt", "Decrypt", "GenerateDataKey"}
)
"""The other operations do not reach into another account, whatever the policy says."""


@guard("kms")
def reach(call: Call) -> None:
    """Lets a call into the account of a key that is named by ARN, if the key's policy lets it."""
    owner, region = _owner(str(call.parameters.get("KeyId") or ""))
    if region and region != call.region:
        raise AwsError("NotFoundException", f"Invalid arn {region}")
    if not owner or owner == call.account:
        return
    key = _key(owner, call.region, call.parameters["KeyId"])
    policy = None if key is None else key.policy
    if call.operation not in _ACROSS_ACCOUNTS or not grants.allows(policy, call.principal, f"kms:{call.operation}"):
        raise call.denied(call.parameters["KeyId"])
    call.account = owner


@operation("kms", "CreateKey", "DescribeKey")
def describe(call: Call) -> Reply:
    """The key, with the members that AWS always shows; keys of AWS services are AWS's."""
    metadata = call.forward()["KeyMetadata"]
    key = _key(call.account, call.region, metadata["Arn"])
    of_aws = key is not None and not set(RESERVED_ALIASES).isdisjoint(key.aliases)
    usual = {"KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": False}
    return {"KeyMetadata": {**usual, **metadata, **({"KeyManager": "AWS"} if of_aws else {})}}


@operation("kms", "GetKeyRotationStatus")
def get_rotation(call: Call) -> Reply:
    """Whether the key rotates, and how often."""
    rotates = call.forward()["KeyRotationEnabled"]
    return {"KeyRotationEnabled": rotates, **({"RotationPeriodInDays": 365} if rotates else {})}


def usable_key(account: str, region: str, arn: str) -> bool:
    """Whether there is an enabled key of that ARN in the region, in the account or another."""
    owner, at = _owner(arn)
    key = _key(owner or account, region, arn)
    return at in ("", region) and key is not None and key.key_state == "Enabled"


def _key(account: str, region: str, identifier: str) -> Any:
    return get_backend("kms")[account][region].keys.get(identifier.rsplit("/", maxsplit=1)[-1])


def _owner(identifier: str) -> tuple[str, str]:
    """Account and region of a key's ARN; empty where it is not one."""
    parts = identifier.split(":")
    return (parts[4], parts[3]) if len(parts) == 6 else ("", "")
