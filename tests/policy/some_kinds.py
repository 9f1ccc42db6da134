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
    """As PutMetricAlarm would; a text that is still a template leaves its field open."""
    dimensions = {each["Name"]: settled(each["Value"]) for each in parameters.get("Dimensions", ())}
    watch = {"metric": settled(parameters["MetricName"]), "dimensions": dimensions}
    facts = {
        "name": settled(parameters["AlarmName"]),
        "type": "metric",
        "threshold": float(parameters.get("Threshold", 0)),
        "notifies": OPEN,
        "watches": [watch],
        "actions": settled(parameters.get("AlarmActions", [])),
        "tags": OPEN,
    }
    return Creation(Call("cloudwatch", "PutMetricAlarm", parameters), facts)


OPEN = Gap("not_read").as_fact()


def settled(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [settled(item) for item in value]
    return value if isinstance(value, str | int | float) else OPEN


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("alarm", Alarm, read, (), create=create_alarm),
        Kind("logging", Logging, read, (), single=True),
        Kind("trail", Trail, read, (), scope="account", judged="account"),
        Kind("usage", Usage, read, (), single=True),
    )
}
