"""Objects of S3 as files are: written whole or not at all, as the caller and by boto3's own rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import smart_open
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bedaudit.aws.clients import USER_AGENT, is_local
from bedaudit.aws.problems import problem
from bedaudit.aws.session import caller_session, configured_region
from bedaudit.errors import ReportError

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
        raise _error(url, error) from error


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
        raise _error(url, error) from error
    except ValueError as error:  # so smart_open tells that the upload could not be begun
        if not isinstance(error.__cause__, ClientError):
            raise
        raise _error(url, error.__cause__) from error
    except OSError as error:
        raise ReportError(f"{url}: cannot be written: {error}") from error


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url, allow_fragments=False)
    if not (parts.netloc and parts.path.strip("/")):
        raise ReportError(f"{url}: is not s3://BUCKET/KEY")
    return parts.netloc, parts.path.removeprefix("/")


def _client(profile: str | None) -> Any:
    session = caller_session(profile)
    region = configured_region(session)
    client = session.create_client("s3", region_name=region, config=Config(user_agent=USER_AGENT))
    if not is_local(client.meta.endpoint_url):
        return client
    local = Config(user_agent=USER_AGENT, s3={"addressing_style": "path"})
    return session.create_client("s3", region_name=region, config=local)


def _error(url: str, error: BotoCoreError | ClientError) -> ReportError:
    operation = error.operation_name if isinstance(error, ClientError) else "CreateMultipartUpload"
    return ReportError(f"{url}: cannot be written: {problem(error, 's3', operation)}")
