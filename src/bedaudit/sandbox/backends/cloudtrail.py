"""CloudTrail: moto's trails, seen as AWS shows them from other regions and from the members of an organization.

A bucket that is gone makes deliveries fail, as it does in AWS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.backends import get_backend

from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page

_ALL = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
_LISTED = ("Name", "TrailARN", "HomeRegion")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A trail that an account sees."""

    trail: Any
    home: str
    owner: str

    @property
    def arn(self) -> str:
        return str(self.trail.arn)

    @property
    def shown(self) -> dict[str, Any]:
        trail = self.trail
        shown = {
            **trail.description(include_region=True),
            "HasCustomEventSelectors": bool(trail.advanced_event_selectors),
        }
        return {name: value for name, value in shown.items() if value not in (None, "")}


@operation("cloudtrail", "DescribeTrails")
def describe(call: Call) -> Reply:
    """The trails of the region and those that reach into it; one of another region only by its ARN, there."""
    names = call.parameters.get("trailNameList") or []
    shadows = call.parameters.get("includeShadowTrails")
    found = [
        seen
        for seen in _seen(call)
        if (not names and _here(call, seen, shadows=shadows is not False))
        or {seen.arn, seen.trail.trail_name} & {*names}
    ]
    return {"trailList": [seen.shown for seen in found]}


@operation("cloudtrail", "ListTrails")
def list_trails(call: Call) -> Reply:
    """All trails of the account, whatever their region."""
    listed = [{name: seen.shown[name] for name in _LISTED} for seen in _seen(call) if seen.owner == call.account]
    return page(call, "Trails", listed, 100)


@operation("cloudtrail", "GetTrailStatus")
def get_status(call: Call) -> Reply:
    """How the trail does; members see it of an organization's trail too."""
    seen = _named(call, call.parameters["Name"])
    status = {name: value for name, value in seen.trail.status.description().items() if value not in (None, "")}
    gone = seen.trail.bucket_name not in get_backend("s3")[seen.owner]["aws"].buckets
    return {**status, **({"LatestDeliveryError": "NoSuchBucket"} if gone else {})}


@operation("cloudtrail", "GetEventSelectors")
def get_selectors(call: Call) -> Reply:
    """What the trail records; only its owner may know."""
    seen = _named(call, call.parameters["TrailName"])
    if seen.owner != call.account:
        raise call.denied(seen.arn)
    trail = seen.trail
    if trail.advanced_event_selectors:
        return {"TrailARN": seen.arn, "AdvancedEventSelectors": trail.advanced_event_selectors}
    return {"TrailARN": seen.arn, "EventSelectors": trail.event_selectors or [_ALL]}


@operation("cloudtrail", "PutEventSelectors")
def put_selectors(call: Call) -> Reply:
    """Replaces all selectors, of both sorts."""
    seen, given = _named(call, call.parameters["TrailName"]), call.given("EventSelectors", "AdvancedEventSelectors")
    if len(given) != 1 or seen.owner != call.account:
        raise AwsError("InvalidEventSelectorsException", "Give either event selectors or advanced event selectors.")
    seen.trail.event_selectors = given.get("EventSelectors", [])
    seen.trail.advanced_event_selectors = given.get("AdvancedEventSelectors", [])
    return {"TrailARN": seen.arn, **given}


def _seen(call: Call) -> Iterator[_Seen]:
    """The account's own trails, then those of its organization."""
    owners = [call.account, *([call.world.management] if call.account in call.world.accounts else [])]
    for owner in dict.fromkeys(owners):
        for home, backend in get_backend("cloudtrail")[owner].items():
            for trail in backend.trails.values():
                if owner == call.account or trail.is_org_trail:
                    yield _Seen(trail, home, owner)


def _here(call: Call, seen: _Seen, *, shadows: bool) -> bool:
    own = seen.owner == call.account and seen.home == call.region
    return own or (shadows and (seen.trail.is_multi_region or seen.home == call.region))


def _named(call: Call, name: str) -> _Seen:
    """The trail of that ARN, or of that name in the account and region."""
    for seen in _seen(call):
        own = (seen.owner, seen.home, seen.trail.trail_name) == (call.account, call.region, name)
        if own or (seen.arn == name and seen.home == call.region):
            return seen
    raise AwsError("TrailNotFoundException", f"Unknown trail: {name} for the user: {call.account}")
