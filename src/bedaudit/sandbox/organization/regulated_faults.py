"""How the faults of the regulated policy come about: what is done to a site that was in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from bedaudit.sandbox.backends.logs_groups import Extras
from bedaudit.sandbox.organization.invocation_logs import bucket_name
from bedaudit.sandbox.organization.log_review import count, subscribe
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.organization.site_setup import GROUP


def _lose_receiver(site: Site) -> None:
    subscribe(site)
    site("kinesis", "DeleteStream", StreamName="siem")


def _shorten(site: Site) -> None:
    document = json.dumps({"retentionInDays": 180, "enforcementMode": "RETROACTIVE"})
    selection = 'LogGroupNamePrefix IN ["/aws/bedrock/"]'
    named = {"policyName": "half-a-year", "policyType": "RETENTION_POLICY"}
    site("logs", "PutAccountPolicy", **named, policyDocument=document, selectionCriteria=selection)


def _expire(site: Site) -> None:
    rule = {"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 90}}
    rules = {"Rules": [rule]}
    site("s3", "PutBucketLifecycleConfiguration", Bucket=bucket_name(site), LifecycleConfiguration=rules)


def _unlock_http(site: Site) -> None:
    policy = json.loads(site("s3", "GetBucketPolicy", Bucket=bucket_name(site))["Policy"])
    kept = [each for each in policy["Statement"] if each["Effect"] == "Allow"]
    site("s3", "PutBucketPolicy", Bucket=bucket_name(site), Policy=json.dumps({**policy, "Statement": kept}))


def _encrypt_by_itself(site: Site) -> None:
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    site("s3", "PutBucketEncryption", Bucket=bucket_name(site), ServerSideEncryptionConfiguration=rules)


def _suspend(site: Site) -> None:
    suspended = {"Status": "Suspended"}
    site("s3", "PutBucketVersioning", Bucket=bucket_name(site), VersioningConfiguration=suspended)


def _stop_rotation(alias: str) -> Callable[[Site], object]:
    def stop(site: Site) -> None:
        key = site("kms", "DescribeKey", KeyId=f"alias/{alias}")["KeyMetadata"]["KeyId"]
        site("kms", "DisableKeyRotation", KeyId=key)

    return stop


def _reclass(site: Site) -> None:
    """A class is chosen when a group is made; this one was made so."""
    site.world.state(Extras, site.account, site.region).classes[GROUP] = "INFREQUENT_ACCESS"


BREAKING: Mapping[str, Callable[[Site], object]] = {
    "metric-filter-without-alarm": count,
    "receiver-is-gone": _lose_receiver,
    "account-policy-shortens-retention": _shorten,
    "objects-expire-early": _expire,
    "plain-http": _unlock_http,
    "bucket-without-key": _encrypt_by_itself,
    "versioning-suspended": _suspend,
    "log-key-is-not-rotated": _stop_rotation("bedrock-log-group"),
    "bucket-key-is-not-rotated": _stop_rotation("bedrock-bucket"),
    "infrequent-access": _reclass,
}
"""By the name of the fault."""
