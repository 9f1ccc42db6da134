"""Model invocation logging: one configuration an account and region, off by default.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Raw, Resource
from bedaudit.parts import bucket, delivery, log_group, role
from bedaudit.parts.bedrock_log_groups import GET_LOGGING
from bedaudit.parts.bucket import Bucket, read_bucket
from bedaudit.parts.delivery import Delivery, read_delivery
from bedaudit.parts.log_group import LogGroup, read_log_group
from bedaudit.parts.role import Role, read_role
from bedaudit.reader import Reader
from bedaudit.state import State


class CloudWatchDestination(State):
    """The log group that receives invocation logs, and what delivery to it needs."""

    log_group: LogGroup | Gap
    """The log group."""
    role: Role | Gap
    """The role with which Bedrock writes to it."""
    large_data: Bucket | Gap | None = None
    """The bucket for bodies above 100 KB and binary data; missing: they are lost, unless S3 is a destination too."""


class InvocationLogging(State):
    """The model invocation logging of a site."""

    enabled: bool
    """Whether there is a logging configuration; one without a destination delivers nothing."""
    destinations: tuple[Literal["cloudwatch", "s3"], ...]
    """Where they are logged to."""
    text: bool | None = None
    """Whether text is logged; missing: the configuration does not say."""
    image: bool | None = None
    """Whether images are logged; missing: the configuration does not say."""
    embedding: bool | None = None
    """Whether embeddings are logged; missing: the configuration does not say."""
    video: bool | None = None
    """Whether video is logged; missing: the configuration does not say."""
    audio: bool | None = None
    """Whether audio is logged; missing: the configuration does not say."""
    cloudwatch: CloudWatchDestination | None = None
    """The destination in CloudWatch Logs."""
    s3: Bucket | Gap | None = None
    """The destination in S3."""
    delivery: Delivery | Gap | None = None
    """Whether logs arrive; missing while there is no destination."""


async def read(aws: Reader) -> Iterable[Resource]:
    """The configuration; an empty one, or none, is off."""
    config = (await aws.call(GET_LOGGING)).get("loggingConfig") or {}
    cloudwatch, s3 = config.get("cloudWatchConfig"), config.get("s3Config")
    group = cloudwatch["logGroupName"] if cloudwatch else None
    state = InvocationLogging(
        enabled=bool(config),
        destinations=(*(("cloudwatch",) if cloudwatch else ()), *(("s3",) if s3 else ())),
        text=config.get("textDataDeliveryEnabled"),
        image=config.get("imageDataDeliveryEnabled"),
        embedding=config.get("embeddingDataDeliveryEnabled"),
        video=config.get("videoDataDeliveryEnabled"),
        audio=config.get("audioDataDeliveryEnabled"),
        cloudwatch=await _cloudwatch(aws, cloudwatch) if cloudwatch else None,
        s3=await aws.part("s3", lambda aws: _bucket(aws, s3)) if s3 else None,
        delivery=await aws.part("delivery", lambda aws: read_delivery(aws, group, to_s3=bool(s3)))
        if cloudwatch or s3
        else None,
    )
    arn = f"arn:{aws.partition}:bedrock:{aws.region}:{aws.account}:model-invocation-logging"
    return [resource("invocation_logging", "model-invocation-logging", state, arn=arn, raw=config)]


async def _cloudwatch(aws: Reader, config: Raw) -> CloudWatchDestination:
    name, large = config["logGroupName"], config.get("largeDataDeliveryS3Config")
    return CloudWatchDestination(
        log_group=await aws.part("cloudwatch.log_group", lambda aws: read_log_group(aws, name)),
        role=await aws.part("cloudwatch.role", lambda aws: read_role(aws, config["roleArn"], name)),
        large_data=await aws.part("cloudwatch.large_data", lambda aws: _bucket(aws, large)) if large else None,
    )


async def _bucket(aws: Reader, config: Raw) -> Bucket | Gap:
    return await read_bucket(aws, config["bucketName"], config.get("keyPrefix"))


KIND = Kind(
    name="invocation_logging",
    state=InvocationLogging,
    read=read,
    operations=(GET_LOGGING, *log_group.OPERATIONS, *role.OPERATIONS, *bucket.OPERATIONS, *delivery.OPERATIONS),
    single=True,
)
