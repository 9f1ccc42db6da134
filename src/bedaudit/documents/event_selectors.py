"""What the event selectors of a CloudTrail trail record of Bedrock.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html
https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

from bedaudit.documents.kleene import every, some

SOURCES: Mapping[str, str] = {
    "AWS::Bedrock": "bedrock.amazonaws.com",
    "AWS::BedrockAgentCore": "bedrock-agentcore.amazonaws.com",
    "AWS::BedrockMantle": "bedrock-mantle.amazonaws.com",
}
"""Where events about a family of resource types come from."""

_READ_ONLY = ("true", "false")
_BY_READ_WRITE_TYPE = {"ReadOnly": ["true"], "WriteOnly": ["false"]}

_Event: TypeAlias = Mapping[str, str]
"""The fields that all events of a sort have in common."""
_FieldSelectors: TypeAlias = Sequence[Mapping[str, Any]]

_POSITIVE: Mapping[str, Callable[[str, str], bool]] = {
    "Equals": str.__eq__,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}
_NEGATIVE: Mapping[str, Callable[[str, str], bool]] = {f"Not{name}": holds for name, holds in _POSITIVE.items()}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a trail records of Bedrock."""

    management: bool
    """All its management events, reads and writes."""
    anything: bool
    """Any of its events."""
    data: tuple[str, ...]
    """The resource types of which it records every data event, sorted."""
    partial_data: tuple[str, ...]
    """Those of which it records some."""


def recorded(reply: Mapping[str, Any]) -> Recorded:
    """From a reply of GetEventSelectors; a trail without selectors records all management events and no data."""
    advanced = reply.get("AdvancedEventSelectors") or []
    selectors = [selector.get("FieldSelectors", []) for selector in advanced]
    if not advanced:
        selectors = [fields for each in reply.get("EventSelectors") or [{}] for fields in _classic(each)]
    verdicts = {type_: _taken(selectors, _data_events(type_)) for type_ in _types(selectors)}
    management = _taken(selectors, _management_events())
    return Recorded(
        management=management is True,
        anything=any(taken is not False for taken in (management, *verdicts.values())),
        data=tuple(sorted(type_ for type_, taken in verdicts.items() if taken)),
        partial_data=tuple(sorted(type_ for type_, taken in verdicts.items() if taken is None)),
    )


def _classic(selector: Mapping[str, Any]) -> Iterator[_FieldSelectors]:
    """A classic selector in the form of advanced ones; its data events are never Bedrock's."""
    if selector.get("IncludeManagementEvents", True):
        read_only = _BY_READ_WRITE_TYPE.get(selector.get("ReadWriteType", "All"))
        yield [
            {"Field": "eventCategory", "Equals": ["Management"]},
            {"Field": "eventSource", "NotEquals": selector.get("ExcludeManagementEventSources", [])},
            *([{"Field": "readOnly", "Equals": read_only}] if read_only else []),
        ]


def _types(selectors: Sequence[_FieldSelectors]) -> set[str]:
    """The Bedrock types that are named; a type can only be named by `Equals`."""
    fields = (field for selector in selectors for field in selector if field.get("Field") == "resources.type")
    return {type_ for field in fields for type_ in field.get("Equals", []) if type_.rpartition("::")[0] in SOURCES}


def _management_events() -> Iterator[_Event]:
    for source, read_only in product(SOURCES.values(), _READ_ONLY):
        yield {"eventCategory": "Management", "eventSource": source, "readOnly": read_only}


def _data_events(type_: str) -> Iterator[_Event]:
    source = SOURCES[type_.rpartition("::")[0]]
    for read_only in _READ_ONLY:
        yield {"eventCategory": "Data", "eventSource": source, "resources.type": type_, "readOnly": read_only}


def _taken(selectors: Sequence[_FieldSelectors], events: Iterator[_Event]) -> bool | None:
    """Whether all of the events are recorded; None: some of them."""
    verdicts = [some(_takes(selector, event) for selector in selectors) for event in events]
    if not any(verdict is not False for verdict in verdicts):
        return False
    return True if all(verdicts) else None


def _takes(selector: _FieldSelectors, event: _Event) -> bool | None:
    """Whether a selector takes all events of a sort; None: it looks at fields in which they differ."""
    return every(_admits(field, event.get(field.get("Field", ""))) for field in selector)


def _admits(field: Mapping[str, Any], value: str | None) -> bool | None:
    if value is None:
        return None
    wanted = [holds(value, text) for name, holds in _POSITIVE.items() for text in field.get(name) or []]
    unwanted = [holds(value, text) for name, holds in _NEGATIVE.items() for text in field.get(name) or []]
    return (any(wanted) or not wanted) and not any(unwanted)
