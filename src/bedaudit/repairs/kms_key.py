"""A KMS key that does not serve: whom its policy lets use it, its state and its rotation. It is only shown, never done.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bedaudit.documents.arn import parse as parse_arn
from bedaudit.documents.splice import with_elements
from bedaudit.documents.statements import Members, loaded, statements, with_statement
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.parts.kms_key import GET_KEY, GET_POLICY, GET_ROTATION
from bedaudit.parts.service_request import BEDROCK
from bedaudit.reader import Reader
from bedaudit.repairs.bucket_settings import BUCKETS, part_of
from bedaudit.repairs.repair import Edit, Mount, Place, Repair

_GROUP = "cloudwatch.log_group"
_WANTED = {
    _GROUP: f"{_GROUP}.kms_key.allows_logs_service",
    **{part: f"{part}.kms_key.allows_bedrock" for part in BUCKETS},
}
"""By the part of a logging configuration that a key may encrypt, what its policy has to say."""
_LOGS_ACTIONS = ("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*")
_OWNER_DECIDES = "whom a key serves is for its owner to say"
_ODD = "the key policy is not what AWS documents"
_DENIED = "the key policy has what AWS asks for, and another statement of it refuses that: which is to go, people say"
_SOMEBODY_DID = "somebody disabled it or has it deleted, and whether that was meant is for people to find out"
_NO_WAY_BACK = "no call makes it usable: another key has to take its place"
_CHARGED = "KMS charges for new key material, and material that was imported is rotated by hand"
_CALLS: Mapping[str, tuple[str, ...]] = {
    "Disabled": ("EnableKey",),
    "PendingDeletion": ("CancelKeyDeletion", "EnableKey"),
}
"""By the state of a key, what makes it usable."""


def _place(what: str, key: Any, **more: Any) -> Place | None:
    arn = parse_arn(key) if isinstance(key, str) else None
    if arn is None or not arn.resource.startswith("key/"):
        return None
    return Place(arn.region, f"{what} of KMS key {arn.resource.removeprefix('key/')}", {"KeyId": key, **more})


def _policy_place(part: str) -> Callable[[Facts, Site], Place | None]:
    """One key may encrypt several parts, and has one policy for all."""

    def place(facts: Facts, site: Site) -> Place | None:
        keys = {each: part_of(facts, f"{each}.kms_key").get("arn") for each in _WANTED}
        return _place("policy", keys[part], logGroupName=part_of(facts, _GROUP).get("name"))

    return place


async def _read_policy(aws: Reader, place: Place) -> Raw | None:
    """The policy as text, and what the text holds."""
    reply = await aws.call(GET_POLICY, at=place.region, KeyId=place.parameters["KeyId"], PolicyName="default")
    return {**reply, "Document": loaded(reply.get("Policy", ""))}


def _edit_policy(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    asked = {part for part, path in _WANTED.items() if wanted.get(path) is True}
    if raw is None or not asked:
        return Edit(raw, (), ())
    before = raw["Document"]
    if "Statement" not in (before or {}):
        return Edit(raw, (), (), "manual", _ODD)
    after = with_statement(before, _for_logs(place, site)) if _GROUP in asked else before
    after = with_statement(after, _for_bedrock(site)) if asked - {_GROUP} else after
    if after == before:
        return Edit(raw, (), (), "manual", _DENIED)
    text = with_elements(raw["Policy"], "Statement", statements(after)[len(statements(before)) :])
    put, back = (_put_policy(place, each) for each in (text, raw["Policy"]))
    return Edit({**raw, "Policy": text, "Document": after}, (put,), (back,), "manual", _OWNER_DECIDES)


def _put_policy(place: Place, text: str) -> Call:
    key = place.parameters["KeyId"]
    return Call("kms", "PutKeyPolicy", {"KeyId": key, "PolicyName": "default", "Policy": text})


def _for_logs(place: Place, site: Site) -> Members:
    """As the guide has it."""
    suffix = "amazonaws.com.cn" if site.partition == "aws-cn" else "amazonaws.com"
    group = f"arn:{site.partition}:logs:{site.region}:{site.account}:log-group:{place.parameters['logGroupName']}"
    return {
        "Sid": "CloudWatchLogsEncrypts",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{site.region}.{suffix}"},
        "Action": list(_LOGS_ACTIONS),
        "Resource": "*",
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group}},
    }


def _for_bedrock(site: Site) -> Members:
    """As the guide has it."""
    source = f"arn:{site.partition}:bedrock:{site.region}:{site.account}:*"
    return {
        "Sid": "BedrockEncryptsInvocationLogs",
        "Effect": "Allow",
        "Principal": {"Service": BEDROCK.name},
        "Action": "kms:GenerateDataKey",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": site.account}, "ArnLike": {"aws:SourceArn": source}},
    }


async def _read_key(aws: Reader, place: Place) -> Raw | None:
    reply = await aws.find(GET_KEY, at=place.region, **place.parameters)
    return None if reply is None else reply["KeyMetadata"]


def _edit_state(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    state = (raw or {}).get("KeyState")
    if raw is None or wanted.get("usable") is not True or state == "Enabled":
        return Edit(raw, (), ())
    calls = tuple(Call("kms", name, place.parameters) for name in _CALLS.get(str(state), ()))
    if not calls:
        return Edit(raw, (), (), "manual", _NO_WAY_BACK)
    undo = (Call("kms", "DisableKey", place.parameters),) if state == "Disabled" else None
    return Edit({**raw, "KeyState": "Enabled", "Enabled": True}, calls, undo, "manual", _SOMEBODY_DID)


async def _read_rotation(aws: Reader, place: Place) -> Raw | None:
    return await aws.find(GET_ROTATION, at=place.region, **place.parameters)


def _edit_rotation(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    if raw is None or wanted.get("rotation") is not True or raw.get("KeyRotationEnabled") is True:
        return Edit(raw, (), ())
    on, off = (Call("kms", name, place.parameters) for name in ("EnableKeyRotation", "DisableKeyRotation"))
    return Edit({**raw, "KeyRotationEnabled": True}, (on,), (off,), "manual", _CHARGED)


def policy(part: str) -> Repair:
    """The policy of the key that encrypts a part of the logging configuration; others may have the same key."""
    return Repair(
        name="kms_key.policy",
        does="Lets CloudWatch Logs, or Bedrock, encrypt with the KMS key.",
        rated={"manual": _OWNER_DECIDES},
        paths=(_WANTED[part],),
        place=_policy_place(part),
        read=_read_policy,
        edit=_edit_policy,
        reads=(GET_POLICY,),
        writes=("kms:PutKeyPolicy",),
        volatile=(("Policy",),),
        untold=("logGroupName",),
    )


STATE = Repair(
    name="kms_key.state",
    does="Makes the KMS key usable again.",
    rated={"manual": _SOMEBODY_DID},
    paths=("usable",),
    place=lambda facts, _: _place("state", facts.get("arn")),
    read=_read_key,
    edit=_edit_state,
    reads=(GET_KEY,),
    writes=("kms:EnableKey", "kms:CancelKeyDeletion", "kms:DisableKey"),
)
ROTATION = Repair(
    name="kms_key.rotation",
    does="Has the KMS key rotated.",
    rated={"manual": _CHARGED},
    paths=("rotation",),
    place=lambda facts, _: _place("rotation", facts.get("arn")),
    read=_read_rotation,
    edit=_edit_rotation,
    reads=(GET_ROTATION,),
    writes=("kms:EnableKeyRotation", "kms:DisableKeyRotation"),
)
MOUNTS = (
    *(Mount("invocation_logging", "", policy(part)) for part in _WANTED),
    *(Mount("invocation_logging", f"{part}.kms_key", repair) for part in _WANTED for repair in (STATE, ROTATION)),
    Mount("log_group", "kms_key", STATE),
    Mount("log_group", "kms_key", ROTATION),
    Mount("guardrail", "kms_key", STATE),
)
