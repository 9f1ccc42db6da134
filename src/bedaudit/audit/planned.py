"""Judging a Terraform plan: AWS as it will be once the plan is applied.

A kind of which the plan manages something at a site is judged as the plan shows it; one of which it manages nothing is
not applicable there. What happens (usage, delivered logs) is no matter of a plan: Bedrock counts as in use where
the plan sets up anything by which it is observed.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bedaudit.audit.declared import declared
from bedaudit.audit.judged import Judged, Standard, rfc3339
from bedaudit.errors import TerraformPlanError
from bedaudit.evaluate import EVERYWHERE
from bedaudit.kinds import kinds
from bedaudit.kinds.usage import Usage
from bedaudit.model import GLOBAL, Gap, KindGap, Record, Report, Resource, Site, SiteGap
from bedaudit.opening import unpiped
from bedaudit.policy.needs import Needs
from bedaudit.reader import Unreadable
from bedaudit.terraform.addresses import by_id
from bedaudit.terraform.answers import answer
from bedaudit.terraform.deletions import counts, deletions
from bedaudit.terraform.document import LARGEST, parse
from bedaudit.terraform.estate import Estate
from bedaudit.terraform.managed import KINDS
from bedaudit.terraform.plan import Plan, plan

if TYPE_CHECKING:
    from bedaudit.aws.memo import Answer, Asked

_INCOMPLETE: Final = Gap("not_read", message="the plan is not complete: something was deferred, or left out by -target")


def from_plan(
    path: Path, standard: Standard, now: datetime, account: str | None = None, region: str | None = None
) -> Report:
    """Judges what a plan, as `terraform show -json` writes it, leaves behind.

    `account` and `region` are those of resources of which the plan does not tell them.

    Raises:
        TerraformPlanError: it is no such plan.
        BedauditError: what is required is not known.
    """
    text = _read(path)
    found = plan(parse(text, str(path)), str(path), account, region)
    judged = Judged(standard, sources=declared(found, Path()))
    for record in asyncio.run(_records(found, standard, now)):
        judged.add(record)
    judged.keep(deletions(found))
    if not found.complete:
        judged.gaps.append(SiteGap(EVERYWHERE, "", EVERYWHERE, _INCOMPLETE))
    facts = judged.facts(
        scan=f"plan-{hashlib.sha256(text).hexdigest()[:12]}",
        started_at=rfc3339(now),
        finished_at=rfc3339(now),
        identity=f"terraform plan {path.name}",
        calls=0,
    )
    notice = "a Terraform plan was judged: what it does not manage is not seen, and Bedrock counts as in use"
    return judged.report(facts, (notice, *found.notices))


def _read(path: Path) -> bytes:
    try:
        with open(path, "rb", opener=unpiped) as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise TerraformPlanError(f"{path}: cannot be read: {error.strerror or error}") from error


async def _records(found: Plan, standard: Standard, now: datetime) -> list[Record]:
    """Of each account first what it has once."""
    records = []
    for account, regions in sorted(_sites(found).items()):
        estate = Estate.of(found, account)
        for region in (GLOBAL, *sorted(regions)):
            site = Site(account, region, estate.partition)
            records.append(await _Planned(found, estate, site, regions, now).read(standard))
    return records


def _sites(found: Plan) -> dict[str, set[str]]:
    """The regions, by account, in which the plan has anything that is judged and speaks of Bedrock."""
    sites: dict[str, set[str]] = {}
    places = [each.place for each in found.resources if each.type in KINDS and each.of_bedrock]
    for place in (*places, *(each.place for each in found.deleted if counts(each))):
        sites.setdefault(place.account, set()).add(place.region)
    return sites


@dataclass(frozen=True, slots=True)
class _Planned:
    """A site as it will be."""

    plan: Plan
    estate: Estate
    site: Site
    regions: Collection[str]
    """Those of the account in which something is judged."""
    now: datetime

    async def read(self, standard: Standard) -> Record:
        """The record of the site."""
        from bedaudit.aws.reader import Heard  # noqa: PLC0415 - loads botocore
        from bedaudit.aws.site import SiteScan  # noqa: PLC0415

        controls = [control for site in self._sites() for control in standard.rules.for_site(site)]
        home = min(self.regions)
        scan = SiteScan(self.site, self.now, home, _Replies(self.estate), kinds(), Heard())
        here = [name for name, kind in kinds().items() if (kind.scope == "account") is (self.site.region == GLOBAL)]
        managed = sorted(set(here) & self._managed() & {control.kind for control in controls})
        record = scan.record(await scan.kinds(managed, Needs(controls, deciding=controls)))
        return self._whole(record, here)

    def _sites(self) -> list[Site]:
        """All of the account, where this one stands for what it has once."""
        regions = self.regions if self.site.region == GLOBAL else ()
        return [self.site, *(replace(self.site, region=region) for region in sorted(regions))]

    def _managed(self) -> set[str]:
        region = None if self.site.region == GLOBAL else self.site.region
        return {kind for type_, kind in KINDS.items() if self.estate.manages(type_, region)}

    def _whole(self, record: Record, here: Iterable[str]) -> Record:
        """With addresses for ARNs, what stands for usage, and the kinds of which the plan has nothing."""
        planned = by_id(self.plan, self.site.account, None if self.site.region == GLOBAL else self.site.region)
        resources = [
            replace(each, arn=planned[each.kind, each.id].address) if (each.kind, each.id) in planned else each
            for each in record.resources
        ]
        usage = [Resource("usage", "usage", None, _usage())] if "usage" in here else []
        missing = sorted({*here} - {*record.kinds, "usage"})
        gaps = [KindGap(kind, Gap("unsupported", message="the plan manages none here")) for kind in missing]
        return replace(
            record,
            kinds=tuple(sorted(here)),
            resources=(*resources, *usage),
            gaps=(*record.gaps, *gaps),
        )


def _usage() -> Mapping[str, Any]:
    unseen = Gap("unsupported", message="a plan does not tell what is used").as_fact()
    fields = {name: unseen for name in Usage.model_fields if name != "lookback_days"}
    return {**fields, "in_use": True}


@dataclass(frozen=True, slots=True)
class _Replies:
    """Answers out of a plan, in AWS's place."""

    estate: Estate

    async def read(self, asked: Asked, /) -> Answer:
        """The reply, all on one page."""
        from bedaudit.aws.memo import Failure  # noqa: PLC0415 - loads botocore
        from bedaudit.aws.redact import redact  # noqa: PLC0415

        operation = asked.operation
        try:
            found = answer(self.estate, operation, asked.region, asked.parameters)
            if found is None:
                gap = Gap("failed", str(operation), operation.absent[0])
                return Failure(gap, operation.absent[0], asked.region)
            return (redact(operation.service, operation.name, found),)
        except Unreadable as unreadable:
            return Failure(unreadable.gap, None, asked.region)
