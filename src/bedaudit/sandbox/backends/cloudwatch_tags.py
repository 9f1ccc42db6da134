"""Tags of what CloudWatch has ARNs for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bedaudit.sandbox.call import Call, Reply, operation


@dataclass(slots=True)
class Tags:
    """Tags by ARN."""

    by_arn: dict[str, dict[str, str]] = field(default_factory=dict)

    def put(self, arn: str, tags: Iterable[Mapping[str, str]]) -> None:
        """Add tags, or change them."""
        self.by_arn.setdefault(arn, {}).update({tag["Key"]: tag["Value"] for tag in tags})


@operation("cloudwatch", "ListTagsForResource")
def list_tags(call: Call) -> Reply:
    """The tags; none for what there is not."""
    tags = call.here(Tags).by_arn.get(call.parameters["ResourceARN"], {})
    return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}


@operation("cloudwatch", "TagResource")
def tag(call: Call) -> Reply:
    """Adds tags, or changes them."""
    call.here(Tags).put(call.parameters["ResourceARN"], call.parameters["Tags"])
    return {}


@operation("cloudwatch", "UntagResource")
def untag(call: Call) -> Reply:
    """Takes tags away."""
    tags = call.here(Tags).by_arn.get(call.parameters["ResourceARN"], {})
    for key in call.parameters["TagKeys"]:
        tags.pop(key, None)
    return {}
