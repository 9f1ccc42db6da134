"""How the stand-in tells requests apart."""

from __future__ import annotations

import re

RECORDED = "222222222222"
ACTIVE, QUIET, HOME = "eu-west-1", "us-west-2", "us-east-1"
"""The regions that were recorded."""

_ACCOUNT = re.compile(rb"\d{12}")
_REGION = re.compile(rb"(?<![a-z])(?:us|eu|ap|ca|sa|me|af|il|mx)-(?:[a-z]+-)+\d(?!\d)")
_TIME = re.compile(rb'("(?:Start|End|start|end)Time": )[\d.]+')


def key_of(method: str, service: str, path: str, target: str, body: bytes) -> str:
    """The request without account, region and time."""
    return plain(b"%s %s %s %s " % (method.encode(), service.encode(), path.encode(), target.encode()) + body).decode()


def plain(text: bytes) -> bytes:
    """A text without account, region and time."""
    return _TIME.sub(rb"\g<1>0", _REGION.sub(b"REGION", _ACCOUNT.sub(b"ACCOUNT", text)))


def region_in(text: bytes) -> bytes | None:
    """The first region that a text names."""
    found = _REGION.search(text)
    return found[0] if found else None
