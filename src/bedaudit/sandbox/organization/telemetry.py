"""Seeds tracing, links to the monitoring account, which is the management account, and the data retention mode."""

from __future__ import annotations

from bedaudit.sandbox.backends import organizations
from bedaudit.sandbox.organization import documents
from bedaudit.sandbox.organization.plan import CHAT, SEARCH, STAGING, SeededFault
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.organization.site_setup import Setup
from bedaudit.sandbox.world import MANAGEMENT

_SHARED = ("AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace")
_SINK = "central"

FAULTS = (
    *(
        SeededFault(account, region, name, what, control, "tracing", policy="tracing")
        for account, region, name, what, control in (
            (
                CHAT,
                "us-west-2",
                "no-transaction-search",
                "Spans of agents stay in X-Ray",
                "transaction-search-is-on",
            ),
            (
                CHAT,
                "eu-west-1",
                "spans-are-refused",
                "The resource policy that lets X-Ray write spans names another region",
                "spans-can-be-written",
            ),
            (SEARCH, "us-west-2", "no-trace-is-indexed", "X-Ray indexes no trace", "enough-traces-are-indexed"),
            (
                SEARCH,
                "eu-west-1",
                "traces-without-key",
                "X-Ray encrypts traces with a key of AWS",
                "traces-have-a-chosen-key",
            ),
        )
    ),
    *(
        SeededFault(account, region, name, what, control, resource, policy="organization")
        for account, region, name, what, control, resource in (
            (
                STAGING,
                "us-west-2",
                "region-is-not-linked",
                "The region was never linked to the monitoring account",
                "telemetry-is-shared-with-a-monitoring-account",
                None,
            ),
            (
                CHAT,
                "us-east-1",
                "filter-leaves-bedrock-out",
                "The link shares only metrics that are not AWS's",
                "telemetry-links-share-bedrock-metrics",
                f"link/{MANAGEMENT}",
            ),
            (
                SEARCH,
                "us-east-1",
                "filter-leaves-logs-out",
                "The link shares only log groups of Lambda",
                "telemetry-links-share-invocation-logs",
                f"link/{MANAGEMENT}",
            ),
            (
                MANAGEMENT,
                "us-west-2",
                "sink-is-open",
                "The sink's policy admits every account there is",
                "telemetry-sinks-admit-known-accounts-only",
                f"sink/{_SINK}",
            ),
            (
                SEARCH,
                "eu-south-1",
                "sink-receives-nothing",
                "A sink that nobody is linked to",
                "telemetry-sinks-receive-from-somebody",
                f"sink/{_SINK}",
            ),
            (
                CHAT,
                "eu-south-1",
                "prompts-are-shared",
                "Prompts are shared with the providers of models",
                "data-retention-mode-is-allowed",
                "data-retention",
            ),
        )
    ),
)


def seed(site: Site, setup: Setup) -> None:
    """Puts a site in order, and leaves out what is to be lacking; the monitoring account comes first."""
    lacking = {fault.name for fault in FAULTS if (fault.account, fault.region) == (site.account, site.region)}
    if setup.agent_traffic:
        _trace(site, lacking)
    if site.account == site.world.management or "sink-receives-nothing" in lacking:
        _sink(site, None if "sink-is-open" in lacking else organizations.ID)
    if site.account != site.world.management and "region-is-not-linked" not in lacking:
        _link(site, lacking)
    mode = "provider_data_share" if "prompts-are-shared" in lacking else "none"
    site("bedrock", "PutAccountDataRetention", mode=mode)


def _trace(site: Site, lacking: set[str]) -> None:
    region = "us-east-2" if "spans-are-refused" in lacking else site.region
    site("logs", "PutResourcePolicy", policyName="spans", policyDocument=documents.spans_policy(site.account, region))
    if "no-transaction-search" not in lacking:
        site("xray", "UpdateTraceSegmentDestination", Destination="CloudWatchLogs")
    percentage = 0.0 if "no-trace-is-indexed" in lacking else 5.0
    rule = {"Probabilistic": {"DesiredSamplingPercentage": percentage}}
    site("xray", "UpdateIndexingRule", Name="Default", Rule=rule)
    if "traces-without-key" not in lacking:
        key = site("kms", "CreateKey", Description="X-Ray")["KeyMetadata"]["Arn"]
        site("xray", "PutEncryptionConfig", Type="KMS", KeyId=key)


def _sink(site: Site, organization: str | None) -> None:
    sink = site("oam", "CreateSink", Name=_SINK)["Arn"]
    site("oam", "PutSinkPolicy", SinkIdentifier=sink, Policy=documents.sink_policy(organization))


def _link(site: Site, lacking: set[str]) -> None:
    (sink,) = site.invoke(site.world.management, site.region, "oam", "ListSinks")["Items"]
    filters = {}
    if "filter-leaves-bedrock-out" in lacking:
        filters["MetricConfiguration"] = {"Filter": "Namespace NOT LIKE 'AWS/%'"}
    if "filter-leaves-logs-out" in lacking:
        filters["LogGroupConfiguration"] = {"Filter": "LogGroupName LIKE '/aws/lambda/%'"}
    configuration = {"LinkConfiguration": filters} if filters else {}
    link = {"LabelTemplate": "$AccountName", "ResourceTypes": list(_SHARED), "SinkIdentifier": sink["Arn"]}
    site("oam", "CreateLink", **link, **configuration)
