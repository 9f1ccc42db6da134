"""The tags of an application inference profile.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_TagResource.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bedaudit.kinds.inference_profile import LIST_TAGS
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.reader import Reader
from bedaudit.repairs.repair import Edit, Mount, Place, Repair

_MEANS_SOMETHING = "permissions and bills may depend on the value that the tag has now"


def _place(facts: Facts, site: Site) -> Place | None:
    names = facts.get("names")
    names = names if isinstance(names, list | tuple) else ()
    arn = next((name for name in names if isinstance(name, str) and name.startswith("arn:")), None)
    if arn is None:
        return None
    return Place(site.region, f"tags of inference profile {arn.split('/')[-1]}", {"resourceARN": arn})


async def _read(aws: Reader, place: Place) -> Raw | None:
    """The tags by their keys: AWS gives them in no order."""
    reply = await aws.call(LIST_TAGS, **place.parameters)
    return {**reply, "tags": {tag["key"]: tag["value"] for tag in reply.get("tags", ())}}


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    before = (raw or {}).get("tags", {})
    changed = {key: value for key, value in _tags(wanted) if before.get(key) != value}
    if raw is None or not changed:
        return Edit(raw, (), ())
    added = [key for key in changed if key not in before]
    replaced = {key: before[key] for key in changed if key in before}
    undo = [_tag(place, replaced)] if replaced else []
    undo += [Call("bedrock", "UntagResource", {**place.parameters, "tagKeys": added})] if added else []
    after = {**raw, "tags": {**before, **changed}}
    if replaced:
        return Edit(after, (_tag(place, changed),), tuple(undo), "risky", _MEANS_SOMETHING)
    return Edit(after, (_tag(place, changed),), tuple(undo))


def _tags(wanted: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Those of paths as `tags.team`, and of `tags` as a whole."""
    for path, value in wanted.items():
        group, _, key = path.partition(".")
        if group == "tags" and key:
            yield key, value
        elif group == "tags":
            yield from value.items()


def _tag(place: Place, tags: Mapping[str, str]) -> Call:
    parameters = {**place.parameters, "tags": [{"key": key, "value": value} for key, value in tags.items()]}
    return Call("bedrock", "TagResource", parameters)


TAGS = Repair(
    name="inference_profile.tags",
    does="Tags the inference profile.",
    rated={"safe": "", "risky": _MEANS_SOMETHING},
    paths=("tags",),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(LIST_TAGS,),
    writes=("bedrock:TagResource", "bedrock:UntagResource"),
)
MOUNTS = (Mount("inference_profile", "", TAGS),)
