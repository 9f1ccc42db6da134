"""What SNS will answer."""

from __future__ import annotations

import json
from typing import Final

from bedaudit.model import Gap, Raw
from bedaudit.reader import Unreadable
from bedaudit.terraform.block import Block
from bedaudit.terraform.estate import Asked, Estate, not_managed
from bedaudit.terraform.value import reply

TOPIC: Final = "aws_sns_topic"
POLICY: Final = "aws_sns_topic_policy"
SUBSCRIPTION: Final = "aws_sns_topic_subscription"

_ASK: Final = ("email", "email-json", "http", "https")
"""Protocols whose endpoints have to confirm a subscription."""


def topic(estate: Estate, asked: Asked) -> Raw | None:
    """GetTopicAttributes."""
    arn = asked["TopicArn"]
    found = estate.about(TOPIC, "arn", arn)
    if found is None:
        return None if estate.goes(TOPIC, "arn", arn) else not_managed(f"the topic {arn}")
    apart = estate.about(POLICY, "arn", arn)
    policy = apart.text("policy") if apart else found.chosen("policy")
    attributes = {
        "TopicArn": arn,
        "Policy": _first_policy(estate, arn) if policy is None else policy,
        "KmsMasterKeyId": found.text("kms_master_key_id"),
    }
    return reply({"Attributes": attributes})


def _first_policy(estate: Estate, arn: str) -> str:
    """The policy that a new topic has: the account that owns it may publish."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "SNS:Publish",
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": estate.account}},
    }
    return json.dumps({"Version": "2008-10-17", "Statement": [statement]})


def subscriptions(estate: Estate, asked: Asked) -> Raw:
    """ListSubscriptionsByTopic: whoever has to confirm may never do so."""
    arn = asked["TopicArn"]
    planned = estate.each(SUBSCRIPTION, "topic_arn", arn)
    sure = [block for block in planned if _is_confirmed(block)]
    found = estate.named(TOPIC, "arn", arn)
    if not sure and planned:
        raise Unreadable(Gap("not_read", message=f"whether {planned[0].where} is confirmed is known after apply"))
    if not sure and (found is None or not found.created):
        not_managed(f"the subscriptions of {arn}")
    return {"Subscriptions": [{"SubscriptionArn": f"{arn}:{number}", "TopicArn": arn} for number, _ in enumerate(sure)]}


def _is_confirmed(block: Block) -> bool:
    return block.text("protocol") not in _ASK or block.attributes.get("pending_confirmation") is False
