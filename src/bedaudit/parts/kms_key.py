"""A KMS key that encrypts what Bedrock or CloudWatch Logs write.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from __future__ import annotations

import re
from typing import Annotated

from bedaudit.documents.iam import Document, parse
from bedaudit.documents.iam_evaluate import Principal
from bedaudit.documents.iam_match import Value
from bedaudit.model import Gap, Raw
from bedaudit.parts.service_request import WhyNot, by_bedrock, by_service, is_so, told, why_not_all, why_not_allowed
from bedaudit.reader import Operation, Reader
from bedaudit.state import Because, State

GET_KEY = Operation("kms", "DescribeKey", absent=("NotFoundException",))
GET_POLICY = Operation("kms", "GetKeyPolicy")
GET_ROTATION = Operation("kms", "GetKeyRotationStatus", absent=("UnsupportedOperationException",))
OPERATIONS = (GET_KEY, GET_POLICY, GET_ROTATION)

_LOGS_ACTIONS = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey")
_SYMMETRIC, _ENCRYPTS = "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


class KmsKey(State):
    """A KMS key."""

    arn: str
    """The key's ARN; what the resource names it by, where there is no such key."""
    exists: Annotated[bool, Because("missing_because")]
    """Whether there is such a key."""
    missing_because: str | None = None
    """Which key there is not."""
    customer_managed: bool | None = None
    """Whether the customer, and not AWS, controls the key."""
    state: str | None = None
    """Its state in KMS: enabled, disabled, pending_deletion, pending_import, unavailable and so on."""
    usable: Annotated[bool | None, Because("unusable_because")] = None
    """Whether it is enabled and a symmetric encryption key, as S3 and CloudWatch Logs need."""
    unusable_because: str | None = None
    """Its state, or what else it is for."""
    rotation: bool | Gap | None = None
    """Whether KMS rotates its key material every year or at a period of the customer's choice."""
    multi_region: bool | None = None
    """Whether it is one of several keys in several regions with the same key material."""
    allows_logs_service: Annotated[bool | Gap | None, Because("does_not_allow_logs_because")] = None
    """Whether its policy lets CloudWatch Logs encrypt this log group; missing for a key of something else."""
    does_not_allow_logs_because: str | None = None
    """What its policy does not allow or denies CloudWatch Logs, and what the statement that comes nearest allows."""
    allows_bedrock: Annotated[bool | Gap | None, Because("does_not_allow_bedrock_because")] = None
    """Whether its policy lets Bedrock of the site encrypt with it; missing for a key that Bedrock does not use."""
    does_not_allow_bedrock_because: str | None = None
    """What its policy does not allow or denies Bedrock, and what the statement that comes nearest allows."""


async def read_kms_key(
    aws: Reader, reference: str, *, at: str | None = None, log_group: str | None = None, objects: Value | None = None
) -> KmsKey:
    """The key that `reference` (id, alias or ARN of either) names in the site's region or `at`.

    `log_group` is the ARN of the log group that it encrypts; `objects` the ARN, of the bucket or of its objects, for
    which S3 encrypts with it on behalf of Bedrock.
    """
    region = reference.split(":")[3] if reference.startswith("arn:") and reference.count(":") >= 5 else at
    reply = await aws.find(GET_KEY, at=region, KeyId=reference)
    if reply is None:
        return KmsKey(arn=reference, exists=False, missing_because=f"there is no KMS key {reference}")
    key = reply["KeyMetadata"]
    arn = key.get("Arn", reference)
    unusable = _why_not_usable(key)
    for_logs = for_bedrock = None
    if log_group is not None:
        for_logs = await aws.part("allows_logs_service", lambda aws: _why_not_logs(aws, arn, region, log_group))
    if objects is not None:
        for_bedrock = await aws.part("allows_bedrock", lambda aws: _why_not_bedrock(aws, arn, region, objects))
    return KmsKey(
        arn=arn,
        exists=True,
        customer_managed=key.get("KeyManager") == "CUSTOMER",
        state=_state(key),
        usable=unusable is None,
        unusable_because=unusable,
        rotation=await aws.part("rotation", lambda aws: _rotation(aws, arn, region)),
        multi_region=key.get("MultiRegion", False),
        allows_logs_service=None if log_group is None else is_so(for_logs),
        does_not_allow_logs_because=told(for_logs),
        allows_bedrock=None if objects is None else is_so(for_bedrock),
        does_not_allow_bedrock_because=told(for_bedrock),
    )


def _state(key: Raw) -> str:
    return _WORD.sub("_", key.get("KeyState", "")).lower()


def _why_not_usable(key: Raw) -> str | None:
    """S3 and CloudWatch Logs need an enabled key that encrypts symmetrically."""
    if key.get("KeyState") != "Enabled":
        return f"it is {_state(key).replace('_', ' ') or 'in a state that KMS does not tell'}"
    spec, usage = key.get("KeySpec"), key.get("KeyUsage", _ENCRYPTS)
    if usage != _ENCRYPTS:
        return f"its usage is {usage}, not {_ENCRYPTS}"
    return None if spec == _SYMMETRIC else f"it is not symmetric: its spec is {spec or 'not told'}, not {_SYMMETRIC}"


async def _rotation(aws: Reader, arn: str, region: str | None) -> bool:
    reply = await aws.find(GET_ROTATION, at=region, KeyId=arn)
    return reply is not None and reply.get("KeyRotationEnabled", False)


async def _why_not_logs(aws: Reader, arn: str, region: str | None, log_group: str) -> WhyNot:
    """Grants are not read: CloudWatch Logs is given its right by the key's policy."""
    policy = await _policy(aws, arn, region)
    suffix = "amazonaws.com.cn" if aws.partition == "aws-cn" else "amazonaws.com"
    logs = Principal("Service", f"logs.{aws.region}.{suffix}", doubtful=("logs.amazonaws.com",))
    context = {"kms:EncryptionContext:aws:logs:arn": log_group, "kms:EncryptionContextKeys": "aws:logs:arn"}
    requests = (by_service(aws, logs, action, arn, context) for action in _LOGS_ACTIONS)
    return why_not_all(why_not_allowed((policy,), request, GET_POLICY) for request in requests)


async def _why_not_bedrock(aws: Reader, arn: str, region: str | None, objects: Value) -> WhyNot:
    policy = await _policy(aws, arn, region)
    context = {"kms:EncryptionContext:aws:s3:arn": objects}
    return why_not_allowed((policy,), by_bedrock(aws, "kms:GenerateDataKey", arn, more=context), GET_POLICY)


async def _policy(aws: Reader, arn: str, region: str | None) -> Document:
    reply = await aws.call(GET_POLICY, at=region, KeyId=arn, PolicyName="default")
    return parse(reply.get("Policy"), "the key policy")
