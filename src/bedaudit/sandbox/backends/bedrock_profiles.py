"""Bedrock's inference profiles: those that AWS defines, and an account's own with their tags."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page

_ABROAD = {"us": ("us-east-1", "us-west-2"), "eu": ("eu-west-1", "eu-south-1")}
"""The regions of the geographies that AWS's own profiles span."""
_SHARED = ("anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-pro-v1:0")


@dataclass(slots=True)
class Profiles:
    """The application profiles of an account and region by id, and their tags by ARN."""

    by_id: dict[str, dict[str, Any]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)


@operation("bedrock", "CreateInferenceProfile")
def create(call: Call) -> Reply:
    """Makes an application profile of a model, or of a profile that AWS defines."""
    profiles, name = call.here(Profiles), call.parameters["inferenceProfileName"]
    if any(profile["inferenceProfileName"] == name for profile in profiles.by_id.values()):
        raise AwsError("ConflictException", f"An inference profile named {name} exists.")
    id_ = profile_id(name)
    arn = call.arn(f"application-inference-profile/{id_}")
    profiles.by_id[id_] = {
        **call.given("inferenceProfileName", "description"),
        "createdAt": call.now,
        "updatedAt": call.now,
        "inferenceProfileArn": arn,
        "models": _models(call, call.parameters["modelSource"]["copyFrom"]),
        "inferenceProfileId": id_,
        "status": "ACTIVE",
        "type": "APPLICATION",
    }
    profiles.tags[arn] = {tag["key"]: tag["value"] for tag in call.parameters.get("tags") or ()}
    return {"inferenceProfileArn": arn, "status": "ACTIVE"}


def profile_id(name: str) -> str:
    """The id of a profile; AWS makes it up, here it is known beforehand."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


@operation("bedrock", "ListInferenceProfiles")
def list_all(call: Call) -> Reply:
    """The profiles of a type, by default those that AWS defines; at most 1000 a page."""
    own = call.parameters.get("typeEquals") == "APPLICATION"
    found = list(call.here(Profiles).by_id.values()) if own else _defined(call)
    return page(call, "inferenceProfileSummaries", found, 1000, ("nextToken", "maxResults"))


@operation("bedrock", "GetInferenceProfile")
def get(call: Call) -> Reply:
    """One profile, by id or ARN."""
    return _find(call)


@operation("bedrock", "DeleteInferenceProfile")
def delete(call: Call) -> Reply:
    """Deletes an application profile."""
    profile, profiles = _find(call), call.here(Profiles)
    if profile["type"] != "APPLICATION":
        raise AwsError("ValidationException", "Only application inference profiles can be deleted.")
    del profiles.by_id[profile["inferenceProfileId"]]
    del profiles.tags[profile["inferenceProfileArn"]]
    return {}


@operation("bedrock", "ListTagsForResource")
def list_tags(call: Call) -> Reply:
    """The tags of a profile; of everything else moto knows them."""
    tags = call.here(Profiles).tags.get(call.parameters["resourceARN"])
    return call.forward() if tags is None else {"tags": [{"key": key, "value": tags[key]} for key in tags]}


@operation("resourcegroupstaggingapi", "GetResources")
def list_tagged(call: Call) -> Reply:
    """Profiles that have tags, where they alone are asked for; everything else moto knows."""
    if call.parameters.get("ResourceTypeFilters") != ["bedrock:application-inference-profile"]:
        return call.forward()
    shown = [
        {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        for arn, tags in call.here(Profiles).tags.items()
        if tags
    ]
    return page(call, "ResourceTagMappingList", shown, 100, ("PaginationToken", "ResourcesPerPage"))


@operation("bedrock", "TagResource")
def tag(call: Call) -> Reply:
    """Adds tags."""
    tags = call.here(Profiles).tags.get(call.parameters["resourceARN"])
    if tags is None:
        return call.forward()
    tags.update({tag["key"]: tag["value"] for tag in call.parameters["tags"]})
    return {}


@operation("bedrock", "UntagResource")
def untag(call: Call) -> Reply:
    """Takes tags away."""
    tags = call.here(Profiles).tags.get(call.parameters["resourceARN"])
    if tags is None:
        return call.forward()
    for key in call.parameters["tagKeys"]:
        tags.pop(key, None)
    return {}


def _find(call: Call) -> dict[str, Any]:
    id_ = call.parameters["inferenceProfileIdentifier"].rpartition("/")[2]
    known = [*call.here(Profiles).by_id.values(), *_defined(call)]
    found = next((profile for profile in known if profile["inferenceProfileId"] == id_), None)
    if found is None:
        raise AwsError("ResourceNotFoundException", f"The inference profile {id_} was not found.", 404)
    return found


def _models(call: Call, source: str) -> list[dict[str, str]]:
    """The models of what a profile is copied from."""
    if ":foundation-model/" in source:
        return [{"modelArn": source}]
    id_ = source.rpartition("/")[2]
    found = next((profile for profile in _defined(call) if profile["inferenceProfileId"] == id_), None)
    if found is None:
        raise AwsError("ValidationException", f"The model source {source} is not valid.")
    models: list[dict[str, str]] = found["models"]
    return models


def _defined(call: Call) -> list[dict[str, Any]]:
    geography = call.region.partition("-")[0]
    return [
        {
            "inferenceProfileName": f"{geography.upper()} {model}",
            "inferenceProfileArn": call.arn(f"inference-profile/{geography}.{model}"),
            "models": [
                {"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{model}"} for region in _ABROAD[geography]
            ],
            "inferenceProfileId": f"{geography}.{model}",
            "status": "ACTIVE",
            "type": "SYSTEM_DEFINED",
        }
        for model in _SHARED
        if geography in _ABROAD
    ]
