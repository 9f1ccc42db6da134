"""An SNS topic that alarms notify: whether it exists, is listened to, and can be delivered to by CloudWatch.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
"""

from __future__ import annotations

from dataclasses import dataclass

from bedaudit.documents.iam import Document, parse
from bedaudit.documents.iam_evaluate import Principal, Request, allows, denies
from bedaudit.documents.kleene import every, negated, some
from bedaudit.model import Gap, Raw
from bedaudit.parts.kms_key import GET_KEY, GET_POLICY
from bedaudit.parts.service_request import by_service, decided
from bedaudit.reader import Operation, Reader

GET_TOPIC = Operation("sns", "GetTopicAttributes", absent=("NotFound", "NotFoundException"))
LIST_SUBSCRIPTIONS = Operation("sns", "ListSubscriptionsByTopic", absent=("NotFound", "NotFoundException"))
OPERATIONS = (GET_TOPIC, LIST_SUBSCRIPTIONS, GET_KEY, GET_POLICY)

CLOUDWATCH = Principal("Service", "cloudwatch.amazonaws.com")
_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")


@dataclass(frozen=True, slots=True)
class Target:
    """What an action reaches."""

    alive: bool | Gap
    subscribers: int | Gap | None = None
    can_publish: bool | Gap | None = None
    reason: str | None = None


async def read_topic(aws: Reader, arn: str, alarm_arn: str) -> Target:
    """The topic, read in the region that its ARN names."""
    at = arn.split(":")[3]
    reply = await aws.attempt(aws.find(GET_TOPIC, at=at, TopicArn=arn))
    if isinstance(reply, Gap):
        return Target(alive=reply, subscribers=reply, can_publish=reply)
    if reply is None:
        return Target(alive=False, reason="the topic does not exist")
    attributes = reply.get("Attributes", {})
    subscribers = await _subscribers(aws, arn, at, attributes)
    refusal = await aws.attempt(_refusal(aws, arn, at, attributes, alarm_arn))
    can_publish = refusal if isinstance(refusal, Gap) else refusal is None
    reasons = [
        "the topic has no confirmed subscription" if subscribers == 0 else None,
        refusal if isinstance(refusal, str) else None,
    ]
    reason = "; ".join(filter(None, reasons)) or None
    return Target(alive=True, subscribers=subscribers, can_publish=can_publish, reason=reason)


async def _subscribers(aws: Reader, arn: str, at: str, attributes: Raw) -> int | Gap:
    """Confirmed subscriptions; one that waits for its confirmation hears nothing.

    Before nobody is said to listen, the list is asked: the topic's own count may lag behind it.
    """
    counted: str = attributes.get("SubscriptionsConfirmed", "")
    if counted.isdecimal() and counted != "0":
        return int(counted)
    pages = await aws.attempt(aws.pages(LIST_SUBSCRIPTIONS, at=at, TopicArn=arn))
    if isinstance(pages, Gap):
        return 0 if counted else pages
    listed = (one for page in pages for one in page.get("Subscriptions", ()))
    return sum(str(one.get("SubscriptionArn", "")).startswith("arn:") for one in listed)


async def _refusal(aws: Reader, arn: str, at: str, attributes: Raw, alarm_arn: str) -> str | Gap | None:
    """Why CloudWatch cannot deliver to the topic; None: it can."""
    policy = parse(attributes.get("Policy"))
    allowed = decided(_may_publish(aws, policy, arn, alarm_arn), GET_TOPIC)
    if allowed is False:
        return "the topic's policy does not let CloudWatch publish"
    key = attributes.get("KmsMasterKeyId")
    refusal = await aws.attempt(_key_refusal(aws, key, arn, at, alarm_arn)) if key else None
    return refusal if refusal is not None or allowed is True else allowed


def _may_publish(aws: Reader, policy: Document, arn: str, alarm_arn: str) -> bool | None:
    """By its service principal, or as the account that has the alarm: a topic's first policy names only that."""
    more = {
        "aws:SourceAccount": aws.account,
        "aws:SourceArn": alarm_arn,
        "aws:SourceOwner": aws.account,
    }
    service = by_service(aws, CLOUDWATCH, "sns:Publish", arn, more)
    owner = Principal("AWS", f"arn:{aws.partition}:iam::{aws.account}:root")
    account = Request("sns:Publish", arn, owner, service.context)
    allowed = some(allows((policy,), request) for request in (service, account))
    return every((allowed, negated(denies((policy,), service))))


async def _key_refusal(aws: Reader, key: str, topic: str, at: str, alarm_arn: str) -> str | Gap | None:
    """Why CloudWatch cannot use the key that the topic is encrypted with."""
    if key.endswith("alias/aws/sns"):
        return "the topic is encrypted with alias/aws/sns, which CloudWatch may not use; use a customer-managed key"
    described = await aws.find(GET_KEY, at=at, KeyId=key)
    if described is None:
        return "the topic's encryption key does not exist"
    metadata = described["KeyMetadata"]
    if metadata.get("KeyState", "Enabled") != "Enabled":
        return f"the topic's encryption key is {metadata['KeyState']}"
    if metadata.get("KeyManager") == "AWS":
        return (
            "the topic is encrypted with a key of AWS's own, which CloudWatch may not use; use a customer-managed key"
        )
    resource = metadata.get("Arn", key)
    policy = parse((await aws.call(GET_POLICY, at=at, KeyId=resource, PolicyName="default")).get("Policy"))
    more = {
        "aws:SourceAccount": aws.account,
        "aws:SourceArn": alarm_arn,
        "kms:EncryptionContext:aws:sns:topicArn": topic,
    }
    allowed = decided(
        every(allows((policy,), by_service(aws, CLOUDWATCH, action, resource, more)) for action in _KEY_ACTIONS),
        GET_POLICY,
    )
    if allowed is False:
        return "the policy of the topic's key does not let CloudWatch use it (kms:Decrypt, kms:GenerateDataKey*)"
    return None if allowed is True else allowed
