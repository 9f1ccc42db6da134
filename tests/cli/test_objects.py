"""Reports and snapshots that go to S3, and come from there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from bedaudit.aws.objects import check_object, matching_objects, read_object, write_object
from bedaudit.errors import ReportError
from bedaudit.sandbox import Rule, Sandbox
from tests.cli.run import bedaudit
from tests.test_audit import POLICY, snapshot

BUCKET = "audit-reports"
KEPT = "kept-reports"


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


@pytest.fixture(scope="module")
def stored(bucket: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a snapshot and two reports of it, which are in S3 as well."""
    place = tmp_path_factory.mktemp("stored")
    (place / "small.yaml").write_text(POLICY)
    snapshot(place / "s.gz")
    for account, day in (("111111111111", 1), ("222222222222", 2)):
        judge = ("scan", "--from", "s.gz", "--policy", "small.yaml", "--account", account)
        bedaudit(*judge, "-o", f"json:r{day}.json", at=place)
    bucket.create_bucket(Bucket=KEPT)
    for file in place.iterdir():
        bucket.put_object(Bucket=KEPT, Key=f"kept/{file.name}", Body=file.read_bytes())
    return place


@pytest.mark.parametrize(
    "command",
    [
        ("scan", "--policy", "small.yaml", "--from", "s.gz", "--baseline", "r1.json"),
        ("report", "s.gz", "--policy", "small.yaml", "--baseline", "r2.json"),
        ("report", "r1.json", "r2.json", "--format", "html"),
        ("merge", "r1.json", "r2.json", "--format", "json"),
        ("merge", "s.gz", "--policy", "small.yaml", "--format", "json"),
        ("diff", "r1.json", "r2.json"),
        ("diff", "s.gz", "s.gz"),
    ],
    ids=" ".join,
)
def test_what_is_stored_in_s3_is_read_as_a_file_is(here: Sandbox, stored: Path, command: tuple[str, ...]) -> None:
    there = [f"s3://{KEPT}/kept/{each}" if each.endswith((".json", ".gz")) else each for each in command]
    ran = bedaudit(*there, at=stored, env=here.environment())
    assert ran == bedaudit(*command, at=stored)


@pytest.mark.usefixtures("here", "stored")
@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("kept/*.json", ["r1.json", "r2.json"]),
        ("k*/r?.json", ["r1.json", "r2.json"]),
        ("kept/r[2-9].json", ["r2.json"]),
        ("*/s.gz", ["s.gz"]),
    ],
)
def test_wildcards_stand_for_objects_as_a_shell_takes_them_for_files(pattern: str, names: list[str]) -> None:
    assert matching_objects(f"s3://{KEPT}/{pattern}", None) == [f"s3://{KEPT}/kept/{name}" for name in names]


def test_the_trend_is_that_of_a_history_in_s3(here: Sandbox, stored: Path) -> None:
    ran = bedaudit("report", f"s3://{KEPT}/kept/*.json", "--format", "html", at=stored, env=here.environment())
    assert ran == bedaudit("report", "r1.json", "r2.json", "--format", "html", at=stored)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"s3://{BUCKET}/none.json", "cannot be read: s3:GetObject: "),
        ("s3://no-such-bucket/r.json", "cannot be read: s3:GetObject: "),
        ("s3://no-such-bucket/*.json", "cannot be read: s3:ListObjectsV2: "),
        (f"s3://{BUCKET}/*.json", "no object matches"),
        (f"s3://{BUCKET}", "is not s3://BUCKET/KEY"),
    ],
)
def test_what_cannot_be_read_is_named_as_it_was_typed(here: Sandbox, tmp_path: Path, url: str, said: str) -> None:
    ran = bedaudit("report", url, at=tmp_path, env=here.environment())
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"Error: {url}: {said}")


def test_what_is_damaged_in_s3_is_named_by_its_url(here: Sandbox, bucket: Any, tmp_path: Path) -> None:
    url = f"s3://{BUCKET}/cut.gz"
    bucket.put_object(Bucket=BUCKET, Key="cut.gz", Body=snapshot(tmp_path / "s.gz").read_bytes()[:-30])
    ran = bedaudit("scan", "--from", url, at=tmp_path, env=here.environment())
    assert (ran.code, ran.err.startswith(f"Error: {url}:")) == (2, True), ran.err


@pytest.mark.usefixtures("here", "stored")
def test_a_read_that_is_refused_or_has_no_room_is_an_error(here: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"cannot be read: .*Is a directory"):
        read_object(f"s3://{KEPT}/kept/r1.json", tmp_path, None)
    here.faults.add(Rule(service="s3", operation="GetObject", code="AccessDenied", status=403))
    with pytest.raises(ReportError, match="s3:GetObject: the caller may not do this"):
        read_object(f"s3://{KEPT}/kept/r1.json", tmp_path / "r.json", None)
