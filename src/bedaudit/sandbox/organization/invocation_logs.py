"""Seeds a site's invocation logging: key, log group, role, bucket, and the configuration that names them."""

from __future__ import annotations

import json
from typing import Any

from moto.backends import get_backend

from bedaudit.sandbox.organization import documents
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.organization.site_setup import GROUP, STREAM, Setup

_PREFIX, _LARGE = "invocations", "large"
_LIFECYCLE = {
    "Rules": [{"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 400}}],
}


def seed(site: Site, setup: Setup) -> None:
    """Makes what the configuration names, then the configuration, then what broke afterwards."""
    if not setup.logging:
        return
    key = make_key(site, "bedrock-log-group", GROUP, setup.log_key_region)
    _log_group(site, setup, key)
    role = _role(site, setup)
    bucket = _bucket(site, setup, make_key(site, "bedrock-bucket", GROUP, setup.bucket_key_region))
    _configure(site, setup, role, bucket)
    if not setup.group_exists:
        site("logs", "DeleteLogGroup", logGroupName=GROUP)
    if not setup.key_enabled:
        site("kms", "DisableKey", KeyId=key.split("/")[-1])


def make_key(site: Site, alias: str, group: str, serves: str | None = None) -> str:
    """A key that rotates, for a log group and for what Bedrock writes to S3, of the site's region or another."""
    policy = documents.key_policy(site.account, serves or site.region, group)
    made = site("kms", "CreateKey", Description="Bedrock invocation logs", Policy=policy)
    key = str(made["KeyMetadata"]["Arn"])
    site("kms", "CreateAlias", AliasName=f"alias/{alias}", TargetKeyId=key)
    site("kms", "EnableKeyRotation", KeyId=key)
    return key


def _log_group(site: Site, setup: Setup, key: str) -> None:
    encryption = {"kmsKeyId": key} if setup.customer_managed_key else {}
    site("logs", "CreateLogGroup", logGroupName=GROUP, tags={"team": "platform"}, **encryption)
    if setup.retention_days is not None:
        site("logs", "PutRetentionPolicy", logGroupName=GROUP, retentionInDays=setup.retention_days)
    if setup.traffic:
        at = site.hours_ago(setup.last_event_hours)
        record = {"schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "region": site.region}
        events = [{"timestamp": int(at.timestamp() * 1000), "message": json.dumps(record)}]
        site("logs", "CreateLogStream", logGroupName=GROUP, logStreamName=STREAM)
        site("logs", "PutLogEvents", logGroupName=GROUP, logStreamName=STREAM, logEvents=events)
        stream = get_backend("logs")[site.account][site.region].groups[GROUP].streams[STREAM]
        stream.last_ingestion_time = at.replace(tzinfo=None)  # moto counts in naive UTC


def _role(site: Site, setup: Setup) -> str:
    name = f"BedrockInvocationLogging-{site.region}"
    trust = documents.role_trust(
        site.account, setup.trusted_region or site.region, conditional=setup.trust_is_conditional
    )
    made = site("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust)
    policy = documents.role_policy(site.account, site.region, setup.writable_group)
    site("iam", "PutRolePolicy", RoleName=name, PolicyName="write-invocation-logs", PolicyDocument=policy)
    return str(made["Role"]["Arn"])


def bucket_name(site: Site) -> str:
    """The bucket of a site's invocation logs."""
    return f"bedrock-logs-{site.account}-{site.region}"


def _bucket(site: Site, setup: Setup, key: str) -> str:
    name = bucket_name(site)
    where = {} if site.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": site.region}}
    site("s3", "CreateBucket", Bucket=name, **where)
    policy = documents.bucket_policy(site.account, site.region, name, (setup.granted_prefix, _LARGE))
    site("s3", "PutBucketPolicy", Bucket=name, Policy=policy)
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}]}
    site("s3", "PutBucketEncryption", Bucket=name, ServerSideEncryptionConfiguration=rules)
    if not setup.acls_disabled:
        controls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        site("s3", "PutBucketOwnershipControls", Bucket=name, OwnershipControls=controls)
    site("s3", "PutBucketVersioning", Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    site("s3", "PutBucketLifecycleConfiguration", Bucket=name, LifecycleConfiguration=_LIFECYCLE)
    return name


def _configure(site: Site, setup: Setup, role: str, bucket: str) -> None:
    cloudwatch: dict[str, Any] = {"logGroupName": GROUP, "roleArn": role}
    if setup.large_data:
        cloudwatch["largeDataDeliveryS3Config"] = {"bucketName": bucket, "keyPrefix": _LARGE}
    config: dict[str, Any] = {"cloudWatchConfig": cloudwatch}
    if setup.s3:
        config["s3Config"] = {"bucketName": bucket, "keyPrefix": _PREFIX}
    for kind in ("text", "image", "embedding", "video", "audio"):
        config[f"{kind}DataDeliveryEnabled"] = setup.data_flags
    site("bedrock", "PutModelInvocationLoggingConfiguration", loggingConfig=config)
