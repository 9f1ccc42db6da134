"""Seeds what regulated workloads need of logs, and in each of some places the one thing that is lacking there."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bedaudit.sandbox.organization import documents
from bedaudit.sandbox.organization.invocation_logs import bucket_name, make_key
from bedaudit.sandbox.organization.log_review import count, subscribe, watch
from bedaudit.sandbox.organization.plan import HEALTHY_ACCOUNT
from bedaudit.sandbox.organization.regulated_faults import BREAKING
from bedaudit.sandbox.organization.regulated_plan import FAULTS, KNOWLEDGE_BASE_LOGS
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.organization.site_setup import GROUP, Setup

_PREFIXES = ("/aws/bedrock", "/aws/vendedlogs/bedrock", "aws/spans", "/aws/application-signals/data")
_MASKED = [f"arn:aws:dataprotection::aws:data-identifier/{name}" for name in ("EmailAddress", "CreditCardNumber")]
_QUERY = "fields modelId, identity.arn | stats sum(input.inputTokenCount), sum(output.outputTokenCount) by modelId"


def seed(site: Site, setup: Setup) -> None:
    """Puts the site's logs in order, whoever made them, and leaves out what is to be lacking."""
    lacking = {fault.name for fault in FAULTS if (fault.account, fault.region) == (site.account, site.region)}
    is_example = (site.account, site.region) == (HEALTHY_ACCOUNT, "us-east-1")
    if is_example or "vended-logs-without-key" in lacking:
        site("logs", "CreateLogGroup", logGroupName=KNOWLEDGE_BASE_LOGS)
        site("logs", "PutRetentionPolicy", logGroupName=KNOWLEDGE_BASE_LOGS, retentionInDays=400)
    if is_example:
        named = {"policyName": "pii", "policyType": "DATA_PROTECTION_POLICY"}
        site("logs", "PutAccountPolicy", **named, policyDocument=_masking(masked=True))
    _order_groups(site, setup, lacking, masked_together=is_example)
    if setup.logging:
        _order_bucket(site, lacking)
    if setup.logging and "no-saved-query" not in lacking:
        query = {"name": "bedrock/tokens by model", "queryString": _QUERY, "logGroupNames": [GROUP]}
        site("logs", "PutQueryDefinition", **query)
    for name in sorted(lacking & BREAKING.keys()):
        BREAKING[name](site)
    if is_example:
        count(site)
        watch(site)
        subscribe(site)


def _order_groups(site: Site, setup: Setup, lacking: set[str], *, masked_together: bool) -> None:
    unkeyed = {KNOWLEDGE_BASE_LOGS} if "vended-logs-without-key" in lacking else set()
    unkeyed |= set() if setup.customer_managed_key else {GROUP}
    for group, key in _groups(site).items():
        _order_group(site, group, lacking if group == GROUP else set())
        if not masked_together:
            _mask(site, group, lacking if group == GROUP else set())
        if key is None and group not in unkeyed:
            made = make_key(site, f"logs{group.replace('/', '-')}", group)
            site("logs", "AssociateKmsKey", logGroupName=group, kmsKeyId=made)


def _groups(site: Site) -> Mapping[str, str | None]:
    """The log groups of Bedrock at the site, and their keys."""
    pages = [site("logs", "DescribeLogGroups", logGroupNamePrefix=prefix)["logGroups"] for prefix in _PREFIXES]
    return {group["logGroupName"]: group.get("kmsKeyId") for page in pages for group in page}


def _order_group(site: Site, group: str, lacking: set[str]) -> None:
    if "log-group-can-be-deleted" not in lacking:
        site("logs", "PutLogGroupDeletionProtection", logGroupIdentifier=group, deletionProtectionEnabled=True)


def _mask(site: Site, group: str, lacking: set[str]) -> None:
    masking = _masking(masked="audited-and-not-masked" not in lacking)
    site("logs", "PutDataProtectionPolicy", logGroupIdentifier=group, policyDocument=masking)


def _masking(*, masked: bool) -> str:
    audit = {"Sid": "audit", "DataIdentifier": _MASKED, "Operation": {"Audit": {"FindingsDestination": {}}}}
    mask = {"Sid": "mask", "DataIdentifier": _MASKED, "Operation": {"Deidentify": {"MaskConfig": {}}}}
    return json.dumps({"Name": "pii", "Version": "2021-06-01", "Statement": [audit, *([mask] if masked else ())]})


def _order_bucket(site: Site, lacking: set[str]) -> None:
    bucket = bucket_name(site)
    if not lacking & {"no-object-lock", "versioning-suspended"}:
        rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 365}}
        lock = {"ObjectLockEnabled": "Enabled", "Rule": rule}
        site("s3", "PutObjectLockConfiguration", Bucket=bucket, ObjectLockConfiguration=lock)
    if "access-is-not-logged" not in lacking:
        target = _access_logs(site)
        enabled = {"TargetBucket": target, "TargetPrefix": f"{bucket}/"}
        site("s3", "PutBucketLogging", Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": enabled})


def _access_logs(site: Site) -> str:
    name = f"access-logs-{site.account}-{site.region}"
    where = {} if site.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": site.region}}
    site("s3", "CreateBucket", Bucket=name, **where)
    site("s3", "PutBucketPolicy", Bucket=name, Policy=documents.access_log_policy(site.account, name))
    return name
