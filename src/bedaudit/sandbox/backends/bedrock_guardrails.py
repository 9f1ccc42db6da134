"""Bedrock's guardrails, their versions, and the one that an account enforces."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page

_DRAFT = "DRAFT"
_POLICIES = {
    "topicPolicyConfig": ("topicPolicy", {"topicsConfig": "topics"}),
    "contentPolicyConfig": ("contentPolicy", {"filtersConfig": "filters"}),
    "wordPolicyConfig": ("wordPolicy", {"wordsConfig": "words", "managedWordListsConfig": "managedWordLists"}),
    "sensitiveInformationPolicyConfig": (
        "sensitiveInformationPolicy",
        {"piiEntitiesConfig": "piiEntities", "regexesConfig": "regexes"},
    ),
    "contextualGroundingPolicyConfig": ("contextualGroundingPolicy", {"filtersConfig": "filters"}),
    "automatedReasoningPolicyConfig": ("automatedReasoningPolicy", {"policies": "policies"}),
}
"""By parameter: the member of the reply, and the members within by what the parameter calls them."""
_SUMMARY = ("name", "description", "status", "version", "createdAt", "updatedAt", "crossRegionDetails")


@dataclass(slots=True)
class Guardrails:
    """The guardrails of an account and region: by id, each of their versions as GetGuardrail shows it."""

    by_id: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    enforced: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The enforced configuration by its id."""


@operation("bedrock", "CreateGuardrail")
def create(call: Call) -> Reply:
    """Makes a guardrail, which is ready at once, as a working draft."""
    guardrails, name = call.here(Guardrails), call.parameters["name"]
    if any(versions[_DRAFT]["name"] == name for versions in guardrails.by_id.values()):
        raise AwsError("ConflictException", f"Another guardrail has the name {name}.")
    id_ = guardrail_id(name)
    draft = {"guardrailId": id_, "guardrailArn": call.arn(f"guardrail/{id_}"), "createdAt": call.now, **_shown(call)}
    guardrails.by_id[id_] = {_DRAFT: draft}
    return {name: draft[name] for name in ("guardrailId", "guardrailArn", "version", "createdAt")}


def guardrail_id(name: str) -> str:
    """The id of a guardrail; AWS makes it up, here it is known beforehand."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


@operation("bedrock", "UpdateGuardrail")
def update(call: Call) -> Reply:
    """Replaces the working draft as a whole; versions stay what they were."""
    versions = _versions(call)
    kept = {name: versions[_DRAFT][name] for name in ("guardrailId", "guardrailArn", "createdAt")}
    versions[_DRAFT] = draft = {**kept, **_shown(call)}
    return {name: draft[name] for name in ("guardrailId", "guardrailArn", "version", "updatedAt")}


@operation("bedrock", "CreateGuardrailVersion")
def publish(call: Call) -> Reply:
    """Makes a version of the working draft."""
    versions = _versions(call)
    number = str(len(versions))
    versions[number] = {**versions[_DRAFT], "version": number, "createdAt": call.now}
    return {"guardrailId": versions[_DRAFT]["guardrailId"], "version": number}


@operation("bedrock", "GetGuardrail")
def get(call: Call) -> Reply:
    """One version, if none is named the working draft."""
    version = call.parameters.get("guardrailVersion") or _DRAFT
    found = _versions(call).get(version)
    if found is None:
        raise _missing(f"{call.parameters['guardrailIdentifier']} version {version}")
    return found


@operation("bedrock", "ListGuardrails")
def list_all(call: Call) -> Reply:
    """All working drafts, or all versions of one guardrail, at most 1000 a page."""
    if call.parameters.get("guardrailIdentifier"):
        found = list(_versions(call).values())
    else:
        found = [versions[_DRAFT] for versions in call.here(Guardrails).by_id.values()]
    return page(call, "guardrails", [_summary(each) for each in found], 1000, ("nextToken", "maxResults"))


@operation("bedrock", "DeleteGuardrail")
def delete(call: Call) -> Reply:
    """Deletes one version, or the guardrail."""
    versions, version = _versions(call), call.parameters.get("guardrailVersion")
    if version and version not in versions:
        raise _missing(version)
    if version:
        del versions[version]
    else:
        del call.here(Guardrails).by_id[versions[_DRAFT]["guardrailId"]]
    return {}


@operation("bedrock", "PutEnforcedGuardrailConfiguration")
def enforce(call: Call) -> Reply:
    """Has a version applied to every call; an account has at most one such configuration."""
    wanted, enforced = call.parameters["guardrailInferenceConfig"], call.here(Guardrails).enforced
    versions = _versions(call, wanted["guardrailIdentifier"])
    if wanted["guardrailVersion"] not in versions:
        raise _missing(wanted["guardrailVersion"])
    id_ = call.parameters.get("configId") or "enforced1"
    if set(enforced) - {id_}:
        raise AwsError("ConflictException", "The account already has an enforced guardrail configuration.")
    draft, told = versions[_DRAFT], {"updatedAt": call.now, "updatedBy": call.principal}
    made = {"createdAt": call.now, "createdBy": call.principal, "owner": "ACCOUNT"}
    enforced[id_] = {
        **{name: value for name, value in wanted.items() if name != "guardrailIdentifier" and value is not None},
        **{name: draft[name] for name in ("guardrailId", "guardrailArn")},
        **enforced.get(id_, made),
        **told,
        "configId": id_,
    }
    return {"configId": id_, **told}


@operation("bedrock", "ListEnforcedGuardrailsConfiguration")
def list_enforced(call: Call) -> Reply:
    """The enforced configuration, if any."""
    return {"guardrailsConfig": list(call.here(Guardrails).enforced.values())}


@operation("bedrock", "DeleteEnforcedGuardrailConfiguration")
def stop_enforcing(call: Call) -> Reply:
    """Enforces none."""
    if call.here(Guardrails).enforced.pop(call.parameters["configId"], None) is None:
        raise _missing(call.parameters["configId"])
    return {}


def _versions(call: Call, identifier: str | None = None) -> dict[str, dict[str, Any]]:
    id_ = (identifier or call.parameters["guardrailIdentifier"]).rpartition("/")[2]
    found = call.here(Guardrails).by_id.get(id_)
    if found is None:
        raise _missing(id_)
    return found


def _missing(name: str) -> AwsError:
    return AwsError("ResourceNotFoundException", f"The guardrail {name} was not found.", 404)


def _shown(call: Call) -> dict[str, Any]:
    """The working draft that the parameters make, but for what names it."""
    given = call.given("name", "description", "blockedInputMessaging", "blockedOutputsMessaging")
    key = call.parameters.get("kmsKeyId")
    policies = {
        member: _policy(call.parameters[parameter], names)
        for parameter, (member, names) in _POLICIES.items()
        if call.parameters.get(parameter) is not None
    }
    whole = {**given, **policies, "version": _DRAFT, "status": "READY", "updatedAt": call.now}
    return {**whole, "kmsKeyArn": _key_arn(call, key)} if key else whole


def _policy(config: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A policy as it is shown; the tier loses the ending of its name, too."""
    renamed = {**names, "tierConfig": "tier", "confidenceThreshold": "confidenceThreshold"}
    return {renamed[name]: value for name, value in config.items() if value is not None}


def _key_arn(call: Call, key: str) -> str:
    return key if key.startswith("arn:") else f"arn:aws:kms:{call.region}:{call.account}:key/{key}"


def _summary(guardrail: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: guardrail[name] for name in _SUMMARY if name in guardrail}
    return {"id": guardrail["guardrailId"], "arn": guardrail["guardrailArn"], **shown}
