"""What is broken, of what the demo organisation has in order, so that every control that can be mended has been.

Beside what is broken stands something foreign, which has to come through.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from bedaudit.model import GLOBAL
from bedaudit.sandbox import SeededFault
from bedaudit.sandbox.organization import HEALTHY_ACCOUNT
from bedaudit.sandbox.world import MANAGEMENT

Invoke: TypeAlias = Callable[..., Any]
"""Calls an operation of a service in the account and region of a fault."""

_BUCKET = f"bedrock-logs-{HEALTHY_ACCOUNT}-eu-west-1"
_KEYLESS, _UNSERVED = ("555555555555", "eu-west-1"), ("444444444444", "eu-south-1")
_ROLE = "BedrockInvocationLogging-us-west-2"
_FOREIGN_SELECTOR: Mapping[str, Any] = {
    "Name": "objects",
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ],
}
_ONE_GUARDRAIL: Mapping[str, Any] = {
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Bedrock::Guardrail"]},
        {"Field": "resources.ARN", "Equals": [f"arn:aws:bedrock:us-east-1:{MANAGEMENT}:guardrail/abc"]},
    ],
}
_FOREIGN_RULE: Mapping[str, Any] = {
    "ID": "cold",
    "Status": "Enabled",
    "Filter": {"Prefix": "reports/"},
    "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
}
_USE: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("AWS/Bedrock/Guardrails", "Invocations", {"Operation": "ApplyGuardrail"}),
    ("AWS/Bedrock-AgentCore", "Invocations", {"Service": "AgentCore.Runtime"}),
    ("AWS/BedrockMantle", "Inferences", {}),
)


def _delete_alarms(invoke: Invoke) -> None:
    types = ["MetricAlarm", "CompositeAlarm", "LogAlarm"]
    alarms = invoke("cloudwatch", "DescribeAlarms", AlarmTypes=types, MaxRecords=100)
    names = [each["AlarmName"] for member in ("MetricAlarms", "LogAlarms") for each in alarms[member]]
    invoke("cloudwatch", "DeleteAlarms", AlarmNames=names)


def _record_little(invoke: Invoke) -> None:
    """Has no trail record more of Bedrock than one guardrail, though all that Bedrock has is used."""
    for namespace, metric, dimensions in _USE:
        listed = [{"Name": name, "Value": value} for name, value in dimensions.items()]
        datum = {"MetricName": metric, "Value": 1.0, "Dimensions": listed}
        invoke("cloudwatch", "PutMetricData", Namespace=namespace, MetricData=[datum])
    selectors = {"organization": [_FOREIGN_SELECTOR], "bedrock": [_FOREIGN_SELECTOR, _ONE_GUARDRAIL]}
    for trail, held in selectors.items():
        invoke("cloudtrail", "PutEventSelectors", TrailName=trail, AdvancedEventSelectors=held)


def _log_nothing(invoke: Invoke) -> None:
    invoke("bedrock", "DeleteModelInvocationLoggingConfiguration")


def _log_nowhere(invoke: Invoke) -> None:
    invoke("bedrock", "PutModelInvocationLoggingConfiguration", loggingConfig={"textDataDeliveryEnabled": True})


def _delete_role(invoke: Invoke) -> None:
    invoke("iam", "DeleteRolePolicy", RoleName=_ROLE, PolicyName="write-invocation-logs")
    invoke("iam", "DeleteRole", RoleName=_ROLE)


def _grant_others_only(invoke: Invoke) -> None:
    statement = {
        "Sid": "théirs",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{_BUCKET}/other/*",
    }
    policy = {"Version": "2012-10-17", "Id": "foreign", "Statement": [statement]}
    invoke("s3", "PutBucketPolicy", Bucket=_BUCKET, Policy=json.dumps(policy, indent=1))


def _publish(invoke: Invoke) -> None:
    invoke("s3", "DeletePublicAccessBlock", Bucket=_BUCKET)


def _encrypt_by_itself(invoke: Invoke) -> None:
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    invoke("s3", "PutBucketEncryption", Bucket=_BUCKET, ServerSideEncryptionConfiguration=rules)


def _obey_acls(invoke: Invoke) -> None:
    controls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    invoke("s3", "PutBucketOwnershipControls", Bucket=_BUCKET, OwnershipControls=controls)


def _suspend(invoke: Invoke) -> None:
    invoke("s3", "PutBucketVersioning", Bucket=_BUCKET, VersioningConfiguration={"Status": "Suspended"})


def _lock_nothing(invoke: Invoke) -> None:
    bucket = f"bedrock-logs-{_UNSERVED[0]}-{_UNSERVED[1]}"
    invoke("s3", "PutObjectLockConfiguration", Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})


def _expire(invoke: Invoke) -> None:
    early = {"ID": "early", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}
    rules = {"Rules": [_FOREIGN_RULE, early]}
    invoke("s3", "PutBucketLifecycleConfiguration", Bucket=_BUCKET, LifecycleConfiguration=rules)


def _key(invoke: Invoke) -> str:
    """The key that encrypts the bucket."""
    found: str = invoke("kms", "DescribeKey", KeyId="alias/bedrock-bucket")["KeyMetadata"]["KeyId"]
    return found


def _disable_key(invoke: Invoke) -> None:
    invoke("kms", "DisableKey", KeyId=_key(invoke))


def _serve_nobody(invoke: Invoke) -> None:
    """Leaves the key to its account, which has it rotate no more."""
    key = invoke("kms", "DescribeKey", KeyId=_key(invoke))["KeyMetadata"]
    owner = {"AWS": f"arn:aws:iam::{key['AWSAccountId']}:root"}
    statement = {"Effect": "Allow", "Principal": owner, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=1)
    invoke("kms", "PutKeyPolicy", KeyId=key["KeyId"], PolicyName="default", Policy=policy)
    invoke("kms", "DisableKeyRotation", KeyId=key["KeyId"])


def _nothing(_: Invoke) -> None:
    """It is broken as it is."""


def _broken(place: tuple[str, str], policy: str, *controls: str) -> list[SeededFault]:
    account, region = place
    return [SeededFault(account, region, control, "", control, None, policy) for control in controls]


_LARGE = (HEALTHY_ACCOUNT, "eu-west-1")
_BREAKING: tuple[tuple[Callable[[Invoke], None], list[SeededFault]], ...] = (
    (
        _log_nothing,
        _broken((HEALTHY_ACCOUNT, "us-west-2"), "baseline", "invocation-logging-is-enabled-before-first-use"),
    ),
    (_log_nowhere, _broken((MANAGEMENT, "eu-west-1"), "baseline", "invocation-logging-has-a-destination")),
    (_delete_role, _broken((MANAGEMENT, "us-west-2"), "baseline", "invocation-logging-role-exists")),
    (
        _delete_alarms,
        _broken(
            (HEALTHY_ACCOUNT, "us-east-1"),
            "baseline",
            "server-errors-are-alarmed",
            "client-errors-are-alarmed",
            "latency-is-alarmed",
            "log-delivery-failures-are-alarmed",
            "guardrail-interventions-are-alarmed",
        ),
    ),
    (_publish, _broken(_LARGE, "baseline", "invocation-log-bucket-is-not-public", "large-data-bucket-is-not-public")),
    (_obey_acls, _broken(_LARGE, "baseline", "large-data-bucket-has-no-acls")),
    (_grant_others_only, _broken(_LARGE, "baseline", "large-data-bucket-lets-bedrock-write")),
    (_grant_others_only, _broken(_LARGE, "regulated", "large-data-bucket-demands-tls")),
    (_encrypt_by_itself, _broken(_LARGE, "regulated", "large-data-bucket-has-a-customer-managed-key")),
    (_suspend, _broken(_LARGE, "regulated", "large-data-bucket-keeps-versions")),
    (_expire, _broken(_LARGE, "regulated", "large-data-bucket-keeps-objects-for-a-year")),
    (
        _disable_key,
        _broken(_KEYLESS, "baseline", "invocation-log-bucket-key-is-usable", "large-data-bucket-key-is-usable"),
    ),
    (_serve_nobody, _broken(_UNSERVED, "baseline", "large-data-bucket-key-serves-bedrock")),
    (_serve_nobody, _broken(_UNSERVED, "regulated", "large-data-bucket-key-is-rotated")),
    (_lock_nothing, _broken(_UNSERVED, "regulated", "large-data-bucket-locks-objects")),
    (
        _nothing,
        _broken(
            (HEALTHY_ACCOUNT, "eu-west-1"),
            "mended",
            "a-composite-alarm-sums-up",
            "refusals-are-counted",
            "invocations-are-learned-from",
            "profiles-have-an-owner",
            "logs-go-to-a-bucket-too",
        ),
    ),
    (_nothing, _broken((MANAGEMENT, "us-east-1"), "mended", "alarms-have-actions")),
    (
        _record_little,
        _broken(
            (MANAGEMENT, GLOBAL),
            "audit-trail",
            "bedrock-api-calls-are-recorded",
            "guardrail-calls-are-recorded",
            "agent-calls-are-recorded",
            "mantle-calls-are-recorded",
        ),
    ),
)
BREAKS: tuple[SeededFault, ...] = tuple(fault for _, faults in _BREAKING for fault in faults)
"""Named by their controls."""
BREAKS_BY_NAME: Mapping[str, Callable[[Invoke], None]] = {
    fault.name: breaking for breaking, faults in _BREAKING for fault in faults
}
