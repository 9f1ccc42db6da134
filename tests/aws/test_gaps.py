from __future__ import annotations

import pytest
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from bedaudit.aws.gaps import CODES, gap_of, meaning, retry_after, shorten
from bedaudit.model import Gap
from tests.aws.fake import refusal

PAGE = "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n<h1>Oops</h1><p>secret path</p>"

SCP = (
    "User: arn:aws:iam::1:user/x is not authorized to perform: logs:X with an explicit deny in a service control policy"
)
RCP = "... is not authorized ... with an explicit deny in a resource control policy"
NO_POLICY = "... is not authorized to perform: logs:X because no identity-based policy allows the logs:X action"
BOUNDARY = "... because no permissions boundary allows the logs:X action"

MEANINGS = {
    "denied": """AccessDenied AccessDeniedException AllAccessDisabled AuthorizationError AuthorizationErrorException
        Forbidden NotAuthorized NotAuthorizedException UnauthorizedException UnauthorizedOperation 403 401""",
    "expired_credentials": "ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired",
    "unauthenticated": """UnrecognizedClientException InvalidClientTokenId AuthFailure InvalidAccessKeyId InvalidToken
        MissingAuthenticationToken MissingAuthenticationTokenException""",
    "throttled": """ThrottlingException Throttling TooManyRequestsException ThrottledException RequestLimitExceeded
        SlowDown BandwidthLimitExceeded EC2ThrottledException PriorRequestNotComplete RequestThrottled
        RequestThrottledException ProvisionedThroughputExceededException 429""",
    "transient": """InternalServerException ServiceUnavailableException InternalServiceFault InternalError
        InternalFailure InternalServerError InternalServiceError InternalServiceException ServiceUnavailable
        RequestTimeout RequestTimeoutException DependencyFailureException ServiceException""",
    "not_implemented": "NotImplemented UnknownOperationException InvalidAction 501",
    "failed": "OptInRequired SubscriptionRequiredException RegionDisabledException",
}


@pytest.mark.parametrize(("code", "expected"), [(code, to) for to, codes in MEANINGS.items() for code in codes.split()])
def test_each_code_has_its_meaning(code: str, expected: str) -> None:
    assert meaning(refusal(code), "logs") == expected


def test_no_code_is_without_a_test() -> None:
    assert {code for codes in MEANINGS.values() for code in codes.split()} == set(CODES)


@pytest.mark.parametrize(
    ("error", "service", "expected"),
    [
        (refusal("AccessDeniedException", message=SCP), "logs", "denied_by_scp"),
        (refusal("AccessDenied", 403, message=RCP), "s3", "denied_by_scp"),
        (refusal("UnauthorizedOperation", 403, message=SCP), "ec2", "denied_by_scp"),
        (refusal("AccessDeniedException", message=NO_POLICY), "logs", "denied"),
        (refusal("AccessDeniedException", message=BOUNDARY), "logs", "denied"),
        (refusal("500", 500, PAGE), "bedrock", "not_implemented"),
        (refusal("404", 404, PAGE), "xray", "not_implemented"),
        (refusal("404", 404, "Not Found"), "s3", "failed"),
        (refusal("500", 500, "Internal Server Error"), "bedrock", "transient"),
        (refusal("503", 503, "Service Unavailable"), "bedrock", "transient"),
        (refusal("SomethingNew", 500), "bedrock", "transient"),
        (refusal("SomethingNew", 429), "bedrock", "throttled"),
        (refusal("SomethingNew", 400), "bedrock", "failed"),
        (refusal("LimitExceededException"), "ce", "throttled"),
        (refusal("LimitExceededException"), "logs", "failed"),
        (refusal("ValidationException"), "logs", "failed"),
        (refusal("ResourceNotFoundException"), "logs", "failed"),
        (refusal("NoSuchBucket", 404), "s3", "failed"),
        (refusal("PermanentRedirect", 301), "s3", "failed"),
        (refusal("KMSInvalidStateException"), "kms", "failed"),
        (refusal("NoSuchEntity", 404), "iam", "failed"),
        (refusal("NotFound", 404), "sns", "failed"),
        (refusal("AWSOrganizationsNotInUseException"), "organizations", "failed"),
        (ResponseParserError("Unable to parse response, invalid XML received"), "iam", "not_implemented"),
        (boto.UnknownServiceError(service_name="oam", known_service_names="s3"), "oam", "not_implemented"),
        (boto.UnknownClientMethodError(method_name="list_x"), "bedrock", "not_implemented"),
        (boto.ParamValidationError(report='Unknown parameter in input: "X"'), "logs", "not_implemented"),
        (boto.ParamValidationError(report="Invalid bucket name"), "s3", "failed"),
        (boto.EndpointConnectionError(endpoint_url="https://x", error="refused"), "logs", "unreachable"),
        (boto.ConnectTimeoutError(endpoint_url="https://x"), "logs", "unreachable"),
        (boto.ReadTimeoutError(endpoint_url="https://x"), "logs", "unreachable"),
        (boto.ConnectionClosedError(endpoint_url="https://x"), "logs", "unreachable"),
        (boto.SSLError(endpoint_url="https://x", error=OSError("certificate")), "logs", "unreachable"),
        (boto.ProxyConnectionError(proxy_url="http://p"), "logs", "unreachable"),
        (boto.IncompleteReadError(actual_bytes=1, expected_bytes=2), "logs", "unreachable"),
        (boto.NoCredentialsError(), "logs", "expired_credentials"),
        (boto.PartialCredentialsError(provider="env", cred_var="x"), "logs", "expired_credentials"),
        (boto.CredentialRetrievalError(provider="process", error_msg="x"), "logs", "expired_credentials"),
        (boto.TokenRetrievalError(provider="sso", error_msg="x"), "logs", "expired_credentials"),
        (boto.SSOTokenLoadError(error_msg="x"), "logs", "expired_credentials"),
        (boto.UnauthorizedSSOTokenError(), "logs", "expired_credentials"),
        (boto.PaginationError(message="again"), "logs", "failed"),
    ],
)  # fmt: skip
def test_each_error_has_its_meaning(error: BaseException, service: str, expected: str) -> None:
    assert meaning(error, service) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refusal("AccessDenied", message="a\nb\x1b[31m c"), Gap("denied", "iam:GetRole", "AccessDenied", "a b [31m c")),
        (refusal("InternalError", 500), Gap("failed", "iam:GetRole", "InternalError", "no")),
        (refusal("InvalidClientTokenId"), Gap("expired_credentials", "iam:GetRole", "InvalidClientTokenId", "no")),
        (refusal("500", 500, PAGE), Gap("not_implemented", "iam:GetRole", "500", "500 Internal Server Error")),
        (
            boto.ReadTimeoutError(endpoint_url="x"),
            Gap("unreachable", "iam:GetRole", "ReadTimeoutError", 'Read timeout on endpoint URL: "x"'),
        ),
    ],
)
def test_a_gap_says_in_plain_words_what_happened(error: BaseException, expected: Gap) -> None:
    assert gap_of(error, "iam", "GetRole") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x" * 400, "x" * 299 + "…"),
        ("<html><body>no title</body></html>", "an HTML page instead of a reply"),
        ("invalid XML received: <!doctype html><title>404 <b>Not</b> Found</title>", "404 Not Found"),
        ("a < b and <c> d", "a < b and <c> d"),
        ("invalid XML received. Further retries may succeed:\nb'<Endpoint>secret", "invalid XML received"),
    ],
)  # fmt: skip
def test_messages_are_one_short_line_without_html(text: str, expected: str) -> None:
    assert shorten(text) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refusal("Throttling", headers={"retry-after": "7"}), 7.0),
        (refusal("Throttling", headers={"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}), None),
        (refusal("Throttling"), None),
        (boto.ReadTimeoutError(endpoint_url="x"), None),
    ],
)
def test_retry_after_is_seconds(error: BaseException, expected: float | None) -> None:
    assert retry_after(error) == expected
