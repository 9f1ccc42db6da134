"""What Amazon Bedrock will answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bedaudit.model import Gap, Raw
from bedaudit.reader import Unreadable
from bedaudit.terraform.block import Block
from bedaudit.terraform.estate import Asked, Estate, not_managed
from bedaudit.terraform.plan import Planned
from bedaudit.terraform.value import reply

LOGGING: Final = "aws_bedrock_model_invocation_logging_configuration"
GUARDRAIL: Final = "aws_bedrock_guardrail"
VERSION: Final = "aws_bedrock_guardrail_version"
PROFILE: Final = "aws_bedrock_inference_profile"
_SORTS: Final = ("text", "image", "embedding", "video", "audio")

_ACTS: Final[Mapping[str, str]] = {
    "action": "action",
    "input_action": "inputAction",
    "output_action": "outputAction",
    "input_strength": "inputStrength",
    "output_strength": "outputStrength",
    "type": "type",
}
_ENABLED: Final[Mapping[str, str]] = {"input_enabled": "inputEnabled", "output_enabled": "outputEnabled"}
_POLICIES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "content_policy_config": ("contentPolicy", {"filters_config": "filters"}),
    "topic_policy_config": ("topicPolicy", {"topics_config": "topics"}),
    "word_policy_config": ("wordPolicy", {"words_config": "words", "managed_word_lists_config": "managedWordLists"}),
    "sensitive_information_policy_config": (
        "sensitiveInformationPolicy",
        {"pii_entities_config": "piiEntities", "regexes_config": "regexes"},
    ),
    "contextual_grounding_policy_config": ("contextualGroundingPolicy", {"filters_config": "filters"}),
}


def logging(estate: Estate, asked: Asked) -> Raw:
    """GetModelInvocationLoggingConfiguration."""
    found = next(estate.all(LOGGING, asked.region), None)
    if found is None:
        return {} if estate.manages(LOGGING, asked.region) else not_managed(f"invocation logging in {asked.region}")
    config = found.block.within("logging_config")
    cloudwatch = config.block("cloudwatch_config")
    return reply(
        {
            "loggingConfig": {
                **{f"{sort}DataDeliveryEnabled": config.flag(f"{sort}_data_delivery_enabled") for sort in _SORTS},
                "cloudWatchConfig": _cloudwatch(cloudwatch) if cloudwatch else None,
                "s3Config": _bucket(config.block("s3_config")),
            }
        }
    )


def _cloudwatch(config: Block) -> dict[str, Any]:
    return {
        "logGroupName": config.text("log_group_name"),
        "roleArn": config.text("role_arn"),
        "largeDataDeliveryS3Config": _bucket(config.block("large_data_delivery_s3_config")),
    }


def _bucket(config: Block | None) -> dict[str, Any] | None:
    if config is None:
        return None
    return {"bucketName": config.text("bucket_name"), "keyPrefix": config.text("key_prefix")}


def guardrails(estate: Estate, asked: Asked) -> Raw:
    """ListGuardrails: the drafts of all, or the draft and the versions of one."""
    id_ = asked.parameters.get("guardrailIdentifier")
    drafts = [each for each in estate.all(GUARDRAIL, asked.region) if id_ in (None, each.block.text("guardrail_id"))]
    summaries = [_summary(each, "DRAFT") for each in drafts]
    if id_ is not None:
        summaries += [_summary(each, version) for each in drafts for version in _versions(estate, each)]
    return reply({"guardrails": [reply(summary) for summary in summaries]})


def _summary(guardrail: Planned, version: str) -> dict[str, Any]:
    block = guardrail.block
    return {
        "id": block.text("guardrail_id"),
        "arn": block.text("guardrail_arn"),
        "name": block.text("name"),
        "status": "READY",
        "version": version,
    }


def _versions(estate: Estate, guardrail: Planned) -> list[str]:
    """AWS counts versions from one."""
    made = estate.each(VERSION, "guardrail_arn", guardrail.block.text("guardrail_arn"))
    told = _told(made)
    last = max((int(version) for version in told if version.isdecimal()), default=0)
    return [*told, *(str(last + new + 1) for new in range(len(made) - len(told)))]


def _told(versions: Iterable[Block]) -> list[str]:
    """Those that are there already."""
    return [version for block in versions if isinstance(version := block.text("version"), str)]


def guardrail(estate: Estate, asked: Asked) -> Raw:
    """GetGuardrail: a version that is made anew is what the draft will be then."""
    found = estate.named(GUARDRAIL, "guardrail_id", asked["guardrailIdentifier"], asked.region)
    if found is None:
        return not_managed(f"the guardrail {asked['guardrailIdentifier']}")
    block = found.block
    earlier = _told(each.block for each in estate.all(VERSION, asked.region))
    if found.changed and asked["guardrailVersion"] in earlier:
        raise Unreadable(Gap("not_read", message=f"the plan does not tell what the last version of {found.address} is"))
    policies = {
        member: {name: [_filter(each) for each in config.blocks(blocks)] for blocks, name in names.items()}
        for attribute, (member, names) in _POLICIES.items()
        if (config := block.block(attribute)) is not None
    }
    return reply(
        {
            "guardrailId": asked["guardrailIdentifier"],
            "guardrailArn": block.text("guardrail_arn"),
            "name": block.text("name"),
            "status": "READY",
            "version": asked["guardrailVersion"],
            **policies,
            "kmsKeyArn": block.text("kms_key_arn"),
        }
    )


def _filter(block: Block) -> dict[str, Any]:
    """What a filter does; not what it looks for, which may be secret."""
    acts = {member: block.text(name) for name, member in _ACTS.items()}
    return acts | {member: block.flag(name) for name, member in _ENABLED.items()}


def profiles(estate: Estate, asked: Asked) -> Raw:
    """ListInferenceProfiles."""
    return reply({"inferenceProfileSummaries": [_profile(each) for each in estate.all(PROFILE, asked.region)]})


def _profile(profile: Planned) -> dict[str, Any]:
    block = profile.block
    return {
        "inferenceProfileName": block.text("name"),
        "inferenceProfileArn": block.text("arn"),
        "inferenceProfileId": block.text("id"),
        "models": [{"modelArn": block.within("model_source").text("copy_from")}],
        "status": "ACTIVE",
        "type": "APPLICATION",
    }


def tags(estate: Estate, asked: Asked) -> Raw:
    """ListTagsForResource."""
    found = estate.about(PROFILE, "arn", asked["resourceARN"])
    return not_managed(asked["resourceARN"]) if found is None else reply({"tags": pairs(found, "key", "value")})


def pairs(block: Block, key: str, value: str) -> Any:
    """The tags of a resource, with those that the provider adds, as a list."""
    tags = block.mapping("tags_all") or block.mapping("tags") or {}
    return [{key: name, value: text} for name, text in tags.items()]
