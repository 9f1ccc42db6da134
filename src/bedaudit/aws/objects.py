"""Objects of S3 as files are: written whole or not at all, as the caller and by boto3's own rules."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final

import smart_open
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bedaudit.aws.clients import USER_AGENT, is_local
from bedaudit.aws.problems import problem
from bedaudit.aws.session import caller_session, configured_region
from bedaudit.errors import ReportError, TargetError

SCHEME: Final = "s3://"


def check_object(url: str, profile: str | None) -> None:
    """Finds out before a long scan that an object could not be written after it: an upload is begun, and given up.

    Raises:
        ReportError: it could not.
    """
    bucket, key = _place(url)
    try:
        client = _client(profile)
        begun = client.create_multipart_upload(Bucket=bucket, Key=key)
        client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=begun["UploadId"])
    except (BotoCoreError, ClientError) as error:
        raise _unwritable(url, error) from error


def write_object(url: str, pieces: Iterable[str], profile: str | None) -> None:
    """Writes a whole object, or leaves what was there.

    Raises:
        ReportError: it cannot be written.
    """
    _place(url)
    try:
        client = _client(profile)
        with smart_open.open(url, "wb", compression="disable", transport_params={"client": client}) as file:
            for piece in pieces:
                file.write(piece.encode())
    except (BotoCoreError, ClientError) as error:
        raise _unwritable(url, error) from error
    except ValueError as error:  # so smart_open tells that the upload could not be begun
        if not isinstance(error.__cause__, ClientError):
            raise
        raise _unwritable(url, error.__cause__) from error
    except OSError as error:
        raise ReportError(f"{url}: cannot be written: {error}") from error


def read_object(url: str, into: Path, profile: str | None) -> None:
    """Fetches an object to a file.

    Raises:
        ReportError: it cannot be read.
    """
    _place(url)
    try:
        transport = {"client": _client(profile)}
        source = smart_open.open(url, "rb", compression="disable", transport_params=transport)
        with source, into.open("wb") as file:
            shutil.copyfileobj(source, file)
    except (BotoCoreError, ClientError) as error:
        raise _unreadable(url, error) from error
    except OSError as error:  # so smart_open tells what S3 said
        if isinstance(error.__cause__, ClientError):
            raise _unreadable(url, error.__cause__) from error
        raise ReportError(f"{url}: cannot be read: {error}") from error


def matching_objects(pattern: str, profile: str | None) -> Sequence[str]:
    """The URLs of the objects that a URL with wildcards stands for, as a shell takes them for files; sorted.

    Raises:
        ReportError: there is none, or they cannot be listed.
    """
    bucket, keys = _place(pattern)
    prefix = re.split(r"[*?[]", keys, maxsplit=1)[0]
    try:
        pages = _client(profile).get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        listed = [each["Key"] for page in pages for each in page.get("Contents", ())]
    except (BotoCoreError, ClientError) as error:
        raise _unreadable(pattern, error, "ListObjectsV2") from error
    found = [f"{SCHEME}{bucket}/{key}" for key in sorted(listed) if PurePosixPath(f"/{key}").match(f"/{keys}")]
    if not found:
        raise ReportError(f"{pattern}: no object matches")
    return found


def _place(url: str) -> tuple[str, str]:
    bucket, _, key = url.removeprefix(SCHEME).partition("/")
    if not (bucket and key.strip("/")):
        raise ReportError(f"{url}: is not s3://BUCKET/KEY")
    return bucket, key


def _client(profile: str | None) -> Any:
    session = caller_session(profile)
    region = configured_region(session)
    client = session.create_client("s3", region_name=region, config=Config(user_agent=USER_AGENT))
    if not is_local(client.meta.endpoint_url):
        return client
    local = Config(user_agent=USER_AGENT, s3={"addressing_style": "path"})
    return session.create_client("s3", region_name=region, config=local)


def _unwritable(url: str, error: BotoCoreError | ClientError) -> ReportError:
    return ReportError(f"{url}: cannot be written: {_said(error, 'CreateMultipartUpload')}")


def _unreadable(url: str, error: BotoCoreError | ClientError, operation: str = "GetObject") -> ReportError:
    return ReportError(f"{url}: cannot be read: {_said(error, operation)}")


def _said(error: BotoCoreError | ClientError, operation: str) -> TargetError:
    """What AWS, or the lack of an answer to that operation, says."""
    return problem(error, "s3", error.operation_name if isinstance(error, ClientError) else operation)
