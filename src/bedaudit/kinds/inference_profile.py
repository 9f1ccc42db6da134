"""Application inference profiles: called in a model's place, they put their tags on the bill.

https://docs.aws.amazon.com/bedrock/latest/userguide/cost-mgmt-application-inference-profiles.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Raw, Resource
from bedaudit.parts import application_profiles
from bedaudit.parts.application_profiles import model_of, read_application_profiles
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

LIST_TAGS = Operation("bedrock", "ListTagsForResource")
GET_TAGGED = Operation("resourcegroupstaggingapi", "GetResources", iam="tag:GetResources")

_TYPE = "bedrock:application-inference-profile"


class InferenceProfile(State):
    """An application inference profile of Bedrock."""

    id: str
    """The profile's id."""
    name: str
    """The profile's name."""
    model: str
    """The id of the model that it stands for."""
    status: str
    """Its state in AWS's own words: ACTIVE."""
    names: tuple[str, ...]
    """Its id and its ARN: the metrics of Bedrock may name it by either."""
    tags: Mapping[str, str] | Gap
    """Its tags."""
    tag_keys: tuple[str, ...] | Gap
    """The keys of its tags."""


async def read(aws: Reader) -> Iterable[Resource]:
    """Every application inference profile; those that AWS defines for all carry no tags."""
    summaries = await read_application_profiles(aws)
    return [await _profile(aws, summary, alone=len(summaries) == 1) for summary in summaries]


async def _profile(aws: Reader, summary: Raw, *, alone: bool) -> Resource:
    id_, arn = summary["inferenceProfileId"], summary["inferenceProfileArn"]
    state = InferenceProfile(
        id=id_,
        name=summary["inferenceProfileName"],
        model=model_of(summary),
        status=summary["status"],
        names=(id_, arn),
        tags=await aws.part("tags", lambda aws: _tags(aws, arn, alone=alone)),
        tag_keys=await aws.part("tag_keys", lambda aws: _tag_keys(aws, arn, alone=alone)),
    )
    return resource("inference_profile", id_, state, arn=arn, raw=summary)


async def _tags(aws: Reader, arn: str, *, alone: bool) -> Mapping[str, str]:
    """By one list of all that have tags; a profile that is not in it, or is the only one, is asked for its own."""
    listed = None if alone else (await _all_tags(aws)).get(arn)
    if listed is not None:
        return listed
    reply = await aws.call(LIST_TAGS, resourceARN=arn)
    return {tag["key"]: tag["value"] for tag in reply.get("tags", [])}


async def _all_tags(aws: Reader) -> Mapping[str, Mapping[str, str]]:
    """By ARN; nothing where the list cannot be read."""
    pages = await aws.attempt(aws.pages(GET_TAGGED, ResourceTypeFilters=[_TYPE]))
    mappings = (
        [] if isinstance(pages, Gap) else [one for page in pages for one in page.get("ResourceTagMappingList", [])]
    )
    return {one["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])} for one in mappings}


async def _tag_keys(aws: Reader, arn: str, *, alone: bool) -> tuple[str, ...]:
    return tuple(sorted(await _tags(aws, arn, alone=alone)))


KIND = Kind(
    name="inference_profile",
    state=InferenceProfile,
    read=read,
    operations=(*application_profiles.OPERATIONS, LIST_TAGS, GET_TAGGED),
)
