"""KMS keys of other accounts: their key policy decides, and only some operations reach across."""

from __future__ import annotations

from moto.backends import get_backend

from bedaudit.sandbox import grants
from bedaudit.sandbox.call import AwsError, Call, guard

_ACROSS_ACCOUNTS = frozenset(
    {"DescribeKey", "GetKeyRotationStatus", "GetPublicKey", "Encrypt", "Decrypt", "GenerateDataKey"}
)


@guard("kms")
def reach(call: Call) -> None:
    """Lets a call into the account of a key that is named by ARN, if the key's policy lets it."""
    owner, region = _owner(str(call.parameters.get("KeyId") or ""))
    if region and region != call.region:
        raise AwsError("NotFoundException", f"Invalid arn {region}")
    if not owner or owner == call.account:
        return
    backend = get_backend("kms")[owner][call.region]
    key = backend.keys.get(call.parameters["KeyId"].split("/")[-1])
    policy = None if key is None else key.policy
    if call.operation not in _ACROSS_ACCOUNTS or not grants.allows(policy, call.principal, f"kms:{call.operation}"):
        raise call.denied(call.parameters["KeyId"])
    call.account = owner


def usable_key(account: str, region: str, arn: str) -> bool:
    """Whether there is an enabled key of that ARN in the account and region, or in another account."""
    owner, at = _owner(arn)
    key = get_backend("kms")[owner or account][region].keys.get(arn.rsplit("/", maxsplit=1)[-1])
    return at in ("", region) and key is not None and key.key_state == "Enabled"


def _owner(identifier: str) -> tuple[str, str]:
    """Account and region of a key's ARN; empty where it is not one."""
    parts = identifier.split(":")
    return (parts[4], parts[3]) if len(parts) == 6 else ("", "")
