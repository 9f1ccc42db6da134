"""SNS: topics of other accounts, where their policy decides, and subscriptions that somebody has yet to confirm.

A subscription is confirmed with its endpoint as the token, since nobody reads the message that carries the real one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from moto.backends import get_backend
from moto.sns.models import Subscription

from bedaudit.sandbox import grants
from bedaudit.sandbox.call import AwsError, Call, Reply, guard, operation, page

_CONFIRMED_BY_PEOPLE = frozenset({"email", "email-json", "http", "https"})
_PENDING = "PendingConfirmation"


@dataclass(slots=True)
class Pending:
    """ARNs of the subscriptions that are not confirmed."""

    arns: set[str] = field(default_factory=set)


@guard("sns")
def reach(call: Call) -> None:
    """Lets a call into the account of its topic, if the topic's policy lets it."""
    parts = str(call.parameters.get("TopicArn") or "").split(":")
    if len(parts) != 6:
        return
    if parts[3] != call.region:
        raise AwsError("InvalidParameter", "Invalid parameter: TopicArn")
    if parts[4] == call.account:
        return
    topic = get_backend("sns")[parts[4]][call.region].topics.get(call.parameters["TopicArn"])
    context = {"AWS:SourceOwner": call.account}
    if topic is None or not grants.allows(topic.policy, call.principal, f"SNS:{call.operation}", context):
        raise call.denied(call.parameters["TopicArn"], "AuthorizationError", 403)
    call.account = parts[4]


@operation("sns", "Subscribe")
def subscribe(call: Call) -> Reply:
    """Subscribes; people have to confirm what reaches people."""
    arn = call.forward()["SubscriptionArn"]
    if call.parameters["Protocol"] not in _CONFIRMED_BY_PEOPLE:
        return {"SubscriptionArn": arn}
    call.here(Pending).arns.add(arn)
    return {"SubscriptionArn": arn if call.parameters.get("ReturnSubscriptionArn") else "pending confirmation"}


@operation("sns", "ConfirmSubscription")
def confirm(call: Call) -> Reply:
    """Confirms the topic's subscription whose endpoint is the token."""
    for subscription in _subscriptions(call):
        if subscription.endpoint == call.parameters["Token"]:
            call.here(Pending).arns.discard(subscription.arn)
            return {"SubscriptionArn": subscription.arn}
    raise AwsError("InvalidParameter", "Invalid parameter: Token")


@operation("sns", "ListSubscriptionsByTopic")
def list_by_topic(call: Call) -> Reply:
    """The subscriptions of a topic, 100 a page."""
    if call.parameters["TopicArn"] not in get_backend("sns")[call.account][call.region].topics:
        raise AwsError("NotFound", "Topic does not exist", 404)
    pending = call.here(Pending).arns
    shown = [
        {
            "SubscriptionArn": _PENDING if subscription.arn in pending else subscription.arn,
            "Owner": subscription.account_id,
            "Protocol": subscription.protocol,
            "Endpoint": subscription.endpoint,
            "TopicArn": subscription.topic.arn,
        }
        for subscription in _subscriptions(call)
    ]
    return page(call, "Subscriptions", shown, 100)


@operation("sns", "GetTopicAttributes")
def get_attributes(call: Call) -> Reply:
    """The attributes, with the subscriptions counted by state."""
    attributes = dict(call.forward()["Attributes"])
    pending = call.here(Pending).arns
    states = [subscription.arn in pending for subscription in _subscriptions(call)]
    counts = {"SubscriptionsPending": sum(states), "SubscriptionsConfirmed": len(states) - sum(states)}
    return {"Attributes": {**attributes, **{name: str(count) for name, count in counts.items()}}}


def _subscriptions(call: Call) -> Sequence[Subscription]:
    held = get_backend("sns")[call.account][call.region].subscriptions.values()
    return [subscription for subscription in held if subscription.topic.arn == call.parameters["TopicArn"]]
