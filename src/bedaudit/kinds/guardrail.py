"""Bedrock guardrails, judged by their newest version: a version is what applications are told to use.

https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-deploy.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, TypeAlias

from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Raw, Resource
from bedaudit.parts import kms_key
from bedaudit.parts.kms_key import KmsKey, read_kms_key
from bedaudit.parts.service_request import is_so, told
from bedaudit.reader import Operation, Reader
from bedaudit.state import Because, State

LIST_GUARDRAILS = Operation("bedrock", "ListGuardrails")
GET_GUARDRAIL = Operation("bedrock", "GetGuardrail")
LIST_ENFORCED = Operation("bedrock", "ListEnforcedGuardrailsConfiguration")

DRAFT = "DRAFT"

PolicyType: TypeAlias = Literal[
    "content", "topic", "word", "sensitive_information", "contextual_grounding", "automated_reasoning"
]
_MEMBERS: Mapping[PolicyType, tuple[str, ...]] = {
    "content": ("contentPolicy.filters",),
    "topic": ("topicPolicy.topics",),
    "word": ("wordPolicy.words", "wordPolicy.managedWordLists"),
    "sensitive_information": ("sensitiveInformationPolicy.piiEntities", "sensitiveInformationPolicy.regexes"),
    "contextual_grounding": ("contextualGroundingPolicy.filters",),
    "automated_reasoning": ("automatedReasoningPolicy.policies",),
}
_DIRECTIONS: tuple[Literal["input", "output"], ...] = ("input", "output")


class Guardrail(State):
    """A Bedrock guardrail, with the policies of its newest version."""

    id: str
    """The guardrail's id."""
    name: str
    """The guardrail's name."""
    status: str
    """The state of its working draft in AWS's own words: READY, FAILED, CREATING, UPDATING, VERSIONING or DELETING."""
    version: str | Gap
    """The newest version, `DRAFT` where there is none."""
    has_version: bool | Gap
    """Whether it was ever published as a version; a draft changes under the feet of those who use it."""
    policies: tuple[PolicyType, ...] | Gap
    """The sorts of policies that the newest version has."""
    blocks_prompt_attacks: Annotated[bool | Gap, Because("attacks_pass_because")]
    """Whether it blocks prompts that try to talk a model out of its instructions."""
    attacks_pass_because: str | None = None
    """What its filter against them lacks."""
    pii_types: tuple[str, ...] | Gap
    """The sorts of personal data that it blocks or masks, in AWS's own words, as EMAIL."""
    intervenes: Annotated[bool | Gap, Because("does_not_intervene_because")]
    """Whether any of its filters blocks or masks; otherwise it only detects."""
    does_not_intervene_because: str | None = None
    """What it has instead."""
    kms_key: KmsKey | Gap | None = None
    """The customer-managed key that encrypts it; missing: a key that AWS owns does."""
    enforced: bool | Gap
    """Whether the account has it applied to every model call here, wanted or not."""


async def read(aws: Reader) -> Iterable[Resource]:
    """Every guardrail, from the list of their drafts."""
    pages = await aws.pages(LIST_GUARDRAILS)
    return [await _guardrail(aws, draft) for page in pages for draft in page["guardrails"]]


async def _guardrail(aws: Reader, draft: Raw) -> Resource:
    id_ = draft["id"]
    attacks = await aws.part("blocks_prompt_attacks", lambda aws: _why_attacks_pass(aws, id_))
    idle = await aws.part("intervenes", lambda aws: _why_idle(aws, id_))
    state = Guardrail(
        id=id_,
        name=draft["name"],
        status=draft["status"],
        version=await aws.part("version", lambda aws: _newest(aws, id_)),
        has_version=await aws.part("has_version", lambda aws: _has_version(aws, id_)),
        policies=await aws.part("policies", lambda aws: _policies(aws, id_)),
        blocks_prompt_attacks=is_so(attacks),
        attacks_pass_because=told(attacks),
        pii_types=await aws.part("pii_types", lambda aws: _pii_types(aws, id_)),
        intervenes=is_so(idle),
        does_not_intervene_because=told(idle),
        kms_key=await aws.part("kms_key", lambda aws: _key(aws, id_)),
        enforced=await aws.part("enforced", lambda aws: _enforced(aws, id_)),
    )
    return resource("guardrail", id_, state, arn=draft["arn"], raw=draft)


async def _newest(aws: Reader, id_: str) -> str:
    pages = await aws.pages(LIST_GUARDRAILS, guardrailIdentifier=id_)
    versions = [each["version"] for page in pages for each in page["guardrails"]]
    return max((each for each in versions if each.isdecimal()), key=int, default=DRAFT)


async def _has_version(aws: Reader, id_: str) -> bool:
    return await _newest(aws, id_) != DRAFT


async def _details(aws: Reader, id_: str) -> Raw:
    """The newest version; every part that asks shares the reply."""
    return await aws.call(GET_GUARDRAIL, guardrailIdentifier=id_, guardrailVersion=await _newest(aws, id_))


async def _policies(aws: Reader, id_: str) -> tuple[PolicyType, ...]:
    details = await _details(aws, id_)
    return tuple(policy for policy, paths in _MEMBERS.items() if any(_filters(details, path) for path in paths))


async def _why_attacks_pass(aws: Reader, id_: str) -> str | None:
    filters = _filters(await _details(aws, id_), "contentPolicy.filters")
    found = next((each for each in filters if each["type"] == "PROMPT_ATTACK"), None)
    if found is None:
        return "it has no filter for prompt attacks"
    if _acts(found, "input"):
        return None
    if found["inputStrength"] == "NONE":
        return "its filter for prompt attacks has no strength"
    state = "only detects" if found.get("inputEnabled", True) else "is off"
    return f"its filter for prompt attacks {state}"


async def _pii_types(aws: Reader, id_: str) -> tuple[str, ...]:
    entities = _filters(await _details(aws, id_), "sensitiveInformationPolicy.piiEntities")
    return tuple(sorted(each["type"] for each in entities if any(_acts(each, way) for way in _DIRECTIONS)))


async def _why_idle(aws: Reader, id_: str) -> str | None:
    """Automated reasoning only ever gives findings, and has no filters that act."""
    details = await _details(aws, id_)
    paths = [path for policy, paths in _MEMBERS.items() if policy != "automated_reasoning" for path in paths]
    filters = [each for path in paths for each in _filters(details, path)]
    if any(_acts(each, way) for each in filters for way in _DIRECTIONS):
        return None
    return "its filters only detect, or are off" if filters else "it has no filters"


async def _key(aws: Reader, id_: str) -> KmsKey | None:
    arn = (await _details(aws, id_)).get("kmsKeyArn")
    return await read_kms_key(aws, arn) if arn else None


async def _enforced(aws: Reader, id_: str) -> bool:
    """A configuration for chosen models only is not for every call."""
    pages = await aws.pages(LIST_ENFORCED)
    return any(
        config.get("guardrailId") == id_ and _covers_all(config.get("modelEnforcement"))
        for page in pages
        for config in page["guardrailsConfig"]
    )


def _covers_all(models: Raw | None) -> bool:
    return models is None or ("ALL" in models["includedModels"] and not models["excludedModels"])


def _filters(details: Raw, path: str) -> list[Raw]:
    policy, member = path.split(".")
    filters: list[Raw] = details.get(policy, {}).get(member) or []
    return filters


def _acts(each: Raw, way: Literal["input", "output"]) -> bool:
    """Whether a filter blocks or masks what comes this way; where nothing else is said, filters block."""
    action = each.get(f"{way}Action", each.get("action", "BLOCK"))
    strength = each.get(f"{way}Strength", "HIGH")
    enabled = each.get(f"{way}Enabled", each.get("enabled", True))
    return enabled and "NONE" not in (action, strength)


KIND = Kind(
    name="guardrail",
    state=Guardrail,
    read=read,
    operations=(LIST_GUARDRAILS, GET_GUARDRAIL, LIST_ENFORCED, *kms_key.OPERATIONS),
)
