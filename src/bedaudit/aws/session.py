"""botocore's sessions: one that finds the caller's credentials, and one whose clients serve every account."""

from __future__ import annotations

import contextvars
import json
import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import IncompleteReadError
from botocore.loaders import create_loader
from botocore.model import OperationModel
from botocore.parsers import ResponseParserError
from botocore.session import Session
from botocore.utils import parse_timestamp

KEYS: contextvars.ContextVar[ReadOnlyCredentials] = contextvars.ContextVar("bedaudit_keys")
"""Whose credentials the current thread signs with."""

_loader = cache(create_loader)
"""Reads botocore's files, which are megabytes of JSON, once for all sessions."""
_DEFAULT_REGIONS = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}


class AmbientCredentials(Credentials):
    """Credentials that are whatever `KEYS` holds when a request is signed, so that accounts can share a client."""

    def __init__(self) -> None:
        super().__init__("ambient", "ambient", method="bedaudit")

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """The keys of the current call."""
        return KEYS.get()


class _AmbientProvider:
    def load_credentials(self) -> Credentials:
        return AmbientCredentials()


def caller_session(profile: str | None) -> Session:
    """A session by boto3's own rules; raises what botocore raises on a profile or a configuration file that is not."""
    session = _session(profile)
    session.get_scoped_config()
    return session


def shared_session(profile: str | None) -> Session:
    """A session with the same configuration, whose clients take their credentials from `KEYS`."""
    session = _session(profile)
    session.register_component("credential_provider", _AmbientProvider())
    session.set_config_variable("sts_regional_endpoints", "regional")  # other tokens fail in opt-in regions
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=timestamp)
    session.register("before-parse", refuse_what_is_no_reply)
    return session


def _session(profile: str | None) -> Session:
    session = Session(profile=profile)
    session.register_component("data_loader", _loader(session.get_config_variable("data_path")))
    return session


def configured_region(session: Session) -> str | None:
    """The region of the environment or of the profile; botocore alone does not know AWS_REGION."""
    region = os.environ.get("AWS_REGION") or session.get_config_variable("region")
    return str(region) if region else None


def default_region(partition: str) -> str:
    """Where global things of a partition are asked for, unless a region is configured."""
    return _DEFAULT_REGIONS.get(partition) or botocore.session.Session().get_available_regions("sts", partition)[0]


def timestamp(value: Any) -> datetime:
    """A moment in UTC, ten times as fast as botocore's own parser, which remains for rare forms."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = parse_timestamp(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def refuse_what_is_no_reply(**event: Any) -> None:
    """Raises on a success that botocore would read as an empty reply: a proxy's page, or one that was cut short."""
    model, reply = event["operation_model"], event["response_dict"]
    body, headers = reply["body"], reply["headers"]
    if reply["status_code"] >= 300 or not isinstance(body, bytes) or model.http["method"] == "HEAD":
        return
    announced = str(headers.get("content-length") or "")
    if announced.isdecimal() and len(body) != int(announced):
        raise IncompleteReadError(actual_bytes=len(body), expected_bytes=int(announced))
    page = body[:50].lstrip().lower().startswith((b"<!doctype html", b"<html"))
    if page or _empty(model, body) or _unlike_json(model, body):
        raise ResponseParserError(f"a reply that is not of the service's protocol: {_shown(body)}")


def _empty(model: OperationModel, body: bytes) -> bool:
    """Whether nothing came where AWS sends a document; only REST services with JSON leave out an empty one."""
    shape = model.output_shape
    if body or not shape or "payload" in shape.serialization or _protocol(model) == "rest-json":
        return False
    return any("location" not in member.serialization for member in shape.members.values())


def _unlike_json(model: OperationModel, body: bytes) -> bool:
    """Whether it is no whole object, or one of whose members the operation knows none."""
    shape = model.output_shape
    if not shape or not body or "json" not in _protocol(model) or "payload" in shape.serialization:
        return False
    try:
        found = json.loads(body)
    except ValueError:
        return True
    known = {member.serialization.get("name", name) for name, member in shape.members.items()}
    return not isinstance(found, dict) or bool(found and known and known.isdisjoint(found))


def _shown(body: bytes) -> str:
    """What may be told of it: of what AWS itself may have said, nothing."""
    if body.lstrip().startswith(b"{"):
        return "JSON that was cut short, or that has no member of the operation"
    return body[:2000].decode("utf-8", "replace") or "nothing at all"


def _protocol(model: OperationModel) -> str:
    return str(model.service_model.resolved_protocol)
