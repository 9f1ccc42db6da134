"""What stops a scan before it starts, as one sentence that says what to do."""

from __future__ import annotations

from botocore import exceptions as boto

from bedaudit.aws.gaps import code_of, gap_of, meaning
from bedaudit.errors import TargetError

_KEYS = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use --profile"

_LOCAL: tuple[tuple[type[BaseException], str], ...] = (
    (boto.NoCredentialsError, f"no AWS credentials were found: {_KEYS} (`bedaudit demo` needs none)"),
    (boto.PartialCredentialsError, f"the AWS credentials are incomplete: {_KEYS}"),
    (boto.SSOError, "the single sign-on session is missing or has expired: run `aws sso login`"),
    (boto.TokenRetrievalError, "the single sign-on token cannot be refreshed: run `aws sso login`"),
    (boto.NoAuthTokenError, "there is no single sign-on token: run `aws sso login`"),
    (boto.LoginError, "the login session is missing or has expired: run `aws login`"),
    (boto.CredentialRetrievalError, "the AWS credentials cannot be fetched"),
    (boto.ProfileNotFound, "there is no such profile: see `aws configure list-profiles`"),
    (boto.ConfigParseError, "the AWS configuration file cannot be read"),
    (boto.InvalidConfigError, "the AWS configuration is wrong"),
    (boto.RefreshWithMFAUnsupportedError, "the AWS credentials need a new MFA code: run again"),
)

_ANSWERED = {
    "expired_credentials": "the AWS credentials have expired: renew them and run again",
    "unauthenticated": "AWS does not know these credentials: check them, and that AWS_REGION is in their partition",
    "denied": "the caller may not do this: allow it, or run as somebody who may",
    "denied_by_scp": "an organisation policy forbids this to the caller",
    "unreachable": "nobody answered: check the network, the proxy settings and AWS_ENDPOINT_URL",
    "not_implemented": "the endpoint does not know this operation: check AWS_ENDPOINT_URL",
    "throttled": "AWS throttled the caller for too long: try again later",
}


def problem(error: BaseException, service: str, operation: str) -> TargetError:
    """The error that ends the run."""
    gap = gap_of(error, service, operation)
    for kind, sentence in _LOCAL:
        if isinstance(error, kind):
            return TargetError(f"{sentence} ({gap.message})")
    sentence = _ANSWERED.get(meaning(error, service), "this did not work")
    answer = ": ".join(part for part in (code_of(error), gap.message) if part)
    return TargetError(f"{gap.operation}: {sentence} ({answer})")
