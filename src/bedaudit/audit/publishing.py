"""Publishing: the findings of a report go to AWS Security Hub, and the report tells of those that did not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from bedaudit.errors import TargetError
from bedaudit.evaluate import EVERYWHERE
from bedaudit.model import Finding, Report
from bedaudit.report.asff import Imports, region_of
from bedaudit.report.phrases import counted, unread
from bedaudit.report.plain import ascii_json

if TYPE_CHECKING:
    from bedaudit.aws.progress import Progress
    from bedaudit.aws.security_hub import Batch, Imported, Refusal
    from bedaudit.aws.settings import Settings

_MOST: Final = 100
_LARGEST: Final = 5_500_000
"""Findings, and bytes, of one call; Security Hub takes 6 MB."""
_MOST_PLACES: Final = 5


@dataclass(frozen=True, slots=True)
class Published:
    """The report, with notices of what was not taken."""

    report: Report
    whole: bool
    """Whether all was taken."""


def publish(settings: Settings, progress: Progress, report: Report, *, compared: bool) -> Published:
    """Gives the findings to Security Hub; of what is good, `compared` with a baseline, only what was fixed.

    Findings of accounts that were not entered and of regions that are not enabled are left out.
    """
    try:
        imports = asyncio.run(_publish(settings, progress, batches(report, compared=compared)))
    except TargetError as error:
        notices: tuple[str, ...] = (f"Security Hub was given nothing: {error}",)
    else:
        notices = tuple(_notices(imports.refusals))
    return Published(replace(report, notices=(*report.notices, *notices)), whole=not notices)


async def _publish(settings: Settings, progress: Progress, found: Iterable[Batch]) -> Imported:
    from bedaudit.aws.connection import connect  # noqa: PLC0415 - loads boto3
    from bedaudit.aws.security_hub import publish  # noqa: PLC0415
    from bedaudit.aws.targets import targets  # noqa: PLC0415

    async with connect(settings, progress) as aws:
        return await publish(aws, await targets(aws), found)


def batches(report: Report, *, compared: bool = False) -> Iterator[Batch]:
    """The findings that are published, as many a call as Security Hub takes."""
    from bedaudit.aws.security_hub import Batch  # noqa: PLC0415

    imports = Imports(report)
    ours = (each for each in report.findings if _published(each, compared=compared))
    for (account, region), findings in groupby(ours, lambda each: (each.site.account, region_of(each.site))):
        for batch in _cut(map(imports.finding, findings)):
            yield Batch(account, region, batch)


def _published(finding: Finding, *, compared: bool) -> bool:
    if finding.site.region == EVERYWHERE or any(gap.reason == "region_disabled" for gap in finding.gaps):
        return False
    return finding.outcome in ("fail", "unknown", "waived") or not compared or finding.baseline == "fixed"


def _cut(findings: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], ...]]:
    batch: list[dict[str, Any]] = []
    size = 0
    for finding in findings:
        more = len(ascii_json(finding))
        if batch and (len(batch) == _MOST or size + more > _LARGEST):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(finding)
        size += more
    if batch:
        yield tuple(batch)


def _notices(refusals: Iterable[Refusal]) -> Iterator[str]:
    """One a reason, whatever accounts and regions it names in words."""
    reasons: dict[tuple[str | None, ...], list[Refusal]] = {}
    for refusal in refusals:
        gap = refusal.gap
        reasons.setdefault((gap.reason, gap.operation, gap.code), []).append(refusal)
    for _, same in sorted(reasons.items(), key=lambda each: str(each[0])):
        places = sorted({f"{each.account} {each.region}" for each in same})
        more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
        number = counted(sum(each.findings for each in same), "finding")
        where = f"{', '.join(places[:_MOST_PLACES])}{more}"
        yield f"Security Hub did not take {number} of {where}: {unread(same[0].gap)}"
