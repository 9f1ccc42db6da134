"""Which planned resource is behind what a kind reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from bedaudit.reader import Unreadable
from bedaudit.terraform.block import Block
from bedaudit.terraform.managed import KINDS
from bedaudit.terraform.names import Place
from bedaudit.terraform.plan import Plan, Planned

_Id: TypeAlias = Callable[[Block, Place], Any]


def _attribute(name: str) -> _Id:
    return lambda block, place: block.text(name)


_IDS: Final[Mapping[str, _Id]] = {
    "alarm": _attribute("alarm_name"),
    "dashboard": _attribute("dashboard_name"),
    "guardrail": _attribute("guardrail_id"),
    "inference_profile": _attribute("id"),
    "invocation_logging": lambda block, place: "model-invocation-logging",
    "log_group": _attribute("name"),
    "metric_filter": lambda block, place: f"{block.text('log_group_name')}:{block.text('name')}",
    "saved_query": _attribute("query_definition_id"),
    "trail": lambda block, place: f"{place.region}:{place.account}:trail/{block.text('name')}",
}


def id_of(type_: str, block: Block, place: Place) -> str:
    """The id that the kind gives the resource; its address, where that cannot be told."""
    try:
        found = _IDS[KINDS[type_]](block, place) if type_ in KINDS else None
        return str(found or block.where)
    except Unreadable:
        return block.where


def by_id(plan: Plan, account: str, region: str | None) -> Mapping[tuple[str, str], Planned]:
    """The resources of an account, in one region or in all, by kind and id."""
    return {
        (KINDS[each.type], id_of(each.type, each.block, each.place)): each
        for each in plan.resources
        if each.type in KINDS and each.place.account == account and region in (None, each.place.region)
    }
