"""Buckets, topics and keys: AWS's defaults, and who reaches them from another account or region."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.sandbox.conftest import Client, plain

OWNER, STRANGER = "111111111111", "222222222222"
EUROPE = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}


def failure(call: Any, **parameters: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response: Any = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def allow(action: str, resource: str) -> str:
    principal = {"AWS": f"arn:aws:iam::{STRANGER}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_new_bucket_is_encrypted_private_and_without_acls(client: Client) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="bucket")
    encryption = s3.get_bucket_encryption(Bucket="bucket")["ServerSideEncryptionConfiguration"]
    by_default = {"SSEAlgorithm": "AES256"}
    assert encryption["Rules"] == [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": False}]
    blocks = s3.get_public_access_block(Bucket="bucket")["PublicAccessBlockConfiguration"]
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    assert blocks == dict.fromkeys(names, True)
    rules = s3.get_bucket_ownership_controls(Bucket="bucket")["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert plain(s3.get_bucket_logging(Bucket="bucket")) == {}
    assert plain(s3.get_bucket_versioning(Bucket="bucket")) == {}
    assert failure(s3.get_bucket_policy, Bucket="bucket") == ("NoSuchBucketPolicy", 404)
    assert failure(s3.head_bucket, Bucket="none") == ("404", 404)


def test_a_bucket_says_whose_and_where_it_is(client: Client) -> None:
    client("s3", "eu-west-1").create_bucket(Bucket="bucket", **EUROPE)
    once, follows = client("s3", "eu-west-1"), client("s3", config=Config())
    assert once.head_bucket(Bucket="bucket", ExpectedBucketOwner=OWNER)["BucketRegion"] == "eu-west-1"
    assert failure(once.head_bucket, Bucket="bucket", ExpectedBucketOwner=STRANGER) == ("403", 403)
    assert client("s3").get_bucket_location(Bucket="bucket")["LocationConstraint"] == "eu-west-1"
    assert follows.get_bucket_encryption(Bucket="bucket")["ServerSideEncryptionConfiguration"]["Rules"]
    once.put_object(Bucket="bucket", Key="a/b c", Body=b"x" * 5000)
    assert [held["Key"] for held in once.list_objects_v2(Bucket="bucket")["Contents"]] == ["a/b c"]


def test_a_strangers_bucket_is_denied_unless_its_policy_allows(client: Client) -> None:
    client("s3").create_bucket(Bucket="bucket")
    stranger = client("s3", account=STRANGER)
    assert failure(stranger.head_bucket, Bucket="bucket") == ("403", 403)
    assert failure(stranger.get_bucket_encryption, Bucket="bucket") == ("AccessDenied", 403)
    client("s3").put_bucket_policy(Bucket="bucket", Policy=allow("s3:ListBucket", "arn:aws:s3:::bucket"))
    stranger.head_bucket(Bucket="bucket")
    assert failure(stranger.get_bucket_encryption, Bucket="bucket") == ("AccessDenied", 403)
    assert stranger.list_buckets()["Buckets"] == []


def test_what_reaches_people_is_pending_until_it_is_confirmed(client: Client) -> None:
    sns = client("sns")
    topic = {"TopicArn": sns.create_topic(Name="topic")["TopicArn"]}
    function = f"arn:aws:lambda:us-east-1:{OWNER}:function:f"
    assert (
        sns.subscribe(**topic, Protocol="email", Endpoint="a@example.com")["SubscriptionArn"] == "pending confirmation"
    )
    assert sns.subscribe(**topic, Protocol="lambda", Endpoint=function)["SubscriptionArn"].startswith(topic["TopicArn"])

    def counts() -> tuple[str, str]:
        attributes = sns.get_topic_attributes(**topic)["Attributes"]
        return attributes["SubscriptionsPending"], attributes["SubscriptionsConfirmed"]

    assert counts() == ("1", "1")
    email, _ = sns.list_subscriptions_by_topic(**topic)["Subscriptions"]
    assert (email["SubscriptionArn"], email["Endpoint"]) == ("PendingConfirmation", "a@example.com")
    confirmed = sns.confirm_subscription(**topic, Token="a@example.com")["SubscriptionArn"]
    assert counts() == ("0", "2")
    assert sns.list_subscriptions_by_topic(**topic)["Subscriptions"][0]["SubscriptionArn"] == confirmed
    assert failure(sns.confirm_subscription, **topic, Token="b@example.com") == ("InvalidParameter", 400)


def test_a_topic_is_reached_in_its_region_and_as_its_policy_says(client: Client) -> None:
    sns, stranger = client("sns"), client("sns", account=STRANGER)
    arn = sns.create_topic(Name="topic")["TopicArn"]
    assert failure(sns.get_topic_attributes, TopicArn=f"{arn}x") == ("NotFound", 404)
    assert failure(sns.list_subscriptions_by_topic, TopicArn=f"{arn}x") == ("NotFound", 404)
    assert failure(client("sns", "eu-west-1").get_topic_attributes, TopicArn=arn) == ("InvalidParameter", 400)
    assert failure(stranger.get_topic_attributes, TopicArn=arn) == ("AuthorizationError", 403)
    policy = allow("SNS:GetTopicAttributes", arn)
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    assert stranger.get_topic_attributes(TopicArn=arn)["Attributes"]["Owner"] == OWNER
    assert failure(stranger.list_subscriptions_by_topic, TopicArn=arn) == ("AuthorizationError", 403)


def test_a_key_shows_what_aws_always_shows(client: Client) -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]
    shown = {n: key[n] for n in ("KeyUsage", "KeyManager", "KeyState", "MultiRegion", "Enabled")}
    assert shown == {
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyManager": "CUSTOMER",
        "KeyState": "Enabled",
        "MultiRegion": False,
        "Enabled": True,
    }
    assert kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyManager"] == "AWS"
    assert plain(kms.get_key_rotation_status(KeyId=key["Arn"])) == {"KeyRotationEnabled": False}
    kms.enable_key_rotation(KeyId=key["Arn"])
    rotation = {"KeyRotationEnabled": True, "RotationPeriodInDays": 365}
    assert plain(kms.get_key_rotation_status(KeyId=key["Arn"])) == rotation


def test_a_key_is_reached_in_its_region_and_as_its_policy_says(client: Client) -> None:
    kms, stranger = client("kms"), client("kms", account=STRANGER)
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    assert failure(client("kms", "eu-west-1").describe_key, KeyId=arn) == ("NotFoundException", 400)
    assert failure(stranger.describe_key, KeyId=arn) == ("AccessDeniedException", 400)
    assert failure(stranger.describe_key, KeyId=f"{arn}0") == ("AccessDeniedException", 400)
    kms.put_key_policy(KeyId=arn, PolicyName="default", Policy=allow("kms:*", "*"))
    assert stranger.describe_key(KeyId=arn)["KeyMetadata"]["Arn"] == arn
    assert failure(stranger.get_key_policy, KeyId=arn, PolicyName="default") == ("AccessDeniedException", 400)
