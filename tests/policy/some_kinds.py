"""Kinds with a field of every shape, so that the policy language is tested apart from AWS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from bedaudit.kinds.kind import Creation, Kind
from bedaudit.model import Call, Gap, Resource
from bedaudit.reader import Reader
from bedaudit.state import Days, Hours, State


class Group(State):
    """A log group."""

    name: str
    """Its name."""
    retention_days: Days = "never"
    """How long it keeps events."""
    tags: Mapping[str, str] = {}
    """Its tags."""


class Destination(State):
    """Where logs go."""

    log_group: Group | Gap
    """The group that receives them."""


class Logging(State):
    """The logging of a site."""

    enabled: bool
    """Whether anything is logged."""
    destinations: tuple[Literal["cloudwatch", "s3"], ...] = ()
    """Where to."""
    cloudwatch: Destination | Gap | None = None
    """The destination in CloudWatch Logs."""


class Usage(State):
    """The use of a site."""

    in_use: bool
    """Whether there is traffic."""
    invocations: int = 0
    """How much."""
    active_models: tuple[str, ...] = ()
    """Models with traffic."""
    last_invocation_age: Hours | None = None
    """Since when there is none."""


class Watch(State):
    """A metric that is watched."""

    metric: str
    """Its name."""
    account: str | None = None
    """Where it is, if elsewhere."""
    dimensions: Mapping[str, str] = {}
    """Its dimensions."""


class Alarm(State):
    """An alarm."""

    name: str
    """Its name."""
    type: Literal["metric", "composite"] = "metric"
    """What it is made of."""
    threshold: float | None = None
    """Where it fires."""
    notifies: bool | Gap = False
    """Whether somebody hears it."""
    watches: tuple[Watch, ...] = ()
    """What it watches."""
    actions: tuple[str, ...] = ()
    """Whom it tells."""
    tags: Mapping[str, str] | Gap | None = None
    """Its tags."""


class Trail(State):
    """A trail of the account."""

    name: str
    """Its name."""
    owner_account: str
    """Whose it is."""
    accounts: tuple[str, ...] = ()
    """Whose events it records."""


async def read(_: Reader) -> Iterable[Resource]:
    """Nothing: these kinds are only spoken of."""
    return ()


def create_alarm(parameters: Mapping[str, Any]) -> Creation:
    """As PutMetricAlarm would."""
    dimensions = {each["Name"]: each["Value"] for each in parameters.get("Dimensions", ())}
    state = Alarm(
        name=parameters["AlarmName"],
        threshold=parameters.get("Threshold"),
        notifies=Gap("not_read"),
        watches=(Watch(metric=parameters["MetricName"], dimensions=dimensions),),
        actions=tuple(parameters.get("AlarmActions", ())),
        tags=Gap("not_read"),
    )
    return Creation(Call("cloudwatch", "PutMetricAlarm", parameters), state.facts())


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("alarm", Alarm, read, (), create=create_alarm),
        Kind("logging", Logging, read, (), single=True),
        Kind("trail", Trail, read, (), scope="account", judged="account"),
        Kind("usage", Usage, read, (), single=True),
    )
}
