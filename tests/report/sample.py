"""One fixed report with every outcome, the source of the golden files."""

from __future__ import annotations

from typing import Any

from bedaudit.model import (
    Drift,
    Evidence,
    Finding,
    Gap,
    Mark,
    PolicyFile,
    Report,
    ResourceName,
    ScanFacts,
    Severity,
    Site,
    SiteGap,
    Waiver,
)
from bedaudit.policy.model import Control, Test

POLICY = "policies/baseline.yaml"
PROD = "111122223333"
DEV = "222233334444"
DATA = "333344445555"
CLOSED = "777788889999"
NAMES = {PROD: "prod", DEV: "dev", DATA: "data-platform", CLOSED: "sealed"}


def site(account: str, region: str) -> Site:
    return Site(account, region, "aws", NAMES[account], ("r-root", "ou-workloads"))


def control(id_: str, title: str, severity: Severity, kind: str, line: int, **more: Any) -> Control:
    condition = Test(("enabled",), "equals", True)
    mark = Mark(POLICY, line, 5, line + 9, 1)
    return Control(
        id=id_,
        title=title,
        severity=severity,
        kind=kind,
        mode="require",
        condition=condition,
        policy="bedrock-baseline",
        mark=mark,
        **more,
    )


CONTROLS = {
    each.id: each
    for each in (
        control(
            "invocation-logging-is-enabled",
            "Model invocation logging is enabled",
            "critical",
            "invocation_logging",
            14,
            why="Without it nobody can say afterwards what a model was asked and what it answered.",
            frameworks={"nist-800-53-r5": ("AU-2", "AU-12")},
            references=("https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html",),
        ),
        control(
            "invocation-logs-are-kept-long-enough",
            "Invocation logs are kept as long as the policy asks",
            "high",
            "invocation_logging",
            30,
            why="An incident is often found months after it began.",
        ),
        control(
            "alarms-are-heard",
            "Every Bedrock alarm notifies somebody",
            "high",
            "alarm",
            46,
            why="An alarm that nobody hears is a chart.",
            references=("https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html",),
        ),
        control(
            "throttles-are-alarmed",
            "An alarm watches Bedrock throttling and somebody hears it",
            "high",
            "alarm",
            62,
            why="Throttled calls are answers that users never get.",
        ),
        control(
            "each-active-model-has-a-latency-alarm",
            "Each model with traffic has a latency alarm",
            "medium",
            "alarm",
            78,
            why="A slow model looks like a broken product.",
        ),
        control(
            "dashboards-show-latency", "A dashboard shows latency", "low", "dashboard", 94, why="Trends need eyes."
        ),
        control("log-groups-are-tagged", "Log groups name their owner", "info", "log_group", 110, why="Somebody pays."),
    )
}


def finding(control_id: str, outcome: Any, where: Site, message: str, **more: Any) -> Finding:
    judged = CONTROLS[control_id]
    resource = more.pop("resource", None)
    return Finding(
        control=judged.id,
        title=judged.title,
        severity=judged.severity,
        outcome=outcome,
        site=where,
        kind=judged.kind,
        resource=ResourceName(judged.kind, *resource) if resource else None,
        each=more.pop("each", None),
        message=message,
        policy=judged.policy,
        mark=judged.mark,
        **more,
    )


def alarm(name: str, region: str) -> tuple[str, str]:
    return name, f"arn:aws:cloudwatch:{region}:{PROD}:alarm:{name}"


EAST, WEST = site(PROD, "us-east-1"), site(PROD, "eu-west-1")
LOGGING = ("model-invocation-logging", None)
DENIED = Gap(
    "denied",
    "cloudwatch:DescribeAlarms",
    "AccessDeniedException",
    "User: arn:aws:sts::333344445555:assumed-role/BedauditReadOnly/bedaudit-0f3c is not authorized to perform: "
    "cloudwatch:DescribeAlarms",
)
CLOSED_GAP = Gap("denied", "sts:AssumeRole", "AccessDenied", "not authorized to perform: sts:AssumeRole")
SILENT = (
    Drift("notifies", True, False),
    Drift("actions", {"count": {"at_least": 1}}, []),
)

FINDINGS = (
    finding(
        "invocation-logging-is-enabled",
        "fail",
        EAST,
        "enabled is false, but must be true.",
        resource=LOGGING,
        drift=(Drift("enabled", True, False),),
        baseline="unchanged",
    ),
    finding(
        "invocation-logging-is-enabled",
        "fail",
        WEST,
        "enabled is false, but must be true.",
        resource=LOGGING,
        drift=(Drift("enabled", True, False),),
        baseline="new",
    ),
    finding(
        "invocation-logs-are-kept-long-enough",
        "not_applicable",
        EAST,
        "There is no log group.",
    ),
    *(
        finding(
            "alarms-are-heard",
            "fail",
            EAST,
            "notifies is false, but must be true.",
            resource=alarm(name, "us-east-1"),
            drift=SILENT,
        )
        for name in ("bedrock-errors", "bedrock-latency-of-a-model-with-a-name-that-does-not-fit-in-one-line-of-text")
    ),
    finding(
        "alarms-are-heard",
        "pass",
        EAST,
        "The alarm bedrock-throttles notifies somebody.",
        resource=alarm("bedrock-throttles", "us-east-1"),
    ),
    finding(
        "throttles-are-alarmed",
        "fail",
        WEST,
        "There is no such alarm; the nearest, bedrock-throttles, lacks: threshold is 5000.0, but must be at most 10.",
        evidence=Evidence(nearest="bedrock-throttles", lacks=(Drift("threshold", {"at_most": 10}, 5000.0),)),
    ),
    finding(
        "throttles-are-alarmed",
        "pass",
        EAST,
        "Alarm bedrock-throttles meets it.",
        evidence=Evidence(witness="bedrock-throttles"),
        baseline="fixed",
    ),
    finding(
        "each-active-model-has-a-latency-alarm",
        "fail",
        EAST,
        "There is no such alarm; the nearest, bedrock-latency, lacks: can_fire is false: no such metric.",
        each="anthropic.claude-sonnet-4-5-20250929-v1:0",
        evidence=Evidence(
            nearest="bedrock-latency",
            lacks=(
                Drift(
                    "can_fire",
                    True,
                    False,
                    "AWS/Bedrock has no metric named InvocationLatencies with the dimensions ModelId and Region",
                ),
            ),
        ),
    ),
    finding("dashboards-show-latency", "fail", EAST, "There is no dashboard."),
    finding(
        "log-groups-are-tagged",
        "fail",
        EAST,
        "tags.owner is not set, but must be set.",
        resource=("/aws/bedrock/logs", f"arn:aws:logs:us-east-1:{PROD}:log-group:/aws/bedrock/logs"),
        drift=(Drift("tags.owner", {"present": True}, None),),
    ),
    finding(
        "invocation-logging-is-enabled",
        "pass",
        site(DEV, "us-east-1"),
        "Model invocation logging is enabled.",
        resource=LOGGING,
    ),
    finding(
        "invocation-logging-is-enabled",
        "not_applicable",
        site(DEV, "ap-southeast-4"),
        "The region is not enabled for this account.",
        gaps=(Gap("region_disabled"),),
    ),
    finding(
        "invocation-logging-is-enabled",
        "waived",
        site(DATA, "us-east-1"),
        "enabled is false, but must be true.",
        resource=LOGGING,
        drift=(Drift("enabled", True, False),),
        waiver=Waiver("Migration, SEC-1234", "platform-security@example.com", "2027-03-31", "fail"),
    ),
    finding(
        "alarms-are-heard",
        "unknown",
        site(DATA, "us-east-1"),
        "Unknown: cloudwatch:DescribeAlarms was denied (AccessDeniedException).",
        gaps=(DENIED,),
    ),
    finding(
        "throttles-are-alarmed",
        "unknown",
        site(DATA, "us-east-1"),
        "Unknown: cloudwatch:DescribeAlarms was denied (AccessDeniedException).",
        gaps=(DENIED,),
    ),
    finding(
        "dashboards-show-latency",
        "waived",
        site(DATA, "us-east-1"),
        "Unknown: cloudwatch:ListDashboards is not implemented by the endpoint.",
        gaps=(Gap("not_implemented", "cloudwatch:ListDashboards"),),
        waiver=Waiver("No console access", "data@example.com", "2026-12-31", "unknown"),
    ),
    *(
        finding(
            each,
            "unknown",
            site(CLOSED, "*"),
            "Unknown: sts:AssumeRole was denied (AccessDenied).",
            gaps=(CLOSED_GAP,),
        )
        for each in CONTROLS
    ),
)

REPORT = Report(
    scan=ScanFacts(
        id="0f3c9d1e",
        started_at="2026-11-20T12:00:00Z",
        finished_at="2026-11-20T12:03:21Z",
        identity="arn:aws:sts::111122223333:assumed-role/Audit/bedaudit-0f3c9d1e",
        accounts=4,
        sites=5,
        calls=143,
        policies=(PolicyFile("bedrock-baseline", POLICY, "sha256:" + "ab" * 32),),
    ),
    findings=tuple(sorted(FINDINGS, key=lambda each: each.order)),
    gaps=(
        SiteGap(CLOSED, "sealed", "*", CLOSED_GAP),
        SiteGap(DEV, "dev", "ap-southeast-4", Gap("region_disabled")),
    ),
    notices=(
        "The waiver of dashboards-show-latency for 999900001111 is not used.",
        "The control quality-metrics-are-fresh is disabled: no judge pipeline yet.",
    ),
    controls=CONTROLS,
)
