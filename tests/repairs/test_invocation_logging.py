from __future__ import annotations

from typing import Any

import pytest

from bedaudit.model import Call
from bedaudit.repairs.invocation_logging import LOGGING
from tests.repairs.editing import edit, read

ROLE = "arn:aws:iam::111122223333:role/logging"
CLOUDWATCH = {"logGroupName": "group", "roleArn": ROLE}
OFF = Call("bedrock", "DeleteModelInvocationLoggingConfiguration", {})


def put(config: Any) -> Call:
    return Call("bedrock", "PutModelInvocationLoggingConfiguration", {"loggingConfig": config})


def test_logging_that_was_off_is_turned_on_with_all_that_is_said_and_off_again() -> None:
    wanted = {
        "enabled": True, "text": True, "image": True, "embedding": False, "cloudwatch.log_group.name": "group",
        "cloudwatch.role.arn": ROLE, "cloudwatch.large_data.bucket": "large",
    }  # fmt: skip
    config = {
        "textDataDeliveryEnabled": True,
        "imageDataDeliveryEnabled": True,
        "embeddingDataDeliveryEnabled": False,
        "cloudWatchConfig": {**CLOUDWATCH, "largeDataDeliveryS3Config": {"bucketName": "large"}},
    }
    found = edit(LOGGING, {}, None, wanted)
    assert (found.calls, found.undo) == ((put(config),), (OFF,))
    assert (found.safety, found.reason) == ("safe", "whoever applies it needs iam:PassRole for the role")


def test_a_flag_is_turned_on_and_all_else_stays() -> None:
    before = {
        "cloudWatchConfig": {**CLOUDWATCH, "largeDataDeliveryS3Config": {"bucketName": "large", "keyPrefix": "p"}},
        "s3Config": {"bucketName": "logs", "keyPrefix": "q"},
        "textDataDeliveryEnabled": False,
        "audioDataDeliveryEnabled": False,
    }
    found = edit(LOGGING, {}, before, {"text": True})
    assert found.calls == (put({**before, "textDataDeliveryEnabled": True}),)
    assert found.undo == (put(before),)


@pytest.mark.parametrize("path", ["text", "image", "embedding", "video", "audio"])
def test_people_alone_make_it_log_less(path: str) -> None:
    assert edit(LOGGING, {}, {"s3Config": {"bucketName": "logs"}}, {path: False}).safety == "manual"


def test_another_destination_is_risky_and_one_more_is_not() -> None:
    before = {"cloudWatchConfig": CLOUDWATCH}
    assert edit(LOGGING, {}, before, {"cloudwatch.log_group.name": "other"}).safety == "risky"
    found = edit(LOGGING, {}, before, {"cloudwatch.large_data.bucket": "large"})
    large = {"largeDataDeliveryS3Config": {"bucketName": "large"}}
    assert (found.after, found.safety) == ({"cloudWatchConfig": {**CLOUDWATCH, **large}}, "safe")


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"enabled": True}, "there is no destination, and none is said to deliver to"),
        ({"enabled": True, "text": True}, "there is no destination, and none is said to deliver to"),
        ({"cloudwatch.log_group.name": "group"}, "there is no destination, and none is said to deliver to"),
        ({"enabled": False}, "logging is never turned off by machine"),
    ],
)
def test_what_would_deliver_nothing_is_not_done(wanted: Any, reason: str) -> None:
    found = edit(LOGGING, {}, None, wanted)
    assert (found.calls, found.reason) == ((), reason)


def test_off_is_read_as_nothing() -> None:
    operation = "bedrock:GetModelInvocationLoggingConfiguration"
    assert read(LOGGING, {}, {operation: {}}) is None
    assert read(LOGGING, {}, {operation: {"loggingConfig": {"cloudWatchConfig": CLOUDWATCH}}}) == {
        "cloudWatchConfig": CLOUDWATCH
    }
