"""What an alarm does when it goes to ALARM, and whether anybody hears it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from bedaudit.documents.iam import Document, parse
from bedaudit.documents.iam_evaluate import Principal, allows
from bedaudit.model import Gap
from bedaudit.parts import topic
from bedaudit.parts.service_request import by_service, decided
from bedaudit.parts.topic import Target, read_topic
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

GET_FUNCTION = Operation("lambda", "GetFunctionConfiguration", absent=("ResourceNotFoundException",))
GET_FUNCTION_POLICY = Operation("lambda", "GetPolicy", absent=("ResourceNotFoundException",))
OPERATIONS = (*topic.OPERATIONS, GET_FUNCTION, GET_FUNCTION_POLICY)

ActionType: TypeAlias = Literal[
    "sns", "lambda", "ssm_opsitem", "ssm_incident", "autoscaling", "ec2", "swf", "aiops_investigation", "other"
]

_TYPES: dict[str, ActionType] = {
    "sns": "sns",
    "lambda": "lambda",
    "ssm": "ssm_opsitem",
    "ssm-incidents": "ssm_incident",
    "autoscaling": "autoscaling",
    "automate": "ec2",
    "swf": "swf",
    "aiops": "aiops_investigation",
}
_DEAF = ("autoscaling", "ec2", "swf")
"""They change instances and tell nobody."""

_ALARMS = Principal("Service", "lambda.alarms.cloudwatch.amazonaws.com")


class Action(State):
    """One action that an alarm takes when it goes to ALARM."""

    arn: str
    """The action's ARN."""
    type: ActionType
    """The service that acts."""
    alive: bool | Gap | None = None
    """Whether the topic or function exists; missing for types whose target is not read."""
    subscribers: int | Gap | None = None
    """Confirmed subscriptions of an SNS topic."""
    can_publish: bool | Gap | None = None
    """Whether its policy, and a topic's encryption key, let CloudWatch deliver to it; topics and functions only."""
    reason: str | None = None
    """Why nobody hears it, where that is known."""


def type_of(arn: str) -> ActionType:
    """The service that acts, by the action's ARN."""
    parts = arn.split(":", 5)
    return _TYPES.get(parts[2], "other") if len(parts) == 6 and parts[0] == "arn" else "other"


async def read_action(aws: Reader, arn: str, alarm_arn: str) -> Action:
    """The action, with what can be read of its target."""
    kind = type_of(arn)
    match kind:
        case "sns":
            target = await read_topic(aws, arn, alarm_arn)
        case "lambda":
            target = await _read_function(aws, arn, alarm_arn)
        case _:
            return Action(arn=arn, type=kind, reason="it tells nobody" if kind in _DEAF else None)
    return Action(
        arn=arn,
        type=kind,
        alive=target.alive,
        subscribers=target.subscribers,
        can_publish=target.can_publish,
        reason=target.reason,
    )


async def _read_function(aws: Reader, arn: str, alarm_arn: str) -> Target:
    at = arn.split(":")[3]
    reply = await aws.attempt(aws.find(GET_FUNCTION, at=at, FunctionName=arn))
    if isinstance(reply, Gap):
        return Target(alive=reply, can_publish=reply)
    if reply is None:
        return Target(alive=False, reason="the function does not exist")
    may = await aws.attempt(_may_invoke(aws, arn, at, alarm_arn))
    reason = None if may is not False else "the function's policy does not let CloudWatch alarms invoke it"
    return Target(alive=True, can_publish=may, reason=reason)


async def _may_invoke(aws: Reader, arn: str, at: str, alarm_arn: str) -> bool | Gap:
    reply = await aws.find(GET_FUNCTION_POLICY, at=at, FunctionName=arn)
    policy = parse(reply.get("Policy")) if reply is not None else Document(())
    more = {"aws:SourceAccount": aws.account, "aws:SourceArn": alarm_arn}
    request = by_service(aws, _ALARMS, "lambda:InvokeFunction", arn, more)
    return decided(allows((policy,), request), GET_FUNCTION_POLICY)


def is_heard(action: Action) -> bool | Gap:
    """Whether somebody hears of it: a topic with a listener or a function, alive and open to CloudWatch."""
    if action.type in _DEAF:
        return False
    if action.type not in ("sns", "lambda"):
        return Gap("failed", message=f"whether anybody hears {action.arn} cannot be read")
    terms = (action.alive, action.can_publish, True if action.subscribers is None else action.subscribers)
    if any(term is not None and not isinstance(term, Gap) and not term for term in terms):
        return False
    return next((term for term in terms if isinstance(term, Gap)), True)
