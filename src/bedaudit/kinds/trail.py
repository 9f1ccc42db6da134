"""CloudTrail trails: who called Bedrock, when and from where.

Events that CloudTrail delivers to CloudWatch Logs without a trail, by a telemetry rule, are not seen.
https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from bedaudit.documents.arn import parse
from bedaudit.documents.event_selectors import Recorded, recorded
from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Raw, Resource
from bedaudit.parts import kms_key
from bedaudit.parts.kms_key import KmsKey, read_kms_key
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

DESCRIBE_TRAILS = Operation("cloudtrail", "DescribeTrails")
LIST_TRAILS = Operation("cloudtrail", "ListTrails")
GET_STATUS = Operation("cloudtrail", "GetTrailStatus")
GET_SELECTORS = Operation("cloudtrail", "GetEventSelectors")


class Trail(State):
    """A CloudTrail trail that records this account, be it its own or its organization's."""

    name: str
    """The trail's name."""
    owner: str
    """The account that it belongs to: an organization's trail is seen from every member."""
    home_region: str
    """The region in which it was created."""
    multi_region: bool
    """Whether it records every region."""
    organization: bool
    """Whether it records every account of the organization."""
    logging: bool | Gap
    """Whether it is recording now."""
    last_delivery_error: str | Gap | None = None
    """The error of S3 that its last delivery ran into; missing: it went well."""
    last_log_group_delivery_error: str | Gap | None = None
    """The error of CloudWatch Logs that its last delivery there ran into; missing: it went well."""
    last_digest_delivery_error: str | Gap | None = None
    """The error of S3 that its last digest, by which log files are validated, ran into; missing: it went well."""
    records_bedrock: bool | Gap
    """Whether it records any event of Bedrock, be it only some."""
    records_management_events: bool | Gap
    """Whether it records all management events of Bedrock, reads and writes: model invocations are among them."""
    data_event_types: tuple[str, ...] | Gap
    """The `AWS::Bedrock` resource types of which it records every data event."""
    partial_data_event_types: tuple[str, ...] | Gap
    """The `AWS::Bedrock` resource types of which it records only some data events, as of one ARN or writes only."""
    log_file_validation: bool
    """Whether it signs its log files, so that a change is seen."""
    kms_key: KmsKey | Gap | None = None
    """The KMS key that encrypts its log files; missing: S3 encrypts them with a key of its own."""
    bucket: str | None = None
    """The bucket that receives its log files."""
    log_group: str | None = None
    """ARN of the log group that receives its events."""


async def read(aws: Reader) -> Iterable[Resource]:
    """The trails that reach the home region, then those that live in one other region only."""
    trails = list((await aws.call(DESCRIBE_TRAILS)).get("trailList", []))
    known = {trail["TrailARN"] for trail in trails}
    elsewhere: dict[str, list[str]] = {}
    for page in await aws.pages(LIST_TRAILS):
        for listed in page.get("Trails", []):
            if listed["TrailARN"] not in known:
                elsewhere.setdefault(_home(listed), []).append(listed["TrailARN"])
    replies = [aws.call(DESCRIBE_TRAILS, at=region, trailNameList=arns) for region, arns in sorted(elsewhere.items())]
    for reply in await asyncio.gather(*replies):
        trails += reply.get("trailList", [])
    return await asyncio.gather(*(_trail(aws, trail) for trail in trails))


async def _trail(aws: Reader, trail: Raw) -> Resource:
    arn = trail["TrailARN"]
    of = parse(arn)
    named = _Named(arn, _home(trail))
    key = trail.get("KmsKeyId")
    state = Trail(
        name=trail["Name"],
        owner=of.account,
        home_region=named.home,
        multi_region=trail.get("IsMultiRegionTrail", False),
        organization=trail.get("IsOrganizationTrail", False),
        logging=await aws.part("logging", named.logging),
        last_delivery_error=await aws.part("last_delivery_error", named.error("Delivery")),
        last_log_group_delivery_error=await aws.part(
            "last_log_group_delivery_error", named.error("CloudWatchLogsDelivery")
        ),
        last_digest_delivery_error=await aws.part("last_digest_delivery_error", named.error("DigestDelivery")),
        records_bedrock=await aws.part("records_bedrock", named.anything),
        records_management_events=await aws.part("records_management_events", named.management),
        data_event_types=await aws.part("data_event_types", named.data),
        partial_data_event_types=await aws.part("partial_data_event_types", named.partial_data),
        log_file_validation=trail.get("LogFileValidationEnabled", False),
        kms_key=await aws.part("kms_key", lambda aws: read_kms_key(aws, key, at=named.home)) if key else None,
        bucket=trail.get("S3BucketName"),
        log_group=trail.get("CloudWatchLogsLogGroupArn"),
    )
    return resource("trail", f"{of.region}:{of.account}:trail/{trail['Name']}", state, arn=arn, raw=trail)


def _home(trail: Raw) -> str:
    return str(trail.get("HomeRegion") or parse(trail["TrailARN"]).region)


@dataclass(frozen=True, slots=True)
class _Named:
    """A trail by what every account understands: its full ARN, in its home region."""

    arn: str
    home: str

    async def logging(self, aws: Reader) -> bool:
        return bool((await self._status(aws)).get("IsLogging", False))

    def error(self, of: str) -> Callable[[Reader], Awaitable[str | None]]:
        async def read(aws: Reader) -> str | None:
            return (await self._status(aws)).get(f"Latest{of}Error") or None

        return read

    async def anything(self, aws: Reader) -> bool:
        return (await self._recorded(aws)).anything

    async def management(self, aws: Reader) -> bool:
        return (await self._recorded(aws)).management

    async def data(self, aws: Reader) -> tuple[str, ...]:
        return (await self._recorded(aws)).data

    async def partial_data(self, aws: Reader) -> tuple[str, ...]:
        return (await self._recorded(aws)).partial_data

    async def _status(self, aws: Reader) -> Raw:
        return await aws.call(GET_STATUS, at=self.home, Name=self.arn)

    async def _recorded(self, aws: Reader) -> Recorded:
        return recorded(await aws.call(GET_SELECTORS, at=self.home, TrailName=self.arn))


KIND = Kind(
    name="trail",
    state=Trail,
    read=read,
    operations=(DESCRIBE_TRAILS, LIST_TRAILS, GET_STATUS, GET_SELECTORS, *kms_key.OPERATIONS),
    scope="account",
    judged="account",
)
