"""What goes over the wire, and what comes back."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a call goes, and how it is signed there."""

    url: str
    headers: Mapping[str, str]
    signing_name: str
    signing_region: str
    signer: str
    """`v4`, or `s3v4`, which signs the body's hash and leaves the path as it is."""
    proxies: Mapping[str, str]
    """Of the environment, by scheme."""
    tls: ssl.SSLContext | Literal[False]
    """False where the user has certificates go unverified."""
    local: str | None
    """The URL of a local endpoint, before whose host no name can be put."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that has yet to be signed."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that has yet to be parsed."""

    status: int
    headers: Mapping[str, str]
    """By name in whatever case."""
    body: bytes
