"""Seeds who pays: the inference profiles that workloads call, their tags, and how much of their quotas is used."""

from __future__ import annotations

from bedaudit.sandbox.backends.bedrock_profiles import profile_id
from bedaudit.sandbox.backends.cost_explorer import CostTags
from bedaudit.sandbox.organization.plan import CHAT, SEARCH, SeededFault
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.organization.site_setup import Alarm, Setup
from bedaudit.sandbox.organization.traffic import PROFILES, called, write
from bedaudit.sandbox.organization.watching import put, settle
from bedaudit.sandbox.world import MANAGEMENT

_POLICY = "cost"
_USAGE = "EstimatedTPMQuotaUsage"
_QUOTA_ALARM = Alarm("bedrock-quota-usage", _USAGE, {"Statistic": "Sum", "Threshold": 160000.0})
_TOKENS_A_MINUTE, _TOO_MANY = 63000.0, 190000.0
_SONNET, _NOVA = "L-254CACF4", "L-70423BDF"
"""Codes of the quotas of the models behind the profiles."""

FAULTS = (
    SeededFault(
        CHAT,
        "us-west-2",
        "profile-without-tags",
        "An inference profile has no tag that says who pays",
        "application-profiles-carry-the-cost-tags",
        profile_id("product-search"),
        _POLICY,
    ),
    SeededFault(
        SEARCH,
        "us-west-2",
        "profile-bypassed",
        "A workload calls the model itself, and nobody knows whose bill that is",
        "models-are-called-through-application-profiles",
        policy=_POLICY,
    ),
    SeededFault(
        MANAGEMENT,
        "global",
        "cost-tag-inactive",
        "The paying account did not activate the tag",
        "cost-tags-are-activated",
        "team",
        _POLICY,
    ),
    SeededFault(
        CHAT,
        "eu-south-1",
        "quota-unseen",
        "No alarm on the use of one model's quota",
        "model-quotas-are-alarmed",
        _NOVA,
        _POLICY,
    ),
    SeededFault(
        SEARCH,
        "eu-south-1",
        "quota-nearly-used",
        "The busiest minute came near a model's quota",
        "model-quotas-leave-room",
        _SONNET,
        _POLICY,
    ),
)


def seed_payer(site: Site) -> None:
    """Puts tags on the bill: AWS's own is activated, the one that matters is not."""
    tags = site.world.state(CostTags, site.account, "global")
    day = f"{site.now:%Y-%m-%d}"
    tags.seen("aws:createdBy", day, "AWSGenerated")
    tags.seen("team", day)
    active = [{"TagKey": "aws:createdBy", "Status": "Active"}]
    site("ce", "UpdateCostAllocationTagsStatus", CostAllocationTagsStatus=active)


def seed(site: Site, setup: Setup) -> None:
    """Makes the profiles of a site where models are called, and uses some of the models' quotas."""
    if not setup.traffic:
        return
    lacking = {fault.name for fault in FAULTS if (fault.account, fault.region) == (site.account, site.region)}
    for name, model in PROFILES.items():
        untagged = name == "product-search" and "profile-without-tags" in lacking
        site(
            "bedrock",
            "CreateInferenceProfile",
            inferenceProfileName=name,
            modelSource={"copyFrom": f"arn:aws:bedrock:{site.region}::foundation-model/{model}"},
            tags=[] if untagged else [{"key": "team", "value": name.partition("-")[0]}],
        )
    first, *others = called(setup)
    used = _TOO_MANY if "quota-nearly-used" in lacking else _TOKENS_A_MINUTE
    for model, tokens in ((first, used), *((other, _TOKENS_A_MINUTE) for other in others)):
        write(site, ("AWS/Bedrock", _USAGE, (("ModelId", model),)), tokens)
    put(site, _alarm(first) if "quota-unseen" in lacking else _QUOTA_ALARM)
    settle(site)


def _alarm(model: str) -> Alarm:
    """The alarm on one model alone."""
    return Alarm(_QUOTA_ALARM.name, _USAGE, _QUOTA_ALARM.settings, dimensions={"ModelId": model})
