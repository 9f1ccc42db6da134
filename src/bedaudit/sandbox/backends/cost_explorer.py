"""Cost Explorer: the cost allocation tags of the account that pays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page


@dataclass(slots=True)
class CostTags:
    """The tags that an account has seen on its bills, by key."""

    by_key: dict[str, dict[str, Any]] = field(default_factory=dict)

    def seen(self, key: str, day: str, type_: str = "UserDefined") -> None:
        """Puts a key on the list, as a resource with the tag does after a day."""
        self.by_key[key] = {"TagKey": key, "Type": type_, "Status": "Inactive", "LastUsedDate": f"{day}T00:00:00Z"}


@operation("ce", "ListCostAllocationTags")
def list_all(call: Call) -> Reply:
    """The tags by key, type and state; at most 1000 a page, and 100 if nothing is said."""
    wanted = call.parameters
    found = [
        tag
        for tag in _tags(call).by_key.values()
        if wanted.get("Status") in (None, tag["Status"])
        and wanted.get("Type") in (None, tag["Type"])
        and (not wanted.get("TagKeys") or tag["TagKey"] in wanted["TagKeys"])
    ]
    return page(call, "CostAllocationTags", found, int(wanted.get("MaxResults") or 100))


@operation("ce", "UpdateCostAllocationTagsStatus")
def update(call: Call) -> Reply:
    """Activates tags, or no longer; a key that was never seen is an error of its own."""
    tags, errors = _tags(call).by_key, []
    for wanted in call.parameters["CostAllocationTagsStatus"]:
        key = wanted["TagKey"]
        if key in tags:
            tags[key] |= {"Status": wanted["Status"], "LastUpdatedDate": f"{call.now:%Y-%m-%dT%H:%M:%SZ}"}
        else:
            errors.append({"TagKey": key, "Code": "TagKeysNotFoundException", "Message": "Tag key not found"})
    return {"Errors": errors}


def _tags(call: Call) -> CostTags:
    """Members of an organisation have none: the management account pays."""
    if call.account in call.world.accounts and call.account != call.world.management:
        raise AwsError("AccessDeniedException", "Linked account doesn't have access to cost allocation tags.")
    return call.everywhere(CostTags)
