import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.model import Gap
from bedaudit.parts.bucket import OPERATIONS, Bucket, read_bucket
from bedaudit.parts.bucket_settings import ObjectLock
from bedaudit.parts.kms_key import KmsKey
from tests.replay import ABSENT, Replay

ACCOUNT = "111122223333"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1b2c3d4e-0000-1111-2222-333344445555"
PATH = f"AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/"
GRANT = {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock.amazonaws.com"},
    "Action": ["s3:PutObject"],
    "Resource": [f"arn:aws:s3:::logs/bedrock/{PATH}*"],
    "Condition": {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:*"},
    },
}
TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
BLOCKED = {
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
}
DENIED = Gap("denied", "s3:X", "AccessDenied")
FORBIDDEN = Gap("denied", "s3:HeadBucket", "403")


def policy(*statements: Any) -> dict[str, Any]:
    return {"s3:GetBucketPolicy": {"Policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}}


def encrypted(algorithm: str, key: str | None = None) -> dict[str, Any]:
    by_default = {"SSEAlgorithm": algorithm} | ({"KMSMasterKeyID": key} if key else {})
    rules = [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}]
    return {"s3:GetBucketEncryption": {"ServerSideEncryptionConfiguration": {"Rules": rules}}}


def locked(**retention: Any) -> dict[str, Any]:
    return {
        "s3:GetObjectLockConfiguration": {
            "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
        }
    }


RECORDED: Mapping[str, Any] = {
    "s3:HeadBucket": {"BucketRegion": "us-east-1"},
    "s3control:GetPublicAccessBlock": BLOCKED,
    "s3:GetPublicAccessBlock": BLOCKED,
    "s3:GetBucketOwnershipControls": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
    "s3:GetBucketVersioning": {"Status": "Enabled"},
    "s3:GetObjectLockConfiguration": ABSENT,
    "s3:GetBucketLifecycleConfiguration": ABSENT,
    "s3:GetBucketLogging": {},
    "s3:GetBucketTagging": ABSENT,
    **policy(GRANT, TLS),
    **encrypted("AES256"),
}
STATE = Bucket(
    bucket="logs",
    prefix="bedrock",
    exists=True,
    owned_by_account=True,
    region="us-east-1",
    same_region=True,
    encryption="aes256",
    grants_bedrock=True,
    grant_limited_to_account=True,
    blocks_public_access=True,
    account_blocks_public_access=True,
    acls_disabled=True,
    tls_only=True,
    versioning="on",
    expires_after_days="never",
    earliest_expiry_days="never",
    access_logging=False,
    tags={},
)

NO_BUCKET = Bucket(bucket="logs", prefix="bedrock", exists=False, missing_because="S3 has no bucket named logs")


def no_key(name: str) -> KmsKey:
    return KmsKey(arn=name, exists=False, missing_because=f"there is no KMS key {name}")


def read(recorded: Mapping[str, Any], prefix: str | None = "bedrock", **options: Any) -> Bucket | Gap:
    aws = Replay({**RECORDED, **recorded}, operations=OPERATIONS, **options)
    return asyncio.run(read_bucket(aws, "logs", prefix))


def undecided() -> Gap:
    told = "the policy depends on something that is not known of the request"
    return Gap("failed", "s3:GetBucketPolicy", message=told)


CUSTOMER_KEY = {
    "kms:DescribeKey": {
        "KeyMetadata": {
            "KeyId": "1b2c3d4e",
            "Arn": KEY,
            "KeyState": "Disabled",
            "KeyManager": "CUSTOMER",
            "MultiRegion": False,
        }
    },
    "kms:GetKeyRotationStatus": {"KeyRotationEnabled": False},
    "kms:GetKeyPolicy": {"Policy": '{"Statement": []}'},
}
DISABLED = KmsKey(
    arn=KEY,
    exists=True,
    customer_managed=True,
    state="disabled",
    usable=False,
    unusable_because="it is disabled",
    rotation=False,
    multi_region=False,
    allows_bedrock=False,
    does_not_allow_bedrock_because=(
        f"the key policy does not allow kms:GenerateDataKey to bedrock.amazonaws.com on {KEY}"
    ),
)

CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("a_bucket_as_it_should_be", {}, {}),
    (
        "in_another_region",
        {"s3:HeadBucket": {"BucketRegion": "eu-west-1"}},
        {"region": "eu-west-1", "same_region": False},
    ),
    (
        "region_by_location",
        {"s3:HeadBucket": {}, "s3:GetBucketLocation": {"LocationConstraint": "EU"}},
        {"region": "eu-west-1", "same_region": False},
    ),
    ("oldest_region_by_location", {"s3:HeadBucket": {}, "s3:GetBucketLocation": {}}, {}),
    (
        "region_is_denied",
        {"s3:HeadBucket": {}, "s3:GetBucketLocation": DENIED},
        {"region": DENIED, "same_region": DENIED},
    ),
    ("no_encryption", {"s3:GetBucketEncryption": ABSENT}, {"encryption": "none"}),
    ("by_customers_key", encrypted("aws:kms", KEY) | CUSTOMER_KEY, {"encryption": "kms", "kms_key": DISABLED}),
    (
        "by_two_layers",
        encrypted("aws:kms:dsse", KEY) | {"kms:DescribeKey": ABSENT},
        {"encryption": "kms_dsse", "kms_key": no_key(KEY)},
    ),
    (
        "by_s3s_own_key",
        encrypted("aws:kms") | {"kms:DescribeKey": ABSENT},
        {"encryption": "kms", "kms_key": no_key("alias/aws/s3")},
    ),
    (
        "key_is_denied",
        encrypted("aws:kms", KEY) | {"kms:DescribeKey": DENIED},
        {"encryption": "kms", "kms_key": DENIED},
    ),
    (
        "encryption_of_the_future",
        encrypted("aws:fsx"),
        {"encryption": Gap("failed", "s3:GetBucketEncryption", message="unknown encryption aws:fsx")},
    ),
    ("encryption_is_denied", {"s3:GetBucketEncryption": DENIED}, {"encryption": DENIED, "kms_key": DENIED}),
    (
        "no_public_access_block",
        {"s3:GetPublicAccessBlock": ABSENT},
        {"blocks_public_access": False, "public_because": "there is no public access block"},
    ),
    (
        "three_of_four_blocks",
        {
            "s3:GetPublicAccessBlock": {
                "PublicAccessBlockConfiguration": {
                    **BLOCKED["PublicAccessBlockConfiguration"],
                    "BlockPublicPolicy": False,
                }
            }
        },
        {"blocks_public_access": False, "public_because": "off: BlockPublicPolicy"},
    ),
    ("public_access_block_is_denied", {"s3:GetPublicAccessBlock": DENIED}, {"blocks_public_access": DENIED}),
    (
        "account_has_no_block",
        {"s3control:GetPublicAccessBlock": ABSENT},
        {"account_blocks_public_access": False, "account_public_because": "there is no public access block"},
    ),
    ("account_block_is_denied", {"s3control:GetPublicAccessBlock": DENIED}, {"account_blocks_public_access": DENIED}),
    (
        "acls_in_force",
        {"s3:GetBucketOwnershipControls": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}}},
        {"acls_disabled": False},
    ),
    (
        "granted_for_any_account",
        policy({name: value for name, value in GRANT.items() if name != "Condition"}, TLS),
        {"grant_limited_to_account": False, "any_account_because": "statement 1 of the bucket policy has no condition"},
    ),
    ("no_ownership_controls", {"s3:GetBucketOwnershipControls": ABSENT}, {"acls_disabled": False}),
    ("ownership_is_denied", {"s3:GetBucketOwnershipControls": DENIED}, {"acls_disabled": DENIED}),
    ("versions_suspended", {"s3:GetBucketVersioning": {"Status": "Suspended"}}, {"versioning": "suspended"}),
    ("versions_never", {"s3:GetBucketVersioning": {}}, {"versioning": "off"}),
    ("versions_are_denied", {"s3:GetBucketVersioning": DENIED}, {"versioning": DENIED}),
    ("locked_for_days", locked(Mode="GOVERNANCE", Days=30), {"object_lock": ObjectLock(mode="governance", days=30)}),
    ("locked_for_years", locked(Mode="COMPLIANCE", Years=2), {"object_lock": ObjectLock(mode="compliance", days=730)}),
    (
        "locked_for_days_and_no_years",
        locked(Mode="GOVERNANCE", Days=30, Years=0),
        {"object_lock": ObjectLock(mode="governance", days=30)},
    ),
    ("locked_for_no_time", locked(Mode="GOVERNANCE"), {"object_lock": ObjectLock(mode="governance")}),
    (
        "lock_without_default",
        {"s3:GetObjectLockConfiguration": {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}},
        {"object_lock": None},
    ),
    ("lock_is_denied", {"s3:GetObjectLockConfiguration": DENIED}, {"object_lock": DENIED}),
    (
        "access_is_logged",
        {"s3:GetBucketLogging": {"LoggingEnabled": {"TargetBucket": "a", "TargetPrefix": ""}}},
        {"access_logging": True},
    ),
    ("access_logging_is_denied", {"s3:GetBucketLogging": DENIED}, {"access_logging": DENIED}),
    ("tags", {"s3:GetBucketTagging": {"TagSet": [{"Key": "owner", "Value": "ml"}]}}, {"tags": {"owner": "ml"}}),
    ("tags_are_denied", {"s3:GetBucketTagging": DENIED}, {"tags": DENIED}),
]


@pytest.mark.parametrize(("recorded", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_states(recorded: dict[str, Any], expected: dict[str, Any]) -> None:
    assert read(recorded) == STATE.model_copy(update=expected)


def test_a_bucket_that_is_gone_has_its_name_only() -> None:
    assert read({"s3:HeadBucket": ABSENT}) == NO_BUCKET


def owned_by_another(parameters: Mapping[str, Any]) -> Any:
    return FORBIDDEN if "ExpectedBucketOwner" in parameters else {"BucketRegion": "us-east-1"}


OWNERS = [
    (
        "another_account_that_lets_us_look",
        owned_by_another,
        [{"Buckets": [{"Name": "logs-2"}]}],
        STATE.model_copy(update={"owned_by_account": False}),
    ),
    ("our_own_that_is_denied", FORBIDDEN, [{"Buckets": [{"Name": "a"}]}, {"Buckets": [{"Name": "logs"}]}], FORBIDDEN),
    ("nobody_knows", FORBIDDEN, DENIED, FORBIDDEN),
    ("unreachable", Gap("unreachable", "s3:HeadBucket"), DENIED, Gap("unreachable", "s3:HeadBucket")),
    (
        "gone_meanwhile",
        lambda parameters: FORBIDDEN if "ExpectedBucketOwner" in parameters else ABSENT,
        [{"Buckets": []}],
        NO_BUCKET,
    ),
]


@pytest.mark.parametrize(("head", "listed", "expected"), [c[1:] for c in OWNERS], ids=[c[0] for c in OWNERS])
def test_who_owns_it(head: Any, listed: Any, expected: Bucket | Gap) -> None:
    assert read({"s3:HeadBucket": head, "s3:ListBuckets": listed}) == expected


def test_a_bucket_of_another_account_that_hides_exists_and_is_not_ours() -> None:
    denied = {name: DENIED for name in RECORDED if name.startswith("s3:") and name != "s3:HeadBucket"}
    found = read(
        {**denied, "s3:GetBucketLocation": DENIED, "s3:HeadBucket": FORBIDDEN, "s3:ListBuckets": {"Buckets": []}}
    )
    assert isinstance(found, Bucket)
    assert (found.exists, found.owned_by_account, found.grants_bedrock) == (True, False, DENIED)


def not_granted(wanted: str, granted: str) -> dict[str, Any]:
    told = f"the bucket policy does not allow s3:PutObject on arn:aws:s3:::logs/{wanted}*; statement 1 allows it on "
    return {"grants_bedrock": False, "does_not_grant_because": f"{told}{granted} only"}


PREFIXES: list[tuple[str, str | None, str | None, str, dict[str, Any]]] = [
    ("no_prefix", None, None, f"{PATH}*", {}),
    ("empty_prefix", "", None, f"{PATH}*", {}),
    (
        "grant_without_the_prefix",
        "bedrock",
        "bedrock",
        f"{PATH}*",
        not_granted(f"bedrock/{PATH}", f"arn:aws:s3:::logs/{PATH}*"),
    ),
    (
        "trailing_slash_is_not_known_to_be_kept",
        "bedrock/",
        "bedrock/",
        f"bedrock/{PATH}*",
        {"grants_bedrock": undecided()},
    ),
    ("either_way_granted", "bedrock/", "bedrock/", "bedrock/*", {}),
    (
        "leading_slash_is_kept",
        "/bedrock",
        "/bedrock",
        f"bedrock/{PATH}*",
        not_granted(f"/bedrock/{PATH}", f"arn:aws:s3:::logs/bedrock/{PATH}*"),
    ),
]


@pytest.mark.parametrize(
    ("prefix", "shown", "path", "expected"), [c[1:] for c in PREFIXES], ids=[c[0] for c in PREFIXES]
)
def test_prefixes(prefix: str | None, shown: str | None, path: str, expected: dict[str, Any]) -> None:
    recorded = policy({**GRANT, "Resource": f"arn:aws:s3:::logs/{path}"}, TLS)
    assert read(recorded, prefix) == STATE.model_copy(update={"prefix": shown, **expected})


def test_its_region_is_asked() -> None:
    calls: list[Any] = []
    read({"s3:HeadBucket": {"BucketRegion": "eu-west-1"}}, calls=calls)
    assert {at for operation, at, _ in calls if operation.startswith("s3:") and operation != "s3:HeadBucket"} == {
        "eu-west-1"
    }


def test_what_no_policy_asks_for_is_not_read() -> None:
    calls: list[Any] = []
    found = read({}, wanted=lambda part: False, calls=calls)
    assert isinstance(found, Bucket)
    assert found.tags == Gap("not_read")
    assert [call[0] for call in calls] == ["s3:HeadBucket"]
