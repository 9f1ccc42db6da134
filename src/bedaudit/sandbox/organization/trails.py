"""Seeds the trails: the organization's, of management events, and one of Bedrock's data events in each account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bedaudit.sandbox.organization.plan import CHAT, HEALTHY_ACCOUNT, SEARCH, STAGING, SeededFault
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.world import MANAGEMENT

_GLOBAL, _HOME = "global", "us-east-1"
_WHOLE = ("AWS::Bedrock::Guardrail", "AWS::BedrockAgentCore::Runtime", "AWS::BedrockMantle::Project")
_KNOWLEDGE_BASES = "AWS::Bedrock::KnowledgeBase"
ORGANIZATION, OWN, STOPPED = "organization", "bedrock", "bedrock-pilot"


def _id(account: str, name: str) -> str:
    return f"{_HOME}:{account}:trail/{name}"


FAULTS = tuple(
    SeededFault(account, _GLOBAL, name, what, control, resource, policy="audit-trail")
    for account, name, what, control, resource in (
        (
            MANAGEMENT,
            "log-files-are-not-validated",
            "The organization's trail does not sign its log files",
            "trails-of-bedrock-validate-their-log-files",
            _id(MANAGEMENT, ORGANIZATION),
        ),
        (
            CHAT,
            "one-knowledge-base-only",
            "The trail records the data events of one knowledge base, by its ARN",
            "chosen-data-events-are-recorded",
            None,
        ),
        (
            CHAT,
            "trail-without-key",
            "The trail's log files have no KMS key",
            "trails-of-bedrock-have-a-customer-managed-key",
            _id(CHAT, OWN),
        ),
        (
            SEARCH,
            "trail-is-stopped",
            "A trail of Bedrock was stopped",
            "trails-of-bedrock-are-logging",
            _id(SEARCH, STOPPED),
        ),
        (
            STAGING,
            "trail-bucket-is-gone",
            "The trail's bucket was deleted",
            "trails-of-bedrock-deliver-to-their-bucket",
            _id(STAGING, OWN),
        ),
    )
)


def seed(site: Site) -> None:
    """Makes the account's trails, of all regions, and leaves out what is to be lacking."""
    lacking = {fault.name for fault in FAULTS if fault.account == site.account}
    bucket = f"cloudtrail-{site.account}"
    site("s3", "CreateBucket", Bucket=bucket)
    key = None if "trail-without-key" in lacking else _key(site)
    if site.account == site.world.management:
        management = [_selector("Management")]
        validated = "log-files-are-not-validated" not in lacking
        _trail(site, ORGANIZATION, key, management, EnableLogFileValidation=validated, IsOrganizationTrail=True)
    # A healthy account does not live on the organization's trail alone.
    own = [_selector("Management")] if site.account == HEALTHY_ACCOUNT else []
    _trail(site, OWN, key, [*own, *_data_events(site, narrowed="one-knowledge-base-only" in lacking)])
    if "trail-is-stopped" in lacking:
        _trail(site, STOPPED, key, _data_events(site, narrowed=False))
        site("cloudtrail", "StopLogging", Name=STOPPED)
    if "trail-bucket-is-gone" in lacking:
        site("s3", "DeleteBucket", Bucket=bucket)


def _key(site: Site) -> str:
    return str(site("kms", "CreateKey", Description="CloudTrail")["KeyMetadata"]["Arn"])


def _trail(site: Site, name: str, key: str | None, selectors: Iterable[dict[str, Any]], **settings: Any) -> None:
    usual = {"S3BucketName": f"cloudtrail-{site.account}", "IsMultiRegionTrail": True, "EnableLogFileValidation": True}
    encryption = {} if key is None else {"KmsKeyId": key}
    site("cloudtrail", "CreateTrail", Name=name, **{**usual, **encryption, **settings})
    site("cloudtrail", "PutEventSelectors", TrailName=name, AdvancedEventSelectors=list(selectors))
    site("cloudtrail", "StartLogging", Name=name)


def _data_events(site: Site, *, narrowed: bool) -> list[dict[str, Any]]:
    one = f"arn:aws:bedrock:{site.region}:{site.account}:knowledge-base/KB7HANDBOOK"
    narrowing = [{"Field": "resources.ARN", "Equals": [one]}] if narrowed else []
    whole = [_selector("Data", {"Field": "resources.type", "Equals": [type_]}) for type_ in _WHOLE]
    return [*whole, _selector("Data", {"Field": "resources.type", "Equals": [_KNOWLEDGE_BASES]}, *narrowing)]


def _selector(category: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return {"FieldSelectors": [{"Field": "eventCategory", "Equals": [category]}, *fields]}
