import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bedaudit.model import Gap
from bedaudit.parts.delivery import OPERATIONS, Delivery, read_delivery
from tests.replay import ABSENT, NOW, Replay

CLOUDWATCH = "ModelInvocationLogsCloudWatchDelivery"
S3 = "ModelInvocationLogsS3Delivery"
LARGE = "ModelInvocationLargeDataS3Delivery"
DENIED = Gap("denied", "x:Y", "AccessDenied")


def metrics(**hours: Mapping[int, int]) -> dict[str, Any]:
    """What CloudWatch says: sums by how many hours ago, by metric."""
    listed = [{"Namespace": "AWS/Bedrock", "MetricName": name} for name in hours]

    def data(parameters: Mapping[str, Any]) -> dict[str, Any]:
        results = []
        for query in parameters["MetricDataQueries"]:
            sums = hours[query["MetricStat"]["Metric"]["MetricName"]]
            moments = [NOW - timedelta(hours=ago) for ago in sums]
            results.append({"Id": query["Id"], "Timestamps": moments, "Values": list(sums.values())})
        return {"MetricDataResults": results}

    return {"cloudwatch:ListMetrics": {"Metrics": listed}, "cloudwatch:GetMetricData": data}


def stream(hours_ago: float | None, name: str = "aws/bedrock/modelinvocations") -> dict[str, Any]:
    event = {} if hours_ago is None else {"lastEventTimestamp": int((NOW.timestamp() - hours_ago * 3600) * 1000)}
    return {"logs:DescribeLogStreams": {"logStreams": [{"logStreamName": name, **event}]}}


def read(recorded: Mapping[str, Any], log_group: str | None, *, to_s3: bool) -> Delivery:
    return asyncio.run(read_delivery(Replay(recorded, operations=OPERATIONS), log_group, to_s3=to_s3))


def arrival(delivery: Delivery) -> bool | str | Gap | None:
    """Why logs do not arrive, or what else is known of it."""
    assert (delivery.flowing is False) == (delivery.not_flowing_because is not None)
    return delivery.not_flowing_because or delivery.flowing


NO_STREAM: dict[str, Any] = {"logs:DescribeLogStreams": {"logStreams": []}}
QUIET = metrics()
SUCCESS, FAILURE, S3_SUCCESS, S3_FAILURE = (
    f"{CLOUDWATCH}Success",
    f"{CLOUDWATCH}Failure",
    f"{S3}Success",
    f"{S3}Failure",
)

CALLED = "models were called 3 hours ago"
NO_LOG = "in the last 24 hours nothing arrived in CloudWatch Logs"
NOTHING_IN_S3 = "in the last 24 hours nothing arrived in S3"

TO_CLOUDWATCH: list[tuple[str, dict[str, Any], dict[str, Any], bool | str | Gap | None]] = [
    ("no_traffic_and_no_logs", QUIET, NO_STREAM, None),
    ("no_traffic_and_old_logs", QUIET, stream(100), None),
    ("logs_without_counted_traffic", QUIET, stream(3), True),
    ("traffic_and_a_fresh_event", metrics(Invocations={3: 9}), stream(2.9), True),
    (
        "traffic_after_the_last_event",
        metrics(Invocations={3: 9, 20: 4}),
        stream(19),
        f"{CALLED}, but the last log event is 19 hours old",
    ),
    ("traffic_and_no_event_at_all", metrics(Invocations={3: 9}), NO_STREAM, f"{CALLED}, but {NO_LOG}"),
    ("traffic_and_a_stream_without_events", metrics(Invocations={3: 9}), stream(None), f"{CALLED}, but {NO_LOG}"),
    (
        "traffic_and_only_another_stream",
        metrics(Invocations={3: 9}),
        stream(1, "aws/bedrock/modelinvocations-2"),
        f"{CALLED}, but {NO_LOG}",
    ),
    (
        "traffic_and_no_log_group",
        metrics(Invocations={3: 9}),
        {"logs:DescribeLogStreams": ABSENT},
        f"{CALLED}, but {NO_LOG}",
    ),
    ("traffic_of_this_hour_proves_nothing", metrics(Invocations={0: 9, 1: 3}), NO_STREAM, None),
    (
        "traffic_of_two_hours_ago_does",
        metrics(Invocations={2: 9}),
        NO_STREAM,
        f"models were called 2 hours ago, but {NO_LOG}",
    ),
    ("traffic_of_last_week_proves_nothing", metrics(Invocations={100: 9}), NO_STREAM, None),
    ("log_on_the_other_side_of_the_hour", metrics(Invocations={3: 1}), stream(3.1), True),
    ("successes_are_enough", metrics(Invocations={3: 9}, **{SUCCESS: {3: 9}}), NO_STREAM, True),
    ("the_youngest_sign_counts", metrics(Invocations={3: 9}, **{SUCCESS: {3: 9, 20: 9}}), stream(22), True),
    ("log_of_the_hour_before_to_the_minute", metrics(Invocations={3: 1}), stream(4), True),
    (
        "log_older_than_the_hour_before",
        metrics(Invocations={3: 1}),
        stream(4.1),
        f"{CALLED}, but the last log event is 4 hours old",
    ),
    (
        "successes_before_the_traffic",
        metrics(Invocations={3: 9, 9: 9}, **{SUCCESS: {9: 9}}),
        NO_STREAM,
        f"{CALLED}, but the last delivery to CloudWatch Logs that succeeded was 9 hours ago",
    ),
    (
        "failures_only",
        metrics(**{FAILURE: {0: 2}}),
        NO_STREAM,
        f"{NO_LOG}; 2 deliveries to CloudWatch Logs failed in the last 24 hours",
    ),
    (
        "failures_after_successes",
        metrics(**{SUCCESS: {9: 2}, FAILURE: {1: 2}}),
        NO_STREAM,
        (
            "the last delivery to CloudWatch Logs that succeeded was 9 hours ago; "
            "2 deliveries to CloudWatch Logs failed in the last 24 hours"
        ),
    ),
    (
        "logs_that_stopped_long_ago",
        metrics(Invocations={3: 9}),
        stream(9 * 24 + 5),
        f"{CALLED}, but the last log event is 9 days old",
    ),
    (
        "one_failure_after_a_log",
        metrics(Invocations={20: 1}, **{FAILURE: {1: 1}}),
        stream(47),
        (
            "models were called 20 hours ago, but the last log event is 47 hours old; "
            "1 delivery to CloudWatch Logs failed in the last 24 hours"
        ),
    ),
    ("failures_among_successes", metrics(**{SUCCESS: {1: 90}, FAILURE: {1: 2}}), NO_STREAM, True),
    ("failures_of_s3_do_not_matter", metrics(Invocations={3: 9}, **{S3_FAILURE: {3: 9}}), stream(2), True),
    ("metrics_are_denied", {"cloudwatch:ListMetrics": DENIED}, stream(2), DENIED),
    ("sums_are_denied", metrics(Invocations={3: 9}) | {"cloudwatch:GetMetricData": DENIED}, stream(2), DENIED),
    ("stream_is_denied", metrics(Invocations={3: 9}), {"logs:DescribeLogStreams": DENIED}, DENIED),
    (
        "stream_is_denied_but_metrics_tell",
        metrics(Invocations={3: 9}, **{SUCCESS: {3: 9}}),
        {"logs:DescribeLogStreams": DENIED},
        True,
    ),
    ("stream_is_denied_and_there_is_no_traffic", QUIET, {"logs:DescribeLogStreams": DENIED}, None),
]


@pytest.mark.parametrize(
    ("seen", "streams", "expected"), [case[1:] for case in TO_CLOUDWATCH], ids=[case[0] for case in TO_CLOUDWATCH]
)
def test_whether_logs_reach_the_log_group(
    seen: dict[str, Any], streams: dict[str, Any], expected: bool | str | Gap | None
) -> None:
    assert arrival(read(seen | streams, "/bedrock", to_s3=False)) == expected


BOTH: list[tuple[str, dict[str, Any], dict[str, Any], bool | str | Gap | None]] = [
    ("both_arrive", metrics(Invocations={3: 9}, **{S3_SUCCESS: {3: 9}}), stream(2), True),
    ("the_bucket_gets_nothing", metrics(Invocations={3: 9}), stream(2), f"{CALLED}, but {NOTHING_IN_S3}"),
    (
        "the_log_group_gets_nothing",
        metrics(Invocations={3: 9}, **{S3_SUCCESS: {3: 9}}),
        NO_STREAM,
        f"{CALLED}, but {NO_LOG}",
    ),
    (
        "none_gets_anything",
        metrics(Invocations={3: 9}, **{S3_FAILURE: {3: 9}}),
        NO_STREAM,
        f"{CALLED}, but {NO_LOG}; {CALLED}, but {NOTHING_IN_S3}; 9 deliveries to S3 failed in the last 24 hours",
    ),
    ("only_one_tells", metrics(**{S3_SUCCESS: {3: 9}}), NO_STREAM, None),
    (
        "one_is_unreadable",
        metrics(Invocations={3: 9}, **{S3_SUCCESS: {3: 9}}),
        {"logs:DescribeLogStreams": DENIED},
        DENIED,
    ),
    (
        "one_is_unreadable_one_fails",
        metrics(Invocations={3: 9}),
        {"logs:DescribeLogStreams": DENIED},
        f"{CALLED}, but {NOTHING_IN_S3}",
    ),
]


@pytest.mark.parametrize(("seen", "streams", "expected"), [case[1:] for case in BOTH], ids=[case[0] for case in BOTH])
def test_whether_logs_reach_both(
    seen: dict[str, Any], streams: dict[str, Any], expected: bool | str | Gap | None
) -> None:
    assert arrival(read(seen | streams, "/bedrock", to_s3=True)) == expected


def test_counts_are_of_the_last_day_and_of_all_destinations() -> None:
    seen = metrics(
        Invocations={2: 9},
        **{SUCCESS: {2: 9, 30: 100}, FAILURE: {2: 1, 24: 1, 25: 5}, S3_SUCCESS: {2: 4}, f"{LARGE}Failure": {1: 3}},
    )
    assert read(seen | stream(1.5), "/bedrock", to_s3=True) == Delivery(
        flowing=True, last_event_age=1.5, failures=5, successes=13
    )


def test_a_bucket_alone_has_no_stream() -> None:
    seen = metrics(Invocations={2: 9}, **{S3_SUCCESS: {2: 9}})
    assert read(seen, None, to_s3=True) == Delivery(flowing=True, failures=0, successes=9)


def test_a_quiet_site_costs_one_call_of_cloudwatch() -> None:
    aws = Replay({"cloudwatch:ListMetrics": {"Metrics": []}}, operations=OPERATIONS)
    assert asyncio.run(read_delivery(aws, None, to_s3=True)) == Delivery(failures=0, successes=0)
    assert {call[0] for call in aws.calls} == {"cloudwatch:ListMetrics"}


def test_each_part_has_its_own_gap() -> None:
    denied_stream = metrics(**{FAILURE: {2: 1}}) | {"logs:DescribeLogStreams": DENIED}
    assert read(denied_stream, "/bedrock", to_s3=False) == Delivery(
        flowing=DENIED, last_event_age=DENIED, failures=1, successes=0
    )
    denied_metrics = stream(1) | {"cloudwatch:ListMetrics": DENIED}
    assert read(denied_metrics, "/bedrock", to_s3=False) == Delivery(
        flowing=DENIED, last_event_age=1.0, failures=DENIED, successes=DENIED
    )


@pytest.mark.parametrize("moment", [10**15, int((NOW.timestamp() + 48 * 3600) * 1000)])
def test_an_event_of_no_possible_time_proves_nothing(moment: int) -> None:
    streams = [{"logStreamName": "aws/bedrock/modelinvocations", "lastEventTimestamp": moment}]
    recorded = metrics(Invocations={3: 9}) | {"logs:DescribeLogStreams": {"logStreams": streams}}
    gap = Gap("failed", "logs:DescribeLogStreams", message=f"the newest event cannot be of {moment}")
    assert read(recorded, "/bedrock", to_s3=False) == Delivery(flowing=gap, last_event_age=gap, failures=0, successes=0)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        ({"Id": "m0", "StatusCode": "Forbidden"}, "Forbidden"),
        ({"Id": "m0", "StatusCode": "InternalError"}, "InternalError"),
        ({"Id": "m7", "StatusCode": "Complete"}, None),
        ({"StatusCode": "Complete"}, None),
    ],
)
def test_a_metric_that_cloudwatch_keeps_back_or_mixes_up_is_a_gap(result: Mapping[str, str], code: str | None) -> None:
    reply = {"MetricDataResults": [result]}
    seen = metrics(Invocations={2: 9}) | {"cloudwatch:GetMetricData": reply}
    gap = Gap("failed", "cloudwatch:GetMetricData", code, "CloudWatch did not give a metric")
    assert read(seen | stream(1), "/bedrock", to_s3=False) == Delivery(
        flowing=gap, last_event_age=1.0, failures=gap, successes=gap
    )


def test_ingestion_counts_where_it_is_later_than_the_event() -> None:
    event, ingestion = datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 20, 10, tzinfo=UTC)
    streams = [
        {
            "logStreamName": "aws/bedrock/modelinvocations",
            "lastEventTimestamp": int(event.timestamp() * 1000),
            "lastIngestionTime": int(ingestion.timestamp() * 1000),
        }
    ]
    recorded = QUIET | {"logs:DescribeLogStreams": {"logStreams": streams}}
    assert read(recorded, "/bedrock", to_s3=False).last_event_age == 2.0
