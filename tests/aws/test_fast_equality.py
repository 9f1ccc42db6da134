"""The fast transport against boto3's: the same requests to the last letter, and the same of every reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import ReadOnlyCredentials
from botocore.model import OperationModel

from bedaudit.aws import organization, regions, targets
from bedaudit.aws.catalogue import Catalogue
from bedaudit.aws.session import shared_session
from bedaudit.aws.transport import Request
from bedaudit.kinds import kinds
from bedaudit.sandbox import protocol
from bedaudit.sandbox.call import AwsError
from tests.aws.recorders import NOW, Boto, Fast, Sent
from tests.aws.samples import full, required

KEYS = ReadOnlyCredentials("AKIAONE", "secret/+=", "token/+=")
SETTINGS: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]] = {
    "plain": ({}, ("us-east-1", "eu-west-1", "cn-north-1", "ap-southeast-7")),
    "fips": ({"AWS_USE_FIPS_ENDPOINT": "true"}, ("us-gov-west-1",)),
    "dual stack": ({"AWS_USE_DUALSTACK_ENDPOINT": "true"}, ("us-west-2",)),
    "both": ({"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"}, ("us-east-1",)),
    "local": ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, ("eu-west-1",)),
    "elsewhere": ({"AWS_ENDPOINT_URL": "https://vpce.example.com:8443/path"}, ("eu-west-1",)),
    "profile": ({"AWS_PROFILE": "regional"}, ("us-east-1",)),
}
"""Variables of the environment, and where requests are made under them."""

PROFILE = """
[profile regional]
sts_regional_endpoints = legacy
s3 =
  us_east_1_regional_endpoint = regional
  addressing_style = path
"""

OPERATIONS = sorted(
    {(each.service, each.name) for kind in kinds().values() for each in kind.operations}
    | {(each.service, each.name) for module in (organization, regions, targets) for each in module.OPERATIONS}
)
each_operation = pytest.mark.parametrize(
    ("service", "operation"), OPERATIONS, ids=[":".join(each) for each in OPERATIONS]
)


@pytest.fixture(autouse=True)
def frozen(environment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(PROFILE)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: NOW)


@cache
def both(settings: str) -> tuple[Boto, Fast]:
    """The two under some settings; their clients are made once for all tests."""
    return Boto(), Fast()


@cache
def model(service: str, operation: str) -> OperationModel:
    found = Catalogue(shared_session(None)).operation(service, operation)
    assert found is not None
    return found


def request(service: str, operation: str, region: str, parameters: Mapping[str, Any]) -> Request:
    return Request(service, operation, region, parameters, KEYS)


def answer(service: str, operation: str, members: Mapping[str, Any]) -> protocol.Answer:
    made = protocol.reply(protocol.Identified(service=service, operation=operation), members)
    return replace(made, body=made.body or b"")


@each_operation
def test_a_request_is_the_one_that_boto3_makes(service: str, operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = model(service, operation).input_shape
    sent: list[Sent] = []
    for settings, (variables, places) in SETTINGS.items():
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            boto, fast = both(settings)
            for region in places:
                for parameters in (required(shape), full(shape)):
                    asked = request(service, operation, region, parameters)
                    assert (settings, *fast.outcome(asked)) == (settings, *boto.outcome(asked))
                    sent += fast.sent if settings == "plain" else []
    assert sent


ODD: Mapping[str, tuple[int, dict[str, str], bytes]] = {
    "nothing": (200, {}, b""),
    "an empty object": (200, {}, b"{}"),
    "an empty element": (200, {}, b"<Nothing/>"),
    "null": (200, {}, b"null"),
    "a list": (200, {}, b"[1]"),
    "cut": (200, {"content-length": "90"}, b'{"logGroups": [{'),
    "a page": (200, {"content-type": "text/html"}, b"<!doctype html><html><title>Log in</title></html>"),
    "a page of an error": (503, {"content-type": "text/html"}, b"<html><title>Service Unavailable</title></html>"),
    "an error of nothing": (400, {}, b""),
    "an error of nonsense": (500, {"x-amzn-errortype": "Odd:http://x/"}, b"\xff\xfe<"),
    "not modified": (304, {}, b""),
    "S3's error with status 200": (200, {}, b"<?xml version='1.0'?><Error><Code>InternalError</Code></Error>"),
    "dates": (200, {"Expires": "never", "date": "Sat, 28 Nov 2026 00:00:00 GMT"}, b"{}"),
}
ERRORS_OF_AWS = (
    AwsError("AccessDeniedException", "no <&> é", 403),
    AwsError("ResourceNotFoundException", "none", 404),
    AwsError("NoSuchEntity", "none", 404),
    AwsError("ThrottlingException", "slow", 400, {"Retry-After": "3"}),
    AwsError("InternalFailure", "broken", 500),
)


@each_operation
def test_a_reply_is_the_one_that_boto3_gives(service: str, operation: str) -> None:
    shapes = model(service, operation)
    asked = request(service, operation, "eu-west-1", required(shapes.input_shape))
    answers = [answer(service, operation, members(shapes.output_shape)) for members in (full, required)]
    answers += [protocol.error(service, error) for error in ERRORS_OF_AWS]
    answers += [protocol.Answer(*odd) for odd in ODD.values()]
    boto, fast = both("plain")
    for given in answers:
        assert (given, *fast.outcome(asked, given)) == (given, *boto.outcome(asked, given))


NUMBERS = count()
"""For buckets that were not seen before: boto3 remembers where one was found."""

ELSEWHERE = "<?xml version='1.0'?><Error><Code>{}</Code><Region>eu-central-1</Region></Error>"


@pytest.mark.parametrize("operation", ["HeadBucket", "GetBucketPolicy", "GetBucketLocation"])
@pytest.mark.parametrize("bucket", ["my-bucket", "my.bucket"])
@pytest.mark.parametrize(
    ("status", "headers", "code"),
    [
        (301, {"x-amz-bucket-region": "eu-central-1"}, "PermanentRedirect"),
        (307, {"x-amz-bucket-region": "eu-central-1"}, "TemporaryRedirect"),
        (400, {"x-amz-bucket-region": "eu-central-1"}, "AuthorizationHeaderMalformed"),
        (400, {}, "AuthorizationHeaderMalformed"),
        (400, {}, "IllegalLocationConstraintException"),
        (301, {"x-amz-bucket-region": "no region/"}, "PermanentRedirect"),
        (403, {"x-amz-bucket-region": "eu-central-1"}, "AccessDenied"),
    ],
)
def test_a_bucket_elsewhere_is_followed_as_boto3_follows_it(
    operation: str, bucket: str, status: int, headers: dict[str, str], code: str
) -> None:
    body = b"" if operation == "HeadBucket" else ELSEWHERE.format(code).encode()
    if operation == "HeadBucket" and "x-amz-bucket-region" not in headers:
        headers = {**headers, "x-amz-bucket-region": "eu-central-1"}
    given = protocol.Answer(status, headers, body)
    boto, fast = both("plain")
    for times in (1, 2):
        asked = request("s3", operation, "eu-west-1", {"Bucket": f"{bucket}{next(NUMBERS)}"})
        answers = (*[given] * times, protocol.Answer(200, {}, b""))
        assert fast.outcome(asked, *answers) == boto.outcome(asked, *answers)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("logs", "DescribeLogGroups", {"nonsense": 1}),
        ("logs", "DescribeLogGroups", {"limit": "many"}),
        ("logs", "ListTagsForResource", {}),
        ("nosuchservice", "GetIt", {}),
        ("s3", "GetBucketPolicy", {"Bucket": "not a bucket"}),
        ("s3", "GetBucketPolicy", {"Bucket": ""}),
        ("s3", "GetBucketPolicy", {"Bucket": "UPPER_case"}),
        ("s3", "GetBucketPolicy", {"Bucket": "my.dotted.bucket"}),
        ("s3", "GetBucketPolicy", {"Bucket": "b" * 70}),
        ("lambda", "GetPolicy", {"FunctionName": ""}),
        ("bedrock", "GetGuardrail", {"guardrailIdentifier": "a/b c?é"}),
        ("ec2", "DescribeRegions", {"Filter": [{"Name": "a", "Values": ["b"]}]}),
    ],
)
def test_odd_parameters_are_taken_as_boto3_takes_them(service: str, operation: str, parameters: dict[str, Any]) -> None:
    boto, fast = both("plain")
    asked = request(service, operation, "us-east-1", parameters)
    assert fast.outcome(asked) == boto.outcome(asked)
