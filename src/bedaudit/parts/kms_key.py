"""A KMS key that encrypts what Bedrock or CloudWatch Logs write.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from __future__ import annotations

import re

from bedaudit.documents.iam import parse
from bedaudit.documents.iam_evaluate import Principal, allows
from bedaudit.documents.iam_match import Value
from bedaudit.documents.kleene import every
from bedaudit.model import Gap
from bedaudit.parts.service_request import by_bedrock, by_service, decided
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

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
    exists: bool
    """Whether there is such a key."""
    customer_managed: bool | None = None
    """Whether the customer, and not AWS, controls the key."""
    state: str | None = None
    """Its state in KMS: enabled, disabled, pending_deletion, pending_import, unavailable and so on."""
    usable: bool | None = None
    """Whether it is enabled and a symmetric encryption key, as S3 and CloudWatch Logs need."""
    rotation: bool | Gap | None = None
    """Whether KMS rotates its key material every year or at a period of the customer's choice."""
    multi_region: bool | None = None
    """Whether it is one of several keys in several regions with the same key material."""
    allows_logs_service: bool | Gap | None = None
    """Whether its policy lets CloudWatch Logs encrypt this log group; missing for a key of something else."""
    allows_bedrock: bool | Gap | None = None
    """Whether its policy lets Bedrock of the site encrypt with it; missing for a key that Bedrock does not use."""


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
        return KmsKey(arn=reference, exists=False)
    key = reply["KeyMetadata"]
    arn = key.get("Arn", reference)
    state = key.get("KeyState", "")
    return KmsKey(
        arn=arn,
        exists=True,
        customer_managed=key.get("KeyManager") == "CUSTOMER",
        state=_WORD.sub("_", state).lower(),
        usable=state == "Enabled" and (key.get("KeySpec"), key.get("KeyUsage", _ENCRYPTS)) == (_SYMMETRIC, _ENCRYPTS),
        rotation=await aws.part("rotation", lambda aws: _rotation(aws, arn, region)),
        multi_region=key.get("MultiRegion", False),
        allows_logs_service=None
        if log_group is None
        else await aws.part("allows_logs_service", lambda aws: _allows_logs(aws, arn, region, log_group)),
        allows_bedrock=None
        if objects is None
        else await aws.part("allows_bedrock", lambda aws: _allows_bedrock(aws, arn, region, objects)),
    )


async def _rotation(aws: Reader, arn: str, region: str | None) -> bool:
    reply = await aws.find(GET_ROTATION, at=region, KeyId=arn)
    return reply is not None and reply.get("KeyRotationEnabled", False)


async def _allows_logs(aws: Reader, arn: str, region: str | None, log_group: str) -> bool | Gap:
    """Grants are not read: CloudWatch Logs is given its right by the key's policy."""
    policy = parse((await aws.call(GET_POLICY, at=region, KeyId=arn, PolicyName="default")).get("Policy"))
    suffix = "amazonaws.com.cn" if aws.partition == "aws-cn" else "amazonaws.com"
    logs = Principal("Service", f"logs.{aws.region}.{suffix}", doubtful=("logs.amazonaws.com",))
    context = {"kms:EncryptionContext:aws:logs:arn": log_group, "kms:EncryptionContextKeys": "aws:logs:arn"}
    requests = (by_service(aws, logs, action, arn, context) for action in _LOGS_ACTIONS)
    return decided(every(allows((policy,), request) for request in requests), GET_POLICY)


async def _allows_bedrock(aws: Reader, arn: str, region: str | None, objects: Value) -> bool | Gap:
    policy = parse((await aws.call(GET_POLICY, at=region, KeyId=arn, PolicyName="default")).get("Policy"))
    context = {"kms:EncryptionContext:aws:s3:arn": objects}
    return decided(allows((policy,), by_bedrock(aws, "kms:GenerateDataKey", arn, more=context)), GET_POLICY)
