"""The policy documents of the demo organisation, as AWS's guides print them.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

Document = Mapping[str, Any]


def role_trust(account: str, region: str, *, conditional: bool = True) -> str:
    """The trust policy of the role that writes invocation logs."""
    statement = _allow("sts:AssumeRole", service="bedrock.amazonaws.com")
    return _policy([{**statement, **(_on_behalf_of(account, region) if conditional else {})}])


def role_policy(account: str, region: str, group: str) -> str:
    """What that role may do: write to the one stream."""
    stream = f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:aws/bedrock/modelinvocations"
    return _policy([_allow(["logs:CreateLogStream", "logs:PutLogEvents"], resource=stream)])


def bucket_policy(account: str, region: str, bucket: str, prefixes: Iterable[str]) -> str:
    """Lets Bedrock write below the prefixes, and nobody do anything without TLS."""
    paths = [f"arn:aws:s3:::{bucket}/{p}/AWSLogs/{account}/BedrockModelInvocationLogs/*" for p in prefixes]
    write = {
        "Sid": "AmazonBedrockLogsWrite",
        **_allow(["s3:PutObject"], service="bedrock.amazonaws.com", resource=paths),
    }
    insecure = {
        "Sid": "DenyInsecureTransport",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return _policy([{**write, **_on_behalf_of(account, region)}, insecure])


def access_log_policy(account: str, bucket: str) -> str:
    """Lets S3 write its server access logs."""
    write = _allow(["s3:PutObject"], service="logging.s3.amazonaws.com", resource=f"arn:aws:s3:::{bucket}/*")
    return _policy([{**write, "Condition": {"StringEquals": {"aws:SourceAccount": account}}}])


def key_policy(account: str, region: str, group: str) -> str:
    """Lets the account administer the key, CloudWatch Logs use it for the group, and Bedrock for S3."""
    actions = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    logs = {
        **_allow(actions, service=f"logs.{region}.amazonaws.com", resource="*"),
        "Condition": {
            "ArnEquals": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account}:log-group:{group}"}
        },
    }
    bedrock = _allow("kms:GenerateDataKey", service="bedrock.amazonaws.com", resource="*")
    owner = {**_allow("kms:*", resource="*"), "Principal": {"AWS": f"arn:aws:iam::{account}:root"}}
    return _policy([owner, logs, {**bedrock, **_on_behalf_of(account, region)}])


def spans_policy(account: str, region: str) -> str:
    """Lets X-Ray write spans to the log groups of Transaction Search."""
    groups = ("aws/spans", "/aws/application-signals/data")
    resources = [f"arn:aws:logs:{region}:{account}:log-group:{group}:*" for group in groups]
    source = f"arn:aws:xray:{region}:{account}:*"
    condition = {"ArnLike": {"aws:SourceArn": source}, "StringEquals": {"aws:SourceAccount": account}}
    write = _allow("logs:PutLogEvents", service="xray.amazonaws.com", resource=resources)
    return _policy([{**write, "Condition": condition}])


def sink_policy(organization: str | None) -> str:
    """Lets the accounts of the organization, or all accounts there are, link to a sink."""
    condition = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": organization}}} if organization else {}
    return _policy([{**_allow(["oam:CreateLink", "oam:UpdateLink"], resource="*"), "Principal": "*", **condition}])


def auditor_trust(management: str) -> str:
    """The trust policy of the role that the auditor assumes in each member account."""
    return _policy([{**_allow("sts:AssumeRole"), "Principal": {"AWS": f"arn:aws:iam::{management}:root"}}])


def auditor_policy() -> str:
    """What the auditor may do: read settings."""
    actions = ["bedrock:Get*", "bedrock:List*", "cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*"]
    actions += [
        "logs:Describe*",
        "logs:List*",
        "logs:GetDataProtectionPolicy",
        "iam:Get*",
        "iam:List*",
        "s3:GetBucket*",
    ]
    actions += ["s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:ListBucket", "kms:Describe*"]
    actions += ["kms:GetKey*", "kms:List*", "sns:GetTopicAttributes", "sns:List*", "account:List*", "oam:Get*"]
    actions += ["cloudtrail:Describe*", "cloudtrail:Get*", "cloudtrail:List*", "oam:List*", "xray:Get*"]
    actions += ["kinesis:DescribeStreamSummary", "lambda:GetFunctionConfiguration", "firehose:DescribeDeliveryStream"]
    actions += ["servicequotas:List*", "tag:GetResources"]
    return _policy([_allow(actions, resource="*")])


def _on_behalf_of(account: str, region: str) -> Document:
    source = f"arn:aws:bedrock:{region}:{account}:*"
    return {"Condition": {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": source}}}


def _allow(action: str | list[str], *, service: str | None = None, resource: str | list[str] | None = None) -> Document:
    principal = {} if service is None else {"Principal": {"Service": service}}
    return {"Effect": "Allow", **principal, "Action": action, **({} if resource is None else {"Resource": resource})}


def _policy(statements: Iterable[Document]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
