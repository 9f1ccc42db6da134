"""Guardrails, their versions and the enforced one, over HTTP; and those of the demo organisation."""

from __future__ import annotations

from typing import Any

import pytest

from bedaudit.sandbox import FAULTS, SeededFault
from bedaudit.sandbox.organization import HEALTHY_ACCOUNT
from tests.sandbox.conftest import Client, plain

SAID = {"blockedInputMessaging": "No.", "blockedOutputsMessaging": "No."}
ATTACKS = {"type": "PROMPT_ATTACK", "inputStrength": "HIGH", "outputStrength": "NONE"}
SEEDED = tuple(fault for fault in FAULTS if fault.policy == "guardrails")


def make(bedrock: Any, name: str = "chat", **config: Any) -> str:
    return str(bedrock.create_guardrail(name=name, **SAID, **config)["guardrailId"])


def shown(bedrock: Any, id_: str, **more: str) -> dict[str, Any]:
    """What GetGuardrail says, but for the times."""
    reply = plain(bedrock.get_guardrail(guardrailIdentifier=id_, **more))
    return {name: value for name, value in reply.items() if name not in ("createdAt", "updatedAt")}


def test_a_guardrail_is_shown_as_it_was_made(client: Client) -> None:
    bedrock = client("bedrock")
    id_ = make(
        bedrock,
        description="for chats",
        contentPolicyConfig={"filtersConfig": [ATTACKS], "tierConfig": {"tierName": "STANDARD"}},
        topicPolicyConfig={"topicsConfig": [{"name": "law", "definition": "advice", "type": "DENY"}]},
        wordPolicyConfig={"wordsConfig": [{"text": "secret"}], "managedWordListsConfig": [{"type": "PROFANITY"}]},
        sensitiveInformationPolicyConfig={"piiEntitiesConfig": [{"type": "EMAIL", "action": "BLOCK"}]},
        contextualGroundingPolicyConfig={"filtersConfig": [{"type": "GROUNDING", "threshold": 0.7}]},
        kmsKeyId="1234abcd",
    )
    arn = f"arn:aws:bedrock:us-east-1:111111111111:guardrail/{id_}"
    assert shown(bedrock, arn) == {
        "name": "chat",
        "description": "for chats",
        "guardrailId": id_,
        "guardrailArn": arn,
        "version": "DRAFT",
        "status": "READY",
        "contentPolicy": {"filters": [ATTACKS], "tier": {"tierName": "STANDARD"}},
        "topicPolicy": {"topics": [{"name": "law", "definition": "advice", "type": "DENY"}]},
        "wordPolicy": {"words": [{"text": "secret"}], "managedWordLists": [{"type": "PROFANITY"}]},
        "sensitiveInformationPolicy": {"piiEntities": [{"type": "EMAIL", "action": "BLOCK"}]},
        "contextualGroundingPolicy": {"filters": [{"type": "GROUNDING", "threshold": 0.7}]},
        "kmsKeyArn": "arn:aws:kms:us-east-1:111111111111:key/1234abcd",
        **SAID,
    }


def test_a_version_stays_what_it_was_when_the_draft_changes(client: Client) -> None:
    bedrock = client("bedrock")
    id_ = make(bedrock, contentPolicyConfig={"filtersConfig": [ATTACKS]})
    assert bedrock.create_guardrail_version(guardrailIdentifier=id_)["version"] == "1"
    bedrock.update_guardrail(guardrailIdentifier=id_, name="chat 2", **SAID)
    assert "contentPolicy" not in shown(bedrock, id_)
    assert shown(bedrock, id_, guardrailVersion="1")["contentPolicy"] == {"filters": [ATTACKS]}


def test_guardrails_are_listed_by_draft_and_one_by_its_versions(client: Client) -> None:
    bedrock = client("bedrock")
    first, second = make(bedrock, "first"), make(bedrock, "second")
    bedrock.create_guardrail_version(guardrailIdentifier=first)
    pages = list(bedrock.get_paginator("list_guardrails").paginate(PaginationConfig={"PageSize": 1}))
    listed = [[(each["id"], each["version"]) for each in page["guardrails"]] for page in pages]
    assert listed == [[(first, "DRAFT")], [(second, "DRAFT")]]
    versions = bedrock.list_guardrails(guardrailIdentifier=first)["guardrails"]
    assert [each["version"] for each in versions] == ["DRAFT", "1"]


def test_guardrails_are_an_accounts_and_a_regions_own(client: Client) -> None:
    make(client("bedrock"))
    assert client("bedrock", "eu-west-1").list_guardrails()["guardrails"] == []
    assert client("bedrock", account="222222222222").list_guardrails()["guardrails"] == []


def test_a_deleted_guardrail_is_not_found(client: Client) -> None:
    bedrock = client("bedrock")
    id_ = make(bedrock)
    bedrock.create_guardrail_version(guardrailIdentifier=id_)
    bedrock.delete_guardrail(guardrailIdentifier=id_, guardrailVersion="1")
    for ask in (bedrock.get_guardrail, bedrock.delete_guardrail):
        with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
            ask(guardrailIdentifier=id_, guardrailVersion="1")
    bedrock.delete_guardrail(guardrailIdentifier=id_)
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_guardrail(guardrailIdentifier=id_)


def test_no_two_guardrails_have_one_name(client: Client) -> None:
    bedrock = client("bedrock")
    make(bedrock)
    with pytest.raises(bedrock.exceptions.ConflictException):
        make(bedrock)


def test_an_account_enforces_one_version_of_one_guardrail(client: Client) -> None:
    bedrock = client("bedrock")
    id_ = make(bedrock)
    wanted = {"guardrailIdentifier": id_, "guardrailVersion": "1"}
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.put_enforced_guardrail_configuration(guardrailInferenceConfig=wanted)
    bedrock.create_guardrail_version(guardrailIdentifier=id_)
    config = bedrock.put_enforced_guardrail_configuration(guardrailInferenceConfig=wanted)["configId"]
    (found,) = bedrock.list_enforced_guardrails_configuration()["guardrailsConfig"]
    assert (found["guardrailId"], found["guardrailVersion"], found["owner"]) == (id_, "1", "ACCOUNT")
    with pytest.raises(bedrock.exceptions.ConflictException):
        bedrock.put_enforced_guardrail_configuration(configId="other", guardrailInferenceConfig=wanted)
    bedrock.delete_enforced_guardrail_configuration(configId=config)
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.delete_enforced_guardrail_configuration(configId=config)
    assert bedrock.list_enforced_guardrails_configuration()["guardrailsConfig"] == []


class Pilot:
    """A site of the demo organisation and the guardrail there that is not in order."""

    def __init__(self, client: Client, fault: SeededFault) -> None:
        self._client, self._fault = client, fault

    def __call__(self, service: str = "bedrock") -> Any:
        return self._client(service, self._fault.region, self._fault.account)

    @property
    def versions(self) -> list[str]:
        listed = self().list_guardrails(guardrailIdentifier=self._fault.resource)["guardrails"]
        return [each["version"] for each in listed]

    @property
    def newest(self) -> Any:
        return self().get_guardrail(guardrailIdentifier=self._fault.resource, guardrailVersion=self.versions[-1])

    @property
    def attacks(self) -> list[str]:
        filters = self.newest["contentPolicy"]["filters"]
        return [each.get("inputAction", "BLOCK") for each in filters if each["type"] == "PROMPT_ATTACK"]

    @property
    def status(self) -> str:
        drafts = {each["id"]: each["status"] for each in self().list_guardrails()["guardrails"]}
        return str(drafts[self._fault.resource])

    @property
    def personal(self) -> list[str]:
        return [each["type"] for each in self.newest["sensitiveInformationPolicy"]["piiEntities"]]

    @property
    def key(self) -> str:
        return str(self("kms").describe_key(KeyId=self.newest["kmsKeyArn"])["KeyMetadata"]["KeyState"])

    @property
    def enforced(self) -> list[Any]:
        return list(self().list_enforced_guardrails_configuration()["guardrailsConfig"])

    @property
    def by_policy(self) -> list[str]:
        alarms = self("cloudwatch").describe_alarms_for_metric(
            Namespace="AWS/Bedrock/Guardrails",
            MetricName="InvocationsIntervened",
            Dimensions=[{"Name": "GuardrailPolicyType", "Value": "SensitiveInformationPolicy"}],
        )
        return [alarm["AlarmName"] for alarm in alarms["MetricAlarms"]]


SIGNS: dict[str, Any] = {
    "draft-only": lambda pilot: pilot.versions == ["DRAFT"],
    "prompt-attacks-pass": lambda pilot: pilot.attacks == [],
    "detects-only": lambda pilot: pilot.attacks == ["NONE"] and "sensitiveInformationPolicy" not in pilot.newest,
    "personal-data-passes": lambda pilot: pilot.personal == ["EMAIL"],
    "guardrail-without-key": lambda pilot: "kmsKeyArn" not in pilot.newest,
    "guardrail-failed": lambda pilot: pilot.status == "FAILED",
    "guardrail-key-disabled": lambda pilot: pilot.key == "Disabled",
    "guardrail-not-enforced": lambda pilot: pilot.enforced == [],
    "guardrail-policies-unseen": lambda pilot: pilot.by_policy == [],
}


@pytest.mark.parametrize("fault", SEEDED, ids=lambda fault: fault.name)
def test_a_fault_is_where_the_table_says(reader: Client, fault: SeededFault) -> None:
    assert SIGNS[fault.name](Pilot(reader, fault))


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_the_healthy_accounts_guardrail_is_whole(reader: Client, region: str) -> None:
    bedrock = reader("bedrock", region, HEALTHY_ACCOUNT)
    (guardrail,) = bedrock.list_guardrails()["guardrails"]
    site = Pilot(reader, SeededFault(HEALTHY_ACCOUNT, region, "none", "nothing", None, guardrail["id"]))
    assert (site.versions, site.attacks, site.personal) == (["DRAFT", "1"], ["BLOCK"], ["EMAIL", "PHONE"])
    assert (site.key, site.status) == ("Enabled", "READY")
    assert [config["guardrailId"] for config in site.enforced] == [guardrail["id"]]
    assert bool(site.by_policy) == (region == "us-east-1")
