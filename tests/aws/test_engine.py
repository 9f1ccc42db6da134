from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore import exceptions as boto

from bedaudit.aws.connection import connect
from bedaudit.aws.engine import scan
from bedaudit.aws.gaps import gap_of
from bedaudit.aws.progress import Progress
from bedaudit.aws.scope import Account, Targets
from bedaudit.aws.settings import Settings
from bedaudit.aws.transport import Request
from bedaudit.errors import ReportError
from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, KindGap, Mark, Reason, Record, Resource, Site
from bedaudit.policy.model import Control
from bedaudit.policy.model import Test as Term
from bedaudit.reader import Operation, Reader
from bedaudit.state import State
from tests.aws.fake import FakeTransport, Script, refusal
from tests.aws.virtual import run

HOME = "111111111111"
METRICS = Operation("cloudwatch", "ListMetrics")
GUARDRAILS = Operation("bedrock", "ListGuardrails")
BOARDS = Operation("cloudwatch", "ListDashboards")


class Usage(State):
    """Whether a site is used."""

    in_use: bool | Gap


class Guardrail(State):
    """A guardrail."""

    count: int


class Board(State):
    """A board."""

    count: int


async def usage(aws: Reader) -> Iterable[Resource]:
    found = await aws.attempt(aws.call(METRICS))
    return [resource("usage", "usage", Usage(in_use=found if isinstance(found, Gap) else bool(found["Metrics"])))]


async def guardrail(aws: Reader) -> Iterable[Resource]:
    reply = await aws.call(GUARDRAILS)
    return [resource("guardrail", each["id"], Guardrail(count=1)) for each in reply["guardrails"]]


async def board(aws: Reader) -> Iterable[Resource]:
    reply = await aws.call(BOARDS)
    return [resource("board", "b", Board(count=len(reply["DashboardEntries"])))]


async def buggy(aws: Reader) -> Iterable[Resource]:
    await aws.call(GUARDRAILS)
    raise KeyError("a bug")


KNOWN = {
    "usage": Kind("usage", Usage, usage, (METRICS,), single=True),
    "guardrail": Kind("guardrail", Guardrail, guardrail, (GUARDRAILS,)),
    "board": Kind("board", Board, board, (BOARDS,), scope="account"),
}


def control(kind: str, path: str, when: Any = None) -> Control:
    mark = Mark("policy.yaml", 1, 1, 1, 1)
    return Control(kind, "t", "low", kind, "require", Term((path,), "present", True), "w", "p", mark, when=when)


IN_USE = Term(("usage", "in_use"), "equals", True)
CONTROLS = (control("guardrail", "count", IN_USE), control("board", "count"))


@dataclass(frozen=True)
class FixedRules:
    controls: tuple[Control, ...] = CONTROLS

    def for_site(self, site: Site) -> tuple[Control, ...]:
        return self.controls


def aws(request: Request) -> Any:
    """An AWS in which all is well, and everything used."""
    return {
        "AssumeRole": {"Credentials": keys(request)},
        "ListRegions": {"Regions": [{"RegionName": "eu-west-1", "RegionOptStatus": "DISABLED"}]},
        "ListMetrics": {"Metrics": [1]},
        "ListGuardrails": {"guardrails": [{"id": "g2"}, {"id": "g1"}]},
        "ListDashboards": {"DashboardEntries": []},
    }[request.operation]


def keys(request: Request) -> dict[str, Any]:
    account = str(request.parameters.get("RoleArn", "")).split(":")[4:5]
    expires = datetime.now(UTC) + timedelta(hours=1)
    return {"AccessKeyId": "".join(account), "SecretAccessKey": "s", "SessionToken": "t", "Expiration": expires}


def but(**answers: Any) -> Script:
    """The same AWS, but for some operations: a reply, an exception, or a function of the request that gives either."""

    def script(request: Request) -> Any:
        if request.operation not in answers:
            return aws(request)
        found = answers[request.operation]
        found = found(request) if callable(found) else found
        return aws(request) if found is None else found

    return script


class Run:
    """A finished or broken scan."""

    def __init__(
        self,
        script: Script = aws,
        *,
        regions: tuple[str, ...] = ("us-east-1", "us-west-2"),
        asked: bool = True,
        accounts: tuple[str, ...] = (HOME,),
        known: Mapping[str, Kind] = KNOWN,
        controls: tuple[Control, ...] = CONTROLS,
        on_record: Callable[[Record], None] | None = None,
        stop_after: float | None = None,
        transport: Callable[[Script], FakeTransport] = FakeTransport,
        concurrency: int = 64,
    ) -> None:
        self.transport, self.progress = transport(script), Progress()
        self.seconds = 0.0
        self.records: list[Record] = []
        self.notices: tuple[str, ...] = ()
        listed = tuple(Account(each, f"name of {each[:3]}") for each in accounts)
        found = Targets("arn", HOME, "aws", "us-east-1", listed, regions)
        settings = Settings("7", role="R", regions=regions if asked else (), concurrency=concurrency)

        async def main() -> None:
            rules: Any = FixedRules(controls)
            async with connect(settings, self.progress, self.transport) as connection:
                await connection.caller.keys()  # in a thread, for which virtual time does not wait
                async with asyncio.timeout(stop_after):
                    self.notices = await scan(
                        connection, found, rules, on_record=on_record or self.records.append, known=known
                    )
                self.seconds = asyncio.get_running_loop().time()

        run(main())

    @property
    def seen(self) -> dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...], tuple[KindGap, ...]]]:
        """By site: kinds, resources, gaps."""
        return {
            (record.site.account, record.site.region): (
                record.kinds,
                tuple(each.id for each in record.resources),
                record.gaps,
            )
            for record in self.records
        }


def gap(reason: Any, operation: str, code: str, message: str = "no", kind: str | None = None) -> KindGap:
    return KindGap(kind, Gap(reason, operation, code, message))


WHOLE = (("guardrail", "usage"), ("g1", "g2", "usage"), ())
BOARD = (("board",), ("b",), ())


def test_an_account_is_read_once_and_then_its_sites() -> None:
    scanned = Run()
    assert scanned.seen == {
        (HOME, "global"): BOARD,
        (HOME, "us-east-1"): WHOLE,
        (HOME, "us-west-2"): WHOLE,
    }
    assert scanned.records[0].site == Site(HOME, "global", "aws", "name of 111")
    progress = scanned.progress
    assert (progress.accounts, progress.accounts_done, progress.sites, progress.sites_done) == (1, 1, 2, 2)
    assert (progress.calls, progress.gaps) == (len(scanned.transport.requests), 0)


def test_a_quiet_site_is_asked_for_its_use_and_nothing_more() -> None:
    scanned = Run(but(ListMetrics={"Metrics": []}), regions=("us-east-1",))
    assert scanned.seen[HOME, "us-east-1"] == (("usage",), ("usage",), ())
    assert "bedrock:ListGuardrails" not in scanned.transport.operations


def test_a_site_of_which_the_use_is_unknown_is_read() -> None:
    scanned = Run(but(ListMetrics=refusal("AccessDenied")), regions=("us-east-1",))
    assert scanned.seen[HOME, "us-east-1"] == WHOLE


def test_what_no_control_mentions_is_not_read() -> None:
    scanned = Run(controls=(control("guardrail", "count"),), regions=("us-east-1",))
    assert scanned.seen == {(HOME, "global"): ((), (), ()), (HOME, "us-east-1"): (("guardrail",), ("g1", "g2"), ())}
    assert scanned.transport.operations == ["account:ListRegions", "bedrock:ListGuardrails"]


def test_a_kind_that_cannot_be_read_is_a_gap_and_the_rest_is_kept() -> None:
    scanned = Run(but(ListGuardrails=lambda sent: refusal("AccessDenied") if sent.region == "us-west-2" else None))
    denied = gap("denied", "bedrock:ListGuardrails", "AccessDenied", kind="guardrail")
    assert scanned.seen == {
        (HOME, "global"): BOARD,
        (HOME, "us-east-1"): WHOLE,
        (HOME, "us-west-2"): (("guardrail", "usage"), ("usage",), (denied,)),
    }


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (boto.ConnectTimeoutError(endpoint_url="https://x"), "unreachable"),
        (refusal("AccessDeniedException", 403), "denied"),
        (refusal("ThrottlingException"), "throttled"),
    ],
)
def test_a_site_that_tells_nothing_is_one_gap_and_touches_no_other(error: Exception, reason: Reason) -> None:
    def script(request: Request) -> Any:
        return error if request.region == "us-west-2" else aws(request)

    scanned = Run(script, accounts=(HOME, "222222222222"))
    silent = KindGap(None, gap_of(error, "bedrock", "ListGuardrails"))
    assert silent.gap.reason == reason
    assert scanned.seen == {
        (HOME, "global"): BOARD,
        (HOME, "us-east-1"): WHOLE,
        (HOME, "us-west-2"): ((), (), (silent,)),
        ("222222222222", "global"): BOARD,
        ("222222222222", "us-east-1"): WHOLE,
        ("222222222222", "us-west-2"): ((), (), (silent,)),
    }


@pytest.mark.parametrize(("asked", "regions"), [(True, ["us-east-1", "us-west-2"]), (False, ["*"])])
def test_an_account_that_lets_nobody_in_is_one_gap_and_touches_no_other(asked: bool, regions: list[str]) -> None:
    def assume(request: Request) -> Any:
        return refusal("AccessDenied", 403) if "222222222222" in request.parameters["RoleArn"] else None

    enabled = {"Regions": [{"RegionName": each, "RegionOptStatus": "ENABLED"} for each in ("us-east-1", "us-west-2")]}
    accounts = (HOME, "222222222222", "333333333333")
    scanned = Run(but(AssumeRole=assume, ListRegions=enabled), accounts=accounts, asked=asked)
    hint = "no (no role R here, or its trust policy or external ID does not let the caller in)"
    shut = ((), (), (gap("denied", "sts:AssumeRole", "AccessDenied", hint),))
    read = {("us-east-1"): WHOLE, "us-west-2": WHOLE, "global": BOARD}
    assert scanned.seen == {
        **{("222222222222", region): shut for region in regions},
        **{(account, region): seen for account in (HOME, "333333333333") for region, seen in read.items()},
    }
    assert scanned.progress.sites == scanned.progress.sites_done == 4 + len(regions)


def test_a_role_that_cannot_be_assumed_again_while_regions_are_listed_is_one_gap() -> None:
    assumed: list[Request] = []

    def assume(request: Request) -> Any:
        assumed.append(request)
        return None if len(assumed) == 1 else refusal("AccessDenied", 403)

    def expired(request: Request) -> Any:
        return refusal("ExpiredTokenException", 403) if request.keys.access_key == "222222222222" else None

    scanned = Run(but(AssumeRole=assume, ListRegions=expired), accounts=(HOME, "222222222222"), regions=("us-east-1",))
    hint = "no (no role R here, or its trust policy or external ID does not let the caller in)"
    assert scanned.seen == {
        (HOME, "global"): BOARD,
        (HOME, "us-east-1"): WHOLE,
        ("222222222222", "us-east-1"): ((), (), (gap("denied", "sts:AssumeRole", "AccessDenied", hint),)),
    }


def test_each_account_is_read_with_its_own_keys() -> None:
    scanned = Run(accounts=(HOME, "222222222222", "333333333333"))
    signed = {
        request.keys.access_key for request in scanned.transport.requests if request.service in ("bedrock", "account")
    }
    assert signed == {"AKIACALLER", "222222222222", "333333333333"}


def test_a_region_that_is_not_enabled_is_said_so_and_not_called() -> None:
    scanned = Run(regions=("eu-west-1", "us-east-1"))
    off = KindGap(
        None, Gap("region_disabled", "account:ListRegions", None, "the region is not enabled for the account")
    )
    assert scanned.seen == {
        (HOME, "global"): BOARD,
        (HOME, "eu-west-1"): ((), (), (off,)),
        (HOME, "us-east-1"): WHOLE,
    }
    assert {request.region for request in scanned.transport.requests} == {"us-east-1"}


def test_regions_that_cannot_be_listed_are_noticed() -> None:
    scanned = Run(but(ListRegions=refusal("AccessDenied"), DescribeRegions=refusal("Nope")), asked=False)
    assert scanned.notices == (
        f"account {HOME}: the enabled regions cannot be read (Nope: no); all of Bedrock's are tried",
    )


def test_a_bug_in_a_kind_ends_the_scan_as_itself() -> None:
    known = {**KNOWN, "guardrail": replace(KNOWN["guardrail"], read=buggy)}
    with pytest.raises(KeyError, match="a bug"):
        Run(known=known, accounts=(HOME, "222222222222"))


def test_an_error_of_whoever_takes_the_records_ends_the_scan_as_itself() -> None:
    def full(record: Record) -> None:
        raise ReportError("the disk is full")

    with pytest.raises(ReportError, match="the disk is full"):
        Run(on_record=full)


def test_a_cancelled_scan_keeps_what_it_has_handed_over_and_nothing_half_read() -> None:
    records: list[Record] = []
    accounts = tuple(f"{number:012}" for number in range(100, 150))
    with contextlib.suppress(TimeoutError):
        Run(accounts=accounts, on_record=records.append, stop_after=0.45)
    assert 0 < len(records) < 3 * len(accounts)
    assert {(record.kinds, len(record.resources)) for record in records} <= {
        (("board",), 1),
        (("guardrail", "usage"), 3),
    }


def test_thousands_of_accounts_are_not_begun_at_once() -> None:
    accounts = tuple(f"{number:012}" for number in range(100, 300))
    begun: set[str] = set()
    most = 0

    def assume(request: Request) -> None:
        nonlocal most
        begun.add(request.parameters["RoleArn"].split(":")[4])
        most = max(most, len(begun))

    def done(record: Record) -> None:
        if record.site.region == "us-west-2":
            begun.discard(record.site.account)

    Run(but(AssumeRole=assume), accounts=accounts, on_record=done)
    assert most <= 22
