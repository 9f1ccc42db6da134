"""Can anyone tell who pays for a model's traffic? From AWS's replies to the shipped controls' answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from bedaudit.evaluate import judge
from bedaudit.kinds import kinds
from bedaudit.model import GLOBAL, Gap, KindGap, Record, Resource, Site
from bedaudit.policy.load import load
from bedaudit.policy.rules import Rules
from tests.replay import NOW, Replay

SHIPPED = Rules(tuple(load(["builtin:cost"])))
CALLED, TAGGED, ACTIVATED = (
    "models-are-called-through-application-profiles",
    "application-profiles-carry-the-cost-tags",
    "cost-tags-are-activated",
)
MEMBER, PAYER = "111122223333", "999988887777"
NOVA, CHAT = "amazon.nova-pro-v1:0", "a1b2c3d4e5f6"
ARN = f"arn:aws:bedrock:us-east-1:{MEMBER}:application-inference-profile/{CHAT}"
DENIED = Gap("denied", "bedrock:ListInferenceProfiles", "AccessDeniedException")
TEAM = {"tags": [{"key": "team", "value": "support"}]}
PROFILES = {
    "inferenceProfileSummaries": [
        {
            "inferenceProfileName": "chat",
            "inferenceProfileArn": ARN,
            "models": [{"modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"}],
            "inferenceProfileId": CHAT,
            "status": "ACTIVE",
            "type": "APPLICATION",
        }
    ]
}


def traffic(model: str) -> dict[str, Any]:
    """One call of a model an hour ago, and nothing else of Bedrock."""

    named = {
        "Namespace": "AWS/Bedrock",
        "MetricName": "Invocations",
        "Dimensions": [{"Name": "ModelId", "Value": model}],
    }
    metrics = {"Metrics": [named]}
    values = {"MetricDataResults": [{"Id": "m0", "Timestamps": [NOW], "Values": [1.0]}]}
    return {"cloudwatch:ListMetrics": metrics, "cloudwatch:GetMetricData": values, "bedrock:ListEvaluationJobs": {}}


def record(account: str, region: str, recorded: Mapping[str, Any], *names: str) -> Record:
    """What is read of some kinds from recorded replies."""

    async def read(name: str) -> Iterable[Resource] | Gap:
        aws = Replay(recorded, account=account, region=region, operations=kinds()[name].operations)
        found = await aws.attempt(kinds()[name].read(aws))
        return found if isinstance(found, Gap) else tuple(found)

    found = {name: asyncio.run(read(name)) for name in names}
    resources = [each for one in found.values() if not isinstance(one, Gap) for each in one]
    gaps = [KindGap(name, one) for name, one in found.items() if isinstance(one, Gap)]
    return Record(Site(account, region), NOW.isoformat(), tuple(sorted(names)), tuple(resources), tuple(gaps))


def answers(*records: Record) -> set[tuple[str, str, str | None, str]]:
    """Control, account, model and outcome; of quotas nothing is read here."""
    findings = judge(SHIPPED, records, kinds()).findings
    return {(one.control, one.site.account, one.each, one.outcome) for one in findings if "quota" not in one.control}


def site(model: str, profiles: Any = PROFILES, tags: Any = TEAM) -> Record:
    replies = {"bedrock:ListInferenceProfiles": profiles, "bedrock:ListTagsForResource": tags}
    return record(MEMBER, "us-east-1", {**traffic(model), **replies}, "usage", "inference_profile")


@pytest.mark.parametrize(
    ("called", "read", "by_profile", "by_tag"),
    [
        pytest.param(CHAT, {}, "pass", "pass", id="a_profile_by_its_id"),
        pytest.param(ARN, {}, "pass", "pass", id="a_profile_by_its_arn"),
        pytest.param(CHAT, {"tags": {}}, "pass", "fail", id="a_profile_without_tags"),
        pytest.param(NOVA, {}, "fail", "pass", id="the_model_itself"),
        pytest.param(f"us.{NOVA}", {}, "fail", "pass", id="a_profile_of_aws"),
        pytest.param(NOVA, {"profiles": {}}, "fail", "not_applicable", id="there_are_no_profiles"),
        pytest.param(NOVA, {"profiles": DENIED}, "unknown", "unknown", id="profiles_are_not_shown"),
    ],
)
def test_can_anyone_tell_who_pays(called: str, read: dict[str, Any], by_profile: str, by_tag: str) -> None:
    assert {(CALLED, MEMBER, called, by_profile), (TAGGED, MEMBER, None, by_tag)} <= answers(site(called, **read))


def test_a_model_of_the_accounts_own_is_no_question() -> None:
    own = f"arn:aws:bedrock:us-east-1:{MEMBER}:provisioned-model/abcdefghijkl"
    assert (CALLED, MEMBER, None, "not_applicable") in answers(site(own))


def bills(account: str, **tags: str) -> Record:
    """What an account of an organisation that the payer manages says of cost allocation tags."""
    listed = [{"TagKey": key, "Type": "UserDefined", "Status": status} for key, status in tags.items()]
    recorded = {
        "organizations:DescribeOrganization": {"Organization": {"MasterAccountId": PAYER}},
        "ce:ListCostAllocationTags": {"CostAllocationTags": listed},
    }
    return record(account, GLOBAL, recorded, "cost_allocation_tag")


@pytest.mark.parametrize(
    ("tags", "outcome"),
    [
        pytest.param({"team": "Active"}, "pass", id="activated"),
        pytest.param({"team": "Inactive"}, "fail", id="not_activated"),
        pytest.param({"app": "Active"}, "fail", id="never_seen"),
    ],
)
def test_does_the_bill_say_it(tags: dict[str, str], outcome: str) -> None:
    found = answers(bills(MEMBER), site(CHAT), bills(PAYER, **tags))
    assert {one for one in found if one[0] == ACTIVATED} == {
        (ACTIVATED, MEMBER, None, "not_applicable"),
        (ACTIVATED, PAYER, None, outcome),
    }


def test_without_who_pays_nobody_knows_what_the_bill_says() -> None:
    assert (ACTIVATED, MEMBER, None, "unknown") in answers(bills(MEMBER), site(CHAT))
