"""Reports that go to S3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from bedaudit.aws.objects import check_object, write_object
from bedaudit.errors import ReportError
from bedaudit.sandbox import Rule, Sandbox
from tests.cli.run import bedaudit

BUCKET = "audit-reports"


@pytest.fixture(scope="module")
def bucket(organization: Sandbox) -> Any:
    s3 = boto3.client(
        "s3",
        endpoint_url=organization.url,
        region_name="us-east-1",
        aws_access_key_id=organization.environment()["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key="x",
    )
    s3.create_bucket(Bucket=BUCKET)
    return s3


@pytest.fixture
def here(organization: Sandbox, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The sandbox as this process's AWS, and an empty bucket in it."""
    for name, value in organization.environment().items():
        monkeypatch.setenv(name, value)
    for each in bucket.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        bucket.delete_object(Bucket=BUCKET, Key=each["Key"])
    yield organization
    organization.faults.clear()


def held(bucket: Any) -> dict[str, bytes]:
    listed = bucket.list_objects_v2(Bucket=BUCKET).get("Contents", ())
    return {each["Key"]: bucket.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read() for each in listed}


def uploads(bucket: Any) -> list[Any]:
    return list(bucket.list_multipart_uploads(Bucket=BUCKET).get("Uploads", ()))


@pytest.mark.usefixtures("here")
def test_an_object_is_written_whole(bucket: Any) -> None:
    pieces = ["é" * 1_000_000] * 40
    write_object(f"s3://{BUCKET}/a/large.json.gz", pieces, None)
    write_object(f"s3://{BUCKET}/a/nothing.txt", [], None)
    assert held(bucket) == {"a/large.json.gz": "".join(pieces).encode(), "a/nothing.txt": b""}
    assert uploads(bucket) == []


@pytest.mark.usefixtures("here")
def test_an_object_is_replaced_whole_or_not_at_all(bucket: Any) -> None:
    def broken() -> Iterator[str]:
        yield "half" * 20_000_000
        raise ReportError("no more")

    bucket.put_object(Bucket=BUCKET, Key="r.json", Body=b"before")
    with pytest.raises(ReportError, match="no more"):
        write_object(f"s3://{BUCKET}/r.json", broken(), None)
    assert held(bucket) == {"r.json": b"before"}
    assert uploads(bucket) == []


@pytest.mark.usefixtures("here")
def test_looking_whether_an_object_can_be_written_leaves_nothing(bucket: Any) -> None:
    check_object(f"s3://{BUCKET}/r.json", None)
    assert (held(bucket), uploads(bucket)) == ({}, [])


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://no-such-bucket/r.json", "NoSuchBucket"),
        ("s3://audit-reports", "is not s3://BUCKET/KEY"),
        ("s3://audit-reports/", "is not s3://BUCKET/KEY"),
        ("s3:///r.json", "is not s3://BUCKET/KEY"),
        ("s3://a/r.json", "cannot be written"),
    ],
)
@pytest.mark.usefixtures("here")
def test_what_cannot_be_written_is_said_before_the_scan(url: str, said: str) -> None:
    with pytest.raises(ReportError, match=said):
        check_object(url, None)


@pytest.mark.parametrize("operation", ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"])
def test_an_upload_that_is_refused_is_an_error_and_leaves_what_was_there(
    here: Sandbox, bucket: Any, operation: str
) -> None:
    bucket.put_object(Bucket=BUCKET, Key="r.json", Body=b"before")
    here.faults.add(Rule(service="s3", operation=operation, code="AccessDenied", status=403))
    with pytest.raises(ReportError, match=f"s3:{operation}: the caller may not do this"):
        write_object(f"s3://{BUCKET}/r.json", ["after"], None)
    here.faults.clear()
    assert (held(bucket), uploads(bucket)) == ({"r.json": b"before"}, [])


def test_a_scan_writes_to_s3_as_it_writes_to_a_file(here: Sandbox, bucket: Any, tmp_path: Path) -> None:
    scope = ("--region", "us-east-1", "--control", "invocation-logging-is-enabled-before-first-use")
    to = ("-o", f"json:s3://{BUCKET}/history/r.json", "-o", "json:r.json", "--format", "github")
    ran = bedaudit("scan", *scope, *to, at=tmp_path, env=here.environment())
    assert (ran.code, ran.err) in ((0, ""), (1, ""))
    assert held(bucket) == {"history/r.json": (tmp_path / "r.json").read_bytes()}
    assert json.loads((tmp_path / "r.json").read_text())["scan"]["sites"] == 1


def test_a_bucket_that_is_not_there_is_told_before_anything_is_read(here: Sandbox, tmp_path: Path) -> None:
    here.ledger.clear()
    ran = bedaudit("scan", "-o", "json:s3://no-such-bucket/r.json", at=tmp_path, env=here.environment())
    assert ran.code == 2
    assert ran.err.startswith("Error: s3://no-such-bucket/r.json: cannot be written: s3:CreateMultipartUpload: ")
    assert {service for _, _, service, _ in here.ledger.entries} == {"s3"}
