"""What an alarm does when it fires: its actions, and whether anybody can hear them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from bedaudit.model import Gap
from bedaudit.state import State

ActionType: TypeAlias = Literal[
    "sns", "lambda", "ssm_opsitem", "ssm_incident", "autoscaling", "ec2", "swf", "aiops_investigation", "other"
]


class Action(State):
    """One action that an alarm takes when it goes to ALARM."""

    arn: str
    """The action's ARN."""
    type: ActionType
    """The service that acts."""
    alive: bool | Gap | None = None
    """Whether the target exists; missing for types whose target is not read."""
    subscribers: int | Gap | None = None
    """Confirmed subscriptions of an SNS topic."""
    can_publish: bool | Gap | None = None
    """Whether the topic's policy and its encryption key let CloudWatch deliver to it; topics only."""
    reason: str | None = None
    """Why nobody hears it, where that is known."""
