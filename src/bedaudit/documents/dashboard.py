"""Dashboard bodies: which metrics, logs and alarms they show, and of which regions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bedaudit.documents.catalogue import is_bedrock
from bedaudit.documents.graph import ShownMetric, is_well_formed, shown_by
from bedaudit.documents.log_query import log_groups, without_literals
from bedaudit.documents.variables import Regions, regions
from bedaudit.state import State


class ShownQuery(State):
    """A log query that a dashboard shows."""

    log_groups: tuple[str, ...]
    """The names of the log groups that it reads; `prefix*` for those that it finds by their prefix."""
    query: str
    """The query, its literals replaced by their hashes."""
    region: str | None = None
    """The region that the widget shows."""
    account: str | None = None
    """The account that the log groups belong to, where that is not the dashboard's own."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a dashboard body shows; of one that is not valid, what could be made out."""

    valid: bool
    widgets: int = 0
    metrics: tuple[ShownMetric, ...] = ()
    queries: tuple[ShownQuery, ...] = ()
    alarms: tuple[str, ...] = ()

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of what it shows of Bedrock, sorted."""
        metrics = {shown.region for shown in self.metrics if is_bedrock(shown.namespace)}
        queries = {
            shown.region for shown in self.queries if any("bedrock" in name.lower() for name in shown.log_groups)
        }
        return tuple(sorted(region for region in metrics | queries if region))


def parse(text: str) -> Body:
    """What the body shows."""
    try:
        body = _loaded(text)
    except (ValueError, RecursionError):
        return Body(valid=False)
    if not isinstance(body, dict) or not isinstance(body.get("widgets"), list):
        return Body(valid=False)
    chosen = regions(body.get("variables"))
    shown = [_widget(widget, chosen) for widget in body["widgets"]]
    return Body(
        valid=all(one.valid for one in shown),
        widgets=len(shown),
        metrics=_unique(item for one in shown for item in one.metrics),
        queries=_unique(item for one in shown for item in one.queries),
        alarms=tuple(dict.fromkeys(item for one in shown for item in one.alarms)),
    )


def _loaded(text: str) -> Any:
    """The JSON; half of a surrogate pair, which no text can hold, becomes a question mark."""
    body = json.loads(text)
    halved = "\\ud" in text.lower()
    return json.loads(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")) if halved else body


_Shown = TypeVar("_Shown", bound=State)


def _unique(items: Iterable[_Shown]) -> tuple[_Shown, ...]:
    return tuple({json.dumps(item.facts(), sort_keys=True): item for item in items}.values())


def _widget(widget: Any, chosen: Regions) -> Body:
    """What one widget shows."""
    if not isinstance(widget, dict) or not isinstance(widget.get("type"), str):
        return Body(valid=False)
    properties = widget.get("properties", {})
    if not isinstance(properties, dict):
        return Body(valid=False)
    valid = _is_text(properties.get("region", "")) and _is_text(properties.get("accountId", ""))
    match widget["type"]:
        case "metric":
            return _graph(properties, chosen, valid=valid)
        case "log":
            return _log(properties, chosen, valid=valid)
        case "alarm":
            return _alarms(properties.get("alarms"), valid=valid)
        case _:
            return Body(valid)


def _graph(properties: Mapping[str, Any], chosen: Regions, *, valid: bool) -> Body:
    annotations = properties.get("annotations", {})
    alarms = _alarms(annotations.get("alarms", []) if isinstance(annotations, dict) else None, valid=valid)
    something = "metrics" in properties or bool(alarms.alarms)
    valid = alarms.valid and something and is_well_formed(properties)
    return Body(valid, metrics=tuple(shown_by(properties, chosen)), alarms=alarms.alarms)


def _alarms(alarms: Any, *, valid: bool) -> Body:
    if not isinstance(alarms, list):
        return Body(valid=False)
    named = tuple(alarm for alarm in alarms if isinstance(alarm, str))
    return Body(valid and len(named) == len(alarms), alarms=named)


def _log(properties: Mapping[str, Any], chosen: Regions, *, valid: bool) -> Body:
    query, region, account = (properties.get(name) for name in ("query", "region", "accountId"))
    if not isinstance(query, str):
        return Body(valid=False)
    shown = ShownQuery(
        log_groups=log_groups(query),
        query=without_literals(query),
        account=account if isinstance(account, str) else None,
    )
    of = chosen.of(region if isinstance(region, str) else None)
    return Body(valid, queries=tuple(shown.model_copy(update={"region": one}) for one in of))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
