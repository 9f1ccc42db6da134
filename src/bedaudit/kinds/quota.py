"""Quotas of Bedrock: those that the models with traffic draw on, and those whose usage AWS itself measures.

Bedrock has hundreds of quotas, most of them for models that an account does not use; those are left out.
https://docs.aws.amazon.com/bedrock/latest/userguide/quotas.html
https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ServiceQuota.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Raw, Resource
from bedaudit.parts import alarmed, application_profiles, quota_usage, traffic
from bedaudit.parts.alarmed import read_alarms
from bedaudit.parts.quota_usage import Measured, measures_of, read_callers, read_peaks
from bedaudit.parts.service_request import WhyNot, is_so, told
from bedaudit.reader import Operation, Reader
from bedaudit.state import Because, State

LIST_QUOTAS = Operation("service-quotas", "ListServiceQuotas", iam="servicequotas:ListServiceQuotas")


class Quota(State):
    """A service quota of Bedrock that this site draws on."""

    code: str
    """The quota's code in Service Quotas, as L-59759B4A."""
    name: str
    """The quota's name."""
    value: float
    """What may be used."""
    adjustable: bool
    """Whether more can be asked for through Service Quotas."""
    models: tuple[str, ...]
    """The models and inference profiles with traffic that draw on it; none where it is not a model's."""
    usage: float | Gap | None = None
    """The most that was used at once in the last 24 hours; missing: AWS published nothing of it."""
    used_percent: float | Gap | None = None
    """The same in percent of what may be used."""
    alarmed: Annotated[bool | Gap, Because("not_alarmed_because")]
    """Whether alarms of the site watch the usage of all that draws on it, as EstimatedTPMQuotaUsage of each model."""
    not_alarmed_because: str | None = None
    """The first usage that no alarm watches."""


async def read(aws: Reader) -> Iterable[Resource] | Gap:
    """The quotas that matter here, from the list of all."""
    callers = await read_callers(aws)
    if isinstance(callers, Gap):
        return callers
    pages = await aws.pages(LIST_QUOTAS, ServiceCode="bedrock")
    quotas = [(quota, measures_of(quota, callers)) for page in pages for quota in page.get("Quotas", [])]
    relevant = [(quota, measured) for quota, measured in quotas if measured and "Value" in quota]
    together = tuple(one for _, measured in relevant for one in measured)
    return [await _quota(aws, quota, measured, together) for quota, measured in relevant]


async def _quota(aws: Reader, quota: Raw, measured: tuple[Measured, ...], together: tuple[Measured, ...]) -> Resource:
    code, value = quota["QuotaCode"], quota["Value"]
    unwatched = await aws.part("alarmed", lambda aws: _why_not_alarmed(aws, measured))
    state = Quota(
        code=code,
        name=quota["QuotaName"],
        value=value,
        adjustable=quota.get("Adjustable", False),
        models=tuple(sorted(one.model for one in measured if one.model)),
        usage=await aws.part("usage", lambda aws: _usage(aws, measured, together)),
        used_percent=await aws.part("used_percent", lambda aws: _used_percent(aws, value, measured, together)),
        alarmed=is_so(unwatched),
        not_alarmed_because=told(unwatched),
    )
    return resource("quota", code, state, arn=quota.get("QuotaArn"), raw=quota)


async def _usage(aws: Reader, measured: tuple[Measured, ...], together: tuple[Measured, ...]) -> float | Gap | None:
    peaks = await read_peaks(aws, together)
    return peaks if isinstance(peaks, Gap) else peaks(measured)


async def _used_percent(
    aws: Reader, value: float, measured: tuple[Measured, ...], together: tuple[Measured, ...]
) -> float | Gap | None:
    usage = await _usage(aws, measured, together)
    if usage is None or isinstance(usage, Gap):
        return usage
    return round(100 * usage / value, 1) if value else None


async def _why_not_alarmed(aws: Reader, measured: tuple[Measured, ...]) -> WhyNot:
    alarms = await read_alarms(aws)
    watched = [alarms.watched(name) for name in alarms.by_name if name not in alarms.rules]
    series = [one.watch for alarm in watched for one in alarm.series if one.watch.account in (None, aws.account)]
    missing = next((one for one in measured if not any(one.is_watched(watch) for watch in series)), None)
    if missing is None:
        return None
    unsure = (alarm.gap for alarm in watched if alarm.gap)
    models = (watch.model for watch in series if any(one.is_named(watch) for one in measured))
    of = f" of {missing.model}" if missing.model else ""
    told_so = f"no alarm watches {missing.metric}{of}"
    return next((gap for gap in (*unsure, *models) if isinstance(gap, Gap)), told_so)


KIND = Kind(
    name="quota",
    state=Quota,
    read=read,
    operations=(
        LIST_QUOTAS,
        *quota_usage.OPERATIONS,
        *traffic.OPERATIONS,
        *alarmed.OPERATIONS,
        *application_profiles.OPERATIONS,
    ),
)
