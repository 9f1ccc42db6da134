"""S3: the defaults of a new bucket, and buckets of other regions and accounts.

Defaults: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
"""

from __future__ import annotations

from typing import Any

from moto.s3.models import FakeBucket, PublicAccessBlock, s3_backends

from bedaudit.sandbox import grants
from bedaudit.sandbox.call import AwsError, Call, Reply, guard, operation

_ACTIONS = {
    "HeadBucket": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
    "GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
}
"""IAM's names where they are not the operation's."""
_NO_ACLS: Any = "BucketOwnerEnforced"


@guard("s3")
def reach(call: Call) -> None:
    """Redirects to the bucket's region, and lets only those in whom the bucket's policy lets in."""
    name = call.parameters.get("Bucket")
    if not name or call.operation == "CreateBucket" or name not in s3_backends.bucket_accounts:
        return
    bucket = _bucket(name)
    if call.parameters.get("ExpectedBucketOwner") not in (None, bucket.account_id):
        raise AwsError("AccessDenied", "Access Denied", 403)
    if bucket.account_id != call.account:
        action = _ACTIONS.get(call.operation, f"s3:{call.operation}")
        policy = bucket.policy.decode() if isinstance(bucket.policy, bytes) else bucket.policy
        if not grants.allows(policy, call.principal, action):
            raise AwsError("AccessDenied", "Access Denied", 403)
        call.account = bucket.account_id
    if bucket.region_name != call.region and (call.operation, call.region) != ("GetBucketLocation", "us-east-1"):
        message = "The bucket you are attempting to access must be addressed using the specified endpoint."
        raise AwsError("PermanentRedirect", message, 301, {"x-amz-bucket-region": bucket.region_name})


@operation("s3", "CreateBucket")
def create(call: Call) -> Reply:
    """Makes a bucket that is encrypted, private and without ACLs."""
    reply = call.forward()
    bucket = _bucket(call.parameters["Bucket"])
    bucket.encryption = {
        "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
    }
    bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
    bucket.ownership_rule = bucket.ownership_rule or _NO_ACLS
    return reply


@operation("s3", "GetObjectLockConfiguration")
def get_object_lock(call: Call) -> Reply:
    """The default lock is in days or in years, never in both."""
    config = dict(call.forward()["ObjectLockConfiguration"])
    if "Rule" in config:
        retention = config["Rule"]["DefaultRetention"]
        config["Rule"] = {"DefaultRetention": {name: value for name, value in retention.items() if value}}
    return {"ObjectLockConfiguration": config}


def _bucket(name: str) -> FakeBucket:
    partition, account = s3_backends.bucket_accounts[name]
    return s3_backends[account][partition].buckets[name]
