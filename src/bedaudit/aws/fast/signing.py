"""Signature Version 4, with each derived key kept for its day.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from urllib.parse import SplitResult, quote, urlsplit

from botocore.auth import EMPTY_SHA256_HASH, SIGNED_HEADERS_BLACKLIST
from botocore.credentials import ReadOnlyCredentials
from botocore.utils import normalize_url_path

from bedaudit.aws.fast.wire import Outgoing

_UNSIGNED = frozenset(SIGNED_HEADERS_BLACKLIST)
_MOST = 8192
"""Keys kept: of the accounts that are read at once, seventeen regions and a few services each."""


def signature(sent: Outgoing, keys: ReadOnlyCredentials, now: datetime) -> dict[str, str]:
    """The headers that a request needs besides its own, which are signed with it."""
    endpoint, body = sent.endpoint, sent.body
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    digest = sha256(body).hexdigest() if body else EMPTY_SHA256_HASH
    added = {"X-Amz-Date": moment}
    if keys.token:
        added["X-Amz-Security-Token"] = keys.token
    if endpoint.signer == "s3v4":
        added["X-Amz-Content-SHA256"] = digest
    parts = urlsplit(sent.url)
    signed = {"host": _host(parts)}
    signed |= {name.lower(): value for named in (sent.headers, added) for name, value in named.items()}
    names = sorted(signed.keys() - _UNSIGNED)
    listed = ";".join(names)
    lines = [f"{name}:{' '.join(signed[name].split())}\n" for name in names]
    path = parts.path if endpoint.signer == "s3v4" else quote(normalize_url_path(parts.path), safe="/~")
    canonical = f"{sent.method}\n{path}\n{_query(parts.query)}\n{''.join(lines)}\n{listed}\n{digest}"
    day, region, name = moment[:8], endpoint.signing_region, endpoint.signing_name
    scope = f"{day}/{region}/{name}/aws4_request"
    hashed = sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashed}"
    sealed = hmac.digest(_key(keys.secret_key, day, region, name), text.encode(), "sha256").hex()
    credential = f"Credential={keys.access_key}/{scope}"
    added["Authorization"] = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={listed}, Signature={sealed}"
    return added


@lru_cache(_MOST)
def _key(secret: str, day: str, region: str, name: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, name, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _query(query: str) -> str:
    """The query with its members in order, each with its `=`."""
    pairs = sorted(each.partition("=")[::2] for each in query.split("&")) if query else ()
    return "&".join(f"{name}={value}" for name, value in pairs)


def _host(url: SplitResult) -> str:
    """The host as HTTP clients name it: without a user, and without the port that goes without saying."""
    host = url.netloc.rpartition("@")[2].lower()
    return host.removesuffix(":443" if url.scheme == "https" else ":80")
