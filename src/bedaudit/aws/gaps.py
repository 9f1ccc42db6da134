"""What an error of AWS means: one table from codes, and one from botocore's exceptions, to reasons.

Codes are those of https://docs.aws.amazon.com/awssupport/latest/APIReference/CommonErrors.html, of botocore's models
and of the services' own pages. An endpoint that does not know an operation at all, as emulators of AWS do not, answers
with an HTML page or with something that is no reply of the protocol: `not_implemented`, never worth a retry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from botocore import exceptions as boto
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from bedaudit.aws.replies import Incomplete
from bedaudit.model import Gap, Reason

Meaning: TypeAlias = Reason | Literal["transient", "unauthenticated"]
"""`transient`: AWS's own fault, may pass. `unauthenticated`: bad credentials, or a region that is not enabled."""

CODES: Mapping[str, Meaning] = {
    "AccessDenied": "denied",
    "AccessDeniedException": "denied",
    "AllAccessDisabled": "denied",
    "AuthorizationError": "denied",
    "AuthorizationErrorException": "denied",
    "Forbidden": "denied",
    "NotAuthorized": "denied",
    "NotAuthorizedException": "denied",
    "UnauthorizedException": "denied",
    "UnauthorizedOperation": "denied",
    "403": "denied",
    "401": "denied",
    "ExpiredToken": "expired_credentials",
    "ExpiredTokenException": "expired_credentials",
    "RequestExpired": "expired_credentials",
    "TokenRefreshRequired": "expired_credentials",
    "UnrecognizedClientException": "unauthenticated",
    "InvalidClientTokenId": "unauthenticated",
    "AuthFailure": "unauthenticated",
    "InvalidAccessKeyId": "unauthenticated",
    "InvalidToken": "unauthenticated",
    "MissingAuthenticationToken": "unauthenticated",
    "MissingAuthenticationTokenException": "unauthenticated",
    "BandwidthLimitExceeded": "throttled",
    "EC2ThrottledException": "throttled",
    "PriorRequestNotComplete": "throttled",
    "ProvisionedThroughputExceededException": "throttled",
    "RequestLimitExceeded": "throttled",
    "RequestThrottled": "throttled",
    "RequestThrottledException": "throttled",
    "SlowDown": "throttled",
    "ThrottledException": "throttled",
    "Throttling": "throttled",
    "ThrottlingException": "throttled",
    "TooManyRequestsException": "throttled",
    "429": "throttled",
    "DependencyFailureException": "transient",
    "InternalError": "transient",
    "InternalFailure": "transient",
    "InternalServerError": "transient",
    "InternalServerException": "transient",
    "InternalServiceError": "transient",
    "InternalServiceException": "transient",
    "InternalServiceFault": "transient",
    "RequestTimeout": "transient",
    "RequestTimeoutException": "transient",
    "ServiceException": "transient",
    "ServiceUnavailable": "transient",
    "ServiceUnavailableException": "transient",
    "NotImplemented": "not_implemented",
    "UnknownOperationException": "not_implemented",
    "InvalidAction": "not_implemented",
    "501": "not_implemented",
    "OptInRequired": "failed",
    "SubscriptionRequiredException": "failed",
    "RegionDisabledException": "failed",
}
"""All others are `failed`, with AWS's own words."""

SERVICE_CODES: Mapping[tuple[str, str], Meaning] = {
    ("ce", "LimitExceededException"): "throttled",
    ("organizations", "ConcurrentModificationException"): "transient",
}
"""Codes that mean something else in one service."""

EXCEPTIONS: tuple[tuple[type[BaseException], Reason], ...] = (
    (boto.NoCredentialsError, "expired_credentials"),
    (boto.PartialCredentialsError, "expired_credentials"),
    (boto.CredentialRetrievalError, "expired_credentials"),
    (boto.TokenRetrievalError, "expired_credentials"),
    (boto.SSOError, "expired_credentials"),
    (boto.LoginError, "expired_credentials"),
    (boto.NoAuthTokenError, "expired_credentials"),
    (boto.RefreshWithMFAUnsupportedError, "expired_credentials"),
    (boto.HTTPClientError, "unreachable"),
    (boto.ConnectionError, "unreachable"),
    (boto.IncompleteReadError, "unreachable"),
    (boto.UnknownServiceError, "not_implemented"),
    (boto.UnknownClientMethodError, "not_implemented"),
    (Incomplete, "failed"),
    (ResponseParserError, "not_implemented"),
)
"""The first that fits; all others of botocore are `failed`."""

ERRORS = (ClientError, boto.BotoCoreError, ResponseParserError)
"""What botocore raises about the world; anything else is a bug."""

CONNECTING = (boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ProxyConnectionError)
"""Nobody answered at all."""

_SCP = re.compile(r"\b(?:service|resource) control polic(?:y|ies)\b", re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|title)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ECHO = re.compile(r"\. Further retries may succeed:.*", re.DOTALL)
"""All of the XML that botocore could not read, whatever AWS was telling in it."""
_LONGEST = 300


def code_of(error: BaseException) -> str | None:
    """The code of an error that AWS itself answered with."""
    return str(error.response.get("Error", {}).get("Code") or "") or None if isinstance(error, ClientError) else None


def meaning(error: BaseException, service: str) -> Meaning:
    """What an error means, as far as it alone says."""
    if isinstance(error, ClientError):
        return _meaning(error, service)
    if isinstance(error, boto.ParamValidationError) and "Unknown parameter" in str(error):
        return "not_implemented"
    return next((reason for kind, reason in EXCEPTIONS if isinstance(error, kind)), "failed")


def _meaning(error: ClientError, service: str) -> Meaning:
    code, text = code_of(error) or "", _text(error)
    if _HTML.search(text):
        return "not_implemented"
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)
    known = SERVICE_CODES.get((service, code)) or CODES.get(code)
    if known == "denied" and _SCP.search(text):
        return "denied_by_scp"
    if known is None and status == 429:
        return "throttled"
    return known or ("transient" if status >= 500 else "failed")


def gap_of(error: BaseException, service: str, operation: str, *, reason: Reason | None = None) -> Gap:
    """The gap that an error leaves, for `reason` where more is known than the error alone says."""
    plain: Reason
    if isinstance(error, Incomplete):
        return error.gap
    match reason or meaning(error, service):
        case "transient":
            plain = "failed"
        case "unauthenticated":
            plain = "expired_credentials"
        case found:
            plain = found
    return Gap(plain, f"{service}:{operation}", code_of(error) or type(error).__name__, shorten(_text(error)))


def retry_after(error: BaseException) -> float | None:
    """Seconds that AWS asks to wait, where it says so."""
    if not isinstance(error, ClientError):
        return None
    asked = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("retry-after", "")
    return float(asked) if asked.isdecimal() else None


def shorten(text: str) -> str:
    """One line of plain text, of an HTML page no more than its title."""
    if _HTML.search(text):
        title = _TITLE.search(text)
        text = _TAG.sub(" ", title.group(1) if title else "an HTML page instead of a reply")
    said = _ECHO.sub("", text)
    line = " ".join("".join(character if character.isprintable() else " " for character in said).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _text(error: BaseException) -> str:
    return str(error.response.get("Error", {}).get("Message") or "") if isinstance(error, ClientError) else str(error)
