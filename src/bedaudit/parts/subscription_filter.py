"""Who receives the events of a log group, and whether there is anybody at the other end."""

from __future__ import annotations

from bedaudit.documents.arn import parse
from bedaudit.model import Gap
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

DESCRIBE_FILTERS = Operation("logs", "DescribeSubscriptionFilters")
GET_FUNCTION = Operation("lambda", "GetFunctionConfiguration", absent=("ResourceNotFoundException",))
DESCRIBE_STREAM = Operation("kinesis", "DescribeStreamSummary", absent=("ResourceNotFoundException",))
DESCRIBE_DELIVERY_STREAM = Operation("firehose", "DescribeDeliveryStream", absent=("ResourceNotFoundException",))
DESCRIBE_DESTINATIONS = Operation("logs", "DescribeDestinations")
OPERATIONS = (DESCRIBE_FILTERS, GET_FUNCTION, DESCRIBE_STREAM, DESCRIBE_DELIVERY_STREAM, DESCRIBE_DESTINATIONS)


class SubscriptionFilter(State):
    """Somebody to whom a log group's events are sent."""

    name: str
    """Name of the filter."""
    destination: str
    """ARN of the function, stream or destination that receives the events."""
    alive: bool | Gap | None = None
    """Whether the destination, and the stream behind it, exist and can receive; missing where that belongs to another
    account."""


async def read_subscription_filters(aws: Reader, log_group: str) -> tuple[SubscriptionFilter, ...]:
    """The subscription filters of a log group, by name."""
    pages = await aws.pages(DESCRIBE_FILTERS, logGroupName=log_group)
    filters = [each for page in pages for each in page.get("subscriptionFilters", [])]
    return tuple(
        [
            SubscriptionFilter(
                name=each["filterName"],
                destination=each["destinationArn"],
                alive=await aws.attempt(_alive(aws, each["destinationArn"])),
            )
            for each in sorted(filters, key=lambda each: str(each["filterName"]))
        ]
    )


async def _alive(aws: Reader, destination: str) -> bool | None:
    _, _, service, region, account, name = parse(destination)
    if account != aws.account:
        return None
    match service:
        case "lambda":
            function = await aws.find(GET_FUNCTION, at=region, FunctionName=destination)
            return function is not None and function.get("State") != "Failed"
        case "kinesis":
            stream = await aws.find(DESCRIBE_STREAM, at=region, StreamName=name.removeprefix("stream/"))
            return stream is not None and stream["StreamDescriptionSummary"]["StreamStatus"] in ("ACTIVE", "UPDATING")
        case "firehose":
            stream = await aws.find(
                DESCRIBE_DELIVERY_STREAM, at=region, DeliveryStreamName=name.removeprefix("deliverystream/")
            )
            return stream is not None and stream["DeliveryStreamDescription"]["DeliveryStreamStatus"] == "ACTIVE"
        case "logs":
            target = await _target(aws, name.removeprefix("destination:"), region)
            return False if target is None else await _alive(aws, target)
        case _:
            return None


async def _target(aws: Reader, name: str, region: str) -> str | None:
    """The ARN of the stream behind a destination of CloudWatch Logs."""
    pages = await aws.pages(DESCRIBE_DESTINATIONS, at=region, DestinationNamePrefix=name)
    found = (each for page in pages for each in page.get("destinations", []) if each["destinationName"] == name)
    target: str | None = next((each["targetArn"] for each in found), None)
    return target
