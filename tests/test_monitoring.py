"""Alarms and dashboards of monitoring accounts count for the sites that they watch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bedaudit.audit import Standard, from_snapshot, scan
from bedaudit.aws.progress import Progress
from bedaudit.aws.settings import Settings
from bedaudit.evaluate import judge
from bedaudit.kinds import kinds
from bedaudit.model import GLOBAL, Evidence, Finding, Gap, KindGap, Monitoring, Outcome, Record, Resource, Site
from bedaudit.policy.config import Config
from bedaudit.policy.load import load
from bedaudit.policy.model import Control
from bedaudit.policy.rules import Rules
from bedaudit.sandbox import Sandbox, serve
from tests.judging import control, rules

MEMBER, OTHER, WATCHER, SECOND = "111111111111", "222222222222", "888888888888", "999999999999"
HERE, ELSEWHERE = "us-east-1", "eu-west-1"
THROTTLES = {"namespace": "AWS/Bedrock", "metric": "InvocationThrottles"}
ALARMED = control("exists", {"watches": {"any": {"metric": "InvocationThrottles"}}}, kind="alarm")
SHOWN = control(
    "exists", {"metrics": {"any": {"metric": "InvocationThrottles", "region": "${site.region}"}}}, kind="dashboard"
)
DENIED = Gap("denied", "cloudwatch:DescribeAlarms", "AccessDenied")
WATCHES = Monitoring((WATCHER,))
SHARED = {"role": "source", "sink_account": WATCHER, "unshared_namespaces": []}


def alarm(*accounts: Any, name: str = "throttles", **more: Any) -> Resource:
    """An alarm on the throttles of accounts; None: of its own."""
    watches = [{**THROTTLES, **({"account": each} if each else {})} for each in accounts]
    return Resource("alarm", name, None, {"name": name, "watches": watches, **more})


def dashboard(account: str | None, region: str = HERE) -> Resource:
    shown = {**THROTTLES, "region": region, **({"account": account} if account else {})}
    return Resource("dashboard", "board", None, {"metrics": [shown], "log_queries": [], "regions": [region]})


def link(**state: Any) -> Resource:
    return Resource("telemetry_link", f"link-to-{state['sink_account']}", None, state)


def account(number: str, *resources: Resource, region: str = HERE, gaps: Sequence[KindGap] = ()) -> list[Record]:
    """What was read of an account with one site, that has no links unless it is said so."""
    moment, read = "2026-11-20T12:00:00Z", ("alarm", "telemetry_link")
    once = tuple(each for each in resources if each.kind == "dashboard")
    here = tuple(each for each in resources if each.kind != "dashboard")
    return [
        Record(Site(number, GLOBAL), moment, ("dashboard",), once, tuple(gaps)),
        Record(Site(number, region), moment, read, here, tuple(gaps)),
    ]


def not_entered(number: str) -> list[Record]:
    gap = Gap("denied", "sts:AssumeRole", "AccessDenied")
    return [Record(Site(number, "*"), "2026-11-20T12:00:00Z", (), (), (KindGap(None, gap),))]


def findings(of: Control, *accounts: list[Record], monitoring: Monitoring = WATCHES) -> list[Finding]:
    records = [record for listed in accounts for record in listed]
    return list(judge(rules(of), records, kinds(), monitoring).findings)


def at_member(of: Control, *accounts: list[Record], monitoring: Monitoring = WATCHES) -> Finding:
    (found,) = (each for each in findings(of, *accounts, monitoring=monitoring) if each.site.account == MEMBER)
    return found


ALARMS: list[tuple[str, Resource, Resource | None, Outcome]] = [
    ("names the account", alarm(MEMBER), None, "pass"),
    ("names it among others", alarm(OTHER, MEMBER), None, "pass"),
    ("names another account", alarm(OTHER), None, "fail"),
    ("watches its own account", alarm(None), None, "fail"),
    ("takes every account, and the site is linked", alarm("*"), link(**SHARED), "pass"),
    ("takes every account, and the site is not linked", alarm("*"), None, "fail"),
    (
        "takes every account, and the link leaves Bedrock out",
        alarm("*"),
        link(**{**SHARED, "unshared_namespaces": ["AWS/Bedrock"]}),
        "fail",
    ),
    (
        "takes every account, and what passes the link cannot be read",
        alarm("*"),
        link(**{**SHARED, "unshared_namespaces": Gap("denied", "oam:GetLink").as_fact()}),
        "unknown",
    ),
    ("cannot be understood", Resource("alarm", "a", None, {"watches": Gap("failed").as_fact()}), None, "unknown"),
    (
        "leaves accounts out that cannot be understood",
        alarm(Gap("failed").as_fact()),
        link(**SHARED),
        "unknown",
    ),
    ("leaves accounts out, and the site is not linked", alarm(Gap("failed").as_fact()), None, "fail"),
]


@pytest.mark.parametrize(("of", "linked", "outcome"), [row[1:] for row in ALARMS], ids=[row[0] for row in ALARMS])
def test_an_alarm_counts_for_the_site_whose_metrics_it_watches(
    of: Resource, linked: Resource | None, outcome: Outcome
) -> None:
    member = account(MEMBER, *([linked] if linked else []))
    assert at_member(ALARMED, account(WATCHER, of), member).outcome == outcome


def test_the_witness_is_named_with_its_account() -> None:
    found = at_member(ALARMED, account(WATCHER, alarm(MEMBER)), account(MEMBER))
    assert found.evidence == Evidence(witness=f"{WATCHER}/throttles")
    assert found.message == f"Alarm {WATCHER}/throttles meets this."


def test_an_alarm_counts_in_its_own_region_only() -> None:
    watcher = account(WATCHER, alarm(MEMBER), region=ELSEWHERE)
    assert at_member(ALARMED, watcher, account(MEMBER)).outcome == "fail"
    assert at_member(ALARMED, watcher, account(MEMBER, region=ELSEWHERE)).outcome == "pass"


@pytest.mark.parametrize(
    ("of", "outcome"),
    [(dashboard(MEMBER), "pass"), (dashboard(MEMBER, ELSEWHERE), "fail"), (dashboard(None), "fail")],
)
def test_a_dashboard_counts_for_the_account_and_region_that_it_shows(of: Resource, outcome: Outcome) -> None:
    assert at_member(SHOWN, account(WATCHER, of), account(MEMBER)).outcome == outcome


def test_regions_of_a_dashboard_are_those_of_what_it_shows_of_the_account() -> None:
    shows = control("exists", {"regions": {"contains": HERE}}, kind="dashboard")
    of = dashboard(MEMBER, ELSEWHERE)
    both = Resource("dashboard", "b", None, {**of.state, "regions": [HERE, ELSEWHERE]})
    assert at_member(shows, account(WATCHER, both), account(MEMBER)).outcome == "fail"


def test_an_alarm_on_another_account_is_no_witness_at_home() -> None:
    assert at_member(ALARMED, account(MEMBER, alarm(OTHER)), monitoring=Monitoring()).outcome == "fail"
    for own in (None, MEMBER, "*"):
        assert at_member(ALARMED, account(MEMBER, alarm(own)), monitoring=Monitoring()).outcome == "pass"


@pytest.mark.parametrize("mode", ["require", "forbid"])
def test_an_alarm_is_judged_at_home_and_only_there(mode: str) -> None:
    of = control(mode, {"muted": mode == "require"}, kind="alarm")
    found = findings(of, account(WATCHER, alarm(MEMBER, muted=False)), account(MEMBER))
    assert [(each.site.account, each.outcome) for each in found if each.resource] == [(WATCHER, "fail")]


def test_monitoring_accounts_watch_each_other_whichever_comes_first() -> None:
    one, two = account(WATCHER, alarm(SECOND)), account(SECOND, alarm(WATCHER))
    both = Monitoring((WATCHER, SECOND))
    for order in ((one, two), (two, one)):
        assert [each.outcome for each in findings(ALARMED, *order, monitoring=both)] == ["pass", "pass"]


def test_an_account_outside_the_scan_bears_witness_and_is_not_judged() -> None:
    outside = Monitoring((WATCHER,), outside=(WATCHER,))
    found = findings(ALARMED, account(WATCHER, alarm(MEMBER)), account(MEMBER), monitoring=outside)
    assert [(each.site.account, each.outcome) for each in found] == [(MEMBER, "pass")]


UNREAD: list[tuple[str, list[Record], Gap | None]] = [
    ("not entered", not_entered(WATCHER), Gap("denied", "sts:AssumeRole", "AccessDenied", owner=WATCHER)),
    (
        "alarms denied",
        account(WATCHER, gaps=[KindGap("alarm", DENIED)]),
        Gap("denied", "cloudwatch:DescribeAlarms", "AccessDenied", owner=WATCHER),
    ),
    ("not read at all", [], Gap("not_read", owner=WATCHER)),
    ("region not enabled there", account(WATCHER, region=ELSEWHERE), None),
    ("no alarms in the region", account(WATCHER, gaps=[KindGap("alarm", Gap("unsupported"))]), None),
]


@pytest.mark.parametrize(("watcher", "gap"), [row[1:] for row in UNREAD], ids=[row[0] for row in UNREAD])
def test_what_is_missing_is_unknown_where_a_monitoring_account_is(watcher: list[Record], gap: Gap | None) -> None:
    found = at_member(ALARMED, watcher, account(MEMBER))
    assert (found.outcome, found.gaps) == ("unknown" if gap else "fail", (gap,) if gap else ())
    assert at_member(ALARMED, watcher, account(MEMBER, alarm(None))).outcome == "pass"


def test_a_monitoring_account_that_was_not_entered_is_spoken_of_in_the_finding() -> None:
    found = at_member(ALARMED, not_entered(WATCHER), account(MEMBER))
    assert found.message == f"Unknown: in account {WATCHER}, sts:AssumeRole was denied (AccessDenied)."


def test_a_witness_counts_where_the_sites_own_alarms_cannot_be_read() -> None:
    member = account(MEMBER, gaps=[KindGap("alarm", DENIED)])
    assert at_member(ALARMED, account(WATCHER, alarm(MEMBER)), member).outcome == "pass"
    assert at_member(ALARMED, account(WATCHER, alarm(OTHER)), member).outcome == "unknown"


LINKS: list[tuple[str, list[Record], list[Record], Outcome]] = [
    ("sink outside the scan", account(MEMBER, link(**SHARED)), [], "unknown"),
    ("sink in an account that was not entered", account(MEMBER, link(**SHARED)), not_entered(WATCHER), "unknown"),
    ("sink in a scanned account", account(MEMBER, link(**SHARED)), account(WATCHER), "fail"),
    ("link without Bedrock", account(MEMBER, link(**{**SHARED, "unshared_namespaces": [
        "AWS/Bedrock", "AWS/Bedrock/Guardrails", "AWS/Bedrock/Agents", "AWS/BedrockMantle", "AWS/Bedrock-AgentCore"
    ]})), [], "fail"),
    ("sink of its own", account(MEMBER, link(role="monitoring", sink_account=MEMBER)), [], "fail"),
    ("links denied", account(MEMBER, gaps=[KindGap("telemetry_link", DENIED)]), [], "unknown"),
    ("no links here", account(MEMBER, gaps=[KindGap("telemetry_link", Gap("not_implemented"))]), [], "fail"),
]  # fmt: skip


@pytest.mark.parametrize(("member", "sink", "outcome"), [row[1:] for row in LINKS], ids=[row[0] for row in LINKS])
def test_what_is_missing_is_unknown_where_a_sink_is_not_scanned(
    member: list[Record], sink: list[Record], outcome: Outcome
) -> None:
    for order in ((member, sink), (sink, member)):
        assert at_member(ALARMED, *order, monitoring=Monitoring()).outcome == outcome


def test_the_finding_names_the_sinks_account() -> None:
    found = at_member(ALARMED, account(MEMBER, link(**SHARED)), monitoring=Monitoring())
    said = f"the metrics are shared with account {WATCHER}, which is not among the monitoring_accounts"
    assert found.gaps == (Gap("not_read", message=said, owner=WATCHER),)
    assert found.message == f"Unknown: {said}."


# Over HTTP: the management account of the demo watches the member that has no alarm on throttling any more.

MANAGEMENT, HEALTHY, ALARM = "111111111111", "222222222222", "bedrock-throttles"
ROLE = "BedauditReadOnly"


@pytest.fixture(scope="module")
def watched() -> Any:
    """The demo organisation, in which the alarm on the throttles of a member is in the management account."""
    with serve() as sandbox:
        invoke = sandbox.invoke
        (own,) = invoke(HEALTHY, HERE, "cloudwatch", "DescribeAlarms", AlarmNames=[ALARM])["MetricAlarms"]
        invoke(HEALTHY, HERE, "cloudwatch", "DeleteAlarms", AlarmNames=[ALARM])
        metric = {"Namespace": "AWS/Bedrock", "MetricName": "InvocationThrottles", "Dimensions": own["Dimensions"]}
        stat = {"Metric": metric, "Period": 300, "Stat": "Sum"}
        invoke(
            MANAGEMENT, HERE, "cloudwatch", "PutMetricAlarm",
            AlarmName="members-throttles", EvaluationPeriods=1, Threshold=5.0,
            ComparisonOperator="GreaterThanThreshold",
            Metrics=[{"Id": "m1", "MetricStat": stat, "ReturnData": True, "AccountId": HEALTHY}],
        )  # fmt: skip
        yield sandbox


def standard() -> Standard:
    return Standard(Rules.of(load(["builtin:baseline"]), Config(), ("throttles-are-alarmed",)), (), date(2026, 11, 20))


BOTH, VENDOR = (MANAGEMENT, HEALTHY), "666666666666"
SCANS: list[tuple[str, dict[str, Any], Outcome]] = [
    ("nobody is named, and the sink is out of scope", {"accounts": (HEALTHY,)}, "unknown"),
    ("nobody is named, and the sink is in scope", {"accounts": BOTH}, "fail"),
    ("named and out of scope", {"accounts": (HEALTHY,), "monitoring_accounts": (MANAGEMENT,)}, "pass"),
    ("named and in scope", {"accounts": BOTH, "monitoring_accounts": (MANAGEMENT,)}, "pass"),
    ("named and shut", {"accounts": BOTH, "monitoring_accounts": (VENDOR,)}, "unknown"),
]


@pytest.mark.parametrize(("settings", "outcome"), [row[1:] for row in SCANS], ids=[row[0] for row in SCANS])
def test_live_and_from_its_snapshot_the_account_that_watches_counts(
    watched: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, outcome: Outcome
) -> None:
    for name, value in watched.environment().items():
        monkeypatch.setenv(name, value)
    asked = Settings("1", role=ROLE, regions=(HERE,), **settings)
    live = scan(asked, standard(), Progress(), lambda: datetime.now(UTC), tmp_path / "s.gz").report
    (finding,) = (each for each in live.findings if each.site.account == HEALTHY)
    assert (finding.outcome, live.scan.accounts, live.scan.sites) == (outcome, *[len(settings["accounts"])] * 2)
    assert finding.evidence is not None
    assert finding.evidence.witness == (f"{MANAGEMENT}/members-throttles" if outcome == "pass" else None)
    again = from_snapshot(tmp_path / "s.gz", standard())
    assert (tuple(again.findings), again.gaps, again.notices) == (tuple(live.findings), live.gaps, live.notices)
    if MANAGEMENT in asked.monitoring_accounts:
        assert tuple(from_snapshot(tmp_path / "s.gz", standard(), accounts=(HEALTHY,)).findings) == (finding,)
