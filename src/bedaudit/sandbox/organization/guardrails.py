"""Seeds guardrails: a good one at each site where models are called, and in each of some places a pilot that is not."""

from __future__ import annotations

from typing import Any

from bedaudit.sandbox.backends.bedrock_guardrails import Guardrails, guardrail_id
from bedaudit.sandbox.organization.plan import CHAT, SEARCH, STAGING, SeededFault
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.organization.site_setup import Alarm, Setup
from bedaudit.sandbox.organization.watching import put, settle

PILOT = "pilot"
_ALARM = Alarm(
    "bedrock-guardrail-personal-data",
    "InvocationsIntervened",
    namespace="AWS/Bedrock/Guardrails",
    dimensions={"GuardrailPolicyType": "SensitiveInformationPolicy"},
)


def _fault(place: tuple[str, str], name: str, what: str, control: str, *, pilot: bool = True) -> SeededFault:
    resource = guardrail_id(PILOT) if pilot else None
    return SeededFault(*place, name, what, control, resource, policy="guardrails")


FAULTS = (
    _fault((CHAT, "us-east-1"), "draft-only", "A guardrail has no version", "guardrails-have-a-version"),
    _fault(
        (CHAT, "us-west-2"), "prompt-attacks-pass", "A guardrail lets attacks pass", "guardrails-block-prompt-attacks"
    ),
    _fault((CHAT, "eu-west-1"), "detects-only", "A guardrail detects and does not block", "guardrails-intervene"),
    _fault(
        (CHAT, "eu-south-1"),
        "personal-data-passes",
        "A guardrail masks no phone number",
        "guardrails-stop-personal-data",
    ),
    _fault(
        (SEARCH, "us-east-1"),
        "guardrail-without-key",
        "A guardrail has no KMS key",
        "guardrails-have-a-customer-managed-key",
    ),
    _fault((SEARCH, "us-west-2"), "guardrail-failed", "A guardrail is broken", "guardrails-are-in-working-order"),
    _fault(
        (SEARCH, "eu-west-1"), "guardrail-key-disabled", "A guardrail's key is disabled", "guardrail-keys-are-usable"
    ),
    _fault(
        (SEARCH, "eu-south-1"),
        "guardrail-not-enforced",
        "The account enforces no guardrail",
        "a-guardrail-is-applied-to-every-call",
        pilot=False,
    ),
    _fault(
        (STAGING, "us-east-1"),
        "guardrail-policies-unseen",
        "The alarm on interventions does not tell policies apart",
        "guardrail-interventions-are-alarmed-by-policy",
        pilot=False,
    ),
)


def seed(site: Site, setup: Setup) -> None:
    """Makes the site's guardrails and the alarm on them; no site has more than one bad one."""
    if not setup.traffic:
        return
    lacking = {fault.name for fault in FAULTS if (fault.account, fault.region) == (site.account, site.region)}
    key = _key(site)
    good = _create(site, "workloads", _config(key))
    _publish(site, good)
    if "guardrail-not-enforced" not in lacking:
        enforced = {"guardrailIdentifier": good, "guardrailVersion": "1"}
        site("bedrock", "PutEnforcedGuardrailConfiguration", guardrailInferenceConfig=enforced)
    if any(fault.name in lacking and fault.resource for fault in FAULTS):
        _pilot(site, lacking, key)
    if setup.guardrail_traffic and "guardrail-policies-unseen" not in lacking:
        put(site, _ALARM)
        settle(site)


def _pilot(site: Site, lacking: set[str], key: str) -> None:
    config = _config(key)
    if "prompt-attacks-pass" in lacking:
        config["contentPolicyConfig"] = _content(("HATE", "HIGH", "HIGH"))
    if "detects-only" in lacking:
        config["contentPolicyConfig"] = _content(("PROMPT_ATTACK", "HIGH", "NONE"), inputAction="NONE")
        del config["sensitiveInformationPolicyConfig"]
    if "personal-data-passes" in lacking:
        config["sensitiveInformationPolicyConfig"] = _personal("EMAIL")
    if "guardrail-without-key" in lacking:
        del config["kmsKeyId"]
    if "guardrail-key-disabled" in lacking:
        config["kmsKeyId"] = own = _key(site)
        site("kms", "DisableKey", KeyId=own.rpartition("/")[2])
    pilot = _create(site, PILOT, config)
    if "draft-only" not in lacking:
        _publish(site, pilot)
    if "guardrail-failed" in lacking:
        site.world.state(Guardrails, site.account, site.region).by_id[pilot]["DRAFT"]["status"] = "FAILED"


def _create(site: Site, name: str, config: dict[str, Any]) -> str:
    said = {"blockedInputMessaging": "I cannot help with that.", "blockedOutputsMessaging": "I cannot say that."}
    return str(site("bedrock", "CreateGuardrail", name=name, **said, **config)["guardrailId"])


def _publish(site: Site, guardrail: str) -> None:
    site("bedrock", "CreateGuardrailVersion", guardrailIdentifier=guardrail)


def _config(key: str) -> dict[str, Any]:
    return {
        "contentPolicyConfig": _content(("HATE", "HIGH", "HIGH"), ("PROMPT_ATTACK", "HIGH", "NONE")),
        "sensitiveInformationPolicyConfig": _personal("EMAIL", "PHONE"),
        "kmsKeyId": key,
    }


def _content(*filters: tuple[str, str, str], **members: str) -> dict[str, Any]:
    return {
        "filtersConfig": [
            {"type": type_, "inputStrength": to_model, "outputStrength": from_model, **members}
            for type_, to_model, from_model in filters
        ]
    }


def _personal(*types: str) -> dict[str, Any]:
    return {"piiEntitiesConfig": [{"type": type_, "action": "ANONYMIZE"} for type_ in types]}


def _key(site: Site) -> str:
    return str(site("kms", "CreateKey", Description="Bedrock guardrails")["KeyMetadata"]["Arn"])
